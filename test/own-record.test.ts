/** What someone begins the day with: where they record, what waits for them, and what is written about them. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ledgerSchema } from "#kernel/definitions.ts";
import { listNaming } from "#features/ledgers/own.model.ts";
import { ownTitle } from "#features/ledgers/own-record.ts";
import { asOwner, sql, type Sql } from "#platform/db.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const record = async (login: "east" | "west", values: object, ledger = "study"): Promise<string> => {
  const id = randomUUID();
  const reply = await (await world.as(login)).send("PUT", `${api}/ledgers/${ledger}/entries/${id}`, { values });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
};
const session = (more: object = {}): object => ({
  活动日期: "2023-06-01",
  组织单位: world.units.east,
  主题: `学习${randomUUID().slice(0, 8)}`,
  形式: "交流研讨",
  ...more,
});

test("a new record begins with what holds again, and never with the day, the number or the people of the last one", async () => {
  await record("east", session({ 活动编号: "A1", 主持人: world.people.bob, 参加人员: [world.people.ann], 实到人数: 1, 学时: 2 }));
  await record("east", session({ 活动编号: "A2", 主持人: world.people.bob, 参加人员: [world.people.ann], 实到人数: 1, 学时: 2 }));
  const { body } = await (await world.as("east")).get(`${api}/recording`);
  expect(body).toMatchObject({ now: world.time.now.toISOString(), unit: world.units.east });
  expect(body.kinds[0]).toEqual({
    ledger: "study",
    mine: 2,
    again: { 组织单位: world.units.east, 形式: "交流研讨", 主持人: world.people.bob, 学时: 2 },
  });
  expect(body.names.people[world.people.bob]).toBe("白帆");
  // Another unit begins with its own.
  const west = await (await world.as("west")).get(`${api}/recording`);
  expect(west.body.kinds).toEqual([]);
  // Whoever may not record is offered nothing.
  expect((await (await world.as("ann")).get(`${api}/recording`)).body.kinds).toEqual([]);
});

test("a person's own record holds what names them wherever it was written, without others and without what is restricted", async () => {
  const together = await record("east", session({ 参加人员: [world.people.ann, world.people.bob], 备注: "白帆迟到" }));
  const led = await record("east", session({ 主持人: world.people.ann, 参加人员: [world.people.bob], 备注: "讲得好" }));
  const elsewhere = await record("west", session({ 组织单位: world.units.west, 主持人: world.people.wei, 参加人员: ["魏西"] }));
  const { body, raw } = await (await world.as("ann")).get(`${api}/own-record`);
  const found = (id: string) => body.entries.find((entry: { id: string }) => entry.id === id);
  expect(found(together)).toMatchObject({ ledger: "集中学习台账", unit: "东区纪委", places: ["参加人员"], state: "已登记" });
  expect(found(together).lines.map(({ name }: { name: string }) => name)).toEqual(["活动日期", "组织单位", "主题", "形式"]);
  expect(found(led)).toMatchObject({ places: ["主持人"] });
  expect(found(led).lines).toContainEqual({ name: "备注", text: "讲得好" });
  expect(found(elsewhere)).toBeUndefined();
  expect(raw.toString()).not.toMatch(/白帆|魏西/);
  // An account that is nobody's has none; nobody else's can be asked for.
  expect((await (await world.as("east")).get(`${api}/own-record`)).body.entries).toEqual([]);
  expect((await (await world.as("ann")).get(`${api}/own-record?person=${world.people.bob}`)).status).toBe(400);
  expect((await world.audit("ledgers.mine")).at(-2)?.result).toBe("ok");
});

test("what a record is called says no more than its lines do", () => {
  const {
    extends: _extends,
    without: _without,
    figures: _figures,
    ...own
  } = ledgerSchema.parse({
    key: "talks",
    name: "谈话台账",
    identity: ["编号"],
    fields: [
      { name: "编号" },
      { name: "处分决定", type: "longtext", sensitivity: "restricted" },
      { name: "谈话内容", type: "longtext" },
      { name: "谈话对象", type: "person" },
      { name: "在场人员", type: "people" },
      { name: "谈话日期", type: "date", required: true },
    ],
  });
  const ledger = { ...own, columns: own.fields.map(({ name }) => name) };
  const data = { 编号: "7", 处分决定: "警告", 谈话内容: "提醒其他同志", 谈话对象: 1, 在场人员: [2], 谈话日期: "2023-06-01" };
  expect(ownTitle(ledger, data, ["谈话对象"])).toBe("提醒其他同志");
  expect(ownTitle(ledger, data, ["在场人员"])).toBe("");
});

test("what is sent back waits for the unit, what another must confirm waits for them", async () => {
  world.time.now = new Date("2023-06-15T03:00:00Z");
  const id = await record("east", session({ 实到人数: 3 }));
  const waiting = async (login: "east" | "eastHead" | "west") => {
    const { body } = await (await world.as(login)).get(`${api}/waiting`);
    return {
      returned: body.returned,
      queued: body.queues.flatMap((queue: { latest: { id: string }[] }) => queue.latest),
      queues: body.queues,
    };
  };
  const before = await waiting("eastHead");
  expect(before.queues).toMatchObject([{ ledger: "study", state: "已登记", steps: ["确认"] }]);
  expect(before.queues[0].count).toBeGreaterThan(before.queued.length);
  expect(before.queued[0].id).toBe(id);
  expect((await waiting("east")).queues).toEqual([]);
  await (
    await world.as("office")
  ).send("POST", `${api}/entries/${id}/move`, { version: 1, transition: "退回", reason: "人数不对" });
  expect((await waiting("east")).returned).toMatchObject([{ id, step: "退回", reason: "人数不对", state: "已退回" }]);
  const after = await waiting("eastHead");
  expect(after.queues).toMatchObject([{ state: "已登记", count: before.queues[0].count - 1 }]);
  expect((await waiting("west")).returned).toEqual([]);
});

test("what was sent back stays so when it is changed", async () => {
  world.time.now = new Date("2023-06-15T03:30:00Z");
  const as = (login: "east" | "office") => world.signIn(login);
  const id = await record("east", session({ 实到人数: 4 }));
  const at = `${api}/entries/${id}`;
  const office = await as("office");
  expect((await office.send("POST", `${at}/move`, { version: 1, transition: "退回", reason: "人数不对" })).status).toBe(200);
  const east = await as("east");
  const changed = await east.send("PATCH", at, { version: 2, values: { 实到人数: 5 } });
  expect(changed.status).toBe(200);
  const { body } = await east.get(`${api}/waiting`);
  expect(body.returned[0]).toMatchObject({ id, step: "退回", reason: "人数不对" });
});

test("a person's own record is found without looking at everyone's", async () => {
  const { campaign, people, units } = world;
  await asOwner(world.database, "many records", async (tx) => {
    await tx.query(sql`-- lint: owner bulk, a test
      insert into entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, data, version, pack_id, created_at, updated_at)
      select ${campaign.realm}, gen_random_uuid(), ${campaign.id}, 'study', ${units.east}, '2023-06-01', jsonb_build_object('主题', '学习', '参加人员', jsonb_build_array(100000 + i, 200000 + i)), 1, ${campaign.packId}, now(), now()
      from generate_series(1, 20000) i`);
    await tx.query(sql`analyze entries`);
    const plan: object[] = [];
    const explained = { ...tx, query: async (asked: Sql) => void plan.push(...(await tx.query(sql`explain ${asked}`))) as never };
    const fields = [{ ledger: "study", field: "参加人员", several: true }];
    const page = { limit: 51, offset: 0 };
    await listNaming(explained, campaign, campaign.realm, people.bob, fields, page);
    expect(JSON.stringify(plan)).toContain("entries_numbers");
    expect(await listNaming(tx, campaign, campaign.realm, 200007, fields, page)).toHaveLength(1);
  });
});
