/** Answering what people ask to have put right. */
import { z } from "zod";
import { campaignAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { done } from "#kernel/input.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { changing, isDeleted, type Register } from "./change-one.ts";
import { mayAnswer } from "./corrections.policy.ts";
import { findCorrection, listSteps, standsAbove, stepCorrection } from "./corrections.model.ts";
import { readableEntry, valueIn } from "./entries.ts";

/** Told how registers make the units and people that they are about: what is accepted is a change like any other. */
export function answering(register: Register) {
  const changed = changing(register);
  return campaignAction({
    name: "corrections.answer",
    method: "POST",
    path: "/api/campaigns/:campaign/corrections/:correction/answer",
    summary: "答复更正申请：更正，或说明理由不予更正",
    description: "更正的，同时按通常的修改改好记录，经过里写明申请；提出申请的人不能自己答复；复核由上级单位另一人办理。",
    input: z.object({
      correction: z.uuid(),
      accept: z.boolean(),
      version: z.int().min(1).meta({ description: "所看到的记录版本" }),
      value: valueIn.optional().meta({ description: "这一栏改成什么；更正时必填" }),
      reason: z.string().trim().max(1000).default("").meta({ description: "不予更正的必须写明理由" }),
    }),
    output: done,
    seconds: 60,
    async subject(call, input) {
      const { tx, campaign, asker } = call;
      const correction = await findCorrection(tx, asker.scope.realms, campaign.id, input.correction, true);
      if (!correction) throw notFound("这件更正申请");
      const found = await readableEntry(call, correction.entry, true);
      const above = await standsAbove(tx, campaign, correction, asker.unit);
      return { ...found, correction, steps: await listSteps(tx, correction.realm, [correction.id]), above };
    },
    allow: mayAnswer,
    async run(call, found, { accept, version, value, reason }) {
      const { correction, steps } = found;
      const again = correction.state === "review";
      if (!accept && reason === "") throw new Problem("missing_reason", 422, "不予更正的，请写明理由，申请人会看到。");
      if (accept) {
        if (found.entry.deleted) throw new Problem("entry_deleted", 409, isDeleted);
        if (value === undefined) throw new Problem("missing_value", 422, `请写明“${correction.field}”改成什么。`);
        const asked = steps.find(({ step }) => step === "ask");
        const because = `按${asked ? chinaDay(new Date(asked.at)) : ""}的更正申请修改${reason === "" ? "" : `：${reason}`}`;
        const after = await changed(call, found, { version, values: { [correction.field]: value }, reason: because });
        if (after.version === found.entry.version)
          throw new Problem("no_change", 422, `“${correction.field}”没有变动。确已正确的，请选“不予更正”并说明。`);
      }
      const step = accept ? (again ? "correct" : "accept") : again ? "uphold" : "decline";
      const taken = { step, words: reason === "" ? null : reason, actor: call.account.id, now: call.now } as const;
      await stepCorrection(call.tx, correction, steps, taken);
      return { ok: true as const };
    },
    about: (_, found) => ({ id: found?.entry.id, unit: found?.entry.unit, realm: found?.entry.realm }),
  });
}
