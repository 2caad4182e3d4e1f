/** The tree of units, and one unit. */
import { z } from "zod";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, id, pageInput } from "#kernel/input.ts";
import { accountNames } from "./account-names.model.ts";
import { listBranches, listChanges, searchUnits } from "./browse.model.ts";
import { getUnit, listAncestors, listChildren, listRelationsOf, listTree } from "./units.model.ts";

const unitOut = z.object({
  id: z.int(),
  code: z.string().nullable(),
  name: z.string(),
  aliases: z.array(z.string()).meta({ description: "曾用名和简称" }),
  kind: z.string().nullable(),
  level: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable().meta({ description: "自这一天起撤销" }),
});

export const list = campaignAction({
  name: "units.list",
  method: "GET",
  path: "/api/campaigns/:campaign/units",
  summary: "某一天的单位树",
  description: "本单位和它的各级下级，上级在前。",
  input: z.object({ day: day.optional() }),
  output: z.object({
    day: z.string(),
    units: z.array(unitOut.extend({ parent: z.int().nullable(), depth: z.int() })),
  }),
  subject: ({ tx, asker }) => getUnit(tx, asker, asker.unit),
  allow: anyoneHere,
  async run({ tx, now, campaign, asker }, unit, input) {
    const on = input.day ?? chinaDay(now);
    return { day: on, units: await listTree(tx, asker.scope.realms, campaign.id, unit.id, on) };
  },
});

export const get = campaignAction({
  name: "units.get",
  method: "GET",
  path: "/api/campaigns/:campaign/units/:unit",
  summary: "一个单位：上级、下级和隶属关系的沿革",
  input: z.object({ unit: id, day: day.optional() }),
  output: unitOut.extend({
    above: z.array(unitOut).meta({ description: "各级上级，近的在前" }),
    below: z.array(unitOut),
    relations: z.array(
      z.object({ parent: z.int(), parentName: z.string().nullable(), kind: z.string(), from: z.string(), to: z.string() }),
    ),
  }),
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: anyoneHere,
  async run({ tx, now, campaign }, unit, input) {
    const on = input.day ?? chinaDay(now);
    const { realms } = campaign;
    return {
      ...unit,
      above: await listAncestors(tx, realms, campaign.id, unit.id, on),
      below: await listChildren(tx, realms, campaign.id, unit.id, on),
      relations: await listRelationsOf(tx, realms, unit.id),
    };
  },
});

const branch = unitOut.extend({ below: z.int().meta({ description: "直接下级有几个" }) });

export const children = campaignAction({
  name: "units.children",
  method: "GET",
  path: "/api/campaigns/:campaign/units/:unit/children",
  summary: "一个单位某一天的直接下级",
  input: z.object({ unit: id, day: day.optional(), ...pageInput }),
  output: z.object({ day: z.string(), total: z.int(), units: z.array(branch) }),
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: anyoneHere,
  async run({ tx, now, campaign, asker }, unit, { day: asked, limit, offset }) {
    const on = asked ?? chinaDay(now);
    return { day: on, ...(await listBranches(tx, asker.scope.realms, campaign.id, unit.id, on, { limit, offset })) };
  },
});

/** Ids with commas between them. */
const idsIn = z
  .string()
  .regex(/^\d{1,15}(,\d{1,15}){0,199}$/)
  .transform((text) => text.split(",").map(Number));

export const search = campaignAction({
  name: "units.search",
  method: "GET",
  path: "/api/campaigns/:campaign/units/search",
  summary: "按名称、曾用名或编号查找单位",
  input: z.object({
    text: z.string().trim().max(200).default(""),
    ids: idsIn.optional().meta({ description: "只在这些单位里找，以逗号分隔；已撤销的也算" }),
    day: day.optional(),
    limit: z.coerce.number().int().min(1).max(200).optional(),
  }),
  output: z.object({
    units: z.array(branch.extend({ path: z.array(z.string()).meta({ description: "各级上级的名称，最高的在前" }) })),
  }),
  subject: ({ campaign }) => Promise.resolve(campaign),
  allow: anyoneHere,
  run: async ({ tx, now, asker }, campaign, { text, ids, day: asked, limit }) => ({
    units: await searchUnits(tx, asker, campaign.id, {
      text,
      ids,
      day: asked ?? chinaDay(now),
      limit: limit ?? ids?.length ?? 20,
    }),
  }),
});

export const changes = campaignAction({
  name: "units.changes",
  method: "GET",
  path: "/api/campaigns/:campaign/units/:unit/changes",
  summary: "一个单位和它的人员的变动记录",
  input: z.object({ unit: id }),
  output: z.object({
    changes: z.array(
      z.object({
        id: z.int(),
        kind: z.string().meta({ description: "move、merge、split、rename、transfer、second" }),
        day: z.string().nullable(),
        words: z.record(z.string(), z.unknown()),
        person: z.int().nullable(),
        actorName: z.string().nullable(),
        at: z.string(),
        undoneAt: z.string().nullable(),
      }),
    ),
  }),
  sensitive: true,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: anyoneHere,
  async run({ tx, asSystem }, unit) {
    const found = await listChanges(tx, unit.realm, unit.id);
    const nameOf = await asSystem("names of accounts", (owner) =>
      accountNames(
        owner,
        found.flatMap(({ actor }) => actor ?? []),
      ),
    );
    return { changes: found.map(({ actor, ...one }) => ({ ...one, actorName: nameOf.get(actor ?? 0) ?? null })) };
  },
  about: ({ unit }, found) => ({ unit, id: unit, realm: found?.realm }),
});
