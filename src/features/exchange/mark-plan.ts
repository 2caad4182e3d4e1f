import type { Complaint, Merge, TableInfo } from "./exchange.types.ts";
import { parseAddress } from "./sheet-xml.ts";

/** Heading of the column that marking adds beside a table. A reader ignores a column of this name. */
export const opinionHeading = "导入意见";
export const opinionWidth = 50;

/** What marking needs to know of a table. */
export interface MarkedTable extends Pick<TableInfo, "sheet" | "headerRows" | "firstRow" | "lastRow"> {
  columns: { index: number; heading: string; field: string | null }[];
}

export interface SheetPlan {
  /** Columns to fill red, by row; `all` means every cell that the row has. */
  cells: Map<number, Set<number> | "all">;
  /** Rows complained of as a whole: a merged cell that reaches into them is not marked for it. */
  whole: Set<number>;
  /** Reason to write, by row. `column` is where an earlier marked copy had its reasons; else right of everything. */
  opinions: Map<number, { text: string; column: number | undefined }>;
  headings: Map<number, number | undefined>;
  /** Tables that come back from an earlier marking: old reasons and red cells are taken away. */
  again: { first: number; last: number; column: number }[];
  /** Rows in which the new column must find nothing to its right. */
  spans: { first: number; last: number }[];
  /** Last column of the tables complained of, headed or not filled at all. */
  right: number;
}

const sentence = (text: string): string => (/[。！？；]$/.test(text) ? text : `${text}。`);

/** `时间：日期2023-02-30不存在。建议：…`, numbered when a row has several. */
export function opinionText(complaints: readonly Complaint[]): string {
  const lines = complaints.map(({ column, reason, suggestion }) => {
    const where = column === null ? "" : `${column.replace(/\s+/g, "")}：`;
    const advice = suggestion === null ? "" : sentence(/^(请|建议|可)/.test(suggestion) ? suggestion : `建议：${suggestion}`);
    return where + sentence(reason) + advice;
  });
  return lines.length === 1 ? lines[0]! : lines.map((line, i) => `${i + 1}. ${line}`).join("\n");
}

const same = (a: string, b: string): boolean => a.replace(/\s+/g, "") === b.replace(/\s+/g, "");
const opinionColumn = (table: MarkedTable): number | undefined =>
  table.columns.find((column) => same(column.heading, opinionHeading))?.index;

/** Where the complaints about one sheet go. */
export function planSheet(tables: readonly MarkedTable[], complaints: readonly Complaint[]): SheetPlan {
  const plan: SheetPlan = {
    cells: new Map(),
    whole: new Set(),
    opinions: new Map(),
    headings: new Map(),
    again: [],
    spans: [],
    right: -1,
  };
  const byRow = new Map<number, { complaints: Complaint[]; table: MarkedTable | undefined }>();
  const touched = new Set<MarkedTable>();
  for (const table of tables) {
    const column = opinionColumn(table);
    if (column !== undefined) plan.again.push({ first: table.firstRow, last: table.lastRow, column });
  }
  for (const complaint of complaints) {
    const { row } = complaint;
    const address = complaint.cell === null ? undefined : parseAddress(complaint.cell);
    const there = tables.filter((table) => row >= table.firstRow && row <= table.lastRow);
    const hits = (table: MarkedTable): boolean =>
      table.columns.some(({ index, heading }) =>
        address ? index === address.column : complaint.column !== null && same(heading, complaint.column),
      );
    const table = there.find(hits) ?? there[0];
    const column =
      address?.column ??
      table?.columns.find(({ heading }) => complaint.column !== null && same(heading, complaint.column))?.index;
    const known = byRow.get(row);
    if (known) known.complaints.push(complaint);
    else byRow.set(row, { complaints: [complaint], table });
    if (table) touched.add(table);

    const marked = plan.cells.get(row);
    if (column !== undefined) {
      if (marked !== "all") plan.cells.set(row, new Set(marked).add(column));
    } else if (complaint.column === null) {
      plan.whole.add(row);
      const indexes = table?.columns.filter(({ heading }) => !same(heading, opinionHeading)).map(({ index }) => index);
      if (!indexes || indexes.length === 0) plan.cells.set(row, "all");
      else if (marked !== "all")
        for (let i = Math.min(...indexes); i <= Math.max(...indexes); i++)
          plan.cells.set(row, new Set(plan.cells.get(row) as Set<number> | undefined).add(i));
    }
  }
  for (const table of touched) {
    const column = opinionColumn(table);
    if (table.headerRows.length > 0) plan.headings.set(Math.max(...table.headerRows), column);
    plan.right = Math.max(plan.right, ...table.columns.map(({ index }) => index));
    plan.spans.push({ first: Math.min(table.firstRow, ...table.headerRows), last: table.lastRow });
  }
  for (const [row, { complaints: list, table }] of byRow) {
    plan.opinions.set(row, { text: opinionText(list), column: table && opinionColumn(table) });
    if (!table) plan.spans.push({ first: row, last: row });
  }
  return plan;
}

/** A value in a merged cell shows in its first cell only: marks inside a merged area move there. */
export function moveToMergedCells(plan: SheetPlan, merges: readonly Merge[]): void {
  const rows = [...plan.cells.keys()].toSorted((a, b) => a - b);
  const moved: [row: number, column: number][] = [];
  for (const { top, left, bottom, right } of merges) {
    let low = 0;
    for (let high = rows.length; low < high;) {
      const middle = (low + high) >> 1;
      if (rows[middle]! < top) low = middle + 1;
      else high = middle;
    }
    for (; low < rows.length && rows[low]! <= bottom; low++) {
      const row = rows[low]!;
      const columns = plan.cells.get(row);
      if (!columns || columns === "all") continue;
      for (const column of columns) {
        if (column < left || column > right || (row === top && column === left)) continue;
        columns.delete(column);
        if (!plan.whole.has(row) || row === top) moved.push([top, left]);
      }
    }
  }
  for (const [row, column] of moved) {
    const columns = plan.cells.get(row);
    if (columns !== "all") plan.cells.set(row, new Set(columns).add(column));
  }
}
