/** 同上 and its marks: a cell that stands for the one above it. */
import type { FilledRow } from "./fill-merges.ts";

const marks = new Set(["同上", "同前", "〃", "″", "＂", '"', "”", "“", "''"]);

/** A function that takes a table's records in order and answers them with 同上 replaced by what stands above, chains included. */
export const dittoFiller = (): ((row: FilledRow) => FilledRow) => {
  let above: FilledRow["cells"] = [];
  return (row) => {
    let cells = row.cells;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      if (typeof cell !== "string" || cell.length > 6 || !marks.has(cell.trim())) continue;
      const stands = above[index] ?? null;
      if (stands === null) continue;
      if (cells === row.cells) cells = [...cells];
      cells[index] = stands;
    }
    above = cells;
    return cells === row.cells ? row : { ...row, cells };
  };
};
