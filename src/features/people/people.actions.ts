/** The people of a unit, and where they go. */
import { z } from "zod";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, done, id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getUnit } from "#features/units/units.model.ts";
import { getPerson, listStaff, second as secondPerson, transfer as transferPerson } from "./people.model.ts";
import { mayPlacePeople } from "./people.policy.ts";

const label = z.string().trim().min(1).max(100);

export const list = campaignAction({
  name: "people.list",
  method: "GET",
  path: "/api/campaigns/:campaign/units/:unit/people",
  summary: "某一天在一个单位任职或借调的人员",
  input: z.object({ unit: id, day: day.optional() }),
  output: z.object({
    day: z.string(),
    people: z.array(
      z.object({
        id: z.int(),
        code: z.string().nullable(),
        name: z.string(),
        kind: z.enum(["post", "secondment"]).meta({ description: "post 任职，secondment 借调" }),
        department: z.string().nullable(),
        position: z.string().nullable(),
        from: z.string(),
        to: z.string(),
      }),
    ),
  }),
  sensitive: true,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: anyoneHere,
  async run({ tx, now }, unit, input) {
    const on = input.day ?? chinaDay(now);
    return { day: on, people: await listStaff(tx, unit.realm, unit.id, on) };
  },
  about: ({ unit }, found) => ({ unit, realm: found?.realm }),
});

function sameRealm(person: { realm: number; name: string }, unit: { realm: number; name: string }): void {
  if (person.realm === unit.realm) return;
  throw new Problem(
    "other_realm",
    422,
    `“${unit.name}”与${person.name}分属两个辖区，不能直接办理。请在原辖区登记调出，再由调入的一方登记入册。`,
  );
}

export const transfer = campaignAction({
  name: "people.transfer",
  method: "POST",
  path: "/api/campaigns/:campaign/people/:person/transfer",
  summary: "调动：自某日起到另一单位任职",
  description: "此前的记录仍计在原单位。",
  input: z.object({ person: id, unit: id, day, department: label.optional(), position: label.optional() }),
  output: done,
  touches: "realm",
  subject: async ({ tx, asker }, { person, unit }) => ({
    person: await getPerson(tx, asker, person),
    unit: await getUnit(tx, asker, unit),
  }),
  allow: mayPlacePeople,
  async run(call, { person, unit }, { day: on, department, position }) {
    sameRealm(person, unit);
    await call.asSystem(`transfer person ${person.id}`, (tx) =>
      transferPerson(tx, person.realm, person.id, unit.id, on, {
        ...(department === undefined ? {} : { department }),
        ...(position === undefined ? {} : { position }),
      }),
    );
    return { ok: true as const };
  },
  about: ({ person, unit }, found) => ({ id: person, unit, realm: found?.person.realm }),
});

export const second = campaignAction({
  name: "people.second",
  method: "POST",
  path: "/api/campaigns/:campaign/people/:person/second",
  summary: "借调：在一段时间内到另一单位工作",
  description: "to 是借调结束的日期，自这一天起回原单位；不写则未定。",
  input: z.object({ person: id, unit: id, from: day, to: day.optional() }),
  output: done,
  touches: "realm",
  subject: async ({ tx, asker }, { person, unit }) => ({
    person: await getPerson(tx, asker, person),
    unit: await getUnit(tx, asker, unit),
  }),
  allow: mayPlacePeople,
  async run(call, { person, unit }, { from, to }) {
    if (to !== undefined && to <= from) throw new Problem("bad_days", 422, `结束日期${to}不晚于开始日期${from}，请核对。`);
    if (person.unit === unit.id) throw new Problem("own_unit", 422, `${person.name}就在该单位任职，不必借调。`);
    sameRealm(person, unit);
    await call.asSystem(`second person ${person.id}`, (tx) =>
      secondPerson(tx, person.realm, person.id, unit.id, from, to ?? null),
    );
    return { ok: true as const };
  },
  about: ({ person, unit }, found) => ({ id: person, unit, realm: found?.person.realm }),
});
