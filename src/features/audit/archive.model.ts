/** Moving old audit rows into an archive file. They leave the database only when the file is on disk and has been checked. */
import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { asOwner, copyLines, plainText, sql, type Database, type Tx } from "#platform/db.ts";
import { LogError, openWitness, type Witness } from "#platform/witness.ts";
import { archiveLines, checkArchive, type ArchivedRow } from "./archive-file.ts";
import { writeOwnAudit } from "./audit.model.ts";
import { newCheck } from "./log-faults.ts";
import { leaves, makeTables, readLeaves } from "./log-leaves.model.ts";
import { columnsOf, digestOf, kindOf, kinds } from "./log-rows.model.ts";
import { removeSealed } from "./removals.model.ts";
import { holding, sealHeld, type Log } from "./sealing.model.ts";

/** Audit is kept at least so long, whatever is set: 网络安全法 article 21 (3) asks for six months. */
export const leastDays = 183;

const kind = kindOf("a");

/**
 * Archives audit rows from before a moment (ISO 8601) into a file that must not be there yet. Throws a LogError, and removes
 * nothing, when the log or one of the rows is not as it was sealed. How many rows.
 */
export async function archiveAudit(database: Database, log: Log, before: string, path: string, now: Date): Promise<number> {
  const rows = await holding(database, true, async () => {
    await sealHeld(database, log, now);
    const witness = await openWitness(log.folder);
    if (!witness) throw new LogError("没有封存见证，不能归档。");
    try {
      return await asOwner(database, "archive audit", (tx) => archiveHeld(tx, log, witness, before, path, now), true);
    } finally {
      await witness.close();
    }
  });
  await holding(database, true, () => sealHeld(database, log, now));
  return rows ?? 0;
}

async function archiveHeld(tx: Tx, log: Log, witness: Witness, before: string, path: string, now: Date): Promise<number> {
  if (tx.attempt > 1) throw new LogError("归档时与数据库的连接中断，没有移出任何记录。请重新运行。");
  const check = newCheck();
  for (const one of kinds) await makeTables(tx, one);
  const head = await readLeaves(tx, check, witness, log.key, []);
  const [fault] = check.report.faults;
  if (!head || fault)
    throw new LogError(`封存日志有不符之处，没有归档：${fault?.text ?? "还没有封存"}请先运行 yibenzhang verify。`);
  const due = sql`r.at < ${before}::timestamptz and exists (select 1 from ${leaves(kind)} l where l.realm = r.realm_id and l.id = r.audit_id)`;
  plainText(tx);
  const partial = `${path}.partial`;
  const lines = archiveLines({ head, publicKey: log.key.publicKey, before, now }, dueRows(tx, before), witness.rootOf);
  try {
    const sha256 = await write(partial, lines);
    const written = await checkArchive(partial);
    if (written.rows > 0) {
      const details = { before, file: basename(path), sha256, size: head.size };
      const removed = await removeSealed(tx, log.key, kind, due, { at: now, reason: "审计归档", details });
      if (removed.rows !== written.rows) throw new LogError("归档文件与库里的行数不符，没有移出任何记录。请重新运行。");
      writeOwnAudit(tx, { at: now, action: "audit.archive", subject: basename(path), details: { ...details, ...removed } });
      await rename(partial, path);
      const folder = await open(dirname(resolve(path)));
      await folder.sync();
      await folder.close();
    }
    return written.rows;
  } finally {
    await rm(partial, { force: true });
  }
}

/** Writes lines to a file, on disk when it resolves; the SHA-256 of the file. */
async function write(path: string, lines: AsyncIterable<string>): Promise<string> {
  const file = await open(path, "w", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new LogError(`不能写 ${path}（${error.code}），请确认文件夹存在且有写权限，或换一个位置。`);
  });
  try {
    const digest = createHash("sha256");
    for await (const line of lines) {
      digest.update(`${line}\n`);
      await file.appendFile(`${line}\n`);
    }
    await file.sync();
    return digest.digest("hex");
  } finally {
    await file.close();
  }
}

/** Rows from before a moment that are in the log, in its order. */
async function* dueRows(tx: Tx, before: string): AsyncGenerator<ArchivedRow> {
  const query = sql`select l.seq, l.format, l.digest, ${columnsOf(kind, "r")} from ${leaves(kind)} l join audit r on l.realm = r.realm_id and l.id = r.audit_id
    where r.at < ${before}::timestamptz order by l.seq`;
  for await (const lines of copyLines(tx, query))
    for (const line of lines) {
      const [seq, format, digest, ...fields] = line.split("\t");
      if (digestOf(kind, Number(format), fields).toString("hex") !== digest)
        throw new LogError(`审计第${fields[1]}号封存后被改动过，没有归档。请先运行 yibenzhang verify。`);
      yield { seq: Number(seq), format: Number(format), fields };
    }
}
