/** Adding a file to an entry: announced, sent in parts that may be interrupted, and kept once it is whole. */
import { join } from "node:path";
import { z } from "zod";
import { campaignAction } from "#kernel/action.ts";
import { day, done, moment } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { asKept, cleanName, refuseByName, thumbOf } from "./attachment-kind.ts";
import { about, attachmentOut, held, input, mark, path, shownOne, subject } from "./attachments.ts";
import {
  beginAttachment,
  discardAttachment,
  getAttachment,
  keepAttachment,
  listParts,
  noteFile,
  putPart,
  removeUnfinished,
  writeContent,
} from "./attachments.model.ts";
import { fileBytes, partBytes, thumbBytes } from "./attachments.types.ts";
import { doerOf } from "./entries.ts";
import { mayAttach } from "./ledgers.policy.ts";

export const begin = campaignAction({
  name: "attachments.begin",
  method: "PUT",
  path,
  summary: "开始或继续上传一个附件",
  description:
    "返回已收到的各段及其摘要，客户端只传缺的和不同的。同一编号可反复调用；曾移除的同一文件由此恢复。一天没有继续的上传会被清除。",
  input: z.object({
    ...input,
    name: z.string().max(1000),
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "应是 64 位十六进制的 SHA-256"),
    effectiveDay: day.optional().meta({ description: "材料的生效日期" }),
    madeAt: moment.optional().meta({ description: "文件的形成时刻" }),
  }),
  output: z.object({
    state: attachmentOut.shape.state,
    partBytes: z.int().meta({ description: "每段的字节数，最后一段可以短" }),
    parts: z.array(z.object({ part: z.int().meta({ description: "从 0 数起" }), sha256: z.string() })),
  }),
  touches: "nothing",
  subject,
  allow: (asker, { ledger, entry }) => mayAttach(asker, ledger, entry),
  async run(call, found, { attachment: id, bytes, sha256, ...asked }) {
    const { entry } = found;
    const name = cleanName(asked.name);
    refuseByName(name);
    if (bytes === 0) throw new Problem("empty_file", 422, `《${name}》是空的（0 字节），请重新选择文件。`);
    if (bytes > fileBytes)
      throw new Problem(
        "file_too_large",
        413,
        `《${name}》有 ${Math.ceil(bytes / 2 ** 20)} MB，超过上限 ${fileBytes / 2 ** 20} MB。请压缩或拆分后再上传。`,
      );
    await call.asSystem("remove uploads that were given up", (tx) =>
      removeUnfinished(tx, entry.realm, new Date(call.now.getTime() - 86_400_000)),
    );
    const { effectiveDay = null, madeAt = null } = asked;
    const announced = { id, name, bytes, sha256, effectiveDay, madeAt };
    const file = await beginAttachment(call.tx, call.campaign.id, entry, doerOf(call), announced);
    if (file.deleted) await mark(call, found, id, false);
    return { state: file.state, partBytes, parts: file.state === "kept" ? [] : await listParts(call.tx, file) };
  },
  about,
});

export const put = campaignAction({
  name: "attachments.put",
  method: "PUT",
  path: `${path}/parts/:part`,
  summary: "上传附件的一段",
  description: "正文就是这一段的字节。收到 200 即已落盘，同一段可重复上传。",
  input: z.object({
    ...input,
    part: z.coerce
      .number()
      .int()
      .min(0)
      .max(Math.ceil(fileBytes / partBytes)),
  }),
  output: done,
  raw: true,
  step: true,
  touches: "nothing",
  subject,
  allow: (asker, { ledger, entry }) => mayAttach(asker, ledger, entry),
  async run(call, { entry }, { attachment, part }) {
    await putPart(call.tx, entry, attachment, part, call.raw ?? Buffer.alloc(0));
    return { ok: true as const };
  },
  about,
});

export const finish = campaignAction({
  name: "attachments.finish",
  method: "POST",
  path: `${path}/finish`,
  summary: "附件各段已传完，核对后归入记录",
  description: "核对整个文件的摘要，按内容认定类型，去掉照片中的拍摄地点等信息。",
  input: z.object({
    ...input,
    thumb: z
      .string()
      .max(2 * thumbBytes)
      .optional()
      .meta({ description: "照片的小图，列表中用：JPEG 的 Base64，不超过 16 KB" }),
  }),
  output: attachmentOut,
  seconds: 60,
  subject,
  allow: (asker, { ledger, entry }) => mayAttach(asker, ledger, entry),
  async run(call, { entry }, { attachment, thumb }) {
    const file = await getAttachment(call.tx, entry, attachment, "update");
    if (file.state === "uploading") {
      const target = join(await call.folder(), "attachment");
      const sent = await writeContent(call.tx, file, target);
      if (sent.bytes < file.sentBytes)
        throw new Problem("parts_missing", 409, `《${file.name}》还没有传完，请继续上传。`, {
          received: sent.bytes,
          bytes: file.sentBytes,
        });
      if (sent.sha256 !== file.sentSha256)
        throw new Problem("wrong_digest", 422, `《${file.name}》在传输中损坏或中途被修改，请重新上传。`);
      const kept = await asKept(file.name, target);
      const now = await held(call, entry);
      await call.asSystem("keep a file without metadata", (tx) =>
        keepAttachment(tx, file, { ...kept, thumb: thumbOf(kept.type, thumb) }, call.now),
      );
      noteFile(call.tx, now, file, doerOf(call), "attach");
    }
    return shownOne(call, entry, attachment);
  },
  about,
});

export const discard = campaignAction({
  name: "attachments.discard",
  method: "DELETE",
  path,
  summary: "放弃没有传完的附件",
  description: "已收到的各段随之清除；已归入记录的附件不受影响。",
  input: z.object(input),
  output: done,
  subject,
  allow: (asker, { ledger, entry }) => mayAttach(asker, ledger, entry),
  async run(call, { entry }, { attachment }) {
    const file = await getAttachment(call.tx, entry, attachment);
    await call.asSystem("remove an upload that was given up", (tx) => discardAttachment(tx, file));
    return { ok: true as const };
  },
  about,
});
