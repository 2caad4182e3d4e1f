/**
 * Files on their way to an entry, kept in the browser until they have arrived, so that closing the page in between costs
 * nothing. Whose they are is kept with them: an office's computer has many users. Without storage (a private window)
 * there is nothing to go on with, and sending works all the same.
 */
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

const storeName = "files";
/** The server keeps what has arrived of it no longer. */
const oldest = 86_400_000;

const open = (): Promise<IDBDatabase> =>
  new Promise((done, failed) => {
    const asked = indexedDB.open("yibenzhang-files", 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore(storeName, { keyPath: "key" }));
    asked.addEventListener("success", () => done(asked.result));
    asked.addEventListener("error", () => failed(new Error("no storage", { cause: asked.error })));
  });

async function within<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const work = database.transaction(storeName, mode);
      const asked = run(work.objectStore(storeName));
      work.addEventListener("complete", () => done(asked.result));
      work.addEventListener("abort", () => failed(new Error("not stored", { cause: work.error })));
    });
  } finally {
    database.close();
  }
}

export const keepPending = (pending: Pending): Promise<unknown> =>
  within("readwrite", (store) => store.put(pending)).catch(() => undefined);

export const dropPending = (key: string): Promise<unknown> =>
  within("readwrite", (store) => store.delete(key)).catch(() => undefined);

/** Those of an account; what is too old to be gone on with is removed, whosever it is. */
export async function listPending(account: number): Promise<Pending[]> {
  const all = await within<Pending[]>("readonly", (store) => store.getAll()).catch(() => []);
  const fresh = all.filter((one) => Date.now() - one.at < oldest);
  await Promise.all(all.filter((one) => !fresh.includes(one)).map((one) => dropPending(one.key)));
  return fresh.filter((one) => one.account === account);
}
