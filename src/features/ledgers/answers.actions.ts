/** What a person may do about a record that names them: say something to it, ask for a correction, see who looked. */
import { z } from "zod";
import { anyoneHere, campaignAction, type CampaignCall } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { notFound } from "#kernel/problem.ts";
import { listActors, listLooks } from "#features/audit/audit.model.ts";
import { noteOf } from "./note.model.ts";
import { addCorrection, addResponse, findCorrection, listSteps, stepCorrection } from "./corrections.model.ts";
import { ownEntry, type OwnEntry } from "./own-entry.ts";
import { ownFieldNames } from "./own-record.ts";
import { hasUnitAbove } from "./own.model.ts";

const words = z.string().trim().min(1, "请写明内容").max(2000);
const aboutOwn = (input: { entry: string }, found: OwnEntry | undefined) => ({
  id: input.entry,
  unit: found?.entry.unit,
  realm: found?.entry.realm,
});

export const respond = campaignAction({
  name: "own.respond",
  method: "POST",
  path: "/api/campaigns/:campaign/own-record/:entry/response",
  summary: "本人说明：对写到本人的一条记录说明情况",
  description: "附在记录上，能看这条记录的人都看得到；以前写的各版都保留，别人不能改。",
  input: z.object({
    entry: z.uuid(),
    base: z.int().min(0).meta({ description: "在第几版说明的基础上改；还没写过的为 0" }),
    words,
  }),
  output: done,
  subject: (call, { entry }) => ownEntry(call, entry),
  allow: anyoneHere,
  async run(call, { entry, person }, input) {
    const said = { person, actor: call.account.id, base: input.base, words: input.words, now: call.now };
    await call.asSystem("own response", (tx) => addResponse(tx, call.campaign, entry, said));
    return { ok: true as const };
  },
  about: aboutOwn,
});

export const ask = campaignAction({
  name: "own.ask",
  method: "PUT",
  path: "/api/campaigns/:campaign/own-record/:entry/corrections/:correction",
  summary: "申请更正写到本人的一条记录",
  description: "编号（UUID）由客户端生成，同一编号再次提交不会重复申请。由记录所属单位在期限内答复。",
  input: z.object({
    entry: z.uuid(),
    correction: z.uuid(),
    field: z.string().max(60),
    wanted: z.string().trim().min(1, "请写明应改为什么").max(2000),
    why: z.string().trim().min(1, "请写明为什么要改").max(2000),
    evidence: z.string().trim().max(2000).default("").meta({ description: "有什么材料、在哪里、谁可以证明" }),
  }),
  output: done,
  subject: (call, { entry }) => ownEntry(call, entry),
  allow: (_, { ledger, places }, { field }) =>
    ownFieldNames(ledger, places).includes(field) || `“${field}”不是您可以申请更正的栏目，请从列出的栏目中选。`,
  async run(call, { entry, person }, { correction, field, wanted, why, evidence }) {
    const asked = { id: correction, person, actor: call.account.id, field, wanted, why, evidence, now: call.now };
    await call.asSystem("own correction", (tx) => addCorrection(tx, call.campaign, entry, asked));
    return { ok: true as const };
  },
  about: aboutOwn,
});

/** One's own request, held, with the record that it is about. */
async function ownCorrection(call: CampaignCall, id: string) {
  const { campaign, account } = call;
  return call.asSystem("own correction", async (tx) => {
    const correction = await findCorrection(tx, [account.realm], campaign.id, id, true);
    if (!correction || correction.person !== account.person) throw notFound("您的这件更正申请");
    const ledger = campaign.ledgers.get(correction.ledger);
    if (ledger) call.note(noteOf(ledger));
    return {
      correction,
      steps: await listSteps(tx, correction.realm, [id]),
      above: await hasUnitAbove(tx, campaign, correction),
    };
  });
}
type OwnCorrection = Awaited<ReturnType<typeof ownCorrection>>;
const aboutCorrection = (_: object, found: OwnCorrection | undefined) => ({
  id: found?.correction.entry,
  unit: found?.correction.unit,
  realm: found?.correction.realm,
});

/** Withdrawing and asking for review differ in the step. */
const goOn = <const A extends "withdraw" | "review">(step: A, summary: string, description: string) =>
  campaignAction({
    name: `own.${step}` as const,
    method: "POST",
    path: `/api/campaigns/:campaign/own-record/corrections/:correction/${step}` as const,
    summary,
    description,
    input: z.object({ correction: z.uuid(), why: z.string().trim().max(2000).default("") }),
    output: done,
    subject: (call, { correction }) => ownCorrection(call, correction),
    allow: (_, { above }, { why }) =>
      step === "withdraw" ||
      (above ? why !== "" || "请写明对答复有什么不同意见。" : "这条记录所属的单位已是最上一级，没有上级可以复核。"),
    async run(call, { correction, steps }, { why }) {
      const taken = { step, words: why === "" ? null : why, actor: call.account.id, now: call.now };
      await call.asSystem("own correction", (tx) => stepCorrection(tx, correction, steps, taken));
      return { ok: true as const };
    },
    about: aboutCorrection,
  });

export const withdraw = goOn("withdraw", "撤回更正申请", "答复以前可以撤回。");
export const review = goOn("review", "申请复核：请上级单位复核更正申请的答复", "对不予更正的答复有不同意见的，可以申请一次。");

const repeatMinutes = 10;

/** Whoever opens the same thing again within minutes has looked once. */
const withoutRepeats = <R extends { at: string; actor: number; action: string }>(rows: readonly R[]): R[] =>
  rows.filter(
    (row, index) =>
      !rows
        .slice(0, index)
        .some(
          (later) =>
            later.actor === row.actor &&
            later.action === row.action &&
            Date.parse(later.at) - Date.parse(row.at) < repeatMinutes * 60_000,
        ),
  );

export const looks = campaignAction({
  name: "own.looks",
  method: "GET",
  path: "/api/campaigns/:campaign/own-record/:entry/looks",
  summary: "谁看过写到本人的一条记录",
  description: "打开一条看一次记一次（十分钟内重复打开的合为一次），附件也是；成批翻看和导出台账的，记到台账，这里不列。",
  input: z.object({ entry: z.uuid(), limit: z.coerce.number().int().min(1).max(200).default(20) }),
  output: z.object({
    looks: z.array(
      z.object({
        at: z.string(),
        who: z.string(),
        unit: z.string().nullable(),
        role: z.string().nullable(),
        what: z.enum(["entry", "file"]),
      }),
    ),
    more: z.boolean(),
  }),
  sensitive: true,
  subject: (call, { entry }) => ownEntry(call, entry),
  allow: anyoneHere,
  async run(call, { entry }, { limit }) {
    const roles = new Map(call.campaign.pack.roles.map(({ key, name }) => [key, name]));
    return call.asSystem("who looked at one's own record", async (tx) => {
      const rows = await listLooks(tx, entry.realm, entry.id, call.account.id, limit + 1);
      const actors = await listActors(tx, [...new Set(rows.map(({ actor }) => actor))]);
      const shown = withoutRepeats(rows.slice(0, limit)).map(({ at, actor, action, role }) => ({
        at,
        who: actors.get(actor)?.name ?? "",
        unit: actors.get(actor)?.unit ?? null,
        role: role === null ? null : (roles.get(role) ?? null),
        what: action === "ledgers.get" ? ("entry" as const) : ("file" as const),
      }));
      return { looks: shown, more: rows.length > limit };
    });
  },
  about: aboutOwn,
});
