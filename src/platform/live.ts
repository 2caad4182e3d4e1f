/**
 * Tells who watches that something has changed, whichever process changed it. What is told has no content: who is told
 * asks again for what they show, by the same actions and rights as ever.
 *
 * A process tells the others by NOTIFY, after its commit and gathered over a tenth of a second. Within the writing
 * transaction it would cost every writer: the server takes one lock for all of them until the commit is on disk. A
 * process that dies in that tenth leaves its last change untold; whoever watches asks again by themselves now and then.
 */
import pg from "pg";
import type { Database } from "./db.ts";

const channel = "yibenzhang_changed";
const gatherMs = 100;
const reconnectMs = 1000;
/** A message holds 8000 bytes at most: beyond so many units it says the realm only. */
const mostUnits = 500;

/** What was changed: a unit's things, or without a unit anything in the realm. */
export interface Changed {
  realm: number;
  unit: number | null;
}

export interface Live {
  tell(changed: Changed): void;
  /** Calls `then` for changes that `concerns` says yes to, and whenever some may have been missed. Returns how to stop. */
  watch(concerns: (changed: Changed) => boolean, then: () => void): () => void;
  close(): Promise<void>;
}

const messageOf = (realm: number, units: ReadonlySet<number> | null): string =>
  JSON.stringify([realm, units === null || units.size > mostUnits ? null : [...units]]);

function readMessage(payload: string | undefined): Changed[] {
  const [realm, units] = JSON.parse(payload ?? "[0,null]") as [number, number[] | null];
  return units === null ? [{ realm, unit: null }] : units.map((unit) => ({ realm, unit }));
}

/** Tells others of one change at once, from a program that does not watch. */
export const tellOnce = async ({ pool }: Database, realm: number): Promise<void> =>
  void (await pool.query("select pg_notify($1, $2)", [channel, messageOf(realm, null)]));

/** Listens from the first watcher on, over a connection of its own that is renewed when it breaks. */
export function openLive({ pool }: Database): Live {
  const watchers = new Set<{ concerns: (changed: Changed) => boolean; then: () => void }>();
  /** By realm; null when anything in it may have changed. */
  let waiting = new Map<number, Set<number> | null>();
  let gathering: NodeJS.Timeout | undefined;
  let listener: Promise<pg.Client | undefined> | undefined;
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  const heard = (payload: string | undefined): void => {
    const all = readMessage(payload);
    for (const { concerns, then } of watchers) if (all.some(concerns)) then();
  };

  const listen = async (): Promise<pg.Client | undefined> => {
    const client = new pg.Client({ ...pool.options, application_name: "live" });
    const lost = (): void => {
      client.removeAllListeners();
      // What an ending connection still says is no fault of anyone.
      client.on("error", () => undefined);
      void client.end().catch(() => undefined);
      listener = undefined;
      if (closed || watchers.size === 0) return;
      again = setTimeout(() => void begin(true), reconnectMs);
    };
    client.on("error", lost);
    client.on("end", lost);
    client.on("notification", ({ payload }) => heard(payload));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      return client;
    } catch {
      lost();
      return undefined;
    }
  };

  const begin = async (missed: boolean): Promise<void> => {
    listener ??= listen();
    if ((await listener) && missed) for (const { then } of watchers) then();
  };

  const send = async (): Promise<void> => {
    gathering = undefined;
    const messages = [...waiting].map(([realm, units]) => messageOf(realm, units));
    waiting = new Map();
    // A database that is away makes its listeners ask again when it is back.
    await pool.query("select pg_notify($1, m) from unnest($2::text[]) m", [channel, messages]).catch(() => undefined);
  };

  return {
    tell({ realm, unit }) {
      const units = waiting.get(realm);
      if (unit === null) waiting.set(realm, null);
      else if (units === undefined) waiting.set(realm, new Set([unit]));
      else units?.add(unit);
      gathering ??= setTimeout(() => void send(), gatherMs);
    },
    watch(concerns, then) {
      const watcher = { concerns, then };
      watchers.add(watcher);
      void begin(false);
      return () => void watchers.delete(watcher);
    },
    async close() {
      closed = true;
      clearTimeout(again);
      if (gathering) {
        clearTimeout(gathering);
        await send();
      }
      const client = await listener;
      client?.removeAllListeners("end");
      await client?.end();
    },
  };
}
