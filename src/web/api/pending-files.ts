/**
 * Files on their way to an entry, kept in the browser until they have arrived, so that closing the page in between costs
 * nothing. Whose they are is kept with them: an office's computer has many users. Without storage (a private window)
 * there is nothing to go on with, and sending works all the same.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export interface Pending {
  key: string;
  account: number;
  campaign: string;
  entry: string;
  file: File;
  effectiveDay: string | undefined;
  /** Milliseconds since 1970. */
  at: number;
}

interface Stores extends DBSchema {
  files: { key: string; value: Pending };
}

/** The server keeps what has arrived of it no longer. */
const oldest = 86_400_000;

let opened: Promise<IDBPDatabase<Stores>> | undefined;
const store = (): Promise<IDBPDatabase<Stores>> =>
  (opened ??= openDB<Stores>("yibenzhang.files", 1, {
    upgrade: (database) => void database.createObjectStore("files", { keyPath: "key" }),
  }));

export const keepPending = async (pending: Pending): Promise<void> =>
  void (await store()
    .then((files) => files.put("files", pending))
    .catch(() => undefined));

export const dropPending = async (key: string): Promise<void> =>
  store()
    .then((files) => files.delete("files", key))
    .catch(() => undefined);

/** Those of an account; what is too old to be gone on with is removed, whosever it is. */
export async function listPending(account: number): Promise<Pending[]> {
  const all = await store()
    .then((files) => files.getAll("files"))
    .catch((): Pending[] => []);
  const fresh = all.filter((one) => Date.now() - one.at < oldest);
  await Promise.all(all.filter((one) => !fresh.includes(one)).map((one) => dropPending(one.key)));
  return fresh.filter((one) => one.account === account);
}
