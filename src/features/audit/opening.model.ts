/** The log of a database: begun together with its witness and key, found again, or begun anew. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { asOwner, raw, sql, type Database } from "#platform/db.ts";
import { makeKey, readKey, type LogKey } from "#platform/log-key.ts";
import { beginWitness, LogError, openWitness, putAside } from "#platform/witness.ts";
import { writeOwnAudit } from "./audit.model.ts";
import { addBatch, catchUp, emptyHead, findBatch, findLastHead } from "./log.model.ts";
import { kinds } from "./log-rows.model.ts";
import { holding, type Log } from "./sealing.model.ts";

/**
 * The log's key in this folder; with a database that has no log yet, key, witness and log are made. Undefined when the
 * database has a log whose key is not here: rows are then written without stamp, and nothing is sealed from here.
 */
export async function openLog(database: Database, folder: string, now: Date): Promise<Log | undefined> {
  const found = await readKey(folder);
  if (found && (await asOwner(database, "find the log", findLastHead))) return { folder, key: found };
  return holding(database, true, async (tx) => {
    const last = await findLastHead(tx);
    const key = (await readKey(folder)) ?? (last ? undefined : await makeKey(folder));
    if (!key) return undefined;
    if (!last) await begin(database, folder, key, now);
    return { folder, key };
  });
}

/** Begins a log in a database that has none. A witness that knows of leaves says that there was one: `verify` tells. */
async function begin(database: Database, folder: string, key: LogKey, now: Date): Promise<void> {
  let witness = await openWitness(folder);
  if (!witness) {
    // Rows that are there already bear no stamp. Without any, all that come do.
    const base = (await hasRows(database)) ? null : 0;
    await beginWitness(folder, key.sign({ ...emptyHead(randomUUID(), now.toISOString()), base }));
    witness = await openWitness(folder);
  }
  if (witness?.head.size === 0) {
    const { head } = witness;
    await asOwner(database, "begin the log", (tx) => addBatch(tx, { from: 0, head, records: Buffer.alloc(0) }));
  }
  await witness?.close();
}

const hasRows = (database: Database): Promise<boolean> =>
  asOwner(database, "look for rows", async (tx) => {
    for (const { table } of kinds) if (await tx.one(sql`select 1 from ${raw(table)} limit 1`)) return true;
    return false;
  });

/**
 * Begins the log anew over what the database holds now, as after a restore or when the folder was lost: the witness so far
 * is put aside, not deleted, and the audit says so. Where the former witness lies, and how far its log went.
 */
export async function restartLog(
  database: Database,
  folder: string,
  reason: string,
  now: Date,
): Promise<{ aside: string | undefined; size: number }> {
  const done = await holding(database, true, async (tx) => {
    const last = await findLastHead(tx);
    const witness = await openWitness(folder).catch(() => undefined);
    const former = [witness?.head, last].filter((head) => head !== undefined).toSorted((one, other) => other.size - one.size)[0];
    const aside = witness && join(folder, `${now.toISOString().replaceAll(/[:.]/g, "-")}-${witness.head.log.slice(0, 8)}`);
    await witness?.close();
    if (aside !== undefined) await putAside(folder, aside);
    await asOwner(database, "put the log aside", (owner) => owner.query(sql`delete from log_batches`));
    const key = (await readKey(folder)) ?? (await makeKey(folder));
    await begin(database, folder, key, now);
    database.stamp = key.stamp;
    await asOwner(database, "say that the log began anew", async (owner) => {
      const { log = null, size = 0, at = null, root } = former ?? {};
      const details = { log, size, at, root: root?.toString("hex") ?? null };
      writeOwnAudit(owner, { at: now, action: "audit.restart", subject: reason, details });
    });
    return { aside, size: former?.size ?? 0 };
  });
  return done ?? { aside: undefined, size: 0 };
}

/** Makes the witness of another server, or one that was lost, from the log in the database: as far as heads by this key vouch for it. */
export async function adoptLog(database: Database, folder: string): Promise<number> {
  const key = await readKey(folder);
  if (!key) throw new LogError(`没有封存密钥 ${folder}/key.pem。请从原来的服务器复制过来（权限 0600）再运行。`);
  const adopted = await holding(database, true, async () => {
    const first = await asOwner(database, "find the log", (tx) => findBatch(tx, -1));
    if (!first || first.head.size !== 0) throw new LogError("数据库里没有完整的封存日志，无从取回。");
    await beginWitness(folder, first.head).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "EEXIST" ? new LogError(`${folder} 里已有见证，不需要取回。`) : error;
    });
    const witness = await openWitness(folder);
    if (!witness) return 0;
    try {
      return await asOwner(database, "catch up", (tx) => catchUp(tx, witness, key));
    } finally {
      await witness.close();
    }
  });
  return adopted ?? 0;
}
