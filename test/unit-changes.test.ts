/** Units a few at a time, what a move would change, and every change of units and posts taken back as it was. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { asOwner, sql } from "#platform/db.ts";
import { createWorld, type Client, type Reply, type World } from "./world.ts";

let world: World;
let office: Client;
const api = "/api/campaigns/trial";
beforeAll(async () => {
  world = await createWorld();
  office = await world.as("office");
  for (const [unit, day] of [
    ["east", "2023-04-03"],
    ["eastOffice", "2023-06-05"],
    ["west", "2023-05-05"],
  ] as const) {
    const values = { 活动编号: unit, 活动日期: day, 组织单位: world.units[unit], 主题: "学习", 实到人数: 7 };
    const client = await world.as(unit);
    await client.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, { values });
  }
});
afterAll(() => world.close());

/** Units, relations and posts, and what each unit's figures come to. */
async function state(): Promise<unknown> {
  const rows = await asOwner(world.database, "look", async (tx) => [
    await tx.query(sql`select unit_id, code, name, aliases, kind, from_day, to_day from units order by 1`),
    await tx.query(sql`select relation_id, unit_id, parent_id, kind, from_day, to_day from relations order by 1`),
    await tx.query(sql`select post_id, person_id, unit_id, kind, from_day, to_day from posts order by 1`),
    await tx.query(sql`select unit_id, ancestor_id, depth, from_day, to_day from unit_paths order by 1, 2, 4`),
  ]);
  const figures: unknown[] = [];
  for (const unit of [world.campaign.root, ...Object.values(world.units)])
    figures.push((await office.get(`${api}/figures?unit=${unit}&from=2023-03-01&to=2023-12-31`)).body.units[0].figures);
  return [rows, figures];
}

const move = (): Promise<Reply> =>
  office.send("POST", `${api}/units/${world.units.eastOffice}/move`, { parent: world.units.west, day: "2023-06-01" });
const changes: Record<string, () => Promise<Reply>> = {
  "units move": move,
  "units merge": () =>
    office.send("POST", `${api}/units/${world.units.east}/merge`, { into: world.units.west, day: "2023-06-01" }),
  "units rename": () => office.send("PATCH", `${api}/units/${world.units.east}`, { name: "东城区纪委监委" }),
  "units split": () =>
    office.send("POST", `${api}/units/${world.units.east}/split`, {
      day: "2023-06-01",
      ends: true,
      parts: [
        { name: "东区一", children: [world.units.eastOffice], people: [world.people.ann] },
        { name: "东区二", people: [world.people.bob] },
      ],
    }),
  "people transfer": () =>
    office.send("POST", `${api}/people/${world.people.ann}/transfer`, { unit: world.units.west, day: "2023-06-01" }),
  "people second": () =>
    office.send("POST", `${api}/people/${world.people.ann}/second`, { unit: world.units.west, from: "2023-06-01" }),
};

test.each(Object.entries(changes))("%s is taken back as it was", async (name, make) => {
  const [what, kind] = name.split(" ") as [string, string];
  const before = await state();
  const made = await make();
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  expect(await state()).not.toEqual(before);
  const path = `${api}/${what === "units" ? "unit" : "people"}-changes/${made.body.change}/undo`;
  // Not by the way of the other kind of change.
  expect((await office.send("POST", path.replace(/unit-|people-/, what === "units" ? "people-" : "unit-"), {})).status).toBe(404);
  const undone = await office.send("POST", path, {});
  expect(undone.status, JSON.stringify(undone.body)).toBe(200);
  expect(await state()).toEqual(before);
  expect((await office.send("POST", path, {})).body.code).toBe("undone_already");
  const about = kind === "move" ? world.units.eastOffice : world.units.east;
  const [last] = (await office.get(`${api}/units/${about}/changes`)).body.changes;
  expect(last).toMatchObject({ kind, actorName: "office的账号", undoneAt: expect.any(String) });
  await asOwner(world.database, "verify", async (tx) =>
    expect(await verifyCampaignCells(tx, world.campaign, world.campaign.realm)).toEqual([]),
  );
});

test("what something has come after is not taken back over it", async () => {
  const first = await move();
  const back = { parent: world.units.east, day: "2023-06-10" };
  const second = await office.send("POST", `${api}/units/${world.units.eastOffice}/move`, back);
  const undo = (reply: Reply) => office.send("POST", `${api}/unit-changes/${reply.body.change}/undo`, {});
  expect((await undo(first)).body).toMatchObject({ status: 409, code: "changed_since" });
  expect((await undo(second)).status).toBe(200);
  expect((await undo(first)).status).toBe(200);

  const split = await office.send("POST", `${api}/units/${world.units.west}/split`, {
    day: "2023-06-01",
    parts: [{ name: "西区分局" }],
  });
  const made = split.body.units[0];
  const entry = { values: { 活动编号: "F1", 活动日期: "2023-06-05", 组织单位: made, 主题: "学习", 实到人数: 3 } };
  await office.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, entry);
  expect((await undo(split)).body).toMatchObject({ status: 409, code: "unit_used" });
});

test("nothing is put back or moved to where a unit is gone", async () => {
  const { east, eastOffice, west } = world.units;
  const before = await state();
  const undo = async (reply: Reply) => {
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return office.send("POST", `${api}/unit-changes/${reply.body.change}/undo`, {});
  };
  const moved = await move();
  const merged = await office.send("POST", `${api}/units/${east}/merge`, { into: west, day: "2023-06-10" });
  expect((await undo(moved)).body).toMatchObject({ status: 409, code: "unit_gone" });
  const back = await office.send("POST", `${api}/units/${eastOffice}/move`, { parent: east, day: "2023-06-10" });
  expect(back.body).toMatchObject({ status: 422, code: "unit_gone" });
  expect((await undo(merged)).status).toBe(200);
  expect((await undo(moved)).status).toBe(200);
  expect(await state()).toEqual(before);
});

test("a unit that documents are about stays, how it read files and shared views does not hold it", async () => {
  const { realm, id: campaign } = world.campaign;
  const split = async (name: string): Promise<{ unit: number; undo: () => Promise<Reply> }> => {
    const { body } = await office.send("POST", `${api}/units/${world.units.west}/split`, {
      day: "2023-06-01",
      parts: [{ name }],
    });
    return { unit: body.units[0], undo: () => office.send("POST", `${api}/unit-changes/${body.change}/undo`, {}) };
  };
  const written = await split("西区一");
  const document = await office.send("POST", `${api}/documents`, { unit: written.unit, title: "情况" });
  expect(document.status, JSON.stringify(document.body)).toBe(200);
  expect((await written.undo()).body).toMatchObject({ status: 409, code: "unit_used" });

  const { unit, undo } = await split("西区二");
  await asOwner(world.database, "leave something behind", async (tx) => {
    await tx.query(
      sql`insert into import_mappings (realm_id, campaign_id, unit_id, ledger, heading, field) values (${realm}, ${campaign}, ${unit}, 'study', '题目', '主题')`,
    );
    await tx.query(sql`insert into views (realm_id, view_id, campaign_id, ledger, account_id, unit_id, name, shown, at)
      values (${realm}, gen_random_uuid(), ${campaign}, 'study', 1, ${unit}, '本月', '{}', now())`);
  });
  expect((await undo()).status).toBe(200);
  const [view] = await asOwner(world.database, "look", (tx) => tx.query(sql`select unit_id from views`));
  expect(view).toEqual({ unit_id: null });
});

test("a move's preview says what the move does, and makes nothing", async () => {
  const before = await state();
  const path = `${api}/units/${world.units.eastOffice}/move-preview?parent=${world.units.west}&day=2023-06-01`;
  const { body } = await office.get(path);
  expect(body).toMatchObject({ units: 1, entries: 1, leaves: [{ id: world.units.east }], joins: [{ id: world.units.west }] });
  // A kind that the roll-up puts behind the present one changes nothing in it.
  expect((await office.get(`${path}&kind=${encodeURIComponent("业务指导")}`)).body).toMatchObject({ leaves: [], joins: [] });
  expect(await state()).toEqual(before);
});

test("units come a few at a time, by the unit above or by a text, and only those that one sees", async () => {
  const names = (reply: Reply): string[] => reply.body.units.map((unit: { name: string }) => unit.name);
  const top = await office.get(`${api}/units/${world.campaign.root}/children?limit=1`);
  expect(top.body).toMatchObject({ units: [{ name: "东区纪委", below: 1 }] });
  expect(top.body.total).toBeGreaterThan(1);
  expect(names(await office.get(`${api}/units/${world.units.east}/children`))).toEqual(["东区纪委办公室"]);
  const search = async (client: Client, text: string) => client.get(`${api}/units/search?text=${encodeURIComponent(text)}`);
  const found = await search(office, "东区纪委");
  expect(names(found)).toEqual(["东区纪委", "东区纪委办公室"]);
  expect(found.body.units[1].path).toEqual(["试点市领导小组办公室", "东区纪委"]);
  expect(names(await search(office, "U2"))).toContain("西区纪委");
  expect(names(await search(await world.as("east"), "西区"))).toEqual([]);
  expect(names(await search(office, "%"))).toEqual([]);
  expect(names(await search(office, ""))).toContain("西区纪委");
  const named = (client: Client) => client.get(`${api}/units/search?ids=${world.units.west},${world.units.eastOffice}`);
  expect(names(await named(office))).toEqual(["东区纪委办公室", "西区纪委"]);
  expect(names(await named(await world.as("east")))).toEqual(["东区纪委办公室"]);
});
