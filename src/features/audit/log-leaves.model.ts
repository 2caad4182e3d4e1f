/**
 * Reading the log from its beginning: the witness held against its signatures, the database's log held against the witness,
 * and the records kept in temporary tables, which end with the transaction.
 */
import { copyRows, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { headText, isHeadSignedBy, type LogKey, type SignedHead } from "#platform/log-key.ts";
import { recordBytes } from "#platform/log-record.ts";
import { edge, leafHash } from "#platform/merkle.ts";
import type { Witness } from "#platform/witness.ts";
import type { Check } from "./log-faults.ts";
import { kinds, recordAt, type Kind } from "./log-rows.model.ts";
import { findBatch } from "./log.model.ts";

export const leaves = (kind: Kind): Sql => raw(`pg_temp.sealed_${kind.table}`);
export const gone = (kind: Kind): Sql => raw(`pg_temp.removed_${kind.table}`);

export async function makeTables(tx: Tx, kind: Kind): Promise<void> {
  const key = raw(`realm integer, id ${kind.id}, version bigint, format integer, digest text`);
  await tx.query(sql`create temporary table ${raw(`sealed_${kind.table}`)} (seq bigint, ${key}) on commit drop`);
  await tx.query(sql`create temporary table ${raw(`removed_${kind.table}`)} (${key}) on commit drop`);
}

/** Records as rows of temporary tables, by kind: of leaves from `seq` on, without it of what was taken out. */
export async function keepRecords(tx: Tx, records: Buffer, seq?: number): Promise<void> {
  for (const kind of kinds) {
    const rows: unknown[][] = [];
    for (let index = 0; index * recordBytes < records.length; index++) {
      const record = recordAt(records, index);
      if (record.kind !== kind.letter) continue;
      const { realm, id, version, format, digest } = record;
      rows.push([...(seq === undefined ? [] : [seq + index]), realm, id, version, format, digest.toString("hex")]);
    }
    const table = seq === undefined ? `pg_temp.removed_${kind.table}` : `pg_temp.sealed_${kind.table}`;
    if (rows.length > 0)
      await copyRows(tx, `${table} (${seq === undefined ? "" : "seq, "}realm, id, version, format, digest)`, rows);
  }
}

/**
 * Reads the witness from its first head to its last, holds it against its signatures and the database's log against it,
 * and keeps its records. Without a witness the database's own log is read so. The last head.
 */
export async function readLeaves(
  tx: Tx,
  check: Check,
  witness: Witness | undefined,
  key: LogKey | undefined,
  posted: readonly SignedHead[],
): Promise<SignedHead | undefined> {
  const { say } = check;
  const tree = edge();
  const kept = posted.toSorted((one, other) => one.size - other.size);
  let last: SignedHead | undefined;
  let place = -1;
  for await (const { head, records } of witness ? witnessed(witness) : stored(tx)) {
    const from = tree.size;
    if (records.length !== (head.size - from) * recordBytes) {
      say({ what: "head", text: `第${from + 1}条以后的封存条数与签名的${head.size}条不符。` });
      break;
    }
    for (let at = 0; at < records.length; at += recordBytes) {
      tree.push(leafHash(records.subarray(at, at + recordBytes)));
      while (kept[0] && kept[0].size <= tree.size)
        comparePosted(kept.shift() as SignedHead, tree.size, tree.root(), head, key, say);
    }
    if (!tree.root().equals(head.root)) say({ what: "head", text: `前${head.size}条封存算出的根与${head.at}的签名不符。` });
    if (key && !isHeadSignedBy(key.publicKey, head))
      say({ what: "head", text: `${head.at}对前${head.size}条封存的签名不对，不是本系统的密钥签的。` });
    if (last && (head.log !== last.log || (last.base !== null && head.base !== last.base)))
      say({ what: "head", text: `${head.at}的签名属于另一套封存日志。` });
    if (witness) place = await compareBatch(tx, check, { head, from, records }, place);
    await keepRecords(tx, records, from);
    last = head;
  }
  for (const head of kept)
    say({
      what: "posted",
      text: `别处保存的签名（${head.at}，${head.size}条）比这里的封存日志（${last?.size ?? 0}条）还长：数据库和见证退回到了以前。`,
    });
  if (witness) {
    const more = await findBatch(tx, place);
    if (more) say({ what: "batch", text: `数据库里第${more.from + 1}至${more.head.size}条封存不在见证里。` });
  }
  for (const kind of kinds) await tx.query(sql`analyze ${leaves(kind)}`);
  return last;
}

function comparePosted(
  kept: SignedHead,
  size: number,
  root: Buffer,
  head: SignedHead,
  key: LogKey | undefined,
  say: Check["say"],
): void {
  if (key && !isHeadSignedBy(key.publicKey, kept))
    say({ what: "posted", text: `别处保存的签名（${kept.at}，${kept.size}条）不是本系统的密钥签的。` });
  else if (kept.log !== head.log)
    say({ what: "posted", text: `别处保存的签名（${kept.at}，${kept.size}条）属于另一套封存日志：日志曾重新开始。` });
  else if (kept.size === size && !kept.root.equals(root))
    say({ what: "posted", text: `别处保存的签名（${kept.at}，${kept.size}条）与这里的前${kept.size}条不符：封存日志被换过。` });
}

interface Piece {
  head: SignedHead;
  records: Buffer;
}

async function* witnessed(witness: Witness): AsyncGenerator<Piece> {
  let from = 0;
  for await (const head of witness.heads()) {
    const pieces: Buffer[] = [];
    for await (const piece of witness.records(from, head.size)) pieces.push(piece);
    yield { head, records: Buffer.concat(pieces) };
    from = head.size;
  }
}

async function* stored(tx: Tx): AsyncGenerator<Piece> {
  for (let size = -1; ;) {
    const batch = await findBatch(tx, size);
    if (!batch) return;
    yield batch;
    size = batch.head.size;
  }
}

/** Holds the database's batch beyond `place` against the witness's; how far the database's log has been looked at then. */
async function compareBatch(tx: Tx, check: Check, piece: Piece & { from: number }, place: number): Promise<number> {
  const { say, sayRow } = check;
  const { head, from, records } = piece;
  const batch = await findBatch(tx, place);
  if (!batch || batch.head.size > head.size) {
    say({
      what: batch ? "batch" : "rolled-back",
      text: `数据库里没有第${from + 1}至${head.size}条封存（${head.at}签名）：被删除，或数据库退回到了以前。`,
    });
    return place;
  }
  if (batch.head.size < head.size) {
    say({ what: "batch", text: `数据库里多出一段封存（到第${batch.head.size}条），见证里没有。` });
    return compareBatch(tx, check, piece, batch.head.size);
  }
  if (headText(batch.head) !== headText(head) || !batch.head.signature.equals(head.signature) || batch.from !== from)
    say({ what: "head", text: `数据库里前${head.size}条封存的签名与见证不同：${head.at}的签名被换过。` });
  if (!batch.records.equals(records)) {
    for (let at = 0; at < records.length; at += recordBytes)
      if (!batch.records.subarray(at, at + recordBytes).equals(records.subarray(at, at + recordBytes)))
        sayRow("leaf", recordAt(records, at / recordBytes), `第${from + at / recordBytes + 1}条`);
    if (batch.records.length > records.length) say({ what: "batch", text: `数据库里到第${head.size}条的一段封存比见证多。` });
  }
  return head.size;
}
