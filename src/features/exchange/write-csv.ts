import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Cell } from "#kernel/values/cell.ts";
import { writeWhole } from "./write-zip.ts";

/** What a spreadsheet would run as a formula: its first character is = + - @, tab or return, also full width. */
const formula = /^'*\s*[=+\-@＝＋－＠\t\r]/;
const plainNumber = /^[-+]?\d+(\.\d+)?%?$/;

/** Text of a CSV field as it was before `csvField` put an apostrophe in front of it. */
export const withoutGuard = (text: string): string => (text.startsWith("'") && formula.test(text) ? text.slice(1) : text);

/**
 * One CSV field (RFC 4180). Text that would be run gets a leading apostrophe, as does what has one already, so that
 * `withoutGuard` gives back what was there; plain numbers such as -5 or +3.2% do not.
 */
export function csvField(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "是" : "否";
  if (typeof value === "object") return value.date.replace("T", " ");
  const risky = formula.test(value) && !plainNumber.test(value);
  const text = risky ? `'${value}` : value;
  return /[",\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** UTF-8 with a byte order mark (Excel needs it to read Chinese), CRLF line ends, one heading row. */
export async function writeCsv(
  output: Writable | string,
  headings: readonly string[],
  rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>,
): Promise<{ rows: number }> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    let out = `\ufeff${headings.map(csvField).join(",")}\r\n`;
    for await (const row of rows) {
      count++;
      out += `${row.map(csvField).join(",")}\r\n`;
      if (out.length > 65_536) {
        yield out;
        out = "";
      }
    }
    yield out;
  }
  await writeWhole(output, (stream) => pipeline(Readable.from(lines(), { objectMode: false }), stream));
  return { rows: count };
}
