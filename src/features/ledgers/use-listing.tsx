/**
 * A long list of records, read in windows as they come into view. Rows that are not there are all one empty row, and what
 * was looked at long ago goes: a list takes the room of what is looked at, not of all that there is.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ask } from "#web/api/client.ts";
import type { Input, Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { shownIn, type Names } from "./shown-value.types.ts";

type Answer = Pick<Output<"ledgers.list">, "entries" | "names">;
export type Entry = Answer["entries"][number];

/** What no field can be called (braces are not allowed in names) is the row's own. */
export interface Row {
  /** What a column shows. */
  [column: string]: unknown;
  "{entry}"?: Entry;
  /** Column → why what stands in it could not be saved. */
  "{faults}"?: Record<string, string>;
  /** Columns on their way to the server. */
  "{busy}"?: ReadonlySet<string>;
}

const size = 100;
/** So many windows stay; the first always does, by which it is seen whether others have moved the list. */
const most = 20;
const absent: Row = Object.freeze({});

interface Sheet {
  key: string;
  rows: Row[];
  at: Map<string, number>;
  names: Names;
  /** Windows that are there, the one looked at last at the end. */
  loaded: Set<number>;
  loading: Map<number, AbortController>;
}

export interface Listing {
  rows: Row[];
  total: number | undefined;
  error: Error | null;
  pending: boolean;
  names: Names;
  retry: () => unknown;
  /** Others' changes have put the list into another order, or added to it: shown after `refresh`. */
  moved: boolean;
  refresh: () => Promise<void>;
  /** Reads what of these rows is not there yet; the last range asked for comes first. */
  ensure: (first: number, last: number) => void;
  /** Reads what of these rows is not there yet and waits for it. */
  reach: (first: number, last: number) => Promise<void>;
  /** Puts in records as an answer brought them. */
  put: (answer: Answer) => void;
  rowOf: (entry: string) => Row | undefined;
  /** The record so many rows on, if it is there. */
  neighbour: (entry: string, step: number) => string | undefined;
}

/** `drawn` is called whenever rows have changed in place. */
export function useListing(input: Input<"ledgers.list">, ledger: Ledger, drawn: () => void): Listing {
  const key = JSON.stringify(input);
  const head = useQuery({
    ...reading("ledgers.list", { ...input, count: true, limit: size, offset: 0 }),
    placeholderData: (before) => before,
  });
  const [sheet, setSheet] = useState<Sheet>();
  const current = useRef<Sheet>(undefined);
  const renewing = useRef(false);
  const [moved, setMoved] = useState(false);
  const { data, isPlaceholderData: old } = head;
  useEffect(() => {
    if (!data || old) return;
    const before = current.current;
    if (before?.key === key && !renewing.current) {
      // Rows stay where they are while one works on them, whatever others change.
      const same = before.rows.length === data.total && data.entries.every(({ id }, index) => before.at.get(id) === index);
      fill(before, ledger, data);
      before.loaded = same ? new Set([0]) : before.loaded;
      setMoved(!same);
      drawn();
      return;
    }
    renewing.current = false;
    setMoved(false);
    const next: Sheet = {
      key,
      rows: new Array<Row>(data.total ?? 0).fill(absent),
      at: new Map(),
      names: { units: {}, people: {} },
      loaded: new Set([0]),
      loading: new Map(),
    };
    fill(next, ledger, data, 0);
    for (const [, loading] of before?.loading ?? []) loading.abort();
    current.current = next;
    setSheet(next);
  }, [data, old, key, ledger, drawn]);

  const load = async (into: Sheet, window: number): Promise<void> => {
    const stop = new AbortController();
    into.loading.set(window, stop);
    try {
      const answer = await ask("ledgers.list", { ...input, limit: size, offset: window * size }, stop.signal);
      fill(into, ledger, answer, window * size);
      into.loaded.add(window);
      drawn();
    } catch {
      // Asked for again when it comes into view.
    } finally {
      into.loading.delete(window);
    }
  };
  const ensure = (first: number, last: number): void => {
    const into = current.current;
    if (!into || into.key !== key) return;
    const wanted = new Set<number>();
    for (let window = Math.floor(Math.max(0, first) / size); window * size <= Math.min(last, into.rows.length - 1); window++)
      wanted.add(window);
    forget(into);
    for (const [window, loading] of into.loading) if (!wanted.has(window)) loading.abort();
    for (const window of wanted) {
      if (into.loaded.delete(window)) into.loaded.add(window);
      else if (!into.loading.has(window)) void load(into, window);
    }
  };
  const rowOf = (entry: string): Row | undefined => {
    const at = current.current?.at.get(entry);
    return at === undefined ? undefined : current.current?.rows[at];
  };
  return {
    rows: sheet?.rows ?? [],
    total: sheet?.rows.length,
    error: head.error,
    pending: head.isPending,
    names: sheet?.names ?? { units: {}, people: {} },
    retry: head.refetch,
    moved,
    refresh: async () => {
      renewing.current = true;
      await head.refetch();
    },
    ensure,
    reach: async (first, last) => {
      const into = current.current;
      if (!into) return;
      for (let window = Math.floor(first / size); window * size <= last; window++)
        if (!into.loaded.has(window)) await load(into, window);
    },
    put: (answer) => {
      if (current.current) fill(current.current, ledger, answer);
      drawn();
    },
    rowOf,
    neighbour: (entry, step) => {
      const at = current.current?.at.get(entry);
      return at === undefined ? undefined : current.current?.rows[at + step]?.["{entry}"]?.id;
    },
  };
}

const isUnsaved = (row: Row): boolean => Object.keys(row["{faults}"] ?? {}).length > 0 || (row["{busy}"]?.size ?? 0) > 0;

/** Lets go of windows that have not been looked at for longest, but for rows with something that is not saved. */
function forget(sheet: Sheet): void {
  for (const window of [...sheet.loaded].slice(0, -most)) {
    const begin = window * size;
    const rows = sheet.rows.slice(begin, begin + size);
    if (window === 0 || rows.some(isUnsaved)) continue;
    for (const row of rows) if (row["{entry}"]) sheet.at.delete(row["{entry}"].id);
    sheet.rows.fill(absent, begin, begin + size);
    sheet.loaded.delete(window);
  }
}

/** Puts records into their rows, or from `offset` on. */
function fill(into: Sheet, ledger: Ledger, { entries, names }: Answer, offset?: number): void {
  Object.assign(into.names.units, names.units);
  Object.assign(into.names.people, names.people);
  for (const [index, entry] of entries.entries()) {
    const at = offset === undefined ? into.at.get(entry.id) : offset + index;
    if (at === undefined || at >= into.rows.length) continue;
    if (into.rows[at] === absent) into.rows[at] = {};
    const row = into.rows[at] ?? absent;
    into.at.set(entry.id, at);
    row["{entry}"] = entry;
    for (const field of ledger.fields) {
      // What is typed and could not be saved stays as it was typed.
      if (row["{faults}"]?.[field.name] !== undefined || row["{busy}"]?.has(field.name)) continue;
      row[field.name] = shownIn(ledger, field, entry, into.names);
    }
  }
}
