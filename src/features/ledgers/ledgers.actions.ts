/** Entries of ledgers: looking at them. */
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import { fieldOf } from "#kernel/fields.ts";
import { day, flag, id, pageInput } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { encryptedFields, revealed } from "#kernel/sealed-values.ts";
import { asksWhy, mayReveal } from "#kernel/unmask.ts";
import { getUnit } from "#features/units/units.model.ts";
import { answersBeside, correctionOut, responseOut } from "./answers.ts";
import { aboutEntry, answerEntries, answerEntry, entryOut, namesOut, readableEntry } from "./entries.ts";
import { filterNote, noteOf } from "./note.model.ts";
import { mayTransit } from "./ledgers.policy.ts";
import { filterInput, readFilter, readSorting } from "./read-filter.model.ts";
import { listEntries } from "./list-entries.model.ts";
import { listEvents, readableLedger } from "./ledgers.model.ts";
import { accountNames } from "#features/units/account-names.model.ts";

const verbs = ["edit", "delete"] as const;

export const list = campaignAction({
  name: "ledgers.list",
  method: "GET",
  path: "/api/campaigns/:campaign/ledgers/:ledger/entries",
  summary: "一本台账的记录，分页",
  description: "本单位和下级的记录，可按栏目筛选和排序；more 为 true 时还有下一页。",
  input: z.object({
    ledger: z.string(),
    unit: id.optional(),
    state: z.string().optional(),
    from: day.optional(),
    to: day.optional(),
    deleted: flag.optional().meta({ description: "true：只看已删除的" }),
    ...filterInput,
    count: flag.default(false).meta({ description: "true：同时答合乎条件的总数" }),
    ...pageInput,
  }),
  output: z.object({
    entries: z.array(entryOut),
    names: namesOut,
    more: z.boolean(),
    total: z.int().optional().meta({ description: "合乎条件的总数，count 为 true 时才有" }),
  }),
  sensitive: true,
  subject: async (call, { ledger, unit }) => ({
    ledger: readableLedger(call, ledger),
    unit: unit === undefined ? undefined : await getUnit(call.tx, call.asker, unit),
  }),
  allow: anyoneHere,
  async run(call, { ledger, unit }, { limit, offset, state, from, to, deleted, where, sort, order, count }) {
    const filter = { unit: unit?.id, state, from, to, deleted, where: readFilter(call, ledger, where) };
    const window = { limit: limit + 1, offset, sorting: readSorting(ledger, sort, order), count };
    const { entries, total } = await listEntries(call.tx, call.campaign, ledger, filter, window);
    const rows = Math.min(entries.length, limit);
    call.note({ ...noteOf(ledger), rows, ...filterNote({ state, from, to, deleted, where: filter.where }) });
    return { ...(await answerEntries(call, ledger, entries.slice(0, limit))), more: entries.length > limit, total };
  },
  about: ({ ledger, unit }) => ({ id: ledger, unit }),
});

export const get = campaignAction({
  name: "ledgers.get",
  method: "GET",
  path: "/api/campaigns/:campaign/entries/:entry",
  summary: "一条记录：内容、历次变动、本人现在可办的流转",
  input: z.object({ entry: z.uuid() }),
  output: z.object({
    entry: entryOut,
    names: namesOut,
    may: z.array(z.enum(verbs)).meta({ description: "本人还可做的事" }),
    reveals: z
      .array(z.object({ field: z.string(), reason: z.boolean().meta({ description: "须写明理由" }) }))
      .meta({ description: "本人可要求显示完整内容的栏目" }),
    transitions: z.array(
      z.object({
        name: z.string(),
        to: z.string(),
        allowed: z.boolean(),
        why: z.string().nullable().meta({ description: "不能办理的原因" }),
        fields: z.array(z.string()).meta({ description: "办理之前须填的栏目" }),
        reason: z.boolean().meta({ description: "须写明理由" }),
      }),
    ),
    history: z.array(
      z.object({
        version: z.int(),
        action: z.string(),
        actor: z.int().nullable(),
        actorName: z.string().nullable(),
        at: z.string(),
        reason: z.string().nullable(),
        changes: entryOut.shape.values,
        state: z.string().nullable(),
        file: z.string().nullable().meta({ description: "所涉附件的名称" }),
      }),
    ),
    responses: z.array(responseOut).meta({ description: "所写到的人的本人说明" }),
    corrections: z.array(correctionOut).meta({ description: "所写到的人申请的更正" }),
  }),
  sensitive: true,
  subject: (call, { entry }) => readableEntry(call, entry),
  allow: anyoneHere,
  async run(call, { entry, ledger }) {
    const { asker } = call;
    const history = await listEvents(call.tx, ledger, entry);
    const actors = history.map((event) => event.actor).filter((actor) => actor !== null);
    const names = await call.asSystem("names of those who acted", (tx) => accountNames(tx, actors));
    const steps = entry.deleted
      ? []
      : (ledger.lifecycle?.transitions ?? []).filter((step) => entry.state !== null && step.from.includes(entry.state));
    return {
      ...(await answerEntry(call, ledger, entry)),
      may: verbs.filter((verb) => mayUse(asker, ledger, verb) === true),
      reveals: encryptedFields(ledger)
        .filter((field) => field.mask && entry.data[field.name] !== undefined && mayReveal(asker, ledger, field) === true)
        .map((field) => ({ field: field.name, reason: asksWhy(ledger, field) })),
      transitions: steps.map((step) => {
        const verdict = mayTransit(asker, ledger, step);
        return {
          name: step.name,
          to: step.to,
          allowed: verdict === true,
          why: verdict === true ? null : verdict,
          fields: step.guard.fields.filter((field) => entry.data[field] === undefined),
          reason: step.guard.reason,
        };
      }),
      history: history.map((event) => ({ ...event, actorName: names.get(event.actor ?? 0) ?? null })),
      ...(await answersBeside(call, { entry, ledger })),
    };
  },
  about: aboutEntry,
});

export const reveal = campaignAction({
  name: "ledgers.reveal",
  method: "POST",
  path: "/api/campaigns/:campaign/entries/:entry/reveal",
  summary: "显示一栏遮盖的内容",
  description: "只显示，不改动；谁在何时看了哪一栏记入审计。限知的栏目须写明理由。",
  touches: "nothing",
  input: z.object({ entry: z.uuid(), field: z.string().max(60), reason: z.string().trim().max(1000).optional() }),
  output: z.object({ value: z.string().nullable() }),
  async subject(call, { entry: asked, field: name }) {
    const { entry, ledger } = await readableEntry(call, asked);
    const field = fieldOf(ledger, name);
    if (!field?.encrypted) throw new Problem("not_encrypted", 422, `《${ledger.name}》的“${name}”没有遮盖的内容。`);
    return { entry, ledger, field };
  },
  allow: (asker, { ledger, field }) => mayReveal(asker, ledger, field),
  run({ tx }, { entry, ledger, field }, { reason }) {
    if (asksWhy(ledger, field) && !reason)
      throw new Problem("reason_needed", 422, `“${field.name}”限指定人员知悉，请写明为什么要看。`);
    const value = revealed(tx, entry.realm, ledger, field.name, entry.data[field.name] ?? null);
    return Promise.resolve({ value: typeof value === "string" ? value : null });
  },
  about: (input, found) => ({ ...aboutEntry(input, found), field: input.field, reason: input.reason }),
});
