/** The log as the database keeps it: batches of records, each with a signed head; and taking it up again in a witness. */
import { hash } from "node:crypto";
import { isoText, join, sql, type Tx } from "#platform/db.ts";
import { isHeadSignedBy, type LogKey, type SignedHead } from "#platform/log-key.ts";
import { recordBytes } from "#platform/log-record.ts";
import { emptyRoot } from "#platform/merkle.ts";
import { LogError, type Growth, type Piece, type Witness } from "#platform/witness.ts";

/** Leaves from `from` up to the size of the head. */
export interface Batch {
  from: number;
  head: SignedHead;
  records: Buffer;
}

interface BatchRow {
  from_size: number;
  size: number;
  log_id: string;
  root: Buffer;
  at: string;
  base: number | null;
  snapshot: string;
  signature: Buffer;
  records: Buffer;
}

const batchOf = ({ from_size, records, log_id, ...head }: BatchRow): Batch => ({
  from: from_size,
  head: { log: log_id, ...head },
  records,
});
const columns = sql`from_size, size, log_id, root, ${isoText("at")} as at, base, snapshot, signature, records`;

/** The first batch that goes beyond a size; with -1 the very first, which holds nothing. */
export const findBatch = async (tx: Tx, beyond: number): Promise<Batch | undefined> => {
  const row = await tx.one<BatchRow>(sql`select ${columns} from log_batches where size > ${beyond} order by size limit 1`);
  return row && batchOf(row);
};

/** The head at exactly a size. */
export const findHead = async (tx: Tx, size: number): Promise<SignedHead | undefined> => {
  const row = await tx.one<BatchRow>(sql`select ${columns} from log_batches where size = ${size}`);
  return row && batchOf(row).head;
};

export const findLastHead = async (tx: Tx): Promise<SignedHead | undefined> => {
  const row = await tx.one<BatchRow>(sql`select ${columns} from log_batches order by size desc limit 1`);
  return row && batchOf(row).head;
};

export const addBatch = (tx: Tx, { from, head, records }: Batch): Promise<object[]> =>
  tx.query(
    sql`insert into log_batches (${columnNames}) values (${from}, ${head.size}, ${head.log}, ${head.root}, ${head.at}, ${head.base}, ${head.snapshot}, ${head.signature}, ${records})`,
  );
const columnNames = join("from_size size log_id root at base snapshot signature records".split(" ").map((name) => sql([name])));

const advice = "请运行 yibenzhang verify 查明，处理办法见《运行和维护》的“核对”。";

/**
 * Adds to the witness what the database's log has beyond it, as far as heads that this key signed vouch for it. Throws a
 * LogError when the database's log does not go on where the witness ends. How many records were added.
 */
export async function catchUp(tx: Tx, witness: Witness, { publicKey }: LogKey): Promise<number> {
  const { log, size, root } = witness.head;
  const same = await findHead(tx, size);
  if (!same || same.log !== log || !same.root.equals(root))
    throw new LogError(`数据库里的封存日志与见证（${size}条）接不上：被改动过，或数据库退回到了以前。${advice}`);
  if (!(await tx.one(sql`select 1 from log_batches where size > ${size} limit 1`))) return 0;
  const growth = witness.grow();
  const vouched = async function* (): AsyncGenerator<Piece> {
    for (;;) {
      const from = growth.size;
      const batch = await findBatch(tx, from);
      if (!batch) return;
      const { head, records } = batch;
      if (records.length % recordBytes === 0) growth.add(records);
      const fits =
        head.log === log &&
        batch.from === from &&
        growth.size === head.size &&
        growth.root().equals(head.root) &&
        isHeadSignedBy(publicKey, head);
      if (!fits) throw new LogError(`数据库里第${from + 1}至${head.size}条封存与签名不符，没有收入见证。${advice}`);
      yield { head, records };
    }
  };
  await witness.extend(vouched(), growth);
  return witness.head.size - size;
}

/** A batch as it was written: its size, and the digest of its records. */
export interface Written {
  head: SignedHead;
  digest: string;
}

/** Adds to the witness the batches that this process has just written, of which it knows what they come to, as it reads them back. */
export function addWritten(tx: Tx, witness: Witness, written: readonly Written[], growth: Growth): Promise<void> {
  const readBack = async function* (): AsyncGenerator<Piece> {
    for (const { head, digest } of written) {
      const batch = await findBatch(tx, head.size - 1);
      if (!batch || batch.head.size !== head.size || hash("sha256", batch.records, "hex") !== digest)
        throw new LogError(`刚写入的第${head.size}条以前的封存在数据库里被改动。${advice}`);
      yield { head, records: batch.records };
    }
  };
  return witness.extend(readBack(), growth);
}

/** A head over nothing, with which a log begins. */
export const emptyHead = (log: string, at: string): Omit<SignedHead, "signature"> => ({
  log,
  size: 0,
  root: emptyRoot,
  at,
  base: null,
  snapshot: "",
});
