import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ledgerSchema, type Ledger } from "#kernel/definitions.ts";
import { readXlsx } from "hucre/xlsx";
import { afterAll, describe, expect, test, vi } from "vitest";
import { writeLedger, writeLedgerCsv, type LedgerSheet, type ShownEntry } from "./export-ledger.ts";
import { partsOf } from "./workbook.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "export-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

const source = ledgerSchema.parse({
  key: "study",
  name: "集中学习台账",
  title: "全市教育整顿集中学习台账",
  fields: [
    { name: "序号", type: "serial" },
    { name: "活动编号", required: true, maxLength: 20, description: "本单位自编的编号" },
    { name: "学习日期", type: "date", required: true },
    { name: "月份", type: "month" },
    { name: "活动类型", type: "choice", values: ["中心组学习", "读书班"] },
    { name: "篇目", type: "choices", values: Array.from({ length: 40 }, (_, i) => `第${i + 1}篇必读文献`) },
    { name: "应到", type: "integer", unit: "人", under: "出勤情况" },
    { name: "实到", type: "integer", unit: "人", under: "出勤情况" },
    { name: "参学率", type: "decimal", unit: "%", decimals: 1, max: 100 },
    { name: "是否补学", type: "boolean" },
    { name: "起止", type: "period" },
    { name: "参加人员", type: "people" },
    { name: "内部意见", hidden: true },
    { name: "备注", type: "longtext" },
  ],
  lifecycle: { initial: "未开展", states: ["未开展", "已归档"] },
});
const ledger: Ledger = { ...source, columns: [...source.fields.map((field) => field.name), "状态"] };
const created = new Date("2023-05-14T02:00:00Z");
const entry: ShownEntry = {
  活动编号: "0012345678901234567",
  学习日期: "2023-03-15",
  月份: "2023-03",
  活动类型: "读书班",
  篇目: ["第1篇必读文献", "第2篇必读文献"],
  应到: 45,
  实到: "44",
  参学率: "97.8",
  是否补学: false,
  起止: "2023-04-10/2023-07-07",
  参加人员: ["张三", "李四"],
  内部意见: "不外传",
  备注: "无",
  状态: "已归档",
};

async function written(entries: LedgerSheet["entries"]): Promise<Buffer> {
  const output = new PassThrough();
  const bytes = buffer(output);
  await writeLedger(output, { ledger, organ: "市教育整顿领导小组办公室", asOf: "2023-05-07", created, entries });
  return bytes;
}

describe("the official workbook", () => {
  test("has title, note, two heading rows with their merges, frozen panes, print set-up and drop-downs", async () => {
    const file = await written([entry]);
    const book = await readXlsx(file);
    expect(book.sheets.map(({ name, hidden }) => [name, hidden ?? false])).toEqual([
      ["集中学习台账", false],
      ["填表说明", false],
      ["下拉选项", true],
    ]);
    const [sheet, help, options] = book.sheets;
    expect(sheet!.rows.slice(0, 2).map((row) => row[0])).toEqual([
      "全市教育整顿集中学习台账",
      "填报单位：市教育整顿领导小组办公室        截止时间：2023年5月7日",
    ]);
    expect(sheet!.rows[2]!.slice(4, 9)).toEqual(["活动类型", "篇目", "出勤情况", null, "参学率"]);
    expect(sheet!.rows[3]!.slice(4, 9)).toEqual([null, null, "应到", "实到", null]);
    const xml = (await partsOf(file)).get("xl/worksheets/sheet1.xml")!;
    const merges = [...xml.matchAll(/mergeCell ref="([^"]+)"/g)].map(([, ref]) => ref);
    expect(merges).toEqual(expect.arrayContaining(["A1:N1", "A2:N2", "G3:H3", "A3:A4", "N3:N4"]));
    expect(merges).toHaveLength(15);
    expect(sheet!.freezePane).toMatchObject({ rows: 4, columns: 2 });
    expect(sheet!.pageSetup).toMatchObject({ orientation: "landscape", fitToWidth: 1, fitToHeight: 0 });
    expect(xml).toContain('paperSize="9"');
    expect(xml).toContain("&amp;P");
    expect((await partsOf(file)).get("xl/workbook.xml")).toContain(
      `<definedName name="_xlnm.Print_Titles" localSheetId="0">'集中学习台账'!$3:$4</definedName>`,
    );
    expect(
      [...xml.matchAll(/sqref="([A-Z]+)5:[A-Z]+1048576"><formula1>([^<]*)</g)].map(([, column, list]) => [column, list]),
    ).toEqual([
      ["E", "&quot;中心组学习,读书班&quot;"],
      ["F", "下拉选项!$A$1:$A$40"],
      ["J", "&quot;是,否&quot;"],
      ["N", "&quot;未开展,已归档&quot;"],
    ]);
    expect(options!.rows).toHaveLength(40);
    const number = help!.rows.find((row) => row[1] === "活动编号");
    expect(number).toEqual([2, "活动编号", "本单位自编的编号", "必填", "文字，一行；不超过20字", null]);
    expect(help!.rows.flat()).not.toContain("内部意见");
  });

  test("writes real dates and numbers, text as text, and counts 序号 anew", async () => {
    const file = await written([entry, { ...entry, 学习日期: "2023年3月中旬", 应到: "约40", 备注: null }]);
    const [sheet] = (await readXlsx(file)).sheets;
    expect(sheet!.rows[4]).toEqual([
      1,
      "0012345678901234567",
      new Date("2023-03-15T00:00:00Z"),
      new Date("2023-03-01T00:00:00Z"),
      "读书班",
      "第1篇必读文献、第2篇必读文献",
      45,
      44,
      97.8,
      "否",
      "2023年4月10日至2023年7月7日",
      "张三、李四",
      "无",
      "已归档",
    ]);
    expect(sheet!.rows[5]!.slice(0, 7)).toEqual([
      2,
      "0012345678901234567",
      "2023年3月中旬",
      new Date("2023-03-01T00:00:00Z"),
      "读书班",
      "第1篇必读文献、第2篇必读文献",
      "约40",
    ]);
  });

  test("without entries is a form to fill in, with frames and drop-downs", async () => {
    const file = await written([]);
    const xml = (await partsOf(file)).get("xl/worksheets/sheet1.xml")!;
    expect([...xml.matchAll(/<row /g)]).toHaveLength(4 + 20);
    expect(xml).toContain("<dataValidations");
    expect(
      (await readXlsx(file)).sheets[0]!.rows.slice(4)
        .flat()
        .filter((cell) => cell !== null && cell !== ""),
    ).toEqual([]);
  });

  test("never turns what a user wrote into a formula, and drops characters that XML forbids", async () => {
    const texts = [
      "=1+1",
      "+86",
      "-5+cmd|' /C calc'!A0",
      "@SUM(A1)",
      "\t=1",
      "a\u0000b\u000bc",
      "_x0041_",
      "<b>&\"'",
      "行一\r\n行二",
      "\ud800半个",
      "😀",
    ];
    const file = await written(texts.map((text) => ({ 活动编号: text, 备注: text, 应到: text })));
    const parts = await partsOf(file);
    for (const [name, xml] of parts) if (name.startsWith("xl/worksheets")) expect(xml).not.toMatch(/<f[ >]/);
    const xml = parts.get("xl/worksheets/sheet1.xml")!;
    expect(xml).toContain("_x005F_x0041_");
    const rows = (await readXlsx(file)).sheets[0]!.rows.slice(4);
    const shown = [
      "=1+1",
      "+86",
      "-5+cmd|' /C calc'!A0",
      "@SUM(A1)",
      "\t=1",
      "abc",
      undefined,
      "<b>&\"'",
      "行一\n行二",
      "\ufffd半个",
      "😀",
    ];
    shown.forEach((text, i) => {
      if (text !== undefined) for (const column of [1, 6, 12]) expect(rows[i]![column]).toBe(text);
    });
  });

  test("cuts text that no cell can hold, and says so", async () => {
    const [sheet] = (await readXlsx(await written([{ 备注: "长".repeat(40_000) }]))).sheets;
    const text = String(sheet!.rows[4]![12]);
    expect(text).toHaveLength(32_767);
    expect(text).toMatch(/……（原文共40000字，超出单元格上限，此处未全列）$/);
  });

  test("names nobody in the document's properties", async () => {
    const core = (await partsOf(await written([entry]))).get("docProps/core.xml")!;
    expect(core).toContain("<dc:creator>一本账</dc:creator>");
    expect(core).not.toContain("lastModifiedBy");
  });
});

test("a file appears only when whole", async () => {
  const path = join(folder, "台账.xlsx");
  writeFileSync(path, "上一份");
  async function* broken(): AsyncGenerator<ShownEntry> {
    yield entry;
    throw new Error("连接中断");
  }
  await expect(writeLedger(path, { ledger, created, entries: broken() })).rejects.toThrow("连接中断");
  expect(readFileSync(path, "utf8")).toBe("上一份");
  expect(readdirSync(folder)).toEqual(["台账.xlsx"]);
  expect(await writeLedger(path, { ledger, created, entries: [entry] })).toEqual({ rows: 1 });
  expect((await readXlsx(readFileSync(path))).sheets[0]!.rows[4]![1]).toBe(entry["活动编号"]);
  expect(readdirSync(folder)).toEqual(["台账.xlsx"]);
});

test("a receiver who goes away lets the source go", async () => {
  let [given, released] = [0, false];
  async function* endless(): AsyncGenerator<ShownEntry> {
    try {
      for (; ; given++) yield entry;
    } finally {
      released = true;
    }
  }
  const output = new PassThrough();
  output.on("data", () => given > 5000 && output.destroy());
  await expect(writeLedger(output, { ledger, created, entries: endless() })).rejects.toThrow();
  await vi.waitFor(() => expect(released).toBe(true));
});

test("CSV is UTF-8 with a byte order mark; formulas are defused, plain numbers are not", async () => {
  const output = new PassThrough();
  const bytes = buffer(output);
  await writeLedgerCsv(output, { ledger, created, entries: [{ ...entry, 备注: '=HYPERLINK("x","y")', 活动编号: "-5" }] });
  const lines = (await bytes).toString("utf8").split("\r\n");
  expect(lines[0]).toBe(`\ufeff序号,活动编号,学习日期,月份,活动类型,篇目,应到,实到,参学率,是否补学,起止,参加人员,备注,状态`);
  expect(lines[1]).toBe(
    `1,-5,2023-03-15,2023-03,读书班,第1篇必读文献、第2篇必读文献,45,44,97.8,否,2023年4月10日至2023年7月7日,张三、李四,"'=HYPERLINK(""x"",""y"")",已归档`,
  );
});

test("100,000 rows need no more memory than a few: a heap of 48 MB is enough", () => {
  const script = `
    import { writeLedger } from ${JSON.stringify(new URL("export-ledger.ts", import.meta.url).href)};
    const fields = Array.from({ length: 15 }, (_, i) => ({ name: "栏目" + i, type: i % 3 ? "text" : "integer", aliases: [], min: 0, hidden: false, open: false, required: false }));
    const ledger = { name: "大表", fields, columns: fields.map((field) => field.name) };
    function* entries() {
      for (let n = 0; n < 100000; n++) yield Object.fromEntries(fields.map(({ name, type }, i) => [name, type === "text" ? "云栖区纪委监委" + (n * 31 + i) : n]));
    }
    console.log((await writeLedger(process.argv[1], { ledger, created: new Date(0), entries: entries() })).rows);`;
  const path = join(folder, "大表.xlsx");
  const run = spawnSync(process.execPath, ["--max-old-space-size=48", "--input-type=module", "-e", script, path], {
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  expect(run.stdout.trim()).toBe("100000");
}, 60_000);
