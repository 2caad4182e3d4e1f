/** The tree of units, and one unit. */
import { z } from "zod";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, id } from "#kernel/input.ts";
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
