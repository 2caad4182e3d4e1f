/** Documents: started, written together, given out. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as Y from "yjs";
import { z } from "zod";
import { campaignAction, nothing } from "#kernel/action.ts";
import { campaignIn } from "#kernel/campaign.ts";
import { day, id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getUnit } from "#features/units/units.model.ts";
import { block, officialDocument } from "./document-shapes.ts";
import { mayEdit, mayHandle, mayRead } from "./documents.policy.ts";
import {
  addChange,
  allChanges,
  changesAfter,
  getDocument,
  getFinal,
  listDocuments,
  meet,
  type DocumentRow,
} from "./drafts.model.ts";
import { copyDocument, documentFiles, finaliseDocument, listSource, startDocument } from "./make-document.model.ts";
import { orderOf, templateOf } from "./make-report.model.ts";

const base64 = z.base64().max(900_000);
const fromBase64 = (text: string): Buffer => Buffer.from(text, "base64");
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const document = z.uuid().meta({ description: "文稿编号" });
const path = "/api/campaigns/:campaign/documents/:document";

const documentOut = z.object({
  document: z.string(),
  title: z.string(),
  kind: z.string(),
  template: z.string().nullable(),
  state: z.enum(["draft", "final"]),
  unit: z.int().meta({ description: "起草单位" }),
  unitName: z.string(),
  about: z.int().meta({ description: "数字的范围" }),
  aboutName: z.string(),
  from: z.string(),
  to: z.string(),
  code: z.string().nullable().meta({ description: "核验码，定稿后才有" }),
  source: z.string().nullable().meta({ description: "由哪份文稿重新起草" }),
  reason: z.string().nullable(),
  author: z.int().nullable(),
  authorName: z.string(),
  createdAt: z.string(),
  updatedBy: z.string(),
  updatedAt: z.string(),
});

const shown = ({ id: number, realm: _realm, seq: _seq, ledgers: _ledgers, report: _report, ...row }: DocumentRow) => ({
  document: number,
  ...row,
});
const about = (input: { document: string }, found: DocumentRow | undefined) => ({
  id: input.document,
  unit: found?.unit,
  realm: found?.realm,
});

export const list = campaignAction({
  name: "documents.list",
  method: "GET",
  path: "/api/campaigns/:campaign/documents",
  summary: "本单位和下级的文稿，新改的在前",
  input: z.object({}),
  output: z.object({ documents: z.array(documentOut) }),
  subject: nothing,
  allow: mayHandle,
  run: async ({ tx, campaign }) => ({ documents: (await listDocuments(tx, campaign)).map(shown) }),
});

export const create = campaignAction({
  name: "documents.create",
  method: "POST",
  path: "/api/campaigns/:campaign/documents",
  summary: "由模板起草一份文稿",
  description: "不给 template 为空白文稿。",
  input: z.object({
    template: z.string().optional(),
    title: z.string().trim().min(1).max(200).optional(),
    unit: id.optional().meta({ description: "数字的范围，含其各级下级；缺省为本单位" }),
    from: day.optional(),
    to: day.optional(),
  }),
  output: z.object({ document: z.string() }),
  still: true,
  seconds: 60,
  subject: async ({ tx, asker, campaign }, { unit, template }) => {
    if (template !== undefined) templateOf(campaign, template);
    return getUnit(tx, asker, unit ?? asker.unit);
  },
  allow: mayHandle,
  async run(call, unit, { template, title, ...input }) {
    const realm = call.account.realm;
    if (unit.realm !== realm)
      throw new Problem("other_realm", 422, `${unit.name}的数据在另一处保存，请由该单位起草，或以本单位为范围起草。`);
    const order = { ...orderOf(call, unit.id, "", input), template: template ?? null, title };
    return { document: await startDocument(call.tx, campaignIn(call.campaign, realm), call.asker, order) };
  },
  about: ({ template, unit }, found) => ({ id: template ?? "", unit, realm: found?.realm }),
});

export const get = campaignAction({
  name: "documents.get",
  method: "GET",
  path,
  summary: "打开一份文稿",
  description: "草稿给出全部修改合成的 change（Yjs，base64）；定稿给出发出时的全文和数字。",
  input: z.object({ document }),
  output: documentOut.extend({
    seq: z.int().meta({ description: "已收到第几次修改" }),
    may: z.object({ edit: z.boolean(), why: z.string().nullable() }),
    change: z.string().nullable(),
    final: officialDocument.nullable(),
  }),
  sensitive: true,
  subject: ({ tx, campaign }, input) => getDocument(tx, campaign, input.document),
  allow: mayHandle,
  async run({ tx, asker, campaign }, found) {
    const verdict = mayEdit(asker, found);
    const reading = mayRead(asker, campaign, found);
    if (reading !== true) throw new Problem("forbidden", 403, reading);
    const change = found.state === "draft" ? toBase64(Y.mergeUpdates((await allChanges(tx, found)).changes)) : null;
    return {
      ...shown(found),
      seq: found.seq,
      may: { edit: verdict === true, why: verdict === true ? null : verdict },
      change,
      final: found.state === "final" ? await getFinal(tx, found) : null,
    };
  },
  about,
});

const place = z.string().max(600).optional().meta({ description: "光标在哪里，由编辑器解释" });
const changesOut = {
  seq: z.int(),
  changes: z.array(z.string()).meta({ description: "after 之后的修改，依次；落后太多时是合在一起的全文，同样并入即可" }),
  people: z.array(z.object({ account: z.int(), name: z.string(), place: z.string().nullable() })),
};

export const changes = campaignAction({
  name: "documents.changes",
  method: "GET",
  path: `${path}/changes`,
  summary: "别人此后的修改，以及谁也开着这份文稿",
  input: z.object({ document, after: z.coerce.number().int().min(0), place }),
  output: z.object({ state: z.enum(["draft", "final"]), ...changesOut }),
  unattended: true,
  subject: ({ tx, campaign }, input) => getDocument(tx, campaign, input.document),
  allow: mayHandle,
  async run({ tx, asker, campaign, now }, found, input) {
    const reading = mayRead(asker, campaign, found);
    if (reading !== true) throw new Problem("forbidden", 403, reading);
    const later = await changesAfter(tx, found, input.after);
    const people = await meet(tx, found, asker, input.place ?? null, now);
    return { state: found.state, seq: later.seq, changes: later.changes.map(toBase64), people };
  },
});

export const write = campaignAction({
  name: "documents.write",
  method: "POST",
  path: `${path}/changes`,
  summary: "保存对草稿的修改",
  description: "修改按到达的先后编号，与别人的修改自动合并；同一修改送两次没有害处。答复里另有 after 之后别人的修改。",
  input: z.object({
    document,
    change: base64.meta({ description: "Yjs 修改，base64" }),
    title: z.string().max(200).optional(),
    after: z.int().min(0),
    place,
  }),
  output: z.object(changesOut),
  // Who changed what and when stands with the change itself.
  step: true,
  touches: "nothing",
  subject: ({ tx, campaign }, input) => getDocument(tx, campaign, input.document),
  allow: mayEdit,
  async run({ tx, asker, now }, found, input) {
    const change = fromBase64(input.change);
    const seq = await addChange(tx, found, asker, { change, title: input.title }, now);
    const later = await changesAfter(tx, { ...found, seq }, input.after, seq);
    const people = await meet(tx, found, asker, input.place ?? null, now);
    return { seq, changes: later.changes.map(toBase64), people };
  },
  about,
});

export const source = campaignAction({
  name: "documents.source",
  method: "GET",
  path: `${path}/source`,
  summary: "文稿里的一张表或一个清单，按现在的记录",
  input: z.object({ document, name: z.enum(["table", "list", "figures"]), text: z.string().max(6000) }),
  output: z.object({ blocks: z.array(block) }),
  sensitive: true,
  subject: ({ tx, campaign }, input) => getDocument(tx, campaign, input.document),
  allow: mayHandle,
  run: async (call, found, { name, text }) => ({
    blocks: await listSource(call, campaignIn(call.campaign, found.realm), found, { name, text }),
  }),
  about,
});

export const finalise = campaignAction({
  name: "documents.finalise",
  method: "POST",
  path: `${path}/finalise`,
  summary: "定稿：冻结数字，得到核验码，不再能改",
  input: z.object({ document, seq: z.int().min(1).meta({ description: "定稿人看到的是第几次修改之后的文稿" }) }),
  output: z.object({ code: z.string() }),
  still: true,
  seconds: 60,
  subject: ({ tx, campaign }, input) => getDocument(tx, campaign, input.document),
  allow: mayEdit,
  run: (call, found, { seq }) => finaliseDocument(call, campaignIn(call.campaign, found.realm), found, seq),
  about,
});

export const copy = campaignAction({
  name: "documents.copy",
  method: "POST",
  path: `${path}/copy`,
  summary: "重新起草：另成一份草稿，原稿不动",
  input: z.object({ document, reason: z.string().trim().min(1).max(500) }),
  output: z.object({ document: z.string() }),
  subject: ({ tx, campaign }, input) => getDocument(tx, campaign, input.document),
  // A copy is the copier's own, so only what may be changed or was given out by one's own unit can be copied.
  allow: (asker, found) => mayEdit(asker, { ...found, state: "draft" }),
  async run({ tx, campaign, asker, now }, found, { reason }) {
    const reading = mayRead(asker, campaign, found);
    if (reading !== true) throw new Problem("forbidden", 403, reading);
    return { document: await copyDocument(tx, campaignIn(campaign, found.realm), asker, found, reason, now) };
  },
  about,
});

const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

export const download = campaignAction({
  name: "documents.download",
  method: "GET",
  path: `${path}/file`,
  summary: "下载定稿的 Word 文件",
  input: z.object({ document, part: z.enum(["report", "annex"]).default("report").meta({ description: "annex：指标口径附表" }) }),
  output: { file: [docx] },
  sensitive: true,
  subject: async ({ tx, campaign }, input) => {
    const found = await getDocument(tx, campaign, input.document);
    return { found, campaign };
  },
  allow: (asker, { found, campaign }) => mayRead(asker, campaign, found),
  async run({ tx, folder }, { found }, { part }) {
    const final = await getFinal(tx, found);
    const content = await documentFiles(final, { report: found.report ?? "", code: found.code ?? "" }, part);
    const file = join(await folder(), "document.docx");
    await writeFile(file, content);
    return {
      path: file,
      name: `${found.title.replaceAll(/\s+/g, "")}${part === "annex" ? "-指标口径附表" : ""}.docx`,
      type: docx,
    };
  },
  about: (input, found) => about(input, found?.found),
});
