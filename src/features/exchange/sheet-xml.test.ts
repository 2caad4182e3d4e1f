import fc from "fast-check";
import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { columnName, excelSerial, linesIn, parseAddress, xmlText } from "./sheet-xml.ts";

test("any text gives well-formed XML; all but forbidden characters come back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      let read = "";
      const parser = new SaxesParser();
      parser.on("text", (part) => (read += part));
      parser.write(`<t a="${xmlText(text)}">${xmlText(text)}</t>`).close();
      const kept = text
        .toWellFormed()
        .replace(/\r\n?/g, "\n")
        .replace(/(?![\t\n])[\p{Cc}]/gu, (c) => (c >= "\u007f" ? c : ""));
      expect(read.replaceAll("_x005F_", "_")).toBe(kept.replace(/[\ufffe\uffff]/g, "").replaceAll("_x005F_", "_"));
    }),
    { seed: 20230314, numRuns: 500 },
  );
});

test("column names and addresses are inverse over the whole sheet", () => {
  expect([0, 25, 26, 701, 702, 16_383].map(columnName)).toEqual(["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
  for (let column = 0; column < 16_384; column += 97)
    expect(parseAddress(`$${columnName(column)}$7`)).toEqual({ column, row: 7 });
  expect(parseAddress("整行")).toBeUndefined();
});

test("dates count as in Excel; impossible and too early ones are no dates", () => {
  expect(["2023-03-15", "2023-03", "1900-03-01", "2023-03-15T12:00"].map(excelSerial)).toEqual([45_000, 44_986, 61, 45_000.5]);
  expect(["2023-02-30", "1900-02-28", "2023.3.15", ""].map(excelSerial)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a Chinese character is two digits wide when lines are counted", () => {
  expect([linesIn("四个汉字", 9), linesIn("五个汉字吗", 9), linesIn("一\n二", 30), linesIn("", 9)]).toEqual([1, 2, 2, 1]);
});
