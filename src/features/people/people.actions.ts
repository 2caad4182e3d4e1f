/** The people of a unit, and where they go. */
import { z } from "zod";
import { anyoneHere, campaignAction, type CampaignCall } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, done, id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { getChange, notedChange, undoChange, type NewChange } from "#features/units/changes.model.ts";
import { getUnit } from "#features/units/units.model.ts";
import { getPerson, listCareer, listStaff, second as secondPerson, transfer as transferPerson } from "./people.model.ts";
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
    may: z.boolean().meta({ description: "本人能否办理调动、借调和小组" }),
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
  async run({ tx, now, asker }, unit, input) {
    const on = input.day ?? chinaDay(now);
    return { day: on, may: mayPlacePeople(asker) === true, people: await listStaff(tx, unit.realm, unit.id, on) };
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

const noteOut = done.extend({ change: z.int().meta({ description: "这次变动的编号，凭它可以撤销" }) });

/** Runs a change of a person's posts as the owner, and writes it down with the unit that they are of. */
async function noted(
  call: CampaignCall,
  person: Awaited<ReturnType<typeof getPerson>>,
  about: Pick<NewChange, "kind" | "day" | "words">,
  change: (tx: Tx) => Promise<void>,
): Promise<{ ok: true; change: number }> {
  const { realm, id: who, unit } = person;
  const [, number] = await call.asSystem(`${about.kind} person ${who}`, (tx) =>
    notedChange(
      tx,
      { ...about, realm, campaign: call.campaign.id, unit: unit ?? 0, person: who, actor: call.account.id, at: call.now },
      { units: [], people: [who] },
      () => change(tx),
    ),
  );
  return { ok: true, change: number };
}

export const transfer = campaignAction({
  name: "people.transfer",
  method: "POST",
  path: "/api/campaigns/:campaign/people/:person/transfer",
  summary: "调动：自某日起到另一单位任职",
  description: "此前的记录仍计在原单位。",
  input: z.object({ person: id, unit: id, day, department: label.optional(), position: label.optional() }),
  output: noteOut,
  touches: "realm",
  subject: async ({ tx, asker }, { person, unit }) => ({
    person: await getPerson(tx, asker, person),
    unit: await getUnit(tx, asker, unit),
  }),
  allow: mayPlacePeople,
  async run(call, { person, unit }, { day: on, department, position }) {
    sameRealm(person, unit);
    return noted(call, person, { kind: "transfer", day: on, words: { person: person.name, to: unit.name } }, (tx) =>
      transferPerson(tx, person.realm, person.id, unit.id, on, {
        ...(department === undefined ? {} : { department }),
        ...(position === undefined ? {} : { position }),
      }),
    );
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
  output: noteOut,
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
    const words = { person: person.name, to: unit.name, until: to ?? null };
    return noted(call, person, { kind: "second", day: from, words }, (tx) =>
      secondPerson(tx, person.realm, person.id, unit.id, from, to ?? null),
    );
  },
  about: ({ person, unit }, found) => ({ id: person, unit, realm: found?.person.realm }),
});

export const get = campaignAction({
  name: "people.get",
  method: "GET",
  path: "/api/campaigns/:campaign/people/:person",
  summary: "一名人员：任职和借调的沿革",
  description: "只列本人可以查看的单位里的任职。",
  input: z.object({ person: id }),
  output: z.object({
    id: z.int(),
    code: z.string().nullable(),
    name: z.string(),
    unit: z.int(),
    posts: z.array(
      z.object({
        unit: z.int(),
        unitName: z.string(),
        kind: z.enum(["post", "secondment"]),
        department: z.string().nullable(),
        position: z.string().nullable(),
        from: z.string(),
        to: z.string(),
      }),
    ),
  }),
  sensitive: true,
  subject: ({ tx, asker }, { person }) => getPerson(tx, asker, person),
  allow: anyoneHere,
  run: async ({ tx }, person) => ({
    ...person,
    unit: person.unit ?? 0,
    posts: await listCareer(tx, person.realm, person.id),
  }),
  about: ({ person }, found) => ({ id: person, unit: found?.unit ?? undefined, realm: found?.realm }),
});

export const undo = campaignAction({
  name: "people.undo",
  method: "POST",
  path: "/api/campaigns/:campaign/people-changes/:change/undo",
  summary: "撤销一次调动或借调",
  input: z.object({ change: id }),
  output: done,
  touches: "realm",
  async subject({ tx, asker }, input) {
    const change = await getChange(tx, asker.scope.realms, input.change, ["transfer", "second"]);
    // Whoever takes it back must see where the person is now, as whoever made it did.
    await getPerson(tx, asker, change.person ?? 0);
    return change;
  },
  allow: mayPlacePeople,
  async run(call, change) {
    await call.asSystem(`undo change ${change.id}`, (tx) => undoChange(tx, change, call.account.id, call.now));
    return { ok: true as const };
  },
  about: ({ change }, found) => ({ id: change, unit: found?.unit, realm: found?.realm }),
});
