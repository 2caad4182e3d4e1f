/** Changes that the server has not yet confirmed, kept in the browser: what was typed outlives a crash or a closed window. */

const store = "changes";

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("yibenzhang-documents", 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore(store));
    asked.addEventListener("success", () => done(asked.result));
    asked.addEventListener("error", () => failed(asked.error ?? new Error("indexedDB")));
  });
}

async function within<T>(mode: IDBTransactionMode, act: (kept: IDBObjectStore) => { readonly result: T }): Promise<T> {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction(store, mode);
      const asked = act(transaction.objectStore(store));
      transaction.addEventListener("complete", () => done(asked.result));
      transaction.addEventListener("error", () => failed(transaction.error ?? new Error("indexedDB")));
    });
  } finally {
    database.close();
  }
}

/** Where no database can be had (a private window), nothing is kept, and the page says that it is not. */
export const keepChange = (key: string, change: Uint8Array | undefined): Promise<boolean> =>
  within<unknown>("readwrite", (kept) => (change ? kept.put(change, key) : kept.delete(key))).then(
    () => true,
    () => false,
  );

export const keptChange = (key: string): Promise<Uint8Array | undefined> =>
  within<unknown>("readonly", (kept) => kept.get(key)).then(
    (found) => (found instanceof Uint8Array ? found : undefined),
    () => undefined,
  );
