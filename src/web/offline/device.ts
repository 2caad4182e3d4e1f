/**
 * What the people at this device have typed or chosen, and what they need without a network: one database, in which a thing
 * is kept under whose it is, in which campaign, and what for. Nobody is given what is another's. One rule says when it
 * goes: what the server has too (`safe`), when its owner leaves; what only this device has, when it has arrived or its
 * owner throws it away, however long that takes. Where the browser keeps nothing (no room left, forbidden) a thing lives in
 * this page, which then asks before it is closed.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { createStore } from "../ui/store.ts";
import type { KeptDraft, KeptFile, Outgoing } from "./kept.types.ts";

interface Things {
  drafts: KeptDraft;
  outbox: Outgoing;
  files: KeptFile;
  /** What was written in a document and is not confirmed. */
  changes: Uint8Array;
  answers: { at: number; answer: unknown };
}
export type Kind = keyof Things;

export interface Place {
  /** An account's number. */
  owner: number;
  /** Empty for what belongs to none. */
  campaign: string;
}

interface Row<T> extends Place {
  key: string;
  value: T;
  safe: boolean;
}
interface Stores extends DBSchema {
  drafts: { key: [number, string, string]; value: Row<KeptDraft> };
  outbox: { key: [number, string, string]; value: Row<Outgoing> };
  files: { key: [number, string, string]; value: Row<KeptFile> };
  changes: { key: [number, string, string]; value: Row<Uint8Array> };
  answers: { key: [number, string, string]; value: Row<Things["answers"]> };
}
const kinds = ["drafts", "outbox", "files", "changes", "answers"] as const satisfies Kind[];

let opened: Promise<IDBPDatabase<Stores>> | undefined;
async function open(): Promise<IDBPDatabase<Stores>> {
  try {
    return await (opened ??= openDB<Stores>("yibenzhang", 1, {
      upgrade(database) {
        for (const kind of kinds) database.createObjectStore(kind, { keyPath: ["owner", "campaign", "key"] });
      },
      terminated: () => (opened = undefined),
    }));
  } catch (error) {
    opened = undefined;
    throw error;
  }
}
// The first stroke need not wait for it.
void open().catch(() => undefined);

/** What the browser would not keep, by kind and place. */
const refused = new Map<string, Row<unknown>>();
const nameOf = (kind: Kind, { owner, campaign }: Place, key: string): string => JSON.stringify([kind, owner, campaign, key]);
/** How many things would be gone with this page. */
export const heldHere = createStore(0);
window.addEventListener("beforeunload", (event) => heldHere.get() > 0 && event.preventDefault());

function hold(name: string, row: Row<unknown> | undefined): void {
  if (row) refused.set(name, row);
  else refused.delete(name);
  heldHere.set([...refused.values()].filter(({ safe }) => !safe).length);
}

/** Keeps a thing in place of what was there; `safe`: the server has it too. False when it will not outlive this page. */
export async function keep<K extends Kind>(kind: K, at: Place, key: string, value: Things[K], safe = false): Promise<boolean> {
  const row = { owner: at.owner, campaign: at.campaign, key, value, safe };
  const name = nameOf(kind, at, key);
  try {
    const work = (await open()).transaction(kind, "readwrite");
    const put = work.store.put(row as Stores[K]["value"]);
    // Without waiting for more, so that a page that is closed at once leaves it behind all the same.
    work.commit();
    await Promise.all([put, work.done]);
    hold(name, undefined);
    return true;
  } catch {
    hold(name, row);
    return safe;
  }
}

export async function find<K extends Kind>(kind: K, at: Place, key: string): Promise<Things[K] | undefined> {
  return (await list(kind, at, key)).find((row) => row.key === key)?.value;
}

/** Of an account in a campaign, or in all, what has a key that begins so. */
export async function list<K extends Kind>(
  kind: K,
  { owner, campaign }: { owner: number; campaign?: string },
  under = "",
): Promise<Row<Things[K]>[]> {
  const range =
    campaign === undefined
      ? IDBKeyRange.bound([owner], [owner, []])
      : IDBKeyRange.bound([owner, campaign, under], [owner, campaign, `${under}\uFFFF`]);
  const stored = (await open().then(
    (database) => database.getAll(kind, range),
    () => [],
  )) as Row<Things[K]>[];
  const rows = new Map(stored.map((row) => [nameOf(kind, row, row.key), row]));
  for (const [name, row] of refused)
    if (name.startsWith(`["${kind}",${owner},`) && (campaign ?? row.campaign) === row.campaign)
      rows.set(name, row as Row<Things[K]>);
  return [...rows.values()].filter(({ key }) => key.startsWith(under));
}

export async function forget(kind: Kind, at: Place, key: string): Promise<void> {
  hold(nameOf(kind, at, key), undefined);
  await open()
    .then((database) => database.delete(kind, [at.owner, at.campaign, key]))
    .catch(() => undefined);
}

/** Someone signs out, or another in: what the server has too goes, what it has not waits for its owner. */
export async function leave(owner: number): Promise<void> {
  for (const kind of kinds) for (const row of await list(kind, { owner })) if (row.safe) await forget(kind, row, row.key);
}
