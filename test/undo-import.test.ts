/** An import is taken back as a whole, and what others did since is theirs. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { asOwner, sql } from "#platform/db.ts";
import { createWorld, type Client, type World } from "./world.ts";

const api = "/api/campaigns/trial";
let world: World;
let east: Client;
beforeAll(async () => {
  world = await createWorld();
  east = await world.as("east");
});
afterAll(() => world?.close());

const head = "活动编号,活动日期,组织单位,主题,形式,实到人数";
const file = (lines: readonly string[]) => ({
  name: "集中学习台账.csv",
  content: Buffer.from(`\ufeff${[head, ...lines].join("\n")}\n`),
});
const session = (number: string, people: number) => `${number},2023-04-03,东区纪委,学习,集体学习,${people}`;
const bring = async (lines: readonly string[]) => {
  // Imports are told apart by their moment.
  world.time.now = new Date(world.time.now.getTime() + 1000);
  const { body } = await east.upload(`${api}/imports`, file(lines));
  expect(body, JSON.stringify(body)).toMatchObject({ committed: true });
  return body as { importId: string; added: number; changed: number; unchanged: number };
};
const undo = async (id: string) => {
  world.time.now = new Date(world.time.now.getTime() + 1000);
  return east.send("POST", `${api}/imports/${id}/undo`, {});
};
const attended = async (): Promise<number> => {
  const { body } = await east.get(`${api}/figures?keys=attended`);
  return body.units[0].figures[0].value;
};
const isSound = (): Promise<void> =>
  asOwner(world.database, "verify", async (tx) => {
    expect(await verifyCampaignCells(tx, world.campaign, world.campaign.realm)).toEqual([]);
    expect(await verifyEntries(tx, world.campaign, world.campaign.realm)).toEqual([]);
  });
const entryOf = async (number: string) =>
  (await asOwner(world.database, "find", (tx) =>
    tx.one<{ id: string; version: number }>(sql`select entry_id as id, version from entries where data->>'活动编号' = ${number}`),
  )) as {
    id: string;
    version: number;
  };

test("whoever may neither delete there nor brought it in does not take it back", async () => {
  const { importId } = await bring([session("N1", 4)]);
  for (const [login, status] of [
    ["ann", 404],
    ["auditor", 404],
    ["west", 404],
  ] as const) {
    const client = await world.as(login);
    expect((await client.send("POST", `${api}/imports/${importId}/undo`, {})).status, login).toBe(status);
  }
  expect(await attended()).toBe(4);
  expect((await undo(importId)).body).toMatchObject({ deleted: 1 });
});

test("what it added is deleted, what it changed is as it was, what others changed since stays", async () => {
  await bring([session("A1", 10), session("A2", 20)]);
  expect(await attended()).toBe(30);
  const many = Array.from({ length: 2300 }, (_, index) => session(`M${index}`, 1));
  const second = await bring([session("A1", 11), session("A2", 22), ...many]);
  expect(second).toMatchObject({ added: 2300, changed: 2 });
  const touched = await entryOf("M7");
  expect((await east.send("PATCH", `${api}/entries/${touched.id}`, { version: 1, values: { 实到人数: 5 } })).status).toBe(200);
  expect(await attended()).toBe(33 + 2299 + 5);

  const undone = await undo(second.importId);
  expect([undone.status, undone.body]).toEqual([200, { deleted: 2299, restored: 2, kept: 1 }]);
  expect(await attended()).toBe(30 + 5);
  await isSound();
  const [newest] = (await east.get(`${api}/imports`)).body.imports;
  expect(newest).toMatchObject({ id: second.importId, added: 2300, actorName: "east的账号", undoneAt: expect.any(String) });

  const again = await undo(second.importId);
  expect([again.status, again.body.code]).toEqual([409, "already_undone"]);

  // The same file brings it all again; the one that was touched was corrected since and stays.
  const third = await bring([session("A1", 11), session("A2", 22), ...many]);
  expect(third).toMatchObject({ added: 2299, changed: 2, unchanged: 1 });
  expect(await attended()).toBe(33 + 2299 + 5);
  await isSound();
});

test("a number is free again once its record is taken back or deleted", async () => {
  const record = async (people: number) => {
    const id = randomUUID();
    const values = { 活动编号: "R1", 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习", 实到人数: people };
    const { status, body } = await east.send("PUT", `${api}/ledgers/study/entries/${id}`, { values });
    return { id, status, code: body.code };
  };
  const before = await attended();
  const { importId } = await bring([session("R1", 10)]);
  const { id: brought } = await entryOf("R1");
  expect(await record(3)).toMatchObject({ status: 409, code: "number_taken" });
  expect((await undo(importId)).body).toMatchObject({ deleted: 1 });
  const { id, status } = await record(3);
  expect(status).toBe(200);
  // What was taken back comes again only where nothing has its number.
  const restore = (entry: string, version: number) =>
    east.send("POST", `${api}/entries/${entry}/restore`, { version, reason: "仍有用" });
  expect((await restore(brought, 2)).body).toMatchObject({ status: 409, code: "number_taken" });
  expect((await east.send("POST", `${api}/entries/${id}/delete`, { version: 1, reason: "重复" })).status).toBe(200);
  // The file has it as a record of its own, and leaves the deleted one alone.
  expect(await bring([session("R1", 5)])).toMatchObject({ added: 1, changed: 0 });
  expect(await attended()).toBe(before + 5);
  expect((await record(3)).code).toBe("number_taken");
  expect((await restore(id, 2)).body).toMatchObject({ status: 409, code: "number_taken" });
  await isSound();
});

test("an import of units or people is not taken back as a whole", async () => {
  const office = await world.as("office");
  const units = { name: "单位名册.csv", content: Buffer.from("\ufeff单位编号,单位名称,单位类型,上级单位\nN1,新区纪委,区,\n") };
  world.time.now = new Date(world.time.now.getTime() + 1000);
  const made = await office.upload(`${api}/imports`, units);
  expect(made.body).toMatchObject({ committed: true });
  const undone = await office.send("POST", `${api}/imports/${made.body.importId}/undo`, {});
  expect([undone.status, undone.body.code]).toEqual([422, "register_import"]);
});
