/** What the reader makes of good cells, and that it refuses, in words, whatever would harm or mislead. */
import { CFB, utils, write } from "@e965/xlsx";
import iconv from "iconv-lite";
import { afterAll, describe, expect, test } from "vitest";
import type { RawRow } from "./exchange.types.ts";
import { FileRefused, type ReadLimits } from "./file-refused.ts";
import { makeXlsx, rowsOf, temporary, zip, type BookSource } from "./fixtures/make-xlsx.ts";
import { readFile } from "./read-file.ts";
import type { ReadEvent } from "./read-events.ts";

const files = temporary();
afterAll(() => files.remove());

const read = async (name: string, content: Buffer | string, limits?: Partial<ReadLimits>): Promise<ReadEvent[]> => {
  const events: ReadEvent[] = [];
  for await (const event of readFile(files.put(name, content), { limits })) events.push(event);
  return events;
};
const rows = (events: ReadEvent[]): RawRow[] => events.flatMap((event) => (event.type === "rows" ? event.rows : []));
const cells = async (book: BookSource): Promise<RawRow["cells"][]> =>
  rows(await read("a.xlsx", await makeXlsx(book))).map((row) => row.cells);
const refusal = async (name: string, content: Buffer | string, limits?: Partial<ReadLimits>): Promise<FileRefused> => {
  try {
    await read(name, content, limits);
  } catch (error) {
    if (error instanceof FileRefused) {
      expect(error.message).toContain(`《${name}》`);
      return error;
    }
    throw error;
  }
  throw new Error("not refused");
};
const sheet = (content: string, after = ""): BookSource => ({ sheets: [{ name: "表", rows: content, after }] });

describe("cells of an .xlsx", () => {
  test("strings: shared, inline, rich, without phonetic guides, escaped", async () => {
    const strings =
      '<si><t>共享 &amp; &#20849;</t></si><si><r><t>富</t></r><r><rPr><b/></rPr><t xml:space="preserve">文本 </t></r><rPh sb="0" eb="1"><t>拼音</t></rPh></si>';
    const row =
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><r><t>内</t></r><r><t>联</t></r><rPh sb="0" eb="1"><t>nei</t></rPh></is></c><c r="D1" t="str"><f>A1&amp;"x"</f><v>结果_x000D_</v></c><c r="E1" t="inlineStr"><is><t><![CDATA[a<b]]></t></is></c></row>';
    expect(await cells({ ...sheet(row), strings })).toEqual([["共享 & 共", "富文本 ", "内联", "结果\r", "a<b"]]);
  });

  test("numbers by their format: dates, times, percents", async () => {
    const formats = [
      14,
      'yyyy"年"m"月"d"日"',
      "[$-804]yyyy/m/d h:mm",
      "h:mm",
      "0.0%",
      '#,##0.00"元"',
      'm"月"d"日";@',
      "[h]:mm",
      31,
      "0.00E+00",
    ];
    const values = [44995, 44995, 44995.625, 0.395833333333333, 0.981, 1234.5, 45000, 1.5, 45001, 12];
    const row = `<row r="1">${values.map((value, at) => `<c r="${String.fromCharCode(65 + at)}1" s="${at + 1}"><v>${value}</v></c>`).join("")}</row>`;
    expect(await cells({ ...sheet(row), formats })).toEqual([
      [
        { date: "2023-03-10" },
        { date: "2023-03-10" },
        { date: "2023-03-10T15:00" },
        "09:30",
        "98.1%",
        1234.5,
        { date: "2023-03-15" },
        { date: "1900-01-01T12:00" },
        { date: "2023-03-16" },
        12,
      ],
    ]);
  });

  test("the 1904 date system", async () => {
    expect(await cells({ ...sheet('<row r="1"><c r="A1" s="1"><v>43533</v></c></row>'), formats: [14], date1904: true })).toEqual(
      [[{ date: "2023-03-10" }]],
    );
  });

  test("booleans, errors, ISO dates, formulas with and without a result", async () => {
    const events = await read(
      "a.xlsx",
      await makeXlsx(
        sheet(
          '<row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3" t="e"><v>#N/A</v></c><c r="C3" t="d"><v>2023-03-10T00:00:00</v></c><c r="D3"><f>1+1</f><v>2</v></c><c r="E3"><f>1+1</f></c><c r="F3"><v>7</v></c></row>',
        ),
      ),
    );
    expect(rows(events)).toEqual([{ row: 3, cells: [true, "#N/A", { date: "2023-03-10" }, 2, null, 7] }]);
    expect(events.at(-1)).toEqual({ type: "end", emptyRows: 0, uncomputed: 1 });
  });

  test("merges come before the rows; hidden sheets are named, not read; rows may lack references", async () => {
    const events = await read(
      "a.xlsx",
      await makeXlsx({
        sheets: [
          { name: "词典", rows: rowsOf([["a"]]), state: "hidden" },
          {
            name: "一&二",
            rows: "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
            after: '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
          },
        ],
      }),
    );
    expect(events).toEqual([
      { type: "hidden", sheet: "词典" },
      { type: "sheet", sheet: "一&二", merges: [{ top: 1, left: 0, bottom: 2, right: 1 }] },
      {
        type: "rows",
        rows: [
          { row: 1, cells: [1, 2] },
          { row: 2, cells: [3] },
        ],
      },
      { type: "end", emptyRows: 0, uncomputed: 0 },
    ]);
  });

  test("a text longer than a cell may hold is cut one character over", async () => {
    const [row] = await cells(
      sheet(rowsOf([[Array.from({ length: 2 ** 20 }, (_, at) => `${(at * 7919) % 1_000_003}长文`).join("")]])),
    );
    expect(row?.[0]).toHaveLength(32_768);
  });

  test("two million empty rows cost little", async () => {
    const empty = Array.from({ length: 2_000_000 }, (_, at) => `<row r="${at + 2}" spans="1:9"/>`).join("");
    const content = await makeXlsx(sheet(rowsOf([["表头"]]) + empty + rowsOf([["末行"]], 2_000_002)));
    const started = performance.now();
    const events = await read("empty.xlsx", content);
    expect(rows(events).map((row) => row.row)).toEqual([1, 2_000_002]);
    expect(events.at(-1)).toMatchObject({ emptyRows: 2_000_000 });
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 40_000);
});

describe("other kinds", () => {
  test(".xls: values, dates, merges", async () => {
    const table = utils.aoa_to_sheet([
      ["日期", "人数", "备注"],
      [44995, 45, "甲"],
      [44996.5, -2, null],
      [null, true, "乙"],
    ]);
    for (const at of ["A2", "A3"]) Object.assign(table[at] as object, { z: "yyyy/m/d h:mm" });
    table["!merges"] = [{ s: { r: 1, c: 2 }, e: { r: 2, c: 2 } }];
    const book = utils.book_new();
    utils.book_append_sheet(book, table, "三月");
    const events = await read("a.xls", write(book, { type: "buffer", bookType: "biff8" }) as Buffer);
    expect(events[0]).toEqual({ type: "sheet", sheet: "三月", merges: [{ top: 2, left: 2, bottom: 3, right: 2 }] });
    expect(rows(events).map((row) => row.cells)).toEqual([
      ["日期", "人数", "备注"],
      [{ date: "2023-03-10" }, 45, "甲"],
      [{ date: "2023-03-11T12:00" }, -2],
      [null, true, "乙"],
    ]);
  });

  test.each([
    ["UTF-8", Buffer.from("单位,人数\r\n甲,45\r\n")],
    ["UTF-8 with BOM", Buffer.from("\ufeff单位,人数\r\n甲,45")],
    ["GB18030", iconv.encode("单位,人数\n甲,45\n", "gb18030")],
    ["UTF-16", Buffer.from("\ufeff单位\t人数\r\n甲\t45\r\n", "utf16le")],
    ["semicolons", Buffer.from("单位;人数\r甲;45\r")],
  ])("CSV in %s", async (_, content) => {
    expect(rows(await read("a.csv", content))).toEqual([
      { row: 1, cells: ["单位", "人数"] },
      { row: 2, cells: ["甲", "45"] },
    ]);
  });

  test("CSV with quotes, line breaks within cells, empty lines", async () => {
    expect(rows(await read("a.csv", '"a ""b""","c\r\nd",\n\n,,"e,f"\n,'))).toEqual([
      { row: 1, cells: ['a "b"', "c\r\nd", null] },
      { row: 3, cells: [null, null, "e,f"] },
    ]);
  });

  test("GB18030 with a lone bad byte: only that cell is spoilt", async () => {
    const content = Buffer.concat([
      iconv.encode("单位,人数\n甲单位,45\n乙", "gb18030"),
      Buffer.from([0xff]),
      iconv.encode("单位,46\n丙单位,47\n", "gb18030"),
    ]);
    const found = rows(await read("a.csv", content));
    expect(found.map((row) => row.cells[1])).toEqual(["人数", "45", "46", "47"]);
    expect(found[2]?.cells[0]).toContain("\ufffd");
    expect(found[3]?.cells[0]).toBe("丙单位");
  });
});

describe("refused", () => {
  const book = (): Promise<Buffer> =>
    makeXlsx(
      sheet(
        rowsOf([
          ["单位", "人数"],
          ["甲", 45],
        ]),
      ),
    );

  test("empty file, wrong content, web page, other zip", async () => {
    expect((await refusal("空.xlsx", "")).code).toBe("empty_file");
    expect((await refusal("文.xlsx", "这是文本，不是工作簿")).code).toBe("not_workbook");
    expect((await refusal("图.csv", Buffer.from([1, 0, 2, 0, 3]))).code).toBe("not_workbook");
    expect((await refusal("网.xls", "<html><table></table></html>")).code).toBe("unsupported");
    expect((await refusal("包.xlsx", await zip({ "a.txt": "x" }))).code).toBe("not_workbook");
    expect((await refusal("文档.xls", CFB.write(cfb(["WordDocument"]), { type: "buffer" }) as Buffer)).code).toBe("not_workbook");
  });

  const cfb = (streams: string[]): ReturnType<typeof CFB.utils.cfb_new> => {
    const file = CFB.utils.cfb_new();
    for (const stream of streams) CFB.utils.cfb_add(file, `/${stream}`, Buffer.alloc(5000));
    return file;
  };

  test("truncated and damaged", async () => {
    const whole = await book();
    expect((await refusal("截断.xlsx", whole.subarray(0, whole.length - 300))).code).toBe("damaged");
    expect((await refusal("截断.xls", Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(100)]))).code).toBe(
      "damaged",
    );
    expect((await refusal("坏.xlsx", await makeXlsx(sheet('<row r="1"><c r="A1"><v>1</c></row>')))).code).toBe("damaged");
    expect(
      (
        await refusal(
          "实体.xlsx",
          await makeXlsx({
            ...sheet(""),
            parts: { "xl/sharedStrings.xml": '<!DOCTYPE x [<!ENTITY a "b">]><sst><si><t>&a;</t></si></sst>' },
          }),
        )
      ).code,
    ).toBe("damaged");
    const spoilt = Buffer.from(whole);
    spoilt.fill(0x55, 60, 200);
    expect((await refusal("乱.xlsx", spoilt)).code).toBe("damaged");
  });

  test("encrypted, macro, external link, binary workbook", async () => {
    expect(
      (await refusal("密.xlsx", CFB.write(cfb(["EncryptionInfo", "EncryptedPackage"]), { type: "buffer" }) as Buffer)).code,
    ).toBe("encrypted");
    expect((await refusal("宏.xlsm", await makeXlsx({ ...sheet(""), parts: { "xl/vbaProject.bin": "x" } }))).code).toBe("macro");
    expect(
      (await refusal("宏.xls", CFB.write(cfb(["Workbook", "_VBA_PROJECT_CUR/VBA/dir"]), { type: "buffer" }) as Buffer)).code,
    ).toBe("macro");
    expect(
      (await refusal("链.xlsx", await makeXlsx({ ...sheet(""), parts: { "xl/externalLinks/externalLink1.xml": "<x/>" } }))).code,
    ).toBe("external_link");
    expect((await refusal("二.xlsb", await makeXlsx({ ...sheet(""), parts: { "xl/workbook.bin": "x" } }))).code).toBe(
      "unsupported",
    );
  });

  test("zip bombs: honest and lying about their size", async () => {
    expect(
      (await refusal("弹.xlsx", await makeXlsx({ ...sheet(""), parts: { "xl/media/a.xml": Buffer.alloc(100 * 2 ** 20) } }))).code,
    ).toBe("zip_bomb");
    const lying = await makeXlsx({ ...sheet(""), parts: { "xl/sharedStrings.xml": Buffer.alloc(100 * 2 ** 20, 0x20) } });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(100 * 2 ** 20);
    for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size, at + 1)) lying.writeUInt32LE(1000, at);
    expect((await refusal("谎.xlsx", lying)).code).toBe("zip_bomb");
  });

  test("too big, too wide, too many rows, too many parts", async () => {
    expect((await refusal("大.xlsx", await book(), { fileBytes: 100 })).code).toBe("too_big");
    const wide = await refusal("宽.xlsx", await makeXlsx(sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')));
    expect(wide.code).toBe("too_wide");
    expect(wide.message).toContain("XFD1048576");
    expect((await refusal("长.xlsx", await makeXlsx(sheet(rowsOf(Array.from({ length: 200_001 }, () => [1])))))).code).toBe(
      "too_many_rows",
    );
    expect((await refusal("多.xlsx", await book(), { entries: 3 })).code).toBe("zip_bomb");
    expect((await refusal("引号.csv", 'a,"b\nc,d\n')).code).toBe("damaged");
  }, 20_000);

  test("memory and time are limited; the process lives on", async () => {
    const strings = Array.from({ length: 400_000 }, (_, at) => `<si><t>${at}${"字".repeat(40)}</t></si>`).join("");
    expect((await refusal("忆.xlsx", await makeXlsx({ ...sheet(rowsOf([[1]])), strings }), { heapMegabytes: 24 })).code).toBe(
      "too_much_memory",
    );
    expect((await refusal("慢.xlsx", await book(), { milliseconds: 1 })).code).toBe("too_slow");
    expect(rows(await read("好.xlsx", await book()))).toHaveLength(2);
  }, 20_000);

  test("a consumer that leaves early ends the worker", async () => {
    const path = files.put("早.xlsx", await makeXlsx(sheet(rowsOf(Array.from({ length: 20_000 }, (_, at) => [at])))));
    for await (const event of readFile(path)) if (event.type === "rows") break;
  });
});
