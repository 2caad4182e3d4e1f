/** A block of cells as Excel puts it on the clipboard, and what its columns are. Pure. */
import type { FieldDefinition } from "#kernel/definitions.ts";

/** Rows of cells. A cell with a tab, a line break or a quotation mark stands in quotation marks, which are doubled within. */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = at;
    let cell: string;
    const quoted = text[at] === '"' ? /^"((?:[^"]|"")*)"(?=[\t\r\n]|$)/.exec(text.slice(at)) : null;
    if (quoted) {
      cell = (quoted[1] ?? "").replaceAll('""', '"');
      end = at + quoted[0].length;
    } else {
      while (end < text.length && !"\t\r\n".includes(text[end] as string)) end++;
      cell = text.slice(at, end);
    }
    row.push(cell.trim());
    const stop = text[end];
    at = end + 1;
    if (stop === "\t") {
      if (at === text.length) row.push("");
      continue;
    }
    if (stop === "\r" && text[at] === "\n") at++;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  while (rows.length > 0 && rows.at(-1)?.every((cell) => cell === "")) rows.pop();
  const width = Math.max(0, ...rows.map((one) => one.length));
  return rows.map((one) => [...one, ...Array.from({ length: width - one.length }, () => "")]);
}

export interface BlockPlan {
  /** The first row says what the columns are. */
  headed: boolean;
  /** Column by column; null is left out. */
  columns: (string | null)[];
}

const plain = (text: string): string => text.normalize("NFKC").replace(/[\s*]+/g, "");

/** By the block's own headings if its first row has some; else in the order of the columns shown, from the one pasted at. */
export function planColumns(rows: readonly (readonly string[])[], fields: readonly FieldDefinition[], start: string): BlockPlan {
  const first = rows[0] ?? [];
  const named = first.map(
    (cell) => fields.find(({ name, aliases }) => [name, ...aliases].some((one) => plain(one) === plain(cell)))?.name ?? null,
  );
  const known = named.filter((name) => name !== null).length;
  if (known > 0 && known * 2 >= first.filter((cell) => cell !== "").length) {
    const seen = new Set<string>();
    // A heading that stands twice counts once.
    const once = named.map((name) => (name === null || seen.has(name) ? null : (seen.add(name), name)));
    return { headed: true, columns: once };
  }
  const from = Math.max(
    0,
    fields.findIndex(({ name }) => name === start),
  );
  return { headed: false, columns: first.map((_, index) => fields[from + index]?.name ?? null) };
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The block as a file that can be imported: headings first, without the columns that are left out. */
export function csvOf(columns: readonly (string | null)[], rows: readonly (readonly string[])[]): string {
  const kept = columns.flatMap((name, index) => (name === null ? [] : [{ name, index }]));
  const lines = [kept.map(({ name }) => csvCell(name)), ...rows.map((row) => kept.map(({ index }) => csvCell(row[index] ?? "")))];
  return `\ufeff${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}
