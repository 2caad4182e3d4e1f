/**
 * Changes of the tree of units. They move what others count, so each is followed by the roll-up paths and the day
 * totals of every unit whose subtree changed, in the same transaction.
 */
import { z } from "zod";
import { campaignAction, type CampaignCall } from "#kernel/action.ts";
import { campaignIn } from "#kernel/campaign.ts";
import { day, id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { notedChange, getChange, reachOf, undoChange, type NewChange } from "#features/units/changes.model.ts";
import { previewMove } from "#features/units/preview.model.ts";
import { splitUnit } from "#features/units/split.model.ts";
import { getUnit, holdRegister, listSubtree, mergeUnit, moveUnit, renameUnit } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { longestUnitName, relationKinds, type Unit } from "#features/units/units.types.ts";
import { recountUnits } from "./totals.model.ts";
import { mayRestructure } from "./structure.policy.ts";

const name = z.string().trim().min(1).max(longestUnitName, `单位名称不超过${longestUnitName}个字，请用规范的简称`);
const changed = z.object({
  recounted: z.int().meta({ description: "重新汇总了几个单位" }),
  change: z.int().meta({ description: "这次变动的编号，凭它可以撤销" }),
});

/** Puts paths and totals of a realm right after its units have changed; how many units were counted anew. */
async function settle(tx: Tx, call: CampaignCall, realm: number): Promise<number> {
  const campaign = campaignIn(call.campaign, realm);
  const units = await rebuildPaths(tx, realm, campaign.id, campaign.pack.rollUp);
  if (units.length > 0) await recountUnits(tx, campaign, units);
  return units.length;
}

/** Runs a change as the owner, writes it down and puts paths and totals right. What everything stands under stays where it is. */
function restructure<T>(
  call: CampaignCall,
  { id: unit, name: unitName, realm }: Unit,
  about: Pick<NewChange, "kind" | "day" | "words">,
  change: (tx: Tx) => Promise<T>,
  made?: (result: T) => readonly number[],
): Promise<{ result: T; recounted: number; change: number }> {
  if (call.campaign.tops.get(realm)?.unit === unit)
    throw new Problem("top_unit", 422, `“${unitName}”是最高单位，不能调整隶属、并入或拆分。请调整它下面的单位。`);
  return call.asSystem(`${about.kind} unit ${unit}`, async (tx) => {
    holdRegister(tx, realm);
    const noted = { ...about, realm, campaign: call.campaign.id, unit, actor: call.account.id, at: call.now };
    const reach = await reachOf(tx, realm, unit, about.kind === "merge" || about.kind === "split");
    const [result, number] = await notedChange(tx, noted, reach, () => change(tx), made);
    return { result, recounted: await settle(tx, call, realm), change: number };
  });
}

/** A second unit that a change on a day is about; it may not be the first, nor stand below it, nor be gone by then. */
async function getOther(call: CampaignCall, unit: Unit, other: number, on: string): Promise<Unit> {
  const found = await getUnit(call.tx, call.asker, other);
  if ((await listSubtree(call.tx, call.campaign.id, unit.id)).includes(found.id))
    throw new Problem("unit_cycle", 422, `“${found.name}”就是该单位或它的下级，不能作为去处。请另选一个单位。`);
  if (found.to !== null && found.to <= on)
    throw new Problem("unit_gone", 422, `“${found.name}”自${found.to}起已经撤销，不能作为去处。请另选一个单位。`);
  if (found.realm !== unit.realm)
    throw new Problem("other_realm", 422, `“${found.name}”与该单位分属两个辖区，不能直接调整。请在两个辖区分别撤销和设立。`);
  return found;
}

const aboutUnit = ({ unit }: { unit: number }, found: Unit | undefined) => ({ unit, id: unit, realm: found?.realm });

export const move = campaignAction({
  name: "units.move",
  method: "POST",
  path: "/api/campaigns/:campaign/units/:unit/move",
  summary: "调整隶属：自某日起归另一单位",
  description: "此前各期的汇总不变。",
  input: z.object({ unit: id, parent: id, day, kind: z.enum(relationKinds).default("隶属") }),
  output: changed,
  seconds: 600,
  touches: "realm",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayRestructure,
  async run(call, unit, input) {
    holdRegister(call.tx, unit.realm);
    const parent = await getOther(call, unit, input.parent, input.day);
    const words = { name: unit.name, parent: parent.name, kind: input.kind };
    return restructure(call, unit, { kind: "move", day: input.day, words }, (tx) =>
      moveUnit(tx, unit.realm, unit.id, parent.id, input.day, input.kind),
    );
  },
  about: aboutUnit,
});

const brief = z.array(z.object({ id: z.int(), name: z.string() }));

export const preview = campaignAction({
  name: "units.preview",
  method: "GET",
  path: "/api/campaigns/:campaign/units/:unit/move-preview",
  summary: "调整隶属会改变什么，不办理",
  input: z.object({ unit: id, parent: id, day, kind: z.enum(relationKinds).default("隶属") }),
  output: z.object({
    units: z.int().meta({ description: "随之调整的单位数，含本单位" }),
    entries: z.int().meta({ description: "这些单位在这一天及以后的记录数" }),
    leaves: brief.meta({ description: "不再汇总它们的上级" }),
    joins: brief.meta({ description: "新汇总它们的上级" }),
  }),
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayRestructure,
  async run(call, unit, { parent, day: on, kind }) {
    const { tx, campaign } = call;
    const found = await getOther(call, unit, parent, on);
    const path = { id: campaign.id, rollUp: campaign.pack.rollUp };
    return previewMove(tx, campaign.realms, path, unit.id, { parent: found.id, day: on, kind });
  },
});

export const merge = campaignAction({
  name: "units.merge",
  method: "POST",
  path: "/api/campaigns/:campaign/units/:unit/merge",
  summary: "并入另一单位：自某日起撤销",
  description: "它的下级自这一天起归入新的单位，此前的记录仍在原单位。",
  input: z.object({ unit: id, into: id, day }),
  output: changed,
  seconds: 600,
  touches: "realm",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayRestructure,
  async run(call, unit, input) {
    holdRegister(call.tx, unit.realm);
    const into = await getOther(call, unit, input.into, input.day);
    const words = { name: unit.name, into: into.name };
    return restructure(call, unit, { kind: "merge", day: input.day, words }, (tx) =>
      mergeUnit(tx, unit.realm, unit.id, into.id, input.day),
    );
  },
  about: aboutUnit,
});

export const split = campaignAction({
  name: "units.split",
  method: "POST",
  path: "/api/campaigns/:campaign/units/:unit/split",
  summary: "拆分：自某日起分出新单位",
  description: "新单位接收所列下级和人员；ends 为 true 时原单位自这一天起撤销。此前的记录仍在原单位。",
  input: z.object({
    unit: id,
    day,
    ends: z.boolean().default(false),
    parts: z
      .array(
        z.strictObject({
          name,
          code: z.string().trim().min(1).max(50).optional(),
          kind: z.string().trim().min(1).max(50).optional(),
          level: z.string().trim().min(1).max(50).optional(),
          children: z.array(id).max(5000).default([]),
          people: z.array(id).max(50_000).default([]),
        }),
      )
      .min(1)
      .max(50),
  }),
  output: changed.extend({ units: z.array(z.int()).meta({ description: "新单位，依 parts 的次序" }) }),
  seconds: 600,
  touches: "realm",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayRestructure,
  async run(call, unit, { parts, day: on, ends }) {
    const words = { name: unit.name, parts: parts.map((part) => part.name), ends };
    const { result, ...rest } = await restructure(
      call,
      unit,
      { kind: "split", day: on, words },
      (tx) => splitUnit(tx, unit.realm, unit.id, parts, on, ends),
      (made) => made,
    );
    return { units: result, ...rest };
  },
  about: aboutUnit,
});

export const rename = campaignAction({
  name: "units.rename",
  method: "PATCH",
  path: "/api/campaigns/:campaign/units/:unit",
  summary: "更名",
  description: "原名留作曾用名，导入时仍能认出。",
  input: z.object({ unit: id, name }),
  output: z.object({ name: z.string(), aliases: z.array(z.string()), change: z.int() }),
  touches: "realm",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayRestructure,
  async run(call, unit, input) {
    const { realm, id: unitId } = unit;
    const about = { realm, campaign: call.campaign.id, unit: unitId, kind: "rename" as const, day: null };
    const words = { from: unit.name, name: input.name };
    const [, change] = await call.asSystem(`rename unit ${unitId}`, (tx) =>
      notedChange(tx, { ...about, words, actor: call.account.id, at: call.now }, { units: [unitId], people: [] }, () =>
        renameUnit(tx, realm, unitId, input.name),
      ),
    );
    return { ...(await getUnit(call.tx, call.asker, unitId)), change };
  },
  about: aboutUnit,
});

export const undo = campaignAction({
  name: "units.undo",
  method: "POST",
  path: "/api/campaigns/:campaign/unit-changes/:change/undo",
  summary: "撤销一次单位变动",
  description: "调整隶属、并入、拆分、更名都可以撤销，恢复成办理以前的样子；此后又有变动的，先撤销后来的。",
  input: z.object({ change: id }),
  output: z.object({ recounted: z.int() }),
  seconds: 600,
  subject: ({ tx, asker }, { change }) => getChange(tx, asker.scope.realms, change, ["move", "merge", "split", "rename"]),
  allow: mayRestructure,
  run: async (call, change) => ({
    recounted: await call.asSystem(`undo change ${change.id}`, async (tx) => {
      await undoChange(tx, change, call.account.id, call.now);
      return settle(tx, call, change.realm);
    }),
  }),
  about: ({ change }, found) => ({ id: change, unit: found?.unit, realm: found?.realm }),
});
