/** Entries of ledgers: recording, changing, moving on, deleting. Each write names the version it was based on. */
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { campaignIn } from "#kernel/campaign.ts";
import { id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getUnit } from "#features/units/units.model.ts";
import { changing, mayEdit, registering, type Register } from "./change-one.ts";
import { aboutEntry, answerEntry, checkFor, doerOf, entryOut, namesOut, readableEntry, valuesIn } from "./entries.ts";
import { noteOf } from "./note.model.ts";
import { mayTransit } from "./ledgers.policy.ts";
import { changeEntry, findRecorded, recordEntry, readableLedger } from "./ledgers.model.ts";
import type { Entry } from "./ledgers.types.ts";
import { moveEntry } from "./move-entry.model.ts";
import { readValues } from "./read-values.model.ts";

const version = z.int().min(1).meta({ description: "所看到的版本；已被他人修改时返回 409 和差异" });
const reason = z.string().trim().max(1000);
const written = z.object({ entry: entryOut, names: namesOut });

/** Recording and changing, told how registers make the units and people that they are about. */
export function recordingActions(register: Register) {
  const registered = registering(register);
  const changed = changing(register);

  const record = campaignAction({
    name: "ledgers.record",
    method: "PUT",
    path: "/api/campaigns/:campaign/ledgers/:ledger/entries/:entry",
    summary: "登记一条记录",
    description: "编号（UUID）由客户端生成；同一编号再次提交不会重复登记，返回已有的记录。",
    input: z.object({
      ledger: z.string(),
      entry: z.uuid(),
      unit: id.optional().meta({ description: "以哪个单位的名义登记，缺省为本单位" }),
      values: valuesIn,
    }),
    output: written,
    seconds: 60,
    subject: async (call, input) => ({
      ledger: readableLedger(call, input.ledger),
      unit: await getUnit(call.tx, call.asker, input.unit ?? call.asker.unit),
    }),
    allow: (asker, { ledger }) => mayUse(asker, ledger, "record"),
    async run(call, { ledger, unit: { id: unit, realm } }, input) {
      const campaign = campaignIn(call.campaign, realm);
      const recordNew = async (): Promise<Entry> => {
        const { values, lookups } = await readValues(call.tx, campaign, ledger, input.values, { whole: true, unit });
        const doer = doerOf(call, await registered(call, campaign, ledger, values, lookups, unit));
        return recordEntry(call.tx, campaign, realm, ledger, doer, input.entry, values, checkFor(call, ledger, realm));
      };
      // Looked for first: what a repeated request would register it has registered already.
      const entry = (await findRecorded(call.tx, call.campaign, input.entry)) ?? (await recordNew());
      if (entry.ledger !== ledger.key)
        throw new Problem("id_taken", 409, "这个编号（UUID）已经用于另一条记录，请换一个重新提交。");
      call.note(noteOf(ledger, entry.data));
      return answerEntry(call, ledger, entry);
    },
    about: ({ entry }, subject) => ({ id: entry, unit: subject?.unit.id, realm: subject?.unit.realm }),
  });

  const change = campaignAction({
    name: "ledgers.change",
    method: "PATCH",
    path: "/api/campaigns/:campaign/entries/:entry",
    summary: "修改一条记录",
    description: "values 只写要改的栏目。",
    input: z.object({ entry: z.uuid(), version, values: valuesIn, reason: reason.optional() }),
    output: written,
    seconds: 60,
    subject: (call, { entry }) => readableEntry(call, entry, true),
    allow: mayEdit,
    run: async (call, subject, input) => answerEntry(call, subject.ledger, await changed(call, subject, input)),
    about: aboutEntry,
  });
  return [record, change] as const;
}

export const move = campaignAction({
  name: "ledgers.move",
  method: "POST",
  path: "/api/campaigns/:campaign/entries/:entry/move",
  summary: "流转到下一状态",
  input: z.object({ entry: z.uuid(), version, transition: z.string().max(200), reason: reason.optional() }),
  output: written,
  subject: (call, { entry }) => readableEntry(call, entry, true),
  allow: (asker, { ledger, entry }, { transition }) => {
    if (entry.deleted) return "这条记录已删除，不能流转。";
    const step = ledger.lifecycle?.transitions.find((one) => one.name === transition);
    // A step that there is not is told as such by the model.
    return step ? mayTransit(asker, ledger, step) : mayUse(asker, ledger, "edit");
  },
  run: async (call, { entry, ledger }, input) =>
    answerEntry(
      call,
      ledger,
      await moveEntry(call.tx, call.campaign, entry, input.version, doerOf(call), input.transition, input.reason),
    ),
  about: aboutEntry,
});

/** Deleting and restoring differ in the mark they set and in what they are called. */
const markDeleted = <const A extends "delete" | "restore">(
  action: A,
  summary: string,
  description: string | undefined,
  why: string,
) =>
  campaignAction({
    name: `ledgers.${action}` as const,
    method: "POST",
    path: `/api/campaigns/:campaign/entries/:entry/${action}` as const,
    summary,
    ...(description === undefined ? {} : { description }),
    input: z.object({ entry: z.uuid(), version, reason: reason.min(1, why) }),
    output: written,
    subject: (call, { entry }) => readableEntry(call, entry, true),
    allow: (asker, { ledger }) => mayUse(asker, ledger, "delete"),
    run: async (call, { entry, ledger }, input) =>
      answerEntry(
        call,
        ledger,
        await changeEntry(call.tx, call.campaign, entry, input.version, doerOf(call), {
          action,
          deleted: action === "delete",
          reason: input.reason,
        }),
      ),
    about: aboutEntry,
  });

export const remove = markDeleted(
  "delete",
  "删除一条记录",
  "记录不再计入任何数字，内容和经过仍可查看，可以恢复。",
  "请写明删除的理由",
);

export const restore = markDeleted("restore", "恢复已删除的记录", undefined, "请写明恢复的理由");
