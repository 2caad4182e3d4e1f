/** The sender's file given back with its faults marked, whatever kind it is. */
import { open } from "node:fs/promises";
import { extname } from "node:path";
import type { Complaint, RawRow } from "./exchange.types.ts";
import type { MarkedTable } from "./mark-plan.ts";
import { markRows, type RawSheet } from "./mark-rows.ts";
import { markWorkbook } from "./mark-workbook.ts";
import { readFile } from "./read-file.ts";

/** Name of the marked copy: always an .xlsx. */
export const markedName = (file: string): string => `${file.slice(0, file.length - extname(file).length)}（退回）.xlsx`;

/** By content: an old workbook or a text under the name .xlsx was read for what it is. */
async function isZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(4), 0, 4, 0)).buffer.toString("latin1") === "PK\x03\x04";
  } finally {
    await file.close();
  }
}

/** Writes an .xlsx with the rows of the file at `path`, bad cells red and the reasons beside them. The file was read before without refusal. */
export async function markFile(
  path: string,
  name: string,
  tables: readonly MarkedTable[],
  complaints: readonly Complaint[],
  now: Date,
  output: string,
): Promise<void> {
  if (await isZip(path)) {
    await markWorkbook(path, tables, complaints, output);
    return;
  }
  const sheets: (RawSheet & { rows: RawRow[] })[] = [];
  for await (const event of readFile(path, { name })) {
    if (event.type === "sheet") sheets.push({ sheet: event.sheet, merges: event.merges, rows: [] });
    else if (event.type === "rows") sheets.at(-1)?.rows.push(...event.rows);
  }
  await markRows(name, sheets, tables, complaints, now, output);
}
