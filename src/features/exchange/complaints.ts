/** What is wrong with rows on their way into a ledger, said by file, sheet and row. Pure. */
import type { Ledger } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import type { Fault } from "#features/ledgers/check-shape.model.ts";
import type { Complaint, ParsedRow, TableInfo } from "./exchange.types.ts";

/** A fault of a row as its sender is told it. */
export const complain = (info: TableInfo, row: ParsedRow, fault: Fault): Complaint => ({
  file: info.file,
  sheet: info.sheet,
  row: row.row,
  column: info.columns.find((one) => one.field === fault.field && fault.field !== undefined)?.heading ?? null,
  cell: null,
  value: null,
  code: fault.code,
  reason: fault.reason,
  suggestion: fault.suggestion,
});

export const conflict = (info: TableInfo, ledger: Ledger, row: ParsedRow): Complaint => ({
  file: info.file,
  sheet: info.sheet,
  row: row.row,
  column: info.columns.find((column) => column.field === ledger.identity[0])?.heading ?? null,
  cell: null,
  value: (row.values[ledger.identity[0] ?? ""] as string | undefined) ?? null,
  code: "conflict",
  reason: `${ledger.identity.join("、")}与前面一行相同，内容却不同`,
  suggestion: "请核对编号，一条记录一个编号",
});

/** A fault in what a register says of units is one of the whole table; the message names the rows that it is about. */
export function withRows(error: unknown, info: TableInfo, ledger: Ledger, rows: readonly ParsedRow[]): unknown {
  const names = error instanceof Problem ? error.details["units"] : undefined;
  if (!(error instanceof Problem) || !Array.isArray(names)) return error;
  const about = rows.filter((row) => names.includes(row.values[ledger.registers?.name ?? ""])).map((row) => row.row);
  if (about.length === 0) return error;
  const sheet = info.sheet === null ? "" : `工作表“${info.sheet}”`;
  return new Problem(error.code, error.status, `${sheet}第${about.slice(0, 20).join("、")}行：${error.message}`, {
    ...error.details,
    rows: about,
  });
}
