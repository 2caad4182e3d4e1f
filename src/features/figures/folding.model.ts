/** Keeps folding what writes add to figures into the day totals, in the background. */
import { setTimeout as sleep } from "node:timers/promises";
import { asOwner, sql, type Database } from "#platform/db.ts";
import { foldBatch } from "./cells.model.ts";

const pause = 300;

/**
 * Folds every few hundred milliseconds until stopped. Several processes may do so on one database: each realm is folded
 * by one at a time. A failure is told and tried again; until then answers read what is pending, and stay right.
 */
export function keepFolding(database: Database, onError: (error: unknown) => void): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    for (let wait = pause; !stopping.signal.aborted;) {
      try {
        await foldPending(database);
        wait = pause;
      } catch (error) {
        onError(error);
        wait = Math.min(wait * 2, 30_000);
      }
      await sleep(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function foldPending(database: Database): Promise<void> {
  const realms = await asOwner(database, "fold figures", (tx) =>
    tx.query<{ realm_id: number }>(
      sql`select realm_id from realms r where exists (select 1 from figure_deltas d where d.realm_id = r.realm_id)`,
    ),
  );
  for (const { realm_id: realm } of realms) while ((await asOwner(database, "fold figures", (tx) => foldBatch(tx, realm))) > 0);
}
