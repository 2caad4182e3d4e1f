/** What is asked of an import and what is answered. */
import type { Ledger } from "#kernel/definitions.ts";
import type { Complaint, TableInfo } from "./exchange.types.ts";
import type { FileNote } from "./parse-file.ts";

export interface ImportOptions {
  path: string;
  /** The file's name as its sender knows it. */
  name?: string | undefined;
  /** The only ledger that the file may be for. */
  ledger?: string | undefined;
  /** What headings mean (null: leave out), where recognising them needs help; remembered for this sender. */
  mapping?: Record<string, string | null> | undefined;
  /** See what would happen; nothing is kept. */
  dryRun?: boolean;
  /** Keep the rows without complaint although others have some. */
  goodRows?: boolean;
  /** Units that the sender may write to. */
  mayWrite: (unit: number) => boolean;
  /** Whether the sender stands at the top and keeps the list of units; default yes. */
  whole?: boolean;
  /** Why the sender may not record in a ledger, if so. */
  refuses?: ((ledger: Ledger) => string | undefined) | undefined;
  onProgress?: ((rows: number) => void) | undefined;
  /** Told of each table found, with its columns, when its rows have been read. */
  onTable?: ((table: TableInfo) => void) | undefined;
}

export interface TableResult {
  sheet: string | null;
  table: number;
  ledger: string;
  ledgerName: string;
  headerRows: number[];
  firstRow: number;
  lastRow: number;
  columns: Record<string, string | null>;
  valid: number;
  invalid: number;
  added: number;
  changed: number;
  unchanged: number;
  skipped: { row: number; why: string }[];
}

export interface ImportResult {
  importId: string;
  file: string;
  /** False for a dry run, and when complaints kept the whole file out. */
  committed: boolean;
  dryRun: boolean;
  added: number;
  changed: number;
  unchanged: number;
  refused: number;
  tables: TableResult[];
  /** Where the tables stand in the file: what marking its faults needs. */
  found: TableInfo[];
  complaints: Complaint[];
  notes: FileNote[];
}
