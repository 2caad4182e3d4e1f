/** Files that this window is sending, one after another, whatever page is open meanwhile. */
import i18next from "i18next";
import { useEffect, useSyncExternalStore } from "react";
import { ask, Problem } from "./client.ts";
import { forget, keep, list } from "../offline/device.ts";
import type { KeptFile } from "../offline/kept.types.ts";
import { newId } from "./new-id.ts";
import { queries, reading } from "./queries.ts";
import { reach } from "./reach.ts";
import { patiently, upload } from "./upload.ts";

export interface Sending extends KeptFile {
  key: string;
  owner: number;
  campaign: string;
  /** How much has arrived, from 0 to 1. */
  part: number;
  /** Its id at the server, once it is known. */
  attachment: string | undefined;
  /** Why it stopped; undefined while it is under way or waits for its turn. */
  error: Error | undefined;
}

/** Begins the keys of files that are added to an entry. Kept on the device, so that closing the page costs nothing. */
const under = "entry/";
const notBegun = { part: 0, attachment: undefined, error: undefined };

let all: readonly Sending[] = [];
const listeners = new Set<() => void>();
const stops = new Map<string, AbortController>();

function set(next: readonly Sending[]): void {
  all = next;
  for (const tell of listeners) tell();
}
const change = (key: string, more: Partial<Sending>): void =>
  set(all.map((one) => (one.key === key ? { ...one, ...more } : one)));
const take = (one: Sending): void => {
  set(all.filter(({ key }) => key !== one.key));
  void forget("files", one, one.key);
};

/** One at a time: over a bad network two would both be late. */
let turn: Promise<void> = Promise.resolve();
const enqueue = (key: string): void => {
  turn = turn.then(() => run(key));
};

async function run(key: string): Promise<void> {
  const one = all.find((sending) => sending.key === key);
  if (!one) return;
  const stop = new AbortController();
  stops.set(key, stop);
  const { campaign, entry, file, effectiveDay } = one;
  try {
    // The session may be another's by now, who signed in in the next tab.
    if ((await patiently(() => ask("access.me", {}), stop.signal)).id !== one.owner)
      throw new Problem("not_signed_in", 401, i18next.t("attachments.otherAccount"));
    await upload(campaign, entry, file, {
      ...(effectiveDay === undefined ? {} : { effectiveDay }),
      signal: stop.signal,
      onStart: (attachment) => change(key, { attachment }),
      onProgress: (part) => change(key, { part }),
    });
    // First what is there now, so that the file never seems gone.
    await readAgain(one);
    take(one);
  } catch (error) {
    change(key, { error: error as Error });
    // What the server will never take need not be tried again after a reload.
    void readAgain(one);
    if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 401)
      void forget("files", one, key);
  } finally {
    stops.delete(key);
  }
}

const readAgain = ({ campaign, entry }: Sending): Promise<unknown> =>
  Promise.all(
    ["attachments.list", "ledgers.get"].map((name) => queries.invalidateQueries({ queryKey: [name, { campaign, entry }] })),
  );

export const retry = (key: string): void => {
  change(key, { error: undefined });
  enqueue(key);
};

/** Stops sending, and gives up what has arrived. */
export async function cancel(key: string): Promise<void> {
  const one = all.find((sending) => sending.key === key);
  stops.get(key)?.abort();
  if (!one) return;
  take(one);
  if (!one.attachment) return;
  const { campaign, entry, attachment } = one;
  // Not there any more, or out of reach: then it goes within a day.
  await ask("attachments.discard", { campaign, entry, attachment }).catch(() => undefined);
  await readAgain(one);
}

reach.subscribe(() => {
  if (reach.get() !== "ok") return;
  for (const { key, error } of all) if (error instanceof Problem && (error.status === 0 || error.status >= 500)) retry(key);
});

/** Whose files are sent. */
let sender: number | undefined;
/** Goes on with what was under way when the page was closed. Another account begins with what is its own. */
async function resume(): Promise<void> {
  const { id } = await queries.ensureQueryData(reading("access.me", {}));
  if (id === sender) return;
  sender = id;
  const kept = await list("files", { owner: id }, under);
  const own = all.filter(({ owner }) => owner === id);
  const pending = kept.filter((one) => !own.some(({ key }) => key === one.key));
  set([...own, ...pending.map(({ owner, campaign, key, value }) => ({ ...value, owner, campaign, key, ...notBegun }))]);
  for (const { key } of pending) enqueue(key);
}

/** What is being sent to an entry, and how to add to it. */
export function useUploads(campaign: string, entry: string) {
  const sending = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => all,
  );
  useEffect(() => void resume(), []);
  return {
    sending: sending.filter((one) => one.entry === entry),
    add: async (files: readonly File[], effectiveDay?: string): Promise<void> => {
      const { id: owner } = await queries.ensureQueryData(reading("access.me", {}));
      for (const file of files) {
        const kept: KeptFile = { entry, file, ...(effectiveDay === undefined ? {} : { effectiveDay }) };
        const key = `${under}${Date.now()}-${newId()}`;
        set([...all, { ...kept, key, owner, campaign, ...notBegun }]);
        await keep("files", { owner, campaign }, key, kept);
        enqueue(key);
      }
    },
  };
}
