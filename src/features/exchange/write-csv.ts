import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Cell } from "#kernel/values/cell.ts";
import { writeWhole } from "./write-zip.ts";

/**
 * One CSV field (RFC 4180). Text that a spreadsheet would run as a formula (first character = + - @, tab or return, also
 * full width) gets a leading apostrophe; plain numbers such as -5 or +3.2% do not.
 */
export function csvField(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "是" : "否";
  if (typeof value === "object") return value.date.replace("T", " ");
  const risky = /^\s*[=+\-@＝＋－＠\t\r]/.test(value) && !/^[-+]?\d+(\.\d+)?%?$/.test(value);
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
