/** The messy ledgers of a municipality: every table found, every row typed, exactly the complaints that are due. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Lookups } from "#kernel/values/cell.ts";
import type { ParsedRow, TableInfo } from "./exchange.types.ts";
import { sampleLookups } from "./fixtures/lookups.ts";
import { messyLedgers } from "./fixtures/messy-ledgers.ts";
import { parseFile, type FileNote } from "./parse-file.ts";

const samples = new URL("../../../samples/", import.meta.url).pathname;
const folder = `${samples}municipality-messy/`;
interface Part {
  file: string;
  sheet: string | null;
  table: number;
  header_rows: number[];
  first_data_row: number;
  last_data_row: number;
  valid_rows: number;
  invalid_rows: number;
  columns: Record<string, string>;
}
const expected = JSON.parse(readFileSync(`${folder}expected.json`, "utf8")) as { ledgers: { id: string; parts: Part[] }[] };
const errors = JSON.parse(readFileSync(`${folder}errors.json`, "utf8")) as { file: string; row: number }[];
const parts = expected.ledgers.flatMap((ledger) => ledger.parts.map((part) => ({ ...part, ledger: ledger.id })));
const files = [...new Set(parts.map((part) => part.file))];

/** 类型（心得体会/学习笔记） is declared as 类型 with a list of values. */
const declared = (name: string): string => name.replace(/（[^（）]*\/[^（）]*）$/, "");

interface Result {
  table: TableInfo;
  rows: ParsedRow[];
  valid: number;
  invalid: number;
}
let lookups: Lookups;
const results = new Map<string, Result[]>();
const notes: FileNote[] = [];

const parse = async (file: string, ledger?: string): Promise<Result[]> => {
  const found: Result[] = [];
  for await (const event of parseFile(folder + file, { ledgers: messyLedgers, lookups, ledger })) {
    if (event.type === "table") found.push({ table: event.table, rows: [], valid: 0, invalid: 0 });
    else if (event.type === "rows") found.at(-1)?.rows.push(...event.rows);
    else if (event.type === "tableEnd") Object.assign(found.at(-1) ?? {}, { valid: event.valid, invalid: event.invalid });
    else if (event.type === "note") notes.push(event.note);
    else expect(event.summary.unrecognised).toEqual([]);
  }
  return found;
};

beforeAll(async () => {
  lookups = await sampleLookups(
    `${samples}municipality/01纳入范围单位及纪检组织台账.xlsx`,
    `${samples}municipality/02人员底册.xlsx`,
  );
  for (const file of files) results.set(file, await parse(file));
}, 60_000);

const summary = (result: Result): unknown => ({
  ledger: result.table.ledger,
  sheet: result.table.sheet,
  table: result.table.table,
  header_rows: result.table.headerRows,
  first_data_row: result.rows[0]?.row,
  last_data_row: result.rows.at(-1)?.row,
  valid_rows: result.valid,
  invalid_rows: result.invalid,
  columns: Object.fromEntries(
    result.table.columns.filter((column) => column.field !== null).map((column) => [column.heading, column.field]),
  ),
});

describe("municipality-messy", () => {
  test.each(files)("%s: tables, rows and columns", (file) => {
    const due = parts
      .filter((part) => part.file === file)
      .map(({ file: _file, columns, ...part }) => ({
        ...part,
        columns: Object.fromEntries(Object.entries(columns).map(([heading, field]) => [heading, declared(field)])),
      }));
    expect(results.get(file)?.map(summary)).toEqual(due);
    for (const { table, rows } of results.get(file) ?? []) {
      expect(table.firstRow).toBe(rows[0]?.row);
      expect(table.lastRow).toBe(rows.at(-1)?.row);
    }
  });

  test("exactly the complaints of errors.json", () => {
    const complaints = [...results.values()].flat().flatMap(({ rows }) => rows.flatMap((row) => row.complaints));
    expect(complaints.map(({ cell: _cell, suggestion: _suggestion, ...complaint }) => complaint)).toEqual(errors);
  });

  test("a given ledger finds the same tables and rows", async () => {
    const file = "07互动式案例式教学统计表.xlsx";
    const given = await parse(file, "warning_education");
    expect(given.map((result) => ({ rows: result.rows, columns: result.table.columns }))).toEqual(
      results.get(file)?.map((result) => ({ rows: result.rows, columns: result.table.columns })),
    );
  });

  test("values are typed", () => {
    const first = (file: string): ParsedRow["values"] | undefined => results.get(file)?.[0]?.rows[1]?.values;
    expect(first("01各区集中学习台账（16个区）.xlsx")).toMatchObject({
      活动日期: "2023-03-14",
      组织单位: lookups.unit("云栖区纪委监委")?.id,
      应到人数: 66,
      学时: 2,
    });
    expect(first("10重点问题清单（5月）.xlsx")).toMatchObject({
      版本月份: "2023-05",
      完成时限: "2023-06-19",
      责任单位: "第二监督检查室",
    });
    const writer = lookups.person({ name: "蔡秀颖", unit: lookups.unit("市纪委监委机关")?.id ?? 0 });
    expect(writer).toMatchObject({ name: "蔡秀颖" });
    // A column of names brings the reference that the names are computed from.
    expect(results.get("12心得体会和学习笔记统计.xlsx")?.[1]?.rows[0]?.values).toMatchObject({
      人员编号: typeof writer === "object" ? writer.id : "",
      字数: 14_000,
      提交日期: "2023-05-08",
    });
    expect(results.get("06人员底册（各区）.xlsx")?.[1]?.rows[0]?.values).toMatchObject({ 出生年月: "1967-01", 纳入范围: "是" });
  });
});
