import type { Writable } from "node:stream";
import type { Complaint, Merge, RawRow, SheetName } from "./exchange.types.ts";
import { moveToMergedCells, opinionHeading, opinionWidth, planSheet, type MarkedTable } from "./mark-plan.ts";
import { columnName, textWidth } from "./sheet-xml.ts";
import type { SheetRow } from "./write-sheet.ts";
import { writeWorkbook } from "./write-workbook.ts";

/** A sheet of an .xls or .csv as read; `rows` is gone through twice, so it must start anew each time. */
export interface RawSheet {
  sheet: SheetName;
  rows: Iterable<RawRow>;
  merges?: readonly Merge[];
}

const areaOf = ({ top, left, bottom, right }: Merge): string => `${columnName(left)}${top}:${columnName(right)}${bottom}`;

/** For senders of .xls and .csv: an .xlsx with the same rows at the same places, the complaints marked as by markWorkbook. */
export async function markRows(
  title: string,
  sheets: readonly RawSheet[],
  tables: readonly MarkedTable[],
  complaints: readonly Complaint[],
  created: Date,
  output: Writable | string,
): Promise<void> {
  const made = sheets.map(({ sheet, rows, merges = [] }) => {
    const plan = planSheet(
      tables.filter((table) => table.sheet === sheet),
      complaints.filter((complaint) => complaint.sheet === sheet),
    );
    moveToMergedCells(plan, merges);
    const widths: number[] = [];
    for (const { cells } of rows) {
      cells.forEach((cell, i) => {
        const width = cell === null ? 0 : typeof cell === "object" ? 13 : Math.min(36, textWidth(String(cell)) + 2);
        widths[i] = Math.max(widths[i] ?? 7, width);
      });
    }
    const free = widths.length;
    const columns = [
      ...Array.from(widths, (width) => ({ heading: "", width: width ?? 7, style: "text" })),
      { heading: "", width: opinionWidth, style: "plain" },
    ];
    const headers = new Set(tables.filter((table) => table.sheet === sheet).flatMap((table) => table.headerRows));
    function styled({ row, cells }: RawRow): SheetRow {
      const styles = new Map<number, string>();
      const out = [...cells];
      cells.forEach((cell, i) => {
        if (headers.has(row)) styles.set(i, "header");
        else if (typeof cell === "number") styles.set(i, "number");
      });
      const marked = plan.cells.get(row);
      for (const column of marked === "all" ? cells.keys() : (marked ?? []))
        styles.set(column, `${styles.get(column) ?? "text"}!`);
      const opinion = plan.opinions.get(row);
      for (const { first, last, column } of plan.again) if (row >= first && row <= last) out[column] = null;
      const at = (column: number | undefined, text: string, style: string): void => {
        out[column ?? free] = text;
        styles.set(column ?? free, style);
      };
      if (plan.headings.has(row)) at(plan.headings.get(row), opinionHeading, "header");
      if (opinion) at(opinion.column, opinion.text, "opinion");
      return { cells: Array.from(out, (cell) => cell ?? null), styles };
    }
    function* written(): Generator<SheetRow> {
      let next = 1;
      for (const raw of rows) {
        // Rows that were empty and are not in the list keep their place, so that row numbers stay true.
        for (; next < raw.row; next++) yield { cells: [] };
        next = raw.row + 1;
        yield styled(raw);
      }
    }
    return { name: sheet ?? title, columns, header: false, rows: written(), merges: merges.map(areaOf) };
  });
  await writeWorkbook(output, { title, created, sheets: made });
}
