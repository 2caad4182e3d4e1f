/** What passes between reading a workbook, recognising its tables, checking its rows and answering the sender. */
import type { Cell, ComplaintCode, Value } from "#kernel/values/cell.ts";

/** Row numbers and column indexes are as in Excel: rows from 1, columns from 0. */
export interface RawRow {
  row: number;
  cells: Cell[];
}

/** `null` as a sheet name means that the file has no sheets (CSV). */
export type SheetName = string | null;

/** Merged areas, inclusive, 1-based rows and 0-based columns. */
export interface Merge {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** One thing wrong with one row. `column` is the heading as the sender wrote it (lowest heading row); null for the whole row. */
export interface Complaint {
  file: string;
  sheet: SheetName;
  row: number;
  column: string | null;
  /** Excel address, `C22`; null for the whole row. */
  cell: string | null;
  value: string | number | boolean | null;
  code: ComplaintCode;
  reason: string;
  suggestion: string | null;
}

export interface Column {
  index: number;
  /** As written, from the lowest heading row. */
  heading: string;
  /** The heading above it when there are two rows: 出勤情况 above 应到. */
  group: string | null;
  /** `null`: the ledger has no such field; the column is told to the sender, not stored. */
  field: string | null;
  /** 序号, whether or not the ledger has such a field, and computed fields: never compared, never stored. */
  ignored: boolean;
}

/** Headings of a sender's earlier files → field (`null`: leave out), by ledger key. Wins over everything else. */
export type HeadingMemory = Record<string, Record<string, string | null>>;

/** A table found on a sheet. */
export interface TableInfo {
  file: string;
  sheet: SheetName;
  /** From 1, in the order on the sheet. */
  table: number;
  ledger: string;
  /** How sure the choice of ledger is, 0–1; 1 when the caller named it. */
  confidence: number;
  next: { ledger: string; confidence: number } | null;
  headerRows: number[];
  firstRow: number;
  lastRow: number;
  /** Heading as written → field, in the order of columns. */
  columns: Column[];
  /** Required fields that no column brings and that have no default: every row is complained of. */
  missing: string[];
  /** Year and month (`2023-05`) that the title, sheet, file name or note row name; they complete short dates. */
  period: { year: number | null; month: string | null };
  /** Rows within the table that are no records, and why: totals, notes, repeated headings, empty. */
  skipped: { row: number; why: "total" | "note" | "heading" | "empty" }[];
  title: string | null;
  note: string | null;
  /** The line of text, 一、医学院, between the title and the table. */
  section: string | null;
  /** The unit of money that the lines above the table name: 单位：万元. */
  measure: string | null;
}

export interface ParsedRow {
  row: number;
  /** Field → value; fields without a column or with an empty cell are absent. */
  values: Record<string, Value>;
  /** Cells as written, by column index: for the marked workbook and for telling duplicates. */
  raw: Cell[];
  complaints: Complaint[];
}
