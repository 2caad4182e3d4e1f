/** What the readers of the different file kinds say, and the budget they share. */
import { FileRefused, type ReadLimits } from "./file-refused.ts";
import type { Merge, RawRow, SheetName } from "./exchange.types.ts";

export type ReadEvent =
  | { type: "sheet"; sheet: SheetName; merges: Merge[] }
  /** Rows with something in them, in order; row numbers jump over empty ones. */
  | { type: "rows"; rows: RawRow[] }
  /** `uncomputed`: formulas saved without a result, read as empty. */
  | { type: "end"; emptyRows: number; uncomputed: number }
  /** A hidden sheet: not read, but said. */
  | { type: "hidden"; sheet: string };

export interface RowBudget {
  /** Counts one filled row; refuses the file when it is one too many. */
  take(sheet: SheetName): void;
  tooWide(sheet: SheetName, row: number, column: number): never;
}

/** `2` → `C`. */
export const columnLetters = (column: number): string =>
  column < 26
    ? String.fromCharCode(65 + column)
    : columnLetters(Math.floor(column / 26) - 1) + String.fromCharCode(65 + (column % 26));

export const rowBudget = (file: string, limits: ReadLimits): RowBudget => {
  let rows = 0;
  return {
    take: () => {
      if (++rows > limits.rows)
        throw new FileRefused("too_many_rows", `文件《${file}》超过 ${limits.rows} 行，请分成几个文件上传。`);
    },
    tooWide: (sheet, row, column) => {
      const where = `${sheet === null ? "" : `工作表“${sheet}”`}${column < 0 ? `第 ${row} 行` : ` ${columnLetters(column)}${row} 单元格`}`;
      throw new FileRefused(
        "too_wide",
        `文件《${file}》${where}有内容，超出 ${limits.columns} 列的上限。请删除表格右侧多余的列后再上传。`,
      );
    },
  };
};
