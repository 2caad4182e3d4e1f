/** Files that this window is sending, one after another, whatever page is open meanwhile. */
import i18next from "i18next";
import { useEffect, useSyncExternalStore } from "react";
import { ask, Problem } from "./client.ts";
import { dropPending, keepPending, listPending, type Pending } from "./pending-files.ts";
import { queries, reading } from "./queries.ts";
import { patiently, upload } from "./upload.ts";

export interface Sending extends Pending {
  /** How much has arrived, from 0 to 1. */
  part: number;
  /** Its id at the server, once it is known. */
  attachment: string | undefined;
  /** Why it stopped; undefined while it is under way or waits for its turn. */
  error: Error | undefined;
}

let all: readonly Sending[] = [];
const listeners = new Set<() => void>();
const stops = new Map<string, AbortController>();

function set(next: readonly Sending[]): void {
  all = next;
  for (const tell of listeners) tell();
}
const change = (key: string, more: Partial<Sending>): void =>
  set(all.map((one) => (one.key === key ? { ...one, ...more } : one)));
const take = (key: string): void => {
  set(all.filter((one) => one.key !== key));
  void dropPending(key);
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
  const options = effectiveDay === undefined ? {} : { effectiveDay };
  try {
    // The session may be another's by now, who signed in in the next tab.
    if ((await patiently(() => ask("access.me", {}), stop.signal)).id !== one.account)
      throw new Problem("not_signed_in", 401, i18next.t("attachments.otherAccount"));
    await upload(campaign, entry, file, {
      ...options,
      signal: stop.signal,
      onStart: (attachment) => change(key, { attachment }),
      onProgress: (part) => change(key, { part }),
    });
    // First what is there now, so that the file never seems gone.
    await readAgain(one);
    take(key);
  } catch (error) {
    change(key, { error: error as Error });
    // What the server will never take need not be tried again after a reload.
    void readAgain(one);
    if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 401) void dropPending(key);
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
  take(key);
  if (!one?.attachment) return;
  const { campaign, entry, attachment } = one;
  // Not there any more, or out of reach: then it goes within a day.
  await ask("attachments.discard", { campaign, entry, attachment }).catch(() => undefined);
  await readAgain(one);
}

window.addEventListener("online", () => {
  for (const one of all) if (one.error instanceof Problem && one.error.status === 0) retry(one.key);
});

/** Whose files are sent. */
let sender: number | undefined;
/** Goes on with what was under way when the page was closed. Another account begins with what is its own. */
async function resume(): Promise<void> {
  const { id } = await queries.ensureQueryData(reading("access.me", {}));
  if (id === sender) return;
  sender = id;
  const own = all.filter(({ account }) => account === id);
  const pending = (await listPending(id)).filter((one) => !own.some(({ key }) => key === one.key));
  set([...own, ...pending.map((one) => ({ ...one, part: 0, attachment: undefined, error: undefined }))]);
  for (const { key } of pending) enqueue(key);
}

let serial = 0;
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
      const { id: account } = await queries.ensureQueryData(reading("access.me", {}));
      for (const file of files) {
        const at = Date.now();
        const pending: Pending = { key: `${at}-${++serial}`, account, campaign, entry, file, effectiveDay, at };
        set([...all, { ...pending, part: 0, attachment: undefined, error: undefined }]);
        await keepPending(pending);
        enqueue(pending.key);
      }
    },
  };
}
