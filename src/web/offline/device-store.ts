/**
 * What one account keeps on this device: records on their way, drafts, and answers of the server that recording needs
 * without a network. A database for each account, so that nobody meets what another left.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Value } from "#kernel/values/cell.ts";

export interface Photo {
  id: string;
  name: string;
  blob: Blob;
  sent?: boolean;
}

export interface Fault {
  field?: string;
  reason: string;
  suggestion: string | null;
}

export type Values = Record<string, Value>;

/** What is being filled in; `id` is the entry's from the first stroke on. */
export interface Draft {
  id: string;
  campaign: string;
  ledger: string;
  /** As people call it, for lists that must do without definitions. */
  ledgerName: string;
  title: string;
  values: Values;
  photos: Photo[];
  /** Of a roll call: who is not there. */
  away: Readonly<Record<string, "excused" | "absent">>;
  at: string;
}

export interface Outgoing extends Draft {
  /** `refused` waits for its author, the others need nobody. */
  state: "waiting" | "sending" | "sent" | "refused";
  tries: number;
  /** Not before this moment, in milliseconds; the network's return and the author may be faster. */
  nextAt: number;
  /** Edited after an attempt of which no answer came: what arrived then may be older. */
  edited: boolean;
  /** Version that the server has. */
  version?: number;
  reason?: string;
  faults?: Fault[];
}

interface Stores extends DBSchema {
  outbox: { key: string; value: Outgoing };
  drafts: { key: string; value: Draft };
  answers: { key: string; value: { at: number; answer: unknown } };
}
export type DeviceStore = IDBPDatabase<Stores>;

const open = new Map<number, Promise<DeviceStore>>();

/** The store of an account. Rejects where the browser keeps nothing, as in some private windows. */
export function deviceStore(account: number): Promise<DeviceStore> {
  let store = open.get(account);
  if (!store) {
    store = openDB<Stores>(`yibenzhang.${account}`, 1, {
      upgrade(database) {
        for (const name of ["outbox", "drafts", "answers"] as const) database.createObjectStore(name);
      },
    });
    open.set(account, store);
  }
  return store;
}
