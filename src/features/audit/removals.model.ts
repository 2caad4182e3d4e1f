/**
 * Taking rows out lawfully, by archive or because their time is over. Their leaves stay in the log; which rows went, why and
 * when is written down and signed in the same transaction, and `verify` takes those and no others for gone. A row that is
 * put in their place counts as another only once it is sealed itself.
 */
import { hash, randomUUID } from "node:crypto";
import { copyLines, isoText, plainText, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { isSignedBy, type LogKey } from "#platform/log-key.ts";
import { writeRecord } from "#platform/log-record.ts";
import { findLastHead } from "./log.model.ts";
import { columnsOf, recordOf, type Kind } from "./log-rows.model.ts";

export interface Removal {
  run: string;
  part: number;
  log: string;
  /** ISO 8601, UTC, milliseconds. */
  at: string;
  reason: string;
  /** JSON: what is to be known of it besides. */
  details: string;
  records: Buffer;
}

const textOf = ({ run, part, log, at, reason, details, records }: Removal): string =>
  `yibenzhang log removal 1\n${JSON.stringify([log, run, part, at, reason, details, hash("sha256", records, "hex")])}\n`;

const perPart = 8192;

/**
 * Deletes the rows of a kind that a condition on `r` names, and writes down that this was lawful. Runs as the owner; the
 * settings of values' text hold for the rest of the transaction. How many there were, and the digest of their records.
 */
export async function removeSealed(
  tx: Tx,
  key: LogKey,
  kind: Kind,
  where: Sql,
  { at, reason, details }: { at: Date; reason: string; details: Record<string, unknown> },
): Promise<{ run: string; rows: number; digest: string }> {
  const log = (await findLastHead(tx))?.log;
  if (log === undefined) throw new Error("there is no log to take rows out of");
  plainText(tx);
  const found: Buffer[] = [];
  // Deleted as they are read: what is written down is what goes.
  const gone = sql`delete from ${raw(kind.table)} r where ${where} returning ${columnsOf(kind, "r")}`;
  for await (const lines of copyLines(tx, gone))
    for (const line of lines) found.push(writeRecord(recordOf(kind, line.split("\t"))));
  const run = randomUUID();
  for (let part = 0; part * perPart < found.length; part++) {
    const records = Buffer.concat(found.slice(part * perPart, (part + 1) * perPart));
    const removal = { run, part, log, at: at.toISOString(), reason, details: JSON.stringify(details), records };
    await tx.query(sql`insert into log_removals (run_id, part, log_id, at, reason, details, records, signature)
      values (${run}, ${part}, ${log}, ${removal.at}, ${reason}, ${removal.details}, ${records}, ${key.signText(textOf(removal))})`);
  }
  return { run, rows: found.length, digest: hash("sha256", Buffer.concat(found), "hex") };
}

/** What was taken out of a log, and whether the log's key signed for it. */
export async function* listRemovals(tx: Tx, log: string, publicKey: string): AsyncGenerator<Removal & { signed: boolean }> {
  const runs = await tx.query<{ run: string; part: number }>(
    sql`select run_id as run, part from log_removals where log_id = ${log} order by run_id, part`,
  );
  for (const { run, part } of runs) {
    const row = await tx.one<Removal & { signature: Buffer }>(
      sql`select run_id as run, part, log_id as log, ${isoText("at")} as at, reason, details, records, signature from log_removals where run_id = ${run} and part = ${part}`,
    );
    if (!row) continue;
    const { signature, ...removal } = row;
    yield { ...removal, signed: isSignedBy(publicKey, textOf(removal), signature) };
  }
}
