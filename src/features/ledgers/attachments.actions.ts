/** Files of entries: looked at, kept, taken away and brought back. */
import { join } from "node:path";
import { z } from "zod";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import { flag } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { about, attachmentOut, input, mark, path, shown, shownOne, subject } from "./attachments.ts";
import { getAttachment, listAttachments, writeContent } from "./attachments.model.ts";
import { attachable, viewOf } from "./attachments.types.ts";
import { mayAttach, mayDetach } from "./ledgers.policy.ts";

export const list = campaignAction({
  name: "attachments.list",
  method: "GET",
  path: "/api/campaigns/:campaign/entries/:entry/attachments",
  summary: "一条记录的附件，含未传完的和已移除的",
  input: z.object({ entry: z.uuid() }),
  output: z.object({
    may: z.boolean().meta({ description: "本人可以添加和恢复" }),
    mayRemove: z.boolean(),
    attachments: z.array(attachmentOut),
  }),
  sensitive: true,
  subject,
  allow: anyoneHere,
  run: async (call, { entry, ledger }) => ({
    may: mayAttach(call.asker, ledger, entry) === true,
    mayRemove: mayDetach(call.asker, ledger, entry) === true,
    attachments: await shown(call, await listAttachments(call.tx, entry)),
  }),
  about: ({ entry }, found) => ({ id: entry, unit: found?.entry.unit, realm: found?.entry.realm }),
});

export const content = campaignAction({
  name: "attachments.get",
  method: "GET",
  path: `${path}/content`,
  summary: "下载附件，或在页面内查看照片和 PDF",
  input: z.object({ ...input, inline: flag.default(false).meta({ description: "true：在页面内查看" }) }),
  output: { file: Object.keys(attachable) },
  sensitive: true,
  subject,
  allow: anyoneHere,
  async run(call, { entry }, { attachment, inline }) {
    const file = await getAttachment(call.tx, entry, attachment);
    if (file.state !== "kept") throw new Problem("parts_missing", 409, `《${file.name}》还没有传完，不能查看。`);
    const view = viewOf(file.type);
    if (inline && view !== "image" && view !== "pdf")
      throw new Problem("not_shown", 422, `《${file.name}》不能直接在页面内查看，请下载。`);
    const target = join(await call.folder(), "attachment");
    await writeContent(call.tx, file, target);
    return { path: target, name: file.name, type: file.type, inline };
  },
  about,
});

export const remove = campaignAction({
  name: "attachments.remove",
  method: "POST",
  path: `${path}/remove`,
  summary: "移除附件",
  description: "只作标记，内容和经过仍在，可以恢复。销号、归档等凭佐证办结的记录，最后一件不能移除。",
  input: z.object({ ...input, reason: z.string().trim().min(1, "请写明移除的理由").max(1000) }),
  output: attachmentOut,
  subject,
  allow: (asker, { ledger, entry }) => mayDetach(asker, ledger, entry),
  async run(call, found, { attachment, reason }) {
    await mark(call, found, attachment, true, reason);
    return shownOne(call, found.entry, attachment);
  },
  about,
});

export const restore = campaignAction({
  name: "attachments.restore",
  method: "POST",
  path: `${path}/restore`,
  summary: "恢复已移除的附件",
  input: z.object(input),
  output: attachmentOut,
  subject,
  allow: (asker, { ledger, entry }) => mayAttach(asker, ledger, entry),
  async run(call, found, { attachment }) {
    await mark(call, found, attachment, false);
    return shownOne(call, found.entry, attachment);
  },
  about,
});
