/** Whether a row begins a table's header, how many rows the header has, and the headings of its columns. */
import type { Ledger } from "#kernel/definitions.ts";
import type { HeadingMemory, Merge, RawRow } from "./exchange.types.ts";
import { forms, isSerialHeading } from "./headings.ts";
import { cellText, filled, isNoteRow, isTotalRow } from "./row-kinds.ts";

export interface Header {
  rows: RawRow[];
  headings: { index: number; heading: string; group: string | null }[];
  /** Share and number of headings that some ledger knows. */
  share: number;
  hits: number;
}

/** All headings that the ledgers in question, and a sender's earlier files, know, in plain and loose form. */
export const vocabulary = (ledgers: readonly Ledger[], memory: HeadingMemory): ReadonlySet<string> => {
  const words = new Set<string>(["序号"]);
  const add = (text: string): void => {
    const { plain, bare, canon, core } = forms(text);
    for (const form of [plain, bare, canon]) words.add(form);
    if (core.length >= 2) words.add(core);
  };
  for (const ledger of ledgers) for (const field of ledger.fields) for (const name of [field.name, ...field.aliases]) add(name);
  for (const headings of Object.values(memory)) for (const heading of Object.keys(headings)) add(heading);
  return words;
};

const isKnown = (heading: string, words: ReadonlySet<string>): boolean => {
  const { plain, bare, canon, core } = forms(heading);
  return (
    words.has(plain) || words.has(bare) || words.has(canon) || (core.length >= 2 && words.has(core)) || isSerialHeading(heading)
  );
};

const maxHeading = 120;
const looksLikeHeadings = (row: RawRow): boolean =>
  filled(row).every(({ cell }) => typeof cell === "string" && cell.length <= maxHeading);

/** Rows of the header that starts with `rows[0]`: as deep as its merges reach, or one more when the next row fills its gaps. */
const depth = (rows: RawRow[], merges: readonly Merge[], words: ReadonlySet<string>): number => {
  const top = rows[0];
  if (top === undefined) return 1;
  const cells = filled(top);
  let bottom = top.row;
  let groups = false;
  const spans: Merge[] = [];
  for (const merge of merges) {
    if (merge.top !== top.row || merge.right - merge.left >= cells.length + 3) continue;
    if (merge.bottom - merge.top <= 2) bottom = Math.max(bottom, merge.bottom);
    if (merge.right > merge.left && merge.bottom === top.row) {
      groups = true;
      spans.push(merge);
    }
  }
  const next = rows[1];
  if (next === undefined || next.row !== top.row + 1 || !looksLikeHeadings(next)) return 1;
  if (bottom > top.row) return rows.slice(0, bottom - top.row + 1).every(looksLikeHeadings) ? bottom - top.row + 1 : 1;
  const below = filled(next);
  const known = below.filter(({ cell }) => isKnown(cellText(cell), words)).length;
  // Words that stand only below merged headings divide them; no record is filled there alone.
  const divides =
    below.length >= 2 && below.every(({ index }) => spans.some((merge) => merge.left <= index && merge.right >= index));
  if (groups) return known > 0 || divides ? 2 : 1;
  // Without merges: the second row stands in the gaps (and below the word left of each gap) of the first.
  const gap = (index: number): boolean => (top.cells[index] ?? null) === null || (top.cells[index + 1] ?? null) === null;
  const inGaps = below.some(({ index }) => (top.cells[index] ?? null) === null) && below.every(({ index }) => gap(index));
  return inGaps && below.length >= 2 && known * 2 >= below.length ? 2 : 1;
};

const headingsOf = (rows: RawRow[], merges: readonly Merge[]): Header["headings"] => {
  const top = rows[0];
  const lowest = rows.at(-1);
  if (top === undefined || lowest === undefined) return [];
  const width = Math.max(...rows.map((row) => row.cells.length));
  const text = (row: RawRow | undefined, index: number): string => {
    const cell = row?.cells[index];
    return typeof cell === "string" ? cell.trim() : "";
  };
  /** The heading that spans over a column from its left. */
  const over = (row: RawRow, index: number): string => {
    const own = text(row, index);
    if (own !== "") return own;
    const merge = merges.find((m) => m.top === row.row && m.bottom === row.row && m.left < index && m.right >= index);
    if (merge !== undefined) return text(row, merge.left);
    // Without a merge, a gap above a heading belongs to the word to its left.
    for (let left = index - 1; left >= 0; left--)
      if (text(row, left) !== "") return merges.some((m) => m.top === row.row) ? "" : text(row, left);
    return "";
  };
  const found: Header["headings"] = [];
  for (let index = 0; index < width; index++) {
    let heading = "";
    let group: string | null = null;
    for (const row of [...rows].reverse()) {
      if (heading === "") heading = text(row, index);
      else if (group === null) {
        const above = over(row, index);
        if (above !== "" && above !== heading) group = above;
      }
    }
    if (heading !== "") found.push({ index, heading: heading.replace(/\s*[\r\n]+\s*/g, ""), group });
  }
  return found;
};

/** The header that begins with the first of `rows` (which are consecutive filled rows), if it looks like one. */
export const headerAt = (rows: RawRow[], merges: readonly Merge[], words: ReadonlySet<string>): Header | undefined => {
  const top = rows[0];
  if (top === undefined || filled(top).length < 2 || !looksLikeHeadings(top) || isNoteRow(top) || isTotalRow(top))
    return undefined;
  const taken = rows.slice(0, depth(rows, merges, words));
  const headings = headingsOf(taken, merges);
  const hits = headings.filter(
    ({ heading, group }) => isKnown(heading, words) || (group !== null && isKnown(group + heading, words)),
  ).length;
  return { rows: taken, headings, hits, share: hits / Math.max(1, headings.length) };
};

/**
 * A cheap look at a row: all its cells are short texts, and one of them is a known heading as it stands or, when
 * `closely`, in one of its looser forms. Most rows of a long table are told apart here.
 */
export const mayBeHeader = (row: RawRow, words: ReadonlySet<string>, closely: boolean): boolean => {
  let texts = 0;
  let known = false;
  for (const cell of row.cells) {
    if (cell === null) continue;
    if (typeof cell !== "string" || cell.length > maxHeading) return false;
    if (++texts <= 12 && cell.length <= 30) known ||= words.has(cell.trim()) || (closely && isKnown(cell, words));
  }
  return known && texts >= 2;
};

export const isConvincing = (header: Header): boolean => header.hits >= 2 && header.share >= 0.5;
