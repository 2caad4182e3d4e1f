/**
 * Files of entries. A file arrives in parts, each kept with its own transaction, so that whatever was acknowledged is
 * there when it goes on; it belongs to the entry from the moment it is whole, which its history says.
 */
import { createHash, hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Problem, notFound } from "#kernel/problem.ts";
import { eventStamp } from "#kernel/stamps.ts";
import { isoText, raw, sql, type Tx } from "#platform/db.ts";
import { entryBytes, entryFiles, partBytes } from "./attachments.types.ts";
import { namesEvidence, type Doer, type Entry } from "./ledgers.types.ts";

export interface Attachment {
  id: string;
  realm: number;
  ledger: string;
  unit: number;
  entry: string;
  name: string;
  /** Media type by content, empty until it is whole. */
  type: string;
  state: "uploading" | "kept";
  deleted: boolean;
  sentBytes: number;
  /** Of what was sent, in hexadecimal. */
  sentSha256: string;
  /** Of what is kept, once it is. */
  bytes: number | null;
  sha256: string | null;
  effectiveDay: string | null;
  /** When its sender's file was made. */
  madeAt: string | null;
  actor: number | null;
  at: string;
}

type OfEntry = Pick<Entry, "id" | "realm">;
type Whole = Pick<Attachment, "realm" | "id">;

const columns = sql`attachment_id as id, realm_id as realm, ledger, unit_id as unit, entry_id as entry, name, type, state, deleted, sent_bytes as "sentBytes", sent_sha256 as "sentSha256", bytes, sha256, effective_day as "effectiveDay", ${isoText("made_at")} as "madeAt", actor, ${isoText("coalesce(kept_at, begun_at)")} as at`;

export interface Listed extends Attachment {
  received: number;
  /** JPEG. */
  thumb: Buffer | null;
}

/** Those of an entry, oldest first, with how many bytes of each are there. */
export const listAttachments = (tx: Tx, entry: OfEntry): Promise<Listed[]> =>
  tx.query(
    sql`select ${columns}, thumb, case state when 'kept' then sent_bytes else (select coalesce(sum(length(p.content)), 0)::integer from attachment_parts p where p.realm_id = a.realm_id and p.attachment_id = a.attachment_id) end as received
      from attachments a where a.realm_id = ${entry.realm} and a.entry_id = ${entry.id} order by begun_at, name, attachment_id`,
  );

const findAttachment = (tx: Tx, realm: number, id: string, lock: "share" | "update" | undefined) =>
  tx.one<Attachment>(
    sql`select ${columns} from attachments where realm_id = ${realm} and attachment_id = ${id} ${lock ? raw(`for ${lock}`) : raw("")}`,
  );

export async function getAttachment(tx: Tx, entry: OfEntry, id: string, lock?: "share" | "update"): Promise<Attachment> {
  const found = await findAttachment(tx, entry.realm, id, lock);
  if (found?.entry !== entry.id) throw notFound("这个附件");
  return found;
}

export interface Announced {
  id: string;
  name: string;
  bytes: number;
  sha256: string;
  effectiveDay: string | null;
  madeAt: string | null;
}

/** Begins an upload, or goes on with one of the same content: then it counts as begun now. */
export async function beginAttachment(tx: Tx, campaign: number, entry: Entry, doer: Doer, file: Announced): Promise<Attachment> {
  const at = doer.now.toISOString();
  const known = await findAttachment(tx, entry.realm, file.id, "update");
  if (known) {
    if (known.entry !== entry.id || known.sentSha256 !== file.sha256 || known.sentBytes !== file.bytes) throw idTaken();
    if (known.state === "uploading")
      await tx.query(
        sql`update attachments set begun_at = ${at} where realm_id = ${entry.realm} and attachment_id = ${file.id} and state = 'uploading'`,
      );
    return known;
  }
  const room = await tx.one<{ files: number; bytes: number }>(
    sql`select count(*)::integer as files, coalesce(sum(sent_bytes), 0) as bytes from attachments where realm_id = ${entry.realm} and entry_id = ${entry.id} and not deleted`,
  );
  if (room && (room.files >= entryFiles || room.bytes + file.bytes > entryBytes))
    throw new Problem(
      "entry_full",
      422,
      `一条记录最多${entryFiles}个附件，共${entryBytes / 2 ** 20} MB。请先移除不需要的，或把文件压缩后再上传。`,
    );
  await tx.query(sql`insert into attachments (realm_id, attachment_id, campaign_id, ledger, unit_id, entry_id, name, sent_bytes, sent_sha256, effective_day, made_at, actor, begun_at)
    values (${entry.realm}, ${file.id}, ${campaign}, ${entry.ledger}, ${entry.unit}, ${entry.id}, ${file.name}, ${file.bytes}, ${file.sha256}, ${file.effectiveDay}, ${file.madeAt}, ${doer.account}, ${at})
    on conflict do nothing`);
  const begun = await findAttachment(tx, entry.realm, file.id, undefined);
  // Either somebody else's, whom the asker may not see, or of another window that began it at the same moment.
  if (begun?.entry !== entry.id || begun.sentSha256 !== file.sha256) throw idTaken();
  return begun;
}

const idTaken = (): Problem => new Problem("id_taken", 409, "这个编号（UUID）已经用于另一个文件，请换一个重新上传。");

/** The parts that are there, with their digests in hexadecimal. */
export const listParts = (tx: Tx, { realm, id }: Whole): Promise<{ part: number; sha256: string }[]> =>
  tx.query(
    sql`select part, encode(sha256(content), 'hex') as sha256 from attachment_parts where realm_id = ${realm} and attachment_id = ${id} order by part`,
  );

/** Keeps one part, in place of what was there. Of a file that is whole nothing changes any more. */
export async function putPart(tx: Tx, entry: Entry, id: string, part: number, content: Buffer): Promise<void> {
  const file = await getAttachment(tx, entry, id, "share");
  const expected = Math.min(partBytes, file.sentBytes - part * partBytes);
  if (content.length !== expected)
    throw new Problem(
      "bad_part",
      422,
      expected > 0
        ? `第${part + 1}段应有 ${expected} 字节，收到 ${content.length} 字节。请重新上传这一段。`
        : `文件只有 ${file.sentBytes} 字节，没有第${part + 1}段。请重新选择文件上传。`,
    );
  if (file.state === "kept") return;
  await tx.query(sql`insert into attachment_parts (realm_id, attachment_id, part, ledger, entry_id, unit_id, content)
    values (${file.realm}, ${file.id}, ${part}, ${entry.ledger}, ${entry.id}, ${file.unit}, ${content})
    on conflict (realm_id, attachment_id, part) do update set content = excluded.content`);
}

/** The content part by part, so that a file need not be in memory whole. */
export async function* readContent(tx: Tx, { realm, id }: Whole): AsyncGenerator<Buffer> {
  for (let part = 0; ; part++) {
    const row = await tx.one<{ content: Buffer }>(
      sql`select content from attachment_parts where realm_id = ${realm} and attachment_id = ${id} and part = ${part}`,
    );
    if (!row) return;
    yield row.content;
  }
}

/** Writes the content to a file; how long it is, and its digest in hexadecimal. */
export async function writeContent(tx: Tx, file: Whole, path: string): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash("sha256");
  const target = createWriteStream(path);
  await pipeline(
    readContent(tx, file),
    async function* (parts: AsyncIterable<Buffer>) {
      for await (const part of parts) {
        digest.update(part);
        yield part;
      }
    },
    target,
  );
  return { bytes: target.bytesWritten, sha256: digest.digest("hex") };
}

export interface Kept {
  type: string;
  name: string;
  /** If other bytes are kept than were sent. */
  content?: Buffer;
  thumb: Buffer | undefined;
}

/** Marks a file as whole. Runs as the owner: where less is kept than was sent, parts go. */
export async function keepAttachment(tx: Tx, file: Attachment, { content, ...kept }: Kept, now: Date): Promise<void> {
  if (content) {
    await tx.query(sql`delete from attachment_parts where realm_id = ${file.realm} and attachment_id = ${file.id}`);
    for (let part = 0; part * partBytes < content.length; part++)
      await tx.query(
        sql`insert into attachment_parts (realm_id, attachment_id, part, ledger, entry_id, unit_id, content) values (${file.realm}, ${file.id}, ${part}, ${file.ledger}, ${file.entry}, ${file.unit}, ${content.subarray(part * partBytes, (part + 1) * partBytes)})`,
      );
  }
  const { bytes, sha256 } = content
    ? { bytes: content.length, sha256: hash("sha256", content, "hex") }
    : { bytes: file.sentBytes, sha256: file.sentSha256 };
  await tx.query(
    sql`update attachments set state = 'kept', type = ${kept.type}, name = ${kept.name}, bytes = ${bytes}, sha256 = ${sha256}, thumb = ${kept.thumb ?? null}, kept_at = ${now.toISOString()} where realm_id = ${file.realm} and attachment_id = ${file.id}`,
  );
}

export const markAttachment = async (tx: Tx, { realm, id }: Whole, deleted: boolean): Promise<void> =>
  void (await tx.query(
    sql`update attachments set deleted = ${deleted} where realm_id = ${realm} and attachment_id = ${id} and state = 'kept'`,
  ));

/** Writes into the entry's history what happened to a file; the entry has been locked. */
export function noteFile(
  tx: Tx,
  entry: Entry,
  { id }: Pick<Attachment, "id">,
  doer: Doer,
  action: "attach" | "detach",
  reason?: string,
): void {
  const at = doer.now.toISOString();
  const version = entry.version + 1;
  const stamp = eventStamp(tx.stamp, { realm: entry.realm, entry: entry.id, version, action, actor: doer.account, at });
  tx.later(
    sql`update entries set version = ${version}, updated_at = ${at} where realm_id = ${entry.realm} and entry_id = ${entry.id}`,
  );
  tx.later(sql`insert into entry_events (realm_id, entry_id, version, action, actor, at, reason, changes, ledger, unit_id, day, state, deleted, attachment_id, sha256, stamp)
    values (${entry.realm}, ${entry.id}, ${version}, ${action}, ${doer.account}, ${at}, ${reason ?? null}, '{}', ${entry.ledger}, ${entry.unit}, ${entry.day}, ${entry.state}, ${entry.deleted}, ${id},
      (select a.sha256 from attachments a where a.realm_id = ${entry.realm} and a.attachment_id = ${id}), ${stamp})`);
}

/** Whether an entry has evidence of what it says: a field that names it, or a file. */
export const hasEvidence = async (tx: Tx, entry: Entry): Promise<boolean> =>
  Object.keys(entry.data).some(namesEvidence) ||
  (await tx.one(
    sql`select 1 from attachments where realm_id = ${entry.realm} and entry_id = ${entry.id} and state = 'kept' and not deleted limit 1`,
  )) !== undefined;

/** An entry's files are of the unit that it is of. */
export function moveAttachments(tx: Tx, entry: OfEntry, unit: number): void {
  tx.later(
    sql`update attachment_parts set unit_id = ${unit} where realm_id = ${entry.realm} and attachment_id in (select a.attachment_id from attachments a where a.realm_id = ${entry.realm} and a.entry_id = ${entry.id})`,
  );
  tx.later(sql`update attachments set unit_id = ${unit} where realm_id = ${entry.realm} and entry_id = ${entry.id}`);
}

/** An upload that is given up goes with what had arrived; of a file that is kept nothing goes. Runs as the owner. */
export const discardAttachment = async (tx: Tx, { realm, id }: Whole): Promise<void> =>
  void (await tx.query(sql`delete from attachments where realm_id = ${realm} and attachment_id = ${id} and state = 'uploading'`));

/** Uploads that nobody has gone on with since then go, with what had arrived. Runs as the owner. */
export const removeUnfinished = async (tx: Tx, realm: number, since: Date): Promise<void> =>
  void (await tx.query(
    sql`delete from attachments where realm_id = ${realm} and state = 'uploading' and begun_at < ${since.toISOString()}`,
  ));
