/** Gives every cell of a merged area the value of its first cell, row by row as the sheet streams by. */
import { FileRefused } from "./file-refused.ts";
import type { Cell } from "#kernel/values/cell.ts";
import type { Merge, RawRow } from "./exchange.types.ts";

export interface FilledRow extends RawRow {
  /** Cells as they stand in the file, without what merges brought. */
  raw: Cell[];
  /** Where a filled cell's value really stands, by column; absent when nothing was filled. */
  from?: Map<number, { row: number; column: number }>;
  /** The last line of text within the table above this row: the name of a group of records. */
  group?: string;
}

const maxActive = 1_024;

/** A function that takes the rows of a sheet in order and answers them filled. A cell that is empty without a merge stays empty. */
export const mergeFiller = (merges: Merge[], file: string): ((row: RawRow) => FilledRow) => {
  const coming = [...merges].sort((a, b) => a.top - b.top);
  let next = 0;
  let active: { merge: Merge; value: Cell }[] = [];
  return ({ row, cells }) => {
    if (active.length > 0) active = active.filter(({ merge }) => merge.bottom >= row);
    for (let merge = coming[next]; merge !== undefined && merge.top <= row; merge = coming[++next])
      if (merge.bottom >= row) active.push({ merge, value: merge.top === row ? (cells[merge.left] ?? null) : null });
    // Areas that Excel makes never overlap, so no row can lie in more of them than it has columns.
    if (active.length > maxActive)
      throw new FileRefused("damaged", `文件《${file}》的合并单元格互相重叠，无法读取。请取消合并后重新保存，再上传。`);
    if (active.length === 0) return { row, cells, raw: cells };
    let out = cells;
    let from: FilledRow["from"];
    for (const { merge, value } of active) {
      if (value === null) continue;
      for (let column = merge.left; column <= Math.min(merge.right, 511); column++) {
        if ((row === merge.top && column === merge.left) || (cells[column] ?? null) !== null) continue;
        if (out === cells) out = [...cells];
        while (out.length < column) out.push(null);
        out[column] = value;
        from ??= new Map();
        from.set(column, { row: merge.top, column: merge.left });
      }
    }
    return from === undefined ? { row, cells, raw: cells } : { row, cells: out, raw: cells, from };
  };
};
