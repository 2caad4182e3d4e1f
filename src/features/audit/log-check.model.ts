/**
 * Checking the log: that the witness is what its signatures say, that the database's log is the witness's, and that every row
 * is the one that was sealed, no more and no fewer. The witness's records are brought into a temporary table and joined with
 * the rows, so that any size is read as two streams; digests are made here. First, what waits is sealed.
 */
import { asOwner, copyLines, plainText, raw, sql, type Database, type Sql, type Stamp, type Tx } from "#platform/db.ts";
import { readKey, type LogKey, type SignedHead } from "#platform/log-key.ts";
import { recordBytes, type LogRecord } from "#platform/log-record.ts";
import { LogError, openWitness, type Witness } from "#platform/witness.ts";
import { differences, most, newCheck, type Check, type LogFault, type LogReport } from "./log-faults.ts";
import { gone, keepRecords, leaves, makeTables, readLeaves } from "./log-leaves.model.ts";
import { columnsOf, digestOf, isoOf, isStamped, kindOf, kinds, recordAt, recordOf, type Kind } from "./log-rows.model.ts";
import { findBatch } from "./log.model.ts";
import { listRemovals } from "./removals.model.ts";
import { currentSnapshot, holding, newSince, sealHeld } from "./sealing.model.ts";

/** Checks the log of a database against the witness in a folder; `posted`: heads that were kept elsewhere. */
export async function checkLog(
  database: Database,
  folder: string,
  now: Date,
  posted: readonly SignedHead[] = [],
): Promise<LogReport> {
  const check = newCheck();
  const key = await readKey(folder);
  await holding(database, true, async () => {
    if (key) await sealWaiting(database, check, { folder, key }, now);
    const witness = await witnessIn(folder, check);
    try {
      await asOwner(database, "verify log", (tx) => checkHeld(tx, check, witness, key, posted), true);
    } finally {
      await witness?.close();
    }
  });
  await addNames(database, check.report.faults);
  return check.report;
}

async function sealWaiting(
  database: Database,
  { report, say }: Check,
  log: { folder: string; key: LogKey },
  now: Date,
): Promise<void> {
  try {
    report.missed = (await sealHeld(database, log, now)).missed;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    say({ what: "batch", text: error.message });
  }
}

async function witnessIn(folder: string, { say }: Check): Promise<Witness | undefined> {
  try {
    const witness = await openWitness(folder);
    if (!witness)
      say({ what: "witness", text: `没有封存见证（${folder}），只能按数据库自己的封存日志核对，挡不住有数据库全部权限的人。` });
    return witness;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    say({ what: "witness", text: error.message });
    return undefined;
  }
}

async function checkHeld(
  tx: Tx,
  check: Check,
  witness: Witness | undefined,
  key: LogKey | undefined,
  posted: readonly SignedHead[],
): Promise<void> {
  if (!key) check.say({ what: "key", text: "数据文件夹里没有封存密钥（log/key.pem），签名和印记无从核对。" });
  for (const kind of kinds) await makeTables(tx, kind);
  const head = await readLeaves(tx, check, witness, key, posted);
  Object.assign(check.report, { size: head?.size ?? 0, root: head?.root.toString("hex") ?? "", at: head?.at ?? null });
  if (head && key) await readRemovals(tx, check, head.log, key);
  const misses: Miss[] = [];
  for (const kind of kinds) misses.push(...(await joinRows(tx, check, kind, head, key?.stamp)));
  await findCopies(tx, check);
  for (const { seq, found } of misses) {
    const record = await recordOfLeaf(tx, witness, seq);
    if (!record) continue;
    if (found) check.sayRow("changed", record, differences(record, found));
    else check.sayRow("removed", record);
  }
}

/** The record of one leaf, from the witness if there is one. */
async function recordOfLeaf(tx: Tx, witness: Witness | undefined, seq: number): Promise<LogRecord | undefined> {
  if (witness) for await (const piece of witness.records(seq, seq + 1)) return recordAt(piece);
  const batch = await findBatch(tx, seq);
  return batch && recordAt(batch.records, seq - batch.from);
}

async function readRemovals(tx: Tx, { report, say }: Check, log: string, { publicKey }: LogKey): Promise<void> {
  for await (const removal of listRemovals(tx, log, publicKey)) {
    if (removal.signed) {
      report.removed += removal.records.length / recordBytes;
      await keepRecords(tx, removal.records);
    } else
      say({
        what: "removal",
        text: `移出记载 ${removal.run}（${removal.at}，${removal.reason}）的签名不对：不是由程序写入的，不予承认。`,
      });
  }
  for (const kind of kinds) await tx.query(sql`analyze ${gone(kind)}`);
}

/** Columns before those of the row. */
const extra = 7;

/** A leaf that its row does not bear out; without `found` the row is gone. */
interface Miss {
  seq: number;
  found?: LogRecord;
}

async function joinRows(
  tx: Tx,
  check: Check,
  kind: Kind,
  head: SignedHead | undefined,
  stamp: Stamp | undefined,
): Promise<Miss[]> {
  const { report, sayRow } = check;
  const isNew = waitingIf(head?.snapshot ?? "", await currentSnapshot(tx));
  plainText(tx);
  const same = raw(kind.letter === "e" ? "l.id = r.entry_id and l.version = r.version" : "l.id = r.audit_id");
  const query = sql`select l.seq, l.realm, l.id, l.version, l.format, l.digest,
      exists (select 1 from ${gone(kind)} g where g.realm = l.realm and g.id = l.id and g.version = l.version and g.digest = l.digest) || '-' || coalesce(${isNew}, false),
      ${columnsOf(kind, "r")}
    from ${leaves(kind)} l full join ${raw(kind.table)} r on l.realm = r.realm_id and ${same}`;
  const seen = new Uint8Array(Math.ceil((head?.size ?? 0) / 8));
  const base = head?.base ?? Number.POSITIVE_INFINITY;
  const misses: Miss[] = [];
  const miss = (seq: number, found?: LogRecord): void => {
    if (misses.length < most) misses.push({ seq, ...(found ? { found } : {}) });
    else report.count++;
  };
  for await (const lines of copyLines(tx, query))
    for (const line of lines) {
      const fields = line.split("\t");
      const [seqText = "", , , , format, digest, flags = ""] = fields;
      const row = fields.slice(extra);
      const lawful = flags.startsWith("true");
      const seq = seqText === "\\N" ? undefined : Number(seqText);
      const stamped = (from: number): boolean => !stamp || (seq ?? base) < from || isStamped(kind, stamp, row);
      if (seq === undefined) {
        const record = recordOf(kind, row);
        if (!flags.endsWith("true")) sayRow("inserted", record);
        else if (!stamped(base)) sayRow("unstamped", record);
        else note(report, record);
      } else if (row[0] === "\\N") {
        if (!lawful) miss(seq);
      } else if (digestOf(kind, Number(format), row).toString("hex") !== digest) {
        if (!lawful) miss(seq, recordOf(kind, row));
      } else {
        const bit = 1 << (seq & 7);
        if (lawful) sayRow("returned", recordOf(kind, row));
        else if ((seen[seq >> 3] ?? 0) & bit) sayRow("repeated", recordOf(kind, row));
        else if (!stamped(base)) sayRow("unstamped", recordOf(kind, row));
        seen[seq >> 3] = (seen[seq >> 3] ?? 0) | bit;
      }
    }
  return misses;
}

/** Audit rows whose stamp another bears: a copy has all that is stamped but its number. */
async function findCopies(tx: Tx, { sayRow }: Check): Promise<void> {
  const kind = kindOf("a");
  const query = sql`select ${columnsOf(kind, "r")} from audit r join
    (select stamp, min(audit_id) as first from audit where stamp is not null group by stamp having count(*) > 1) c on r.stamp = c.stamp and r.audit_id <> c.first limit ${raw(String(most))}`;
  for await (const lines of copyLines(tx, query)) for (const line of lines) sayRow("copied", recordOf(kind, line.split("\t")));
}

function note(report: LogReport, { at }: LogRecord): void {
  report.waiting++;
  const since = isoOf(at);
  if (report.since === null || since < report.since) report.since = since;
}

/** Whether a row may be one that is yet to be sealed. Where the log is of another cluster, none is known to be. */
function waitingIf(last: string, present: string): Sql {
  try {
    return newSince(last, present);
  } catch {
    return sql`false`;
  }
}

/** Adds what ids stand for: logins, and ledgers of entries that are still there. */
async function addNames(database: Database, faults: readonly LogFault[]): Promise<void> {
  const rows = faults.flatMap(({ row }) => row ?? []);
  const actors = rows.flatMap(({ actor }) => actor ?? []);
  const entries = rows.flatMap(({ table, id }) => (table === "entry_events" ? [id] : []));
  await asOwner(database, "name rows", async (tx) => {
    const accounts = await tx.query<{ id: number; login: string }>(
      sql`select account_id as id, login from accounts where account_id = any(${actors}::bigint[])`,
    );
    const ledgers = await tx.query<{ id: string; realm: number; ledger: string }>(
      sql`select entry_id as id, realm_id as realm, ledger from entries where realm_id = any(${rows.map(({ realm }) => realm)}::integer[]) and entry_id = any(${entries}::uuid[])`,
    );
    const logins = new Map(accounts.map(({ id, login }) => [id, login]));
    const ofEntry = new Map(ledgers.map(({ id, realm, ledger }) => [`${realm} ${id}`, ledger]));
    for (const row of rows) {
      const login = row.actor === null ? undefined : logins.get(row.actor);
      const ledger = ofEntry.get(`${row.realm} ${row.id}`);
      Object.assign(row, login === undefined ? {} : { login }, ledger === undefined ? {} : { ledger });
    }
  });
}
