/** Tables as they stand on real sheets: odd headers, several tables, lines that are no records. */
import { afterAll, describe, expect, test } from "vitest";
import type { Lookups } from "#kernel/values/cell.ts";
import type { HeadingMemory, ParsedRow, TableInfo } from "./exchange.types.ts";
import { assign } from "./assign.ts";
import { noLookups } from "./fixtures/lookups.ts";
import { makeXlsx, rowsOf, temporary } from "./fixtures/make-xlsx.ts";
import { messyLedgers } from "./fixtures/messy-ledgers.ts";
import { parseFile, type ParseSummary } from "./parse-file.ts";
import { periodOf } from "./period.ts";

const files = temporary();
afterAll(() => files.remove());
const lookups = { ...noLookups, unit: (name: string) => (/^.单位$/.test(name) ? { id: name.charCodeAt(0), name } : undefined) };

type Grid = (string | number | null)[][];
const parse = async (
  grid: Grid,
  more: { after?: string; name?: string; ledger?: string; memory?: HeadingMemory; lookups?: Lookups } = {},
) => {
  const path = files.put(
    "a.xlsx",
    await makeXlsx({
      sheets: [{ name: "Sheet1", rows: rowsOf(grid), ...(more.after === undefined ? {} : { after: more.after }) }],
    }),
  );
  const tables: TableInfo[] = [];
  const rows: ParsedRow[] = [];
  let summary: ParseSummary | undefined;
  for await (const event of parseFile(path, {
    ledgers: messyLedgers,
    lookups: more.lookups ?? lookups,
    name: more.name ?? "a.xlsx",
    ledger: more.ledger,
    memory: more.memory,
  })) {
    if (event.type === "table") tables.push(event.table);
    if (event.type === "rows") rows.push(...event.rows);
    if (event.type === "summary") summary = event.summary;
  }
  return { tables, rows, summary: summary as ParseSummary, complaints: rows.flatMap((row) => row.complaints) };
};

const heads = ["序号", "单位", "日期", "形式", "主题", "应到", "实到"];
const record = (n: number, unit: string | null = "甲单位"): Grid[number] => [
  n,
  unit,
  `2023.3.${n + 1}`,
  "交流研讨",
  `主题${n}`,
  9,
  8,
];
const fields = (table: TableInfo | undefined): unknown =>
  Object.fromEntries(table?.columns.map((column) => [column.heading, column.field]) ?? []);

describe("headers", () => {
  test("two rows without merges, the group word over the gap", async () => {
    const { tables, rows } = await parse([
      ["集中学习台账"],
      ["序号", "单位", "日期", "形式", "主题", "出勤情况", null],
      [null, null, null, null, null, "应到", "实到"],
      record(1),
      record(2),
    ]);
    expect(tables).toMatchObject([{ headerRows: [2, 3], firstRow: 4, lastRow: 5, ledger: "study_sessions" }]);
    expect(tables[0]?.columns.at(-1)).toMatchObject({ heading: "实到", group: "出勤情况", field: "实到人数" });
    expect(rows.every((row) => row.complaints.length === 0)).toBe(true);
  });

  test("words that stand only below a merged heading divide it, known or not", async () => {
    const { tables, complaints } = await parse(
      [["序号", "单位", "日期", "形式", "主题", "材料", null], [null, null, null, null, null, "发下", "收上"], record(1)],
      { name: "集中学习台账.xlsx", after: '<mergeCells count="1"><mergeCell ref="F1:G1"/></mergeCells>' },
    );
    expect(tables).toMatchObject([{ headerRows: [1, 2], firstRow: 3 }]);
    expect(complaints).toEqual([]);
  });

  test("line breaks, stars and brackets in headings; a heading nobody knows is a note", async () => {
    const { tables, summary } = await parse([
      ["集中学习台账"],
      ["序\n号", "*单位名称", "活动日期（年/月/日）", "学习形式", "学习主题", "应到人数（人）", "联系邮箱"],
      record(1),
    ]);
    expect(fields(tables[0])).toEqual({
      序号: null,
      "*单位名称": "组织单位",
      "活动日期（年/月/日）": "活动日期",
      学习形式: "学习形式",
      学习主题: "主题",
      "应到人数（人）": "应到人数",
      联系邮箱: null,
    });
    expect(summary.notes).toMatchObject([{ code: "unmapped_columns", message: expect.stringContaining("“联系邮箱”") as string }]);
  });

  test("no title, no note, header in the first row", async () => {
    const { tables } = await parse([heads, record(1)], { name: "集中学习台账.xlsx" });
    expect(tables).toMatchObject([{ ledger: "study_sessions", headerRows: [1], title: null }]);
  });

  test("what an earlier file taught wins", async () => {
    const { tables } = await parse([["集中学习台账"], ["序号", "牵头的", "日期", "形式", "主题", "应到", "备注"], record(1)], {
      memory: { study_sessions: { 牵头的: "组织单位", 备注: null } },
    });
    expect(fields(tables[0])).toMatchObject({ 牵头的: "组织单位", 备注: null });
  });

  test("a table nobody knows is told, not read; a sheet without table too", async () => {
    const unknown = await parse([["采购一览"], ["品名", "规格", "单价"], ["纸", "A4", 20]]);
    expect(unknown.tables).toEqual([]);
    expect(unknown.summary.unrecognised).toMatchObject([{ row: 2, headings: ["品名", "规格", "单价"] }]);
    expect(unknown.summary.notes).toMatchObject([
      { code: "unrecognised", message: expect.stringContaining("第2行起的表（品名、规格、单价）认不出") as string },
    ]);
    expect((await parse([["只有一句话"]])).summary.notes).toMatchObject([{ code: "no_table" }]);
  });

  test("a required column that is not there is said on every row", async () => {
    const { complaints, tables } = await parse([["集中学习台账"], ["单位", "形式", "主题"], ["甲单位", "交流研讨", "一"]], {
      ledger: "study_sessions",
    });
    expect(tables[0]?.missing).toEqual(["活动日期"]);
    expect(complaints).toMatchObject([{ code: "missing", column: null, reason: "表中没有“活动日期”一栏，此栏必填" }]);
  });
});

describe("lines that are no records", () => {
  test("repeated headers, totals, notes, sections, empty lines; two tables on a sheet", async () => {
    const { tables, rows, complaints } = await parse([
      ["集中学习台账"],
      ["填报单位：甲单位", null, null, "填报时间：2022年5月14日"],
      heads,
      record(1),
      [null],
      record(2),
      heads,
      record(3),
      ["甲单位小计", null, null, null, null, 27, 24],
      ["（一）第二部分"],
      record(4),
      [null, "合  计", null, null, null, 36, 32],
      ["注：1.以签到表为准。"],
      ["2.补学另计。"],
      ["填表人：某", null, null, "联系电话：123"],
      ["附件2：实施方案报审情况"],
      ["报送单位", "稿次", "报送日期", "审核意见"],
      ["乙单位", "第1稿", "3月7日", "同意"],
    ]);
    expect(complaints).toEqual([]);
    expect(rows.map((row) => row.row)).toEqual([4, 6, 8, 11, 18]);
    expect(tables.map(({ ledger, firstRow, lastRow, headerRows }) => ({ ledger, firstRow, lastRow, headerRows }))).toEqual([
      { ledger: "study_sessions", firstRow: 4, lastRow: 11, headerRows: [3] },
      { ledger: "plan_approval", firstRow: 18, lastRow: 18, headerRows: [17] },
    ]);
    expect(tables[0]?.skipped).toEqual([
      { row: 5, why: "empty" },
      { row: 7, why: "heading" },
      { row: 9, why: "total" },
      { row: 10, why: "note" },
      { row: 12, why: "total" },
      { row: 13, why: "note" },
      { row: 14, why: "note" },
      { row: 15, why: "note" },
      { row: 16, why: "note" },
    ]);
    expect(tables[0]?.period).toEqual({ year: 2022, month: "2022-05" });
    expect(rows.at(-1)?.values).toMatchObject({ 报送上级日期: "2022-03-07" });
  });

  test("a record of which only one cell is filled is a record, and is complained of", async () => {
    const { complaints } = await parse([["集中学习台账"], heads, record(1), [null, "甲单位"], record(2)]);
    expect(complaints).toMatchObject([{ row: 4, column: "日期", code: "missing", cell: "C4" }]);
  });
});

describe("rows", () => {
  test("merged cells fill down and across, empty cells do not; a bad merged cell is marked where it stands", async () => {
    const { rows, complaints } = await parse(
      [["集中学习台账"], heads, record(1, "甲单位"), record(2, null), record(3, null), record(4, "未知组"), record(5, null)],
      {
        after: '<mergeCells><mergeCell ref="B3:B4"/><mergeCell ref="B6:B7"/><mergeCell ref="F3:G3"/></mergeCells>',
      },
    );
    expect(rows.map((row) => row.values["组织单位"])).toEqual([
      "甲".charCodeAt(0),
      "甲".charCodeAt(0),
      undefined,
      undefined,
      undefined,
    ]);
    expect(rows[0]?.values).toMatchObject({ 应到人数: 9, 实到人数: 8 });
    expect(complaints.map(({ row, cell, code }) => ({ row, cell, code }))).toEqual([
      { row: 6, cell: "B6", code: "unknown_unit" },
      { row: 7, cell: "B6", code: "unknown_unit" },
    ]);
  });

  test("a duplicate is told once, whatever its number and its way of writing", async () => {
    const { complaints } = await parse([
      ["集中学习台账"],
      heads,
      record(1),
      ["9", "甲单位", "2023年3月2日", "交流研讨 ", "主题1", "９人", "8"],
      record(2),
    ]);
    expect(complaints).toMatchObject([{ row: 4, column: null, cell: null, value: null, code: "duplicate" }]);
  });

  test("several bad cells give one complaint each, in column order", async () => {
    const { complaints } = await parse(
      [["集中学习台账"], ["日期", "单位", "形式", "主题", "应到", "实到"], ["2月30日", "丙", "交流研讨", "一", "许多", -1]],
      { ledger: "study_sessions" },
    );
    expect(complaints.map(({ column, code }) => [column, code])).toEqual([
      ["日期", "bad_date"],
      ["单位", "unknown_unit"],
      ["应到", "bad_number"],
      ["实到", "negative"],
    ]);
  });
});

describe("a name beside a number", () => {
  const people = {
    ...lookups,
    person: ({ code, name, unit }: { code?: string; name?: string; unit?: number }) =>
      code === "P001" || (name === "张三" && unit === "甲".charCodeAt(0)) ? { id: 1, name: "张三" } : undefined,
  };
  test("the number wins, the name helps when it is empty, a wrong number is not helped", async () => {
    const head = ["姓名", "人员编号", "单位名称", "类型", "题目"];
    const { rows, complaints, tables } = await parse(
      [
        ["学习笔记"],
        head,
        ["李四", "P001", "甲单位", "学习笔记", "一"],
        ["张三", null, "甲单位", "学习笔记", "二"],
        ["王五", null, "甲单位", "学习笔记", "三"],
        ["张三", "P999", "甲单位", "学习笔记", "四"],
      ],
      { lookups: people },
    );
    expect(fields(tables[0])).toMatchObject({ 姓名: "姓名", 人员编号: "人员编号" });
    expect(rows.map((row) => row.values["人员编号"])).toEqual([1, 1, "王五", undefined]);
    expect(complaints).toMatchObject([{ row: 6, column: "人员编号", code: "unknown_person" }]);
  });
  test("two people of one name: the name stands as written", async () => {
    const two = { ...lookups, person: ({ name }: { name?: string }) => (name === "张三" ? ("ambiguous" as const) : undefined) };
    const grid = [["学习笔记"], ["姓名", "单位名称", "类型", "题目"], ["张三", "甲单位", "学习笔记", "一"]];
    const { rows, complaints } = await parse(grid, { lookups: two });
    expect(rows.map((row) => row.values["人员编号"])).toEqual(["张三"]);
    expect(complaints).toEqual([]);
  });
});

test("a list of something else is not taken for units or people", async () => {
  const { tables, summary } = await parse([
    ["采购清单"],
    ["序号", "单位名称", "品名", "单价", "数量", "状态"],
    [1, "甲单位", "纸", 20, 3, "已到货"],
  ]);
  expect(tables).toEqual([]);
  expect(summary.unrecognised).toHaveLength(1);
});

describe("sheets that would only cost time", () => {
  test("merges over merges, hundreds of tables, thousands of lines that read like headings", async () => {
    const overlapping = Array.from({ length: 5_000 }, () => '<mergeCell ref="A1:B100000"/>').join("");
    await expect(parse([heads, record(1)], { after: `<mergeCells>${overlapping}</mergeCells>` })).rejects.toThrow("互相重叠");
    const many: Grid = Array.from({ length: 300 }, (_, at) => (at % 2 === 0 ? heads : [...heads].toReversed()));
    await expect(parse([["集中学习台账"], ...many])).rejects.toThrow("200 张表");
    const likeHeadings: Grid = Array.from({ length: 20_000 }, (_, at) => ["单位名称", "备注", `品名${at}`, "单价", "规格"]);
    const started = performance.now();
    expect((await parse(likeHeadings)).tables).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
  }, 20_000);
});

test("period: month and year from titles, file names and notes", () => {
  expect(periodOf(["重点问题清单（2023年5月）"], 2022)).toEqual({ year: 2023, month: "2023-05" });
  expect(periodOf(["清单（5月）", null], 2023)).toEqual({ year: null, month: "2023-05" });
  expect(periodOf(["清单", "202304汇总.xlsx"], undefined)).toEqual({ year: 2023, month: "2023-04" });
  expect(periodOf(["3月学习台账", "填报时间：2022年5月14日"], 2023)).toEqual({ year: 2022, month: "2022-03" });
  expect(periodOf(["党的二十大精神", null], 2023)).toEqual({ year: null, month: null });
});

test("a line that says what sums are counted in is no title", async () => {
  const due = ["集中学习台账", "万元"];
  for (const line of ["单位：万元", "（金额单位：万元）", "填报单位：甲单位    单位：人、万元"]) {
    const { tables } = await parse([["集中学习台账"], [line], heads, record(1)]);
    expect([tables[0]?.title, tables[0]?.measure]).toEqual(due);
  }
  const own = await parse([["集中学习台账"], ["单位：甲单位"], heads.toSpliced(1, 1), record(1).toSpliced(1, 1)]);
  expect([own.tables[0]?.measure, own.rows[0]?.values["组织单位"]]).toEqual([null, "甲单位".charCodeAt(0)]);
});

test("the period of a quarter or half-year is its last month", () => {
  expect(periodOf(["统计表（2023年第一季度）", "填报时间：2023年4月9日"], 2023)).toEqual({ year: 2023, month: "2023-03" });
  expect(periodOf(["上半年汇总表"], 2022)).toEqual({ year: null, month: "2022-06" });
  expect(periodOf(["四季青街道清单"], 2022)).toEqual({ year: null, month: null });
});

describe("what stands for other rows, or for none", () => {
  test("同上 and its marks take the cell above, across a subtotal", async () => {
    const { rows, complaints } = await parse([
      ["集中学习台账"],
      heads,
      record(1),
      [2, "同上", "2023.3.5", "〃", "主题2", 9, 8],
      ["小计", null, null, null, null, 18, 16],
      [3, "同上", "2023.3.6", "支部学习", "主题3", 9, 8],
    ]);
    expect(complaints).toEqual([]);
    expect(rows.map(({ values }) => [values["组织单位"] === rows[0]?.values["组织单位"], values["学习形式"]])).toEqual([
      [true, "交流研讨"],
      [true, "交流研讨"],
      [true, "支部学习"],
    ]);
    const first = await parse([["集中学习台账"], heads, [1, "同上", "2023.3.5", "交流研讨", "主题", 9, 8]]);
    expect(first.complaints).toMatchObject([{ column: "单位", value: "同上" }]);
  });

  test("a sentence where a record has its number, and a row of averages, are no records", async () => {
    const { tables, rows } = await parse([
      ["集中学习台账"],
      heads,
      record(1),
      ["以上为第一批报送"],
      record(2),
      ["平均分", null, null, null, null, 9, 8],
    ]);
    expect(rows.map((row) => row.row)).toEqual([3, 5]);
    expect(tables[0]?.skipped).toEqual([
      { row: 4, why: "note" },
      { row: 6, why: "total" },
    ]);
  });
});

describe("a table without a column for its unit", () => {
  const bare = (n: number): Grid[number] => [n, `2023.3.${n + 1}`, "交流研讨", `主题${n}`];
  const head = ["序号", "日期", "形式", "主题"];
  const units = (rows: ParsedRow[]): unknown[] => rows.map(({ values }) => values["组织单位"]);
  const id = (name: string): number => name.charCodeAt(0);

  test("is that of the unit named above it, in a line, a section or between its rows", async () => {
    const sent = await parse([["集中学习台账"], ["填报单位：甲单位    填报时间：2023年5月14日"], head, bare(1)]);
    expect([units(sent.rows), sent.complaints]).toEqual([[id("甲单位")], []]);
    const section = await parse([["集中学习台账"], ["填报单位：甲单位"], ["二、乙单位"], head, bare(1)]);
    expect(units(section.rows)).toEqual([id("乙单位")]);
    const groups = await parse([["集中学习台账"], head, ["甲单位"], bare(1), bare(2), ["乙单位"], bare(3)]);
    expect(units(groups.rows)).toEqual([id("甲单位"), id("甲单位"), id("乙单位")]);
    expect((await parse([["集中学习台账"], ["填报单位：机关党委"], head, bare(1)])).rows[0]?.values["组织单位"]).toBeUndefined();
  });

  test("a column for it is all that counts, even when left empty", async () => {
    const { rows } = await parse([["集中学习台账"], ["填报单位：甲单位"], heads, record(1, null), record(2, "乙单位")]);
    expect(units(rows)).toEqual([undefined, id("乙单位")]);
  });
});

test("assignment takes the best total, not the best single pair", () => {
  expect(
    assign([
      [0.9, 0.8],
      [0.85, 0],
    ]),
  ).toEqual([1, 0]);
  expect(
    assign([
      [0, 0],
      [0, 0.6],
      [0.7, 0.9],
    ]),
  ).toEqual([-1, 1, 0]);
  expect(assign([[0.5, 0.4, 0.3]])).toEqual([0]);
});
