/** Asks the server what a pasted block would do: changes on the rows that are there, an import for the rest. */
import { useEffect, useEffectEvent, useState } from "react";
import { ask as askServer, send } from "#web/api/client.ts";
import { csvOf } from "./paste.types.ts";
import type { Cell } from "./use-edits.tsx";
import type { Listing } from "./use-listing.tsx";

export interface PasteJob {
  campaign: string;
  ledger: string;
  unit: number;
  /** The first row of the list that is pasted onto. */
  first: number;
  /** So many rows go onto records that are there; the others are new. */
  changing: number;
  columns: readonly (string | null)[];
  rows: readonly (readonly string[])[];
}

type Kind = "add" | "change" | "same" | "bad" | "skip";

export interface Rehearsal {
  added: number;
  changed: number;
  same: number;
  /** Rows from 0; a column of null is the whole row. */
  faults: { row: number; column: string | null; reason: string }[];
  kinds: Kind[];
  /** What to write onto records that are there. */
  cells: Cell[];
  /** Rows to bring in as new. */
  addedRows: (readonly string[])[];
}

/** Excel repeats a merged cell nowhere: what it covered arrives empty. */
export function hasMerges(html: string): boolean {
  if (!/(row|col)span/i.test(html)) return false;
  const cells = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("td, th")];
  return cells.some((cell) => Number(cell.getAttribute("rowspan") ?? 1) > 1 || Number(cell.getAttribute("colspan") ?? 1) > 1);
}

const sentence = (reason: string, suggestion: string | null): string => (suggestion ? `${reason}（${suggestion}）` : reason);

async function rehearsePaste(job: PasteJob, listing: Listing): Promise<Rehearsal> {
  const result: Rehearsal = { added: 0, changed: 0, same: 0, faults: [], kinds: [], cells: [], addedRows: [] };
  if (job.changing > 0) await rehearseChanges(job, listing, result);
  if (job.changing < job.rows.length) await rehearseAdditions(job, result);
  return result;
}

/** Asked once for each job, and not again when others change something. */
export function useRehearsal(job: PasteJob | undefined, listing: Listing) {
  const [state, setState] = useState<{ key: string; found?: Rehearsal; error?: Error }>();
  const [times, setTimes] = useState(0);
  const key = job === undefined ? "" : JSON.stringify([job, times]);
  const ask = useEffectEvent(() => (job === undefined ? undefined : rehearsePaste(job, listing)));
  useEffect(() => {
    let left = false;
    void ask()?.then(
      (found) => left || setState({ key, found }),
      (error: Error) => left || setState({ key, error }),
    );
    return () => {
      left = true;
    };
  }, [key]);
  const now = state?.key === key ? state : undefined;
  return { found: now?.found, error: now?.error, busy: key !== "" && !now, again: () => setTimes(times + 1) };
}

async function rehearseChanges(job: PasteJob, listing: Listing, result: Rehearsal): Promise<void> {
  await listing.reach(job.first, job.first + job.changing - 1);
  const rowOf = new Map<string, number>();
  const cells: Cell[] = [];
  for (let index = 0; index < job.changing; index++) {
    const row = listing.rows[job.first + index];
    const entry = row?.["{entry}"]?.id;
    if (!row || entry === undefined) continue;
    rowOf.set(entry, index);
    for (const [place, column] of job.columns.entries())
      if (column !== null && row[column] !== job.rows[index]?.[place])
        cells.push({ entry, column, text: job.rows[index]?.[place] ?? "" });
  }
  const wanted = new Map<string, Record<string, string | null>>();
  for (const { entry, column, text } of cells) wanted.set(entry, { ...wanted.get(entry), [column]: text === "" ? null : text });
  const changes = [...wanted].map(([entry, values]) => ({
    entry,
    version: listing.rowOf(entry)?.["{entry}"]?.version ?? 1,
    values,
  }));
  const { refused } =
    changes.length === 0
      ? { refused: [] }
      : await askServer("ledgers.changeMany", {
          campaign: job.campaign,
          ledger: job.ledger,
          changes,
          dryRun: true,
          goodRows: true,
        });
  const bad = new Set(refused.map(({ entry }) => entry));
  for (const { entry, detail, faults } of refused) {
    const row = rowOf.get(entry) ?? 0;
    if (faults.length === 0) result.faults.push({ row, column: null, reason: detail });
    for (const { field, reason, suggestion } of faults)
      result.faults.push({ row, column: field ?? null, reason: sentence(reason, suggestion) });
  }
  for (const [entry, row] of rowOf) result.kinds[row] = bad.has(entry) ? "bad" : wanted.has(entry) ? "change" : "same";
  result.changed = changes.length - bad.size;
  result.same = job.changing - changes.length;
  result.cells = cells.filter(({ entry }) => !bad.has(entry));
}

async function rehearseAdditions(job: PasteJob, result: Rehearsal): Promise<void> {
  const rows = job.rows.slice(job.changing);
  const file = new File([csvOf(job.columns, rows)], "block.csv", { type: "text/csv" });
  const seen = await send(
    "exchange.import",
    { campaign: job.campaign, ledger: job.ledger, unit: job.unit, dryRun: true, goodRows: true },
    file,
  );
  // The file has its headings in row 1.
  const place = (row: number): number => job.changing + row - 2;
  for (const index of rows.keys()) result.kinds[job.changing + index] = "add";
  for (const { row, column, reason, suggestion } of seen.complaints) {
    result.faults.push({ row: place(row), column, reason: sentence(reason, suggestion) });
    result.kinds[place(row)] = "bad";
  }
  for (const { skipped } of seen.tables)
    for (const { row } of skipped) if (place(row) >= job.changing) result.kinds[place(row)] = "skip";
  result.added = seen.added;
  result.changed += seen.changed;
  result.same += seen.unchanged;
  result.addedRows = seen.added + seen.changed > 0 ? rows : [];
}
