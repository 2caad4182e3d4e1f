import { readFileSync } from "node:fs";
import { readXlsx } from "hucre/xlsx";
import { fromBufferPromise } from "yauzl";
import type { Complaint } from "./exchange.types.ts";
import type { MarkedTable } from "./mark-plan.ts";

export const samples = new URL("../../../samples/", import.meta.url);

/** Every part of a zip archive as text, for looking at the XML itself. */
export async function partsOf(file: string | Buffer): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(typeof file === "string" ? readFileSync(file) : file, {
    lazyEntries: true,
    autoClose: false,
  });
  const parts = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    parts.set(entry.fileName, Buffer.concat(chunks).toString("utf8"));
  }
  return parts;
}

/** Tables of a sample by a plain rule: the first row with five headings, and the next if it belongs to the heading. */
export async function tablesOf(file: Buffer): Promise<MarkedTable[]> {
  const { sheets } = await readXlsx(file);
  return sheets.map(({ name, rows, merges = [] }) => {
    const header = rows.findIndex((row) => row.filter((cell) => cell !== null && cell !== "").length >= 5);
    const two = merges.some((merge) => merge.startRow === header && merge.endRow === header + 1);
    const lower = two ? (rows[header + 1] ?? []) : [];
    const columns = (rows[header] ?? []).flatMap((cell, index) => {
      const heading = lower[index] ?? cell;
      return heading === null || heading === "" ? [] : [{ index, heading: String(heading), field: null }];
    });
    return {
      sheet: name,
      headerRows: two ? [header + 1, header + 2] : [header + 1],
      firstRow: header + (two ? 3 : 2),
      lastRow: rows.length,
      columns,
    };
  });
}

/** The planted errors of the messy samples as complaints. */
export function plantedErrors(file: string): Complaint[] {
  const all = JSON.parse(readFileSync(new URL("municipality-messy/errors.json", samples), "utf8")) as Omit<
    Complaint,
    "cell" | "suggestion"
  >[];
  return all
    .filter((error) => error.file === file)
    .map((error) => ({ ...error, cell: null, suggestion: error.code === "bad_date" ? "请核实后填写实际日期" : null }));
}
