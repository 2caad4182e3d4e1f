/** Rows of a CSV file (RFC 4180, and what is sent in its name): UTF-8, GB18030 or UTF-16; comma, tab or semicolon. */
import { createReadStream } from "node:fs";
import type { Cell } from "#kernel/values/cell.ts";
import type { RawRow } from "./exchange.types.ts";
import { FileRefused, type ReadLimits } from "./file-refused.ts";
import type { ReadEvent, RowBudget } from "./read-events.ts";
import { withoutGuard } from "./write-csv.ts";

type Encoding = "utf-8" | "gb18030" | "utf-16le" | "utf-16be";

async function* decode(path: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of createReadStream(path)) yield decoder.decode(chunk as Buffer, { stream: true });
  yield decoder.decode();
}

/** How many bytes an encoding cannot read; stops counting when it is clear. */
const misfits = async (path: string, encoding: Encoding): Promise<number> => {
  let count = 0;
  for await (const text of decode(path, encoding))
    for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at + 1)) count++;
  return count;
};

/** UTF-8 if it fits; else whichever of UTF-8 and GB18030 has fewer bytes that mean nothing. */
const encodingOf = async (path: string): Promise<Encoding> => {
  for await (const chunk of createReadStream(path, { end: 1 })) {
    const [a, b] = chunk as Buffer;
    if (a === 0xff && b === 0xfe) return "utf-16le";
    if (a === 0xfe && b === 0xff) return "utf-16be";
  }
  const utf8 = await misfits(path, "utf-8");
  return utf8 > 0 && (await misfits(path, "gb18030")) < utf8 ? "gb18030" : "utf-8";
};

/** The separator that stands most often outside quotes in the beginning of the file. */
const separatorOf = (text: string): string => {
  const bare = text.slice(0, 65_536).replace(/"[^"]*"/g, "");
  const count = (mark: string): number => bare.split(mark).length;
  return [",", "\t", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
};

export async function* readCsv(path: string, file: string, budget: RowBudget, limits: ReadLimits): AsyncGenerator<ReadEvent> {
  const encoding = await encodingOf(path);
  yield { type: "sheet", sheet: null, merges: [] };
  let separator = "";
  let rest = "";
  // How much of `rest` was looked through for the end of its first cell: a long cell is not searched anew with every piece.
  let searched = 0;
  let row = 0;
  let emptyRows = 0;
  let rows: RawRow[] = [];
  let cells: Cell[] = [];
  let filled = false;

  const endCell = (text: string, column: number): void => {
    if (text.trim() === "") {
      cells.push(null);
      return;
    }
    if (column >= limits.columns) budget.tooWide(null, row + 1, column);
    filled = true;
    const plain = withoutGuard(text);
    cells.push(plain.length > limits.cellLength ? plain.slice(0, limits.cellLength + 1) : plain);
  };
  const endRow = (): void => {
    row++;
    if (filled) {
      budget.take(null);
      rows.push({ row, cells });
    } else emptyRows++;
    cells = [];
    filled = false;
  };

  /** Takes whole cells off the text and returns what is left. */
  const take = (text: string, last: boolean): string => {
    let at = 0;
    let from = searched;
    searched = 0;
    while (at < text.length || (last && cells.length > 0)) {
      let end: number;
      let cell: string;
      if (text[at] === '"') {
        end = Math.max(at + 1, from);
        for (;;) {
          end = text.indexOf('"', end);
          if (end < 0 || (end === text.length - 1 && !last)) {
            if (last)
              throw new FileRefused(
                "damaged",
                `文件《${file}》第 ${row + 1} 行有引号没有配对，无法读取。请改正，或用 Excel 另存为 .xlsx 后上传。`,
              );
            searched = (end < 0 ? text.length : end) - at;
            return text.slice(at);
          }
          if (text[end + 1] !== '"') break;
          end += 2;
        }
        cell = text.slice(at + 1, end).replaceAll('""', '"');
        end++;
      } else {
        end = Math.max(at, from);
        while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end++;
        cell = text.slice(at, end);
      }
      from = 0;
      if (!last && (end >= text.length || (text[end] === "\r" && end + 1 >= text.length))) {
        searched = text[at] === '"' ? 0 : end - at;
        return text.slice(at);
      }
      endCell(cell, cells.length);
      if (text[end] === separator) {
        at = end + 1;
        if (last && at >= text.length) {
          endRow();
          return "";
        }
        continue;
      }
      // Anything between a closing quote and the separator is dropped, as Excel does.
      while (end < text.length && text[end] !== "\n" && text[end] !== "\r" && text[end] !== separator) end++;
      if (text[end] === separator) {
        at = end + 1;
        continue;
      }
      endRow();
      at = text[end] === "\r" && text[end + 1] === "\n" ? end + 2 : end + 1;
    }
    return "";
  };

  for await (const piece of decode(path, encoding)) {
    const text = rest + (row === 0 && rest === "" ? piece.replace(/^\ufeff/, "") : piece);
    if (separator === "") {
      if (text === "") continue;
      separator = separatorOf(text);
    }
    rest = take(text, false);
    if (rest.length > 4 * 2 ** 20)
      throw new FileRefused(
        "damaged",
        `文件《${file}》第 ${row + 1} 行有引号没有配对或单元格过长，无法读取。请改正，或用 Excel 另存为 .xlsx 后上传。`,
      );
    if (rows.length >= 512) {
      yield { type: "rows", rows };
      rows = [];
    }
  }
  take(rest, true);
  if (rows.length > 0) yield { type: "rows", rows };
  yield { type: "end", emptyRows, uncomputed: 0 };
}
