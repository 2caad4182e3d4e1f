/** What the actions of attachments share: what they are about, how a file is answered, and its mark of deletion. */
import { z } from "zod";
import type { CampaignCall } from "#kernel/action.ts";
import { Problem } from "#kernel/problem.ts";
import { getAttachment, hasEvidence, listAttachments, markAttachment, noteFile, type Listed } from "./attachments.model.ts";
import { doerOf, readableEntry, type EntrySubject } from "./entries.ts";
import { getEntry } from "./ledgers.model.ts";
import { restsOnEvidence } from "./ledgers.policy.ts";
import type { Entry } from "./ledgers.types.ts";
import { accountNames } from "#features/units/account-names.model.ts";

/** Where an attachment is asked for. */
export const path = "/api/campaigns/:campaign/entries/:entry/attachments/:attachment";
export const input = { entry: z.uuid(), attachment: z.uuid().meta({ description: "附件的编号（UUID），由客户端生成" }) };
export const attachmentOut = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string().meta({ description: "按内容认定；未传完时为空" }),
  bytes: z.int(),
  state: z.enum(["uploading", "kept"]),
  thumb: z.string().nullable().meta({ description: "照片的小图，data: 地址" }),
  received: z.int().meta({ description: "已收到的字节数" }),
  deleted: z.boolean(),
  effectiveDay: z.string().nullable(),
  madeAt: z.string().nullable(),
  actor: z.int().nullable(),
  actorName: z.string().nullable(),
  at: z.string(),
});

/** The record is what the audit is about: who looked at it is asked by it. Its file is named beside it. */
export const subject = (
  call: CampaignCall,
  { entry, attachment }: { entry: string; attachment?: string },
): Promise<EntrySubject> => {
  if (attachment !== undefined) call.note({ file: attachment });
  return readableEntry(call, entry);
};
export const about = (asked: { entry: string }, found: EntrySubject | undefined) => ({
  id: asked.entry,
  unit: found?.entry.unit,
  realm: found?.entry.realm,
});

export async function shown(call: CampaignCall, files: readonly Listed[]) {
  const actors = files.map(({ actor }) => actor).filter((actor) => actor !== null);
  const names = await call.asSystem("names of those who attached", (tx) => accountNames(tx, actors));
  return files.map((file) => ({
    id: file.id,
    name: file.name,
    type: file.type,
    state: file.state,
    thumb: file.thumb && `data:image/jpeg;base64,${file.thumb.toString("base64")}`,
    received: file.received,
    deleted: file.deleted,
    effectiveDay: file.effectiveDay,
    madeAt: file.madeAt,
    actor: file.actor,
    at: file.at,
    bytes: file.bytes ?? file.sentBytes,
    actorName: names.get(file.actor ?? 0) ?? null,
  }));
}

export async function shownOne(call: CampaignCall, entry: Entry, id: string) {
  const [one] = await shown(
    call,
    (await listAttachments(call.tx, entry)).filter((file) => file.id === id),
  );
  return one as NonNullable<typeof one>;
}

/** The entry as it is now, held against other writers; it may have been deleted while the file was on its way. */
export async function held(call: CampaignCall, { id }: Entry): Promise<Entry> {
  const entry = await getEntry(call.tx, call.campaign, id, true);
  if (entry.deleted) throw new Problem("entry_deleted", 409, "这条记录已删除，附件没有保存。确需保存的，请先恢复记录。");
  return entry;
}

/** Marks a file as taken away or as back again, unless it is already. What an entry came to its state by stays with it. */
export async function mark(
  call: CampaignCall,
  { entry, ledger }: EntrySubject,
  id: string,
  deleted: boolean,
  reason?: string,
): Promise<void> {
  const file = await getAttachment(call.tx, entry, id, "update");
  if (file.state !== "kept") throw new Problem("parts_missing", 409, `《${file.name}》还没有传完。`);
  if (file.deleted === deleted) return;
  const now = await held(call, entry);
  await markAttachment(call.tx, file, deleted);
  if (deleted && restsOnEvidence(ledger, now.state) && !(await hasEvidence(call.tx, now)))
    throw new Problem(
      "last_evidence",
      409,
      `这条记录凭佐证材料办到“${now.state}”，《${file.name}》是最后一件，不能移除。请先上传新的材料，或把记录退回后再移除。`,
    );
  noteFile(call.tx, now, file, doerOf(call), deleted ? "detach" : "attach", reason);
}
