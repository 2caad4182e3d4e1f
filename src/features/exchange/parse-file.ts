/** From a file on disk to typed rows: reading, recognising and parsing in one stream, never holding the rows of a file. */
import { basename } from "node:path";
import type { Ledger } from "#kernel/definitions.ts";
import type { Lookups } from "#kernel/values/cell.ts";
import type { HeadingMemory, ParsedRow, SheetName, TableInfo } from "./exchange.types.ts";
import type { ReadLimits } from "./file-refused.ts";
import { tableParser } from "./parse-table.ts";
import { readFile } from "./read-file.ts";
import { recogniseSheet, type Found, type RecogniseOptions, type Unrecognised } from "./recognise.ts";

export interface ParseOptions {
  /** The ledgers that a table may be for. */
  ledgers: readonly Ledger[];
  lookups: Lookups;
  /** Key of the one ledger that all tables of the file are for, when the sender said so. */
  ledger?: string | undefined;
  /** What earlier files of the same sender taught about headings. */
  memory?: HeadingMemory | undefined;
  /** The file's name as its sender knows it; default the name on disk. */
  name?: string | undefined;
  limits?: Partial<ReadLimits> | undefined;
  /** Called after each batch with the number of rows read so far, all sheets together. */
  onProgress?: ((rows: number) => void) | undefined;
}

/** Something said about the file that is no complaint of a row: a hidden sheet, a sheet without table, unknown columns. */
export interface FileNote {
  sheet: SheetName;
  code: "hidden_sheet" | "no_table" | "unmapped_columns" | "uncomputed_formulas" | "guessed_ledger" | "unrecognised";
  message: string;
}

export interface ParseSummary {
  file: string;
  tables: TableInfo[];
  rowsRead: number;
  valid: number;
  invalid: number;
  notes: FileNote[];
  unrecognised: Unrecognised[];
}

export type ParseEvent =
  /** A table begins; `lastRow` and `skipped` are filled in when it ends. */
  | { type: "table"; table: TableInfo }
  /** Rows of the table begun last, in order. A row is valid if it has no complaints. */
  | { type: "rows"; rows: ParsedRow[] }
  | { type: "tableEnd"; table: TableInfo; valid: number; invalid: number }
  | { type: "note"; note: FileNote }
  | { type: "summary"; summary: ParseSummary };

const tableNotes = (table: TableInfo): FileNote[] => {
  const notes: FileNote[] = [];
  const unmapped = table.columns
    .filter((column) => column.field === null && !column.ignored)
    .map((column) => `“${column.heading}”`);
  if (unmapped.length > 0)
    notes.push({
      sheet: table.sheet,
      code: "unmapped_columns",
      message: `第${table.headerRows.join("、")}行的表中，${unmapped.join("、")}没有对应的栏目，未导入。如需导入，请指定对应栏目。`,
    });
  if (table.next !== null && table.confidence < 1 && table.confidence - table.next.confidence < 0.03)
    notes.push({
      sheet: table.sheet,
      code: "guessed_ledger",
      message: `第${table.headerRows.join("、")}行的表可能属于不止一本台账，请核对所选台账是否正确。`,
    });
  return notes;
};

const instructions = "填表说明";

/**
 * Parses an .xlsx, .xls or .csv. Yields each table, its rows in batches, its end, notes, and last a summary.
 * Throws `FileRefused` when the file as a whole cannot be read; nothing that was yielded before then should be kept.
 */
export async function* parseFile(path: string, options: ParseOptions): AsyncGenerator<ParseEvent> {
  const file = options.name ?? basename(path);
  const given = options.ledger === undefined ? undefined : options.ledgers.find((ledger) => ledger.key === options.ledger);
  if (options.ledger !== undefined && given === undefined) throw new Error(`no ledger ${options.ledger}`);
  const recognise: RecogniseOptions = {
    file,
    ledgers: options.ledgers,
    lookups: options.lookups,
    ledger: given,
    memory: options.memory,
  };
  const units = options.ledgers.find((ledger) => ledger.registers?.what === "units");
  const unitLedger = units?.title ?? units?.name ?? "单位名册";
  const summary: ParseSummary = { file, tables: [], rowsRead: 0, valid: 0, invalid: 0, notes: [], unrecognised: [] };
  let sheet: ReturnType<typeof recogniseSheet> | undefined;
  let name: SheetName = null;
  let tablesBefore = 0;
  let parse: ReturnType<typeof tableParser> | undefined;
  let valid = 0;
  let invalid = 0;

  const say = (note: FileNote): ParseEvent => {
    summary.notes.push(note);
    return { type: "note", note };
  };

  function* take(found: Found[]): Generator<ParseEvent> {
    let rows: ParsedRow[] = [];
    for (const one of found) {
      if (one.type === "row") {
        if (parse === undefined) continue;
        const row = parse(one.row);
        if (row.complaints.length === 0) valid++;
        else invalid++;
        rows.push(row);
        continue;
      }
      if (rows.length > 0) yield { type: "rows", rows };
      rows = [];
      if (one.type === "open") {
        parse = tableParser(one.table, { ledger: one.ledger, lookups: options.lookups, unitLedger });
        valid = invalid = 0;
        summary.tables.push(one.table);
        yield { type: "table", table: one.table };
        for (const note of tableNotes(one.table)) yield say(note);
      } else if (one.type === "close") {
        summary.valid += valid;
        summary.invalid += invalid;
        yield { type: "tableEnd", table: one.table, valid, invalid };
      } else {
        summary.unrecognised.push(one.what);
        // Official forms come with a sheet that says how to fill them.
        if (name === instructions) continue;
        const { sheet: on, row, headings, reason } = one.what;
        yield say({
          sheet: on,
          code: "unrecognised",
          message: `第${row}行起的表（${headings.slice(0, 6).join("、")}${headings.length > 6 ? "……" : ""}）${reason}。`,
        });
      }
    }
    if (rows.length > 0) yield { type: "rows", rows };
  }

  for await (const event of readFile(path, { name: file, limits: options.limits })) {
    if (event.type === "hidden")
      yield say({
        sheet: event.sheet,
        code: "hidden_sheet",
        message: `工作表“${event.sheet}”是隐藏的，没有读取。如需导入，请先取消隐藏。`,
      });
    else if (event.type === "sheet") {
      name = event.sheet;
      tablesBefore = summary.tables.length + summary.unrecognised.length;
      sheet = recogniseSheet(event.sheet, event.merges, recognise);
    } else if (event.type === "rows") {
      summary.rowsRead += event.rows.length;
      if (sheet !== undefined) yield* take(sheet.push(event.rows));
      options.onProgress?.(summary.rowsRead);
    } else {
      if (sheet !== undefined) yield* take(sheet.end());
      const where = name === null ? "文件" : `工作表“${name}”`;
      if (event.uncomputed > 0)
        yield say({
          sheet: name,
          code: "uncomputed_formulas",
          message: `${where}有 ${event.uncomputed} 个公式没有保存计算结果，按空白处理。请用 Excel 打开、保存一次再上传。`,
        });
      if (summary.tables.length + summary.unrecognised.length === tablesBefore)
        yield say({ sheet: name, code: "no_table", message: `${where}中没有找到台账表格，没有读取。` });
    }
  }
  yield { type: "summary", summary };
}
