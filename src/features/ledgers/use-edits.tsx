/** Editing in the grid: shown at once, sent in order, taken back with Ctrl-Z; what is refused stays where it was typed. */
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries } from "#web/api/queries.ts";
import type { Listing, Row } from "./use-listing.tsx";

type Refused = Output<"ledgers.changeMany">["refused"][number];
type Values = Refused["theirs"] & object;

export interface Cell {
  entry: string;
  column: string;
  text: string;
  /** The version that was on the screen when typing began; without one what is there now. */
  version?: number | undefined;
}
/** Someone else was faster. */
export interface Clash {
  entry: string;
  version: number;
  theirs: Values;
  mine: Record<string, string>;
}
interface Step {
  /** Entry → what stood there, and the version that the change made. */
  before: Map<string, { version: number; values: Values }>;
}

export const most = 500;

interface Given {
  campaign: string;
  ledger: string;
  listing: Listing;
  drawn: () => void;
  tell: (kind: "success" | "warning" | "error", words: string) => void;
}

export function useEdits({ campaign, ledger, listing, drawn, tell }: Given) {
  const { t } = useTranslation();
  const [clashes, setClashes] = useState<Clash[]>([]);
  const [unsaved, setUnsaved] = useState<Cell[]>([]);
  const steps = useRef<Step[]>([]);
  const queue = useRef(Promise.resolve());
  // Entry and version → the version that one's own change made of it: no one else came between.
  const made = useRef(new Map<string, number>());
  const onTop = (entry: string, version: number): number => {
    const next = made.current.get(`${entry} ${version}`);
    return next === undefined ? version : onTop(entry, next);
  };

  const mark = (cells: readonly Cell[], state: "busy" | "done", faults?: (cell: Cell) => string | undefined): void => {
    for (const { entry, column, text } of cells) {
      const row = listing.rowOf(entry);
      if (!row) continue;
      row[column] = text;
      const busy = new Set(row["{busy}"]);
      const { [column]: _gone, ...others } = row["{faults}"] ?? {};
      const fault = faults?.({ entry, column, text });
      if (state === "busy") busy.add(column);
      else busy.delete(column);
      row["{busy}"] = busy;
      row["{faults}"] = fault === undefined ? others : { ...others, [column]: fault };
    }
    drawn();
  };
  const keepUnsaved = (cells: readonly Cell[], bad: readonly Cell[]): void =>
    setUnsaved((old) => [
      ...old.filter((one) => !cells.some((cell) => cell.entry === one.entry && cell.column === one.column)),
      ...bad,
    ]);

  const send = async (cells: readonly Cell[], remember: boolean): Promise<void> => {
    const texts = new Map<string, Record<string, string>>();
    for (const { entry, column, text } of cells) texts.set(entry, { ...texts.get(entry), [column]: text });
    const before: Step["before"] = new Map();
    const changes = [...texts].flatMap(([entry, typed]) => {
      const known = listing.rowOf(entry)?.["{entry}"];
      if (!known) return [];
      const values = Object.fromEntries(Object.keys(typed).map((name) => [name, known.values[name] ?? null]));
      const seen = cells.find((cell) => cell.entry === entry)?.version ?? known.version;
      const version = onTop(entry, seen);
      before.set(entry, { version, values });
      const wanted = Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, text === "" ? null : text]));
      return [{ entry, version, values: wanted }];
    });
    try {
      const answer = await ask("ledgers.changeMany", { campaign, ledger, changes, goodRows: true });
      const refused = new Map(answer.refused.map((one) => [one.entry, one]));
      mark(cells, "done", ({ entry, column }) => faultOf(refused.get(entry), column));
      listing.put(answer);
      for (const entry of refused.keys()) before.delete(entry);
      for (const { id, version } of answer.entries)
        if (before.get(id)?.version !== version) made.current.set(`${id} ${before.get(id)?.version ?? 0}`, version);
      for (const { id, version } of answer.entries) before.set(id, { version, values: before.get(id)?.values ?? {} });
      if (remember && before.size > 0) steps.current.push({ before });
      keepUnsaved(
        cells,
        cells.filter(({ entry }) => refused.has(entry)),
      );
      setClashes((old) => [...old, ...answer.refused.flatMap((one) => clashOf(one, texts.get(one.entry) ?? {}))]);
      const plain = answer.refused.filter(({ code }) => code !== "version_conflict");
      if (plain.length > 0)
        tell("error", plain.length === 1 ? (plain[0]?.detail ?? "") : t("ledgers.grid.someRefused", { count: plain.length }));
      else if (remember && answer.entries.length > 1)
        tell("success", t("ledgers.grid.changed", { count: answer.entries.length }));
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "ledgers.list" });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      mark(cells, "done", () => why);
      keepUnsaved(cells, cells);
      tell("error", why);
    }
  };
  const faultOf = (refused: Refused | undefined, column: string): string | undefined => {
    if (!refused) return undefined;
    const own = refused.faults.find(({ field }) => field === column);
    if (own) return own.suggestion ? `${own.reason}（${own.suggestion}）` : own.reason;
    return refused.faults.length > 0 ? t("ledgers.grid.otherFault") : refused.detail;
  };
  /** Sent one after another: each is based on the version that the one before it made. */
  const enqueue = (cells: readonly Cell[], remember: boolean): Promise<void> => {
    mark(cells, "busy");
    queue.current = queue.current.then(() => send(cells, remember));
    return queue.current;
  };
  const apply = (cells: readonly Cell[]): Promise<void> => {
    const changed = cells.filter(({ entry, column, text }) => {
      const row = listing.rowOf(entry);
      return row !== undefined && (row[column] !== text || row["{faults}"]?.[column] !== undefined);
    });
    if (changed.length === 0) return Promise.resolve();
    if (new Set(changed.map(({ entry }) => entry)).size > most) {
      tell("warning", t("ledgers.grid.tooMany", { most }));
      return Promise.resolve();
    }
    return enqueue(changed, true);
  };
  const undo = (): void => {
    queue.current = queue.current.then(async () => {
      const step = steps.current.pop();
      if (!step) return tell("warning", t("ledgers.grid.nothingToUndo"));
      const changes = [...step.before].map(([entry, { version, values }]) => ({ entry, version, values }));
      try {
        const answer = await ask("ledgers.changeMany", { campaign, ledger, changes, goodRows: true });
        listing.put(answer);
        tell(
          answer.refused.length > 0 ? "warning" : "success",
          t("ledgers.grid.undone", { count: answer.entries.length, kept: answer.refused.length }),
        );
        await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "ledgers.list" });
      } catch (error) {
        steps.current.push(step);
        tell("error", error instanceof Error ? error.message : String(error));
      }
    });
  };
  return {
    apply,
    undo,
    clashes,
    /** Decides a clash: mine goes out based on their version, what is theirs stays. */
    settle: (clash: Clash, mine: Record<string, string>, now: Row["{entry}"], names: Listing["names"]) => {
      setClashes((old) => old.filter((one) => one !== clash));
      const cells = Object.keys(clash.mine).map((column) => ({ entry: clash.entry, column, text: mine[column] ?? "" }));
      mark(cells, "done");
      keepUnsaved(cells, []);
      if (now) listing.put({ entries: [now], names });
      const kept = cells.filter(({ column }) => column in mine);
      return kept.length > 0 ? enqueue(kept, true) : Promise.resolve();
    },
    /** Leaves a clash for later: what is typed stays unsaved in its cells. */
    postpone: (clash: Clash) => setClashes((old) => old.filter((one) => one !== clash)),
    /** What is typed and not saved. */
    unsaved,
    retry: () => apply(unsaved),
  };
}

const clashOf = ({ code, entry, version, theirs }: Refused, mine: Record<string, string>): Clash[] =>
  code === "version_conflict" && version !== undefined ? [{ entry, version, theirs: theirs ?? {}, mine }] : [];
