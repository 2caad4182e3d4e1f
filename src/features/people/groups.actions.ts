/** Groups: leading group and its office, supervision groups, task forces. */
import { z } from "zod";
import { anyoneHere, campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import { Problem } from "#kernel/problem.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, done, id } from "#kernel/input.ts";
import { getUnit } from "#features/units/units.model.ts";
import { addMembers, createGroup, endGroup, endMember, getGroup, listGroups, type NewMember } from "./groups.model.ts";
import { getPerson } from "./people.model.ts";
import { mayPlacePeople } from "./people.policy.ts";

const label = z.string().trim().min(1).max(100);
const member = z
  .strictObject({
    person: id.optional(),
    unit: id.optional(),
    role: label.meta({ description: "组长、副组长、成员、联络员……" }),
    duty: z.string().trim().max(500).optional(),
    from: day.optional(),
  })
  .refine(({ person, unit }) => (person === undefined) !== (unit === undefined), "成员写人员或单位之一");

/** Members must be people and units that the asker sees, of the group's own realm. */
async function checkMembers({ tx, asker }: CampaignCall, realm: number, members: readonly NewMember[]): Promise<void> {
  for (const { person, unit } of members) {
    const found =
      person !== undefined ? await getPerson(tx, asker, person) : unit !== undefined ? await getUnit(tx, asker, unit) : undefined;
    if (found && found.realm !== realm)
      throw new Problem("other_realm", 422, `“${found.name}”不在小组所在的辖区，不能列为成员。请在其所属辖区另设小组。`);
  }
}

export const list = campaignAction({
  name: "groups.list",
  method: "GET",
  path: "/api/campaigns/:campaign/groups",
  summary: "某一天的小组和成员",
  input: z.object({ day: day.optional() }),
  output: z.object({
    day: z.string(),
    groups: z.array(
      z.object({
        id: z.int(),
        unit: z.int(),
        kind: z.string(),
        name: z.string(),
        from: z.string(),
        to: z.string(),
        members: z.array(
          z.object({
            id: z.int(),
            person: z.int().nullable(),
            unit: z.int().nullable(),
            name: z.string(),
            role: z.string(),
            duty: z.string().nullable(),
            from: z.string(),
            to: z.string(),
          }),
        ),
      }),
    ),
  }),
  subject: nothing,
  allow: anyoneHere,
  async run({ tx, now, campaign, asker }, _, input) {
    const on = input.day ?? chinaDay(now);
    return { day: on, groups: await listGroups(tx, campaign, asker, on) };
  },
});

export const create = campaignAction({
  name: "groups.create",
  method: "POST",
  path: "/api/campaigns/:campaign/groups",
  summary: "成立小组",
  input: z.object({
    unit: id.meta({ description: "哪个单位的小组" }),
    kind: label.meta({ description: "领导小组、办公室、专班、督导组……" }),
    name: label,
    from: day.optional(),
    members: z.array(member).max(500).default([]),
  }),
  output: z.object({ id: z.int() }),
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayPlacePeople,
  async run(call, unit, { members, ...group }) {
    await checkMembers(call, unit.realm, members);
    const made = await call.asSystem("create group", (tx) =>
      createGroup(tx, call.campaign, { ...group, unit: unit.id, realm: unit.realm }, members),
    );
    return { id: made };
  },
  about: ({ unit, name }, found) => ({ unit, id: name, realm: found?.realm }),
});

export const add = campaignAction({
  name: "groups.add",
  method: "POST",
  path: "/api/campaigns/:campaign/groups/:group/members",
  summary: "增加小组成员",
  input: z.object({ group: id, members: z.array(member).min(1).max(500) }),
  output: done,
  subject: ({ tx, campaign, asker }, { group }) => getGroup(tx, campaign, asker, group),
  allow: mayPlacePeople,
  async run(call, group, { members }) {
    await checkMembers(call, group.realm, members);
    await call.asSystem(`add to group ${group.id}`, (tx) => addMembers(tx, group, members));
    return { ok: true as const };
  },
  about: ({ group }, found) => ({ id: group, unit: found?.unit, realm: found?.realm }),
});

export const leave = campaignAction({
  name: "groups.leave",
  method: "POST",
  path: "/api/campaigns/:campaign/groups/:group/members/:member/end",
  summary: "成员自某日起退出小组",
  input: z.object({ group: id, member: id, day }),
  output: done,
  subject: ({ tx, campaign, asker }, { group }) => getGroup(tx, campaign, asker, group),
  allow: mayPlacePeople,
  async run(call, group, input) {
    await call.asSystem(`end member of group ${group.id}`, (tx) => endMember(tx, group, input.member, input.day));
    return { ok: true as const };
  },
  about: ({ group }, found) => ({ id: group, unit: found?.unit, realm: found?.realm }),
});

export const end = campaignAction({
  name: "groups.end",
  method: "POST",
  path: "/api/campaigns/:campaign/groups/:group/end",
  summary: "自某日起撤销小组",
  input: z.object({ group: id, day }),
  output: done,
  subject: ({ tx, campaign, asker }, { group }) => getGroup(tx, campaign, asker, group),
  allow: mayPlacePeople,
  async run(call, group, input) {
    await call.asSystem(`end group ${group.id}`, (tx) => endGroup(tx, group, input.day));
    return { ok: true as const };
  },
  about: ({ group }, found) => ({ id: group, unit: found?.unit, realm: found?.realm }),
});
