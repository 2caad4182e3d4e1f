/**
 * Sealing: rows of history and audit that have been committed since the last time become leaves of the log. Writers do
 * nothing for it and wait for nothing. One run is one transaction:
 * - New is what the present snapshot shows and that of the last head did not: rows whose transaction had not begun then,
 *   or was under way. A long transaction (an import) holds nothing up, and its rows follow when it has ended.
 * - Rows are read as a stream and written in batches, each with a signed head; the last head bears the snapshot.
 * - What is committed is then read back and added to the witness. What the witness has missed, because a run was broken off
 *   there or another server sealed, is first made up for from the database, as far as signatures vouch for it.
 * One process at a time does so on a database.
 */
import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { asOwner, copyLines, plainText, raw, sql, type Database, type Sql, type Tx } from "#platform/db.ts";
import type { LogKey, SignedHead } from "#platform/log-key.ts";
import { writeRecord } from "#platform/log-record.ts";
import { LogError, openWitness, type Growth, type Witness } from "#platform/witness.ts";
import { columnsOf, kinds, recordOf, type Kind } from "./log-rows.model.ts";
import { addBatch, addWritten, catchUp, type Written } from "./log.model.ts";

/** The folder of the witness and the key that signs. */
export interface Log {
  folder: string;
  key: LogKey;
}

export interface Sealed {
  head: SignedHead;
  /** Rows that became leaves just now. */
  sealed: number;
  /** Records that the witness had missed before that, as when a run was broken off after its commit. */
  missed: number;
}

const batch = 2048;
/** From so many rows on, the index over their transactions is brought up to date, which saves the next runs reading them. */
const many = 1000;

/**
 * Seals what is new. Undefined when another process is doing so. A LogError when the log in the database, the witness and
 * the signatures do not fit together: then nothing is sealed.
 */
export async function seal(database: Database, log: Log, now: Date): Promise<Sealed | undefined> {
  const done = await holding(database, false, () => sealHeld(database, log, now));
  if (done && done.sealed >= many)
    for (const { table } of kinds)
      await asOwner(database, "summarise", (tx) => tx.query(sql`select brin_summarize_new_values(${`${table}_xid`}::regclass)`));
  return done;
}

/** The same by whom the log is held already. */
export async function sealHeld(database: Database, log: Log, now: Date): Promise<Sealed> {
  const witness = await openWitness(log.folder);
  if (!witness) throw new LogError(`没有封存见证（${log.folder}）。请从另存的副本恢复这个文件夹，办法见《运行和维护》的“核对”。`);
  try {
    const missed = await asOwner(database, "catch up", (tx) => catchUp(tx, witness, log.key));
    const before = witness.head.size;
    const { written, growth } = await asOwner(database, "seal", (tx) => sealNew(database, tx, witness, log.key, now));
    if (growth) await asOwner(database, "witness", (tx) => addWritten(tx, witness, written, growth));
    return { head: witness.head, sealed: witness.head.size - before, missed };
  } finally {
    await witness.close();
  }
}

/** Runs while no other process seals on this database, or touches the witness beside it. */
export const holding = <T>(database: Database, wait: boolean, run: (tx: Tx) => Promise<T>): Promise<T | undefined> =>
  asOwner(database, "hold the log", async (tx) => {
    await tx.query(sql`set local idle_in_transaction_session_timeout = 0`);
    if (wait) await tx.query(sql`select pg_advisory_xact_lock(7240014)`);
    else if (!(await tx.one<{ taken: boolean }>(sql`select pg_try_advisory_xact_lock(7240014) as taken`))?.taken)
      return undefined;
    return run(tx);
  });

async function sealNew(
  database: Database,
  out: Tx,
  witness: Witness,
  key: LogKey,
  now: Date,
): Promise<{ written: Written[]; growth: Growth | undefined }> {
  const last = witness.head;
  let growth: Growth | undefined;
  const written: Written[] = [];
  // The snapshot is taken before anything is written here.
  await asOwner(
    database,
    "gather",
    async (tx) => {
      // The tree has grown by then.
      if (tx.attempt > 1) throw new Error("the connection was lost while rows were gathered");
      const snapshot = await currentSnapshot(tx);
      let waiting: Buffer[] = [];
      const write = async (end: boolean): Promise<void> => {
        growth ??= witness.grow();
        const from = growth.size;
        const records = Buffer.concat(waiting);
        waiting = [];
        growth.add(records);
        const { size } = growth;
        // Rows that the log begins with were written before there was a key to stamp them.
        const base = last.base ?? (last.size === 0 && end ? size : null);
        const head = key.sign({
          log: last.log,
          size,
          root: growth.root(),
          at: now.toISOString(),
          base,
          snapshot: end ? snapshot : "",
        });
        written.push({ head, digest: hash("sha256", records, "hex") });
        await addBatch(out, { from, head, records });
      };
      for await (const records of newRecords(tx, last.snapshot, snapshot))
        for (const record of records) {
          // One is always left for the end: the last head of a run is over something.
          if (waiting.length === batch) await write(false);
          waiting.push(record);
        }
      if (waiting.length > 0) await write(true);
    },
    true,
  );
  return { written, growth };
}

export const currentSnapshot = async (tx: Tx): Promise<string> =>
  (await tx.one<{ snapshot: string }>(sql`select pg_current_snapshot()::text as snapshot`))?.snapshot ?? "";

async function* newRecords(tx: Tx, last: string, present: string): AsyncGenerator<Buffer[]> {
  const since = newSince(last, present);
  plainText(tx);
  for (const kind of kinds)
    for await (const lines of copyLines(tx, rowsWhere(kind, since)))
      yield lines.map((line) => writeRecord(recordOf(kind, line.split("\t"))));
}

const rowsWhere = (kind: Kind, where: Sql): Sql => sql`select ${columnsOf(kind, "r")} from ${raw(kind.table)} r where ${where}`;

const xid = raw("(r.xid::text::bigint)");

/** A snapshot as PostgreSQL writes it: `xmin:xmax:xid,xid…`. */
function readSnapshot(text: string): { next: number; running: number[] } {
  const [, next, running = ""] = text.split(":");
  return { next: Number(next), running: running === "" ? [] : running.split(",").map(Number) };
}

/**
 * Which rows a snapshot did not show that the present one does. A row that says to be of a transaction that has not begun
 * is not written by the program; it is left to `verify`.
 */
export function newSince(last: string, present: string): Sql {
  const { next } = readSnapshot(present);
  if (last === "") return sql`${xid} < ${next}`;
  const before = readSnapshot(last);
  if (before.next > next)
    throw new LogError(
      "数据库换了另一套（事务号比封存日志小），像是用别的工具恢复的。请运行 yibenzhang audit restart --reason 理由。",
    );
  return sql`(${xid} >= ${before.next} or ${xid} = any(${before.running}::bigint[])) and ${xid} < ${next}`;
}

const pause = 3000;

/**
 * Seals every few seconds until stopped, and tells each new head. A failure is told and tried again; meanwhile nothing
 * is lost, rows only wait longer.
 */
export function keepSealing(
  database: Database,
  log: Log,
  { now, onHead, onError }: { now: () => Date; onHead: (head: SignedHead) => void; onError: (error: unknown) => void },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    for (let wait = pause; !stopping.signal.aborted;) {
      try {
        const done = await seal(database, log, now());
        if (done) onHead(done.head);
        wait = pause;
      } catch (error) {
        onError(error);
        wait = Math.min(wait * 2, 60_000);
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
