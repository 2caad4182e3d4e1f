import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { readXlsx } from "hucre/xlsx";
import { afterAll, describe, expect, test } from "vitest";
import type { Complaint, RawRow } from "./exchange.types.ts";
import { opinionHeading, opinionText, type MarkedTable } from "./mark-plan.ts";
import { markRows } from "./mark-rows.ts";
import { markWorkbook } from "./mark-workbook.ts";
import { columnName } from "./sheet-xml.ts";
import { partsOf, plantedErrors, samples, tablesOf } from "./workbook.fixture.ts";
import { writeZip } from "./write-zip.ts";

const folder = mkdtempSync(join(tmpdir(), "mark-workbook-"));
afterAll(() => rmSync(folder, { recursive: true }));

const complaint = (given: Partial<Complaint>): Complaint => ({
  file: "f",
  sheet: "表",
  row: 3,
  column: null,
  cell: null,
  value: null,
  code: "bad_value",
  reason: "有误",
  suggestion: null,
  ...given,
});

async function marked(file: Buffer, tables: MarkedTable[], complaints: Complaint[]): Promise<Buffer> {
  const output = new PassThrough();
  const bytes = buffer(output);
  expect(await markWorkbook(file, tables, complaints, output)).toEqual({ unplaced: [] });
  return bytes;
}

/** Address → fill colour of every red cell of a sheet. */
async function redCells(file: Buffer, sheet: string): Promise<string[]> {
  const book = await readXlsx(file, { readStyles: true });
  const cells = book.sheets.find(({ name }) => name === sheet)!.cells!;
  return [...cells].flatMap(([at, cell]) => {
    if (!JSON.stringify(cell.style?.fill ?? {}).includes("FFC7CE")) return [];
    const [row, column] = at.split(",").map(Number) as [number, number];
    return [`${columnName(column)}${row + 1}`];
  });
}

async function values(file: Buffer): Promise<Map<string, unknown[][]>> {
  return new Map((await readXlsx(file)).sheets.map(({ name, rows }) => [name, rows]));
}

const messy = readdirSync(new URL("municipality-messy/", samples)).filter((name) => name.endsWith(".xlsx"));

describe.each(messy)("sample %s", (name) => {
  const original = readFileSync(new URL(`municipality-messy/${name}`, samples));
  const errors = plantedErrors(name);

  test("bad cells are red, reasons stand beside them, nothing else changed", async () => {
    const tables = await tablesOf(original);
    const result = await marked(original, tables, errors);
    const [before, after] = [await values(original), await values(result)];
    for (const [sheet, rows] of after) {
      const own = errors.filter((error) => error.sheet === sheet);
      const table = tables.find((one) => one.sheet === sheet)!;
      const added = rows[Math.max(...table.headerRows) - 1]?.indexOf(opinionHeading) ?? -1;
      expect(added >= 0).toBe(own.length > 0);
      const without = rows.map((row) => row.map((cell, i) => (i === added ? null : cell)));
      const plain = (list: unknown[][]): unknown[][] =>
        list.map((row) => row.slice(0, row.findLastIndex((cell) => cell !== null && cell !== "") + 1));
      expect(plain(without)).toEqual(plain(before.get(sheet)!));
      const red = own.length > 0 ? await redCells(result, sheet) : [];
      for (const error of own) {
        expect(rows[error.row - 1]![added]).toContain(error.reason);
        const column = table.columns.find(({ heading }) => heading === error.column)?.index;
        if (error.column !== null && column !== undefined)
          expect(red.some((at) => at === `${columnName(column)}${error.row}`)).toBe(true);
        if (error.column === null) expect(red.filter((at) => at.endsWith(String(error.row))).length).toBeGreaterThan(3);
      }
    }
    const [partsBefore, partsAfter] = [await partsOf(original), await partsOf(result)];
    expect([...partsAfter.keys()].toSorted()).toEqual([...partsBefore.keys()].toSorted());
    const changed = [...partsBefore].filter(([part, xml]) => partsAfter.get(part) !== xml).map(([part]) => part);
    expect(changed).toHaveLength(new Set(errors.map(({ sheet }) => sheet)).size + 1);
    for (const part of changed.filter((one) => one.includes("sheet"))) {
      const merges = (xml: string): string => /<mergeCells.*<\/mergeCells>/s.exec(xml)?.[0] ?? "";
      expect(merges(partsAfter.get(part)!)).toBe(merges(partsBefore.get(part)!));
    }
  });

  test("sent again corrected: old marks go, the column is used again", async () => {
    const first = await marked(original, await tablesOf(original), errors);
    const again = await tablesOf(first);
    const [kept] = errors;
    const second = await marked(first, again, [kept!]);
    const rows = await values(second);
    for (const sheet of new Set(errors.map((error) => error.sheet!))) {
      const reasons = rows
        .get(sheet)!
        .flat()
        .filter((cell) => errors.some(({ reason }) => String(cell).includes(reason)));
      expect(reasons).toHaveLength(sheet === kept!.sheet ? 1 : 0);
      if (sheet !== kept!.sheet) expect(await redCells(second, sheet)).toEqual([]);
      expect(
        rows
          .get(sheet)!
          .flat()
          .filter((cell) => cell === opinionHeading),
      ).toHaveLength(1);
    }
  });
});

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const relations = (list: string): string =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list}</Relationships>`;

/** The least that is a workbook: one sheet 表, no styles part. */
async function workbook(sheet: string, styles?: string): Promise<Buffer> {
  const parts: [string, string][] = [
    [
      "[Content_Types].xml",
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    ],
    ["_rels/.rels", relations(`<Relationship Id="a" Type="${type}/officeDocument" Target="/xl/workbook.xml"/>`)],
    [
      "xl/workbook.xml",
      `<workbook ${main} xmlns:r="${type}"><sheets><sheet name="表" sheetId="1" r:id="s"/></sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      relations(
        `<Relationship Id="s" Type="${type}/worksheet" Target="worksheets/sheet1.xml"/>${styles ? `<Relationship Id="t" Type="${type}/styles" Target="styles.xml"/>` : ""}`,
      ),
    ],
    ["xl/worksheets/sheet1.xml", sheet],
  ];
  if (styles) parts.push(["xl/styles.xml", styles]);
  const output = new PassThrough();
  const bytes = buffer(output);
  await writeZip(
    output,
    parts.map(([name, xml]) => ({ name, modified: new Date(0), content: () => [xml] })),
  );
  return bytes;
}
const table: MarkedTable = {
  sheet: "表",
  headerRows: [1],
  firstRow: 2,
  lastRow: 9,
  columns: [
    { index: 0, heading: "单位", field: null },
    { index: 1, heading: "人数", field: null },
  ],
};

describe("unusual sheets", () => {
  test("prefixed elements, cells without addresses, no styles part, a column range over the added column", async () => {
    const file = await workbook(
      `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:cols><x:col min="2" max="16384" width="9"/></x:cols><x:sheetData><x:row r="1"><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row><x:row><x:c><x:v>3</x:v></x:c><x:c><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
    );
    const parts = await partsOf(await marked(file, [table], [complaint({ row: 2, column: "人数" })]));
    const xml = parts.get("xl/worksheets/sheet1.xml")!;
    expect(xml).toContain(
      '<x:cols><x:col min="2" max="2" width="9"/><x:col min="3" max="3" width="50" customWidth="1"/><x:col min="4" max="16384" width="9"/></x:cols>',
    );
    expect(xml).toMatch(
      /<x:c s="\d+"><x:f>1\+1<\/x:f><x:v>2<\/x:v><\/x:c><x:c r="C2" s="\d+" t="inlineStr"><x:is><x:t xml:space="preserve">人数：有误。<\/x:t>/,
    );
    expect(parts.get("[Content_Types].xml")).toContain("/xl/styles.xml");
    expect(parts.get("xl/_rels/workbook.xml.rels")).toContain("/xl/styles.xml");
    expect(parts.get("xl/styles.xml")).toContain("FFFFC7CE");
  });

  test("an empty cell, an empty row and a row that is not stored can be complained of", async () => {
    const file = await workbook(
      `<worksheet ${main}><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"/><row r="5"><c r="B5"><v>1</v></c></row></sheetData></worksheet>`,
    );
    const result = await marked(
      file,
      [table],
      [
        complaint({ row: 2, column: "单位" }),
        complaint({ row: 3 }),
        complaint({ row: 5, cell: "A5", column: "单位" }),
        complaint({ row: 8, column: "人数" }),
      ],
    );
    expect((await redCells(result, "表")).toSorted()).toEqual(["A2", "A3", "A5", "B3", "B8"]);
    const xml = (await partsOf(result)).get("xl/worksheets/sheet1.xml")!;
    expect([...xml.matchAll(/<row r="(\d+)"/g)].map(([, row]) => Number(row))).toEqual([1, 2, 3, 5, 8]);
    expect(xml).toMatch(/<row r="5"><c r="A5" s="\d+"\/><c r="B5"><v>1<\/v><\/c><c r="C5"/);
  });

  test("a complaint about a covered cell marks the merged cell that shows its value; the reason stays in its row", async () => {
    const file = await workbook(
      `<worksheet ${main}><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="B3"><v>1</v></c></row><row r="4"><c r="B4"><v>1</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A2:A4"/></mergeCells></worksheet>`,
    );
    const result = await marked(file, [table], [complaint({ row: 3, column: "单位" }), complaint({ row: 4, code: "duplicate" })]);
    expect((await redCells(result, "表")).toSorted()).toEqual(["A2", "B4"]);
    expect((await values(result)).get("表")!.map((row) => row[2] ?? null)).toEqual([
      opinionHeading,
      null,
      "单位：有误。",
      "有误。",
    ]);
  });

  test("existing styles keep their numbers and the marked ones keep format and border", async () => {
    const styles = `<styleSheet ${main}><fonts count="1"><font/></fonts><fills count="2"><fill/><fill><patternFill/></fill></fills><borders count="1"><border/></borders><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/><xf numFmtId="14" fontId="0" fillId="1" borderId="0" applyNumberFormat="1"><alignment wrapText="1"/></xf></cellXfs></styleSheet>`;
    const file = await workbook(
      `<worksheet ${main}><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="A3" s="1"><v>45000</v></c></row></sheetData></worksheet>`,
      styles,
    );
    const xml = (await partsOf(await marked(file, [table], [complaint({ row: 3, column: "单位" })]))).get("xl/styles.xml")!;
    expect(xml).toContain(
      '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/><xf numFmtId="14" fontId="0" fillId="1" borderId="0" applyNumberFormat="1"><alignment wrapText="1"/></xf>',
    );
    expect(xml).toContain(
      '<xf numFmtId="14" fontId="0" borderId="0" applyNumberFormat="1" fillId="2" applyFill="1"><alignment wrapText="1"/></xf>',
    );
    expect(xml).toContain('<fills count="3">');
  });

  test("complaints about a sheet that is not there are handed back", async () => {
    const file = await workbook(`<worksheet ${main}><sheetData/></worksheet>`);
    const lost = complaint({ sheet: "没有" });
    expect(await markWorkbook(file, [], [lost], new PassThrough().resume())).toEqual({ unplaced: [lost] });
  });
});

test("several complaints about a row are numbered", () => {
  expect(
    opinionText([
      complaint({ column: "时间", reason: "日期2023-02-30不存在", suggestion: "2023年2月28日" }),
      complaint({ reason: "重复填报", suggestion: "请删除其中一行" }),
    ]),
  ).toBe("1. 时间：日期2023-02-30不存在。建议：2023年2月28日。\n2. 重复填报。请删除其中一行。");
});

test("rows of an .xls or .csv keep their places in the .xlsx that goes back", async () => {
  const rows: RawRow[] = [
    { row: 1, cells: ["单位", "人数"] },
    { row: 3, cells: ["=云栖区", -5] },
    { row: 4, cells: ["鹿鸣区", 6] },
  ];
  const output = new PassThrough();
  const bytes = buffer(output);
  const csv = { ...table, sheet: null };
  await markRows(
    "上报.csv",
    [{ sheet: null, rows }],
    [csv],
    [complaint({ sheet: null, row: 3, column: "人数", reason: "人数为负数" })],
    new Date(0),
    output,
  );
  const result = await bytes;
  expect((await values(result)).get("上报.csv")!.map((row) => row.map((cell) => cell ?? null))).toEqual([
    ["单位", "人数", opinionHeading],
    [null, null, null],
    ["=云栖区", -5, "人数：人数为负数。"],
    ["鹿鸣区", 6, null],
  ]);
  expect(await redCells(result, "上报.csv")).toEqual(["B3"]);
});

test("100,000 rows with 20,000 complaints are marked within a heap of 256 MB: less than the sheet alone takes as text", () => {
  const at = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `
    import { writeWorkbook } from ${at("write-workbook.ts")};
    import { markWorkbook } from ${at("mark-workbook.ts")};
    const [big, out] = process.argv.slice(1);
    const columns = Array.from({ length: 15 }, (_, i) => ({ heading: "栏目" + i, width: 12, style: "text" }));
    function* rows() { for (let n = 0; n < 100000; n++) yield { cells: columns.map((_, i) => "云栖区纪委监委" + (n * 31 + i)) }; }
    await writeWorkbook(big, { title: "大表", created: new Date(0), sheets: [{ name: "大表", columns, rows: rows() }] });
    const table = { sheet: "大表", headerRows: [1], firstRow: 2, lastRow: 100001, columns: columns.map(({ heading }, index) => ({ index, heading, field: null })) };
    const complaints = Array.from({ length: 20000 }, (_, i) => ({ file: "大表", sheet: "大表", row: 2 + i * 5, column: "栏目3", cell: null, value: null, code: "bad_value", reason: "有误", suggestion: null }));
    const before = process.cpuUsage();
    console.log(JSON.stringify(await markWorkbook(big, [table], complaints, out)));
    const { user, system } = process.cpuUsage(before);
    if (process.env.MEASURE) console.log((user + system) / 1e6, "CPU s", process.resourceUsage().maxRSS / 1024, "MB");`;
  const run = spawnSync(
    process.execPath,
    ["--max-old-space-size=256", "--input-type=module", "-e", script, join(folder, "大表.xlsx"), join(folder, "标注.xlsx")],
    { encoding: "utf8" },
  );
  expect(run.stderr).toBe("");
  if (process.env["MEASURE"]) console.log(run.stdout);
  expect(run.stdout).toContain('{"unplaced":[]}');
}, 120_000);
