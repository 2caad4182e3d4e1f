/** Rows of an .xlsx, streamed: nothing of a sheet is kept but the row being read and the batch being filled. */
import { StringDecoder } from "node:string_decoder";
import type { Cell } from "#kernel/values/cell.ts";
import type { RawRow } from "./exchange.types.ts";
import { numberReader } from "#kernel/values/excel-serial.ts";
import type { ReadLimits } from "./file-refused.ts";
import type { ReadEvent, RowBudget } from "./read-events.ts";
import type { WorkbookZip } from "./workbook-guard.ts";
import { columnOf, decodeEscapes, readMerges, readWorkbookParts, type WorkbookParts } from "./xlsx-parts.ts";
import { attribute, xmlScanner, type XmlHandler } from "./xml-scan.ts";

const batchSize = 256;

/** Attribute with double quotes as Excel writes it, else by the general way. */
const quick = (raw: string, key: string, name: string): string | undefined => {
  const at = raw.startsWith(key) ? 0 : raw.indexOf(` ${key}`) + 1;
  if (at === 0 && !raw.startsWith(key)) return raw.includes(name) ? attribute(raw, name) : undefined;
  const from = at + key.length;
  return raw.slice(from, raw.indexOf('"', from));
};

interface RowSink {
  rows: RawRow[];
  emptyRows: number;
  /** Formulas that were saved without a result: a program wrote the file and Excel never opened it. */
  uncomputed: number;
  done: boolean;
}

const rowHandler = (parts: WorkbookParts, sheet: string, budget: RowBudget, limits: ReadLimits, sink: RowSink): XmlHandler => {
  const number = numberReader(parts.epoch1904);
  let row = 0;
  let cells: Cell[] = [];
  let column = -1;
  let type = "";
  let style = 0;
  let text = "";
  let taking = false;
  let phonetic = 0;
  let inData = false;
  let formula = false;

  const value = (): Cell => {
    if (text === "") {
      if (formula && type !== "str") sink.uncomputed++;
      return null;
    }
    switch (type) {
      case "s":
        return parts.strings[Number(text)] ?? null;
      case "":
      case "n": {
        const n = Number(text);
        return Number.isFinite(n) ? number(n, parts.kinds[style] ?? "number") : text;
      }
      case "b":
        return text === "1" || text === "true";
      case "d": {
        const iso = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?/.exec(text);
        return iso === null
          ? text
          : { date: iso[2] === undefined || iso[2] === "00:00" ? (iso[1] ?? "") : `${iso[1]}T${iso[2]}` };
      }
      default:
        return decodeEscapes(text);
    }
  };

  return {
    open: (name, raw) => {
      if (name === "c") {
        const reference = quick(raw, 'r="', "r");
        column = reference === undefined ? column + 1 : columnOf(reference);
        type = quick(raw, 't="', "t") ?? "";
        style = Number(quick(raw, 's="', "s") ?? 0);
        text = "";
        formula = false;
      } else if (name === "v") taking = true;
      else if (name === "t") taking = phonetic === 0;
      else if (name === "row" && inData) {
        const reference = quick(raw, 'r="', "r");
        row = reference === undefined ? row + 1 : Number(reference);
        cells = [];
        column = -1;
      } else if (name === "f") formula = true;
      else if (name === "rPh") phonetic++;
      else if (name === "sheetData") inData = true;
    },
    close: (name) => {
      if (name === "c") {
        const cell = value();
        if (cell === null || (typeof cell === "string" && cell.trim() === "")) return;
        if (column >= limits.columns || column < 0) budget.tooWide(sheet, row, column);
        while (cells.length < column) cells.push(null);
        cells[column] = cell;
      } else if (name === "v" || name === "t") taking = false;
      else if (name === "row" && inData) {
        if (cells.length === 0) sink.emptyRows++;
        else {
          budget.take(sheet);
          sink.rows.push({ row, cells });
        }
      } else if (name === "rPh") phonetic--;
      else if (name === "sheetData") {
        inData = false;
        sink.done = true;
      }
    },
    text: (piece) => {
      if (taking && text.length <= limits.cellLength)
        text = text === "" && piece.length <= limits.cellLength ? piece : (text + piece).slice(0, limits.cellLength + 1);
    },
  };
};

/** Sheets in order, each as a `sheet` event, its rows in batches, and an `end` event. Hidden sheets are only named. */
export async function* readXlsx(zip: WorkbookZip, budget: RowBudget, limits: ReadLimits): AsyncGenerator<ReadEvent> {
  const parts = await readWorkbookParts(zip, limits.cellLength);
  for (const sheet of parts.sheets) {
    if (sheet.hidden) {
      yield { type: "hidden", sheet: sheet.name };
      continue;
    }
    yield { type: "sheet", sheet: sheet.name, merges: await readMerges(zip, sheet.part) };
    const sink: RowSink = { rows: [], emptyRows: 0, uncomputed: 0, done: false };
    const scanner = xmlScanner(rowHandler(parts, sheet.name, budget, limits, sink));
    const decoder = new StringDecoder("utf8");
    for await (const chunk of await zip.stream(sheet.part)) {
      scanner.write(decoder.write(chunk as Buffer));
      if (sink.rows.length >= batchSize) {
        yield { type: "rows", rows: sink.rows };
        sink.rows = [];
      }
      if (sink.done) break;
    }
    if (!sink.done) scanner.end();
    if (sink.rows.length > 0) yield { type: "rows", rows: sink.rows };
    yield { type: "end", emptyRows: sink.emptyRows, uncomputed: sink.uncomputed };
  }
}
