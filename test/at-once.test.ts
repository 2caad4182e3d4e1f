/** Requests that cross each other: what one has begun, fails at or still holds does no harm to another. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { holdRegister } from "#features/units/units.model.ts";
import { asOwner, copyRows, sql, type Tx } from "#platform/db.ts";
import { isAnyoneWaiting } from "./database.ts";
import { createWorld, type Reply, type World } from "./world.ts";

const api = "/api/campaigns/trial";
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world?.close());

const csv = (name: string, lines: readonly string[]) => ({ name, content: Buffer.from(`\ufeff${lines.join("\n")}\n`) });
const head = "活动编号,活动日期,组织单位,主题,形式,实到人数";
const sessions = (from: number, to: number, topic: string): string[] =>
  Array.from({ length: to - from }, (_, index) => `Z${from + index},2023-04-03,西区纪委,${topic}${from + index},集体学习,10`);

/** Everything that is recorded, and whether it holds together. */
const state = (): Promise<unknown> =>
  asOwner(world.database, "look", async (tx) => ({
    entries: await tx.one(sql`select count(*) as rows, sum(version) as versions from entries`),
    events: await tx.one(sql`select count(*) as rows from entry_events`),
    faults: [
      ...(await verifyCampaignCells(tx, world.campaign, world.campaign.realm)),
      ...(await verifyEntries(tx, world.campaign, world.campaign.realm)),
    ],
  }));

async function someoneWaiting(): Promise<void> {
  while (!(await isAnyoneWaiting(world.database))) await setTimeout(5);
}

const codes = (replies: readonly Reply[]): unknown[] => replies.map(({ status, body }) => [status, body.code]);

test("a file that is refused at its end has written nothing and goes on writing nothing", async () => {
  const office = await world.as("office");
  const good = await office.upload(`${api}/imports`, csv("学习.csv", [head, ...sessions(0, 2300, "学习")]));
  expect(good.body).toMatchObject({ committed: true, added: 2300 });
  const before = await state();
  for (const rows of [sessions(0, 2300, "改为"), sessions(3000, 5300, "另加")]) {
    const bad = await office.upload(`${api}/imports`, csv("学习.csv", [head, ...rows, 'Q,2023-04-03,西区纪委,"没有配对']));
    expect([bad.status, bad.body.code]).toEqual([422, "file_refused"]);
    // Readers and the server's own vacuum may be at work; a transaction that writes may not.
    const { rowCount } = await world.database.pool.query(
      "select 1 from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and backend_xid is not null",
    );
    expect(rowCount).toBe(0);
    expect(await state()).toEqual(before);
  }
  await setTimeout(300);
  expect(await state()).toEqual(before);
});

test("a transaction that has ended takes nothing more", async () => {
  let left: Tx | undefined;
  await asOwner(world.database, "look", async (tx) => {
    left = tx;
    await tx.query(sql`select 1`);
  });
  await expect(left?.query(sql`select 1`)).rejects.toThrow("has ended");
  await expect(left?.client()).rejects.toThrow("has ended");
  expect(() => left?.later(sql`select 1`)).toThrow("has ended");
});

test("what was put off and fails is told as what it is, before a bulk copy too", async () => {
  const attempts: number[] = [];
  const copying = asOwner(world.database, "copy", async (tx) => {
    attempts.push(tx.attempt);
    tx.later(sql`do $$ begin raise exception 'in the way' using errcode = '40001'; end $$`);
    await copyRows(tx, "migrations (name, checksum)", [["x", "y"]]);
  });
  await expect(copying).rejects.toMatchObject({ code: "40001", message: "in the way" });
  expect(attempts).toEqual([1, 2, 3]);
});

test("any number of changes to the register of units at once are all made", async () => {
  const office = await world.as("office");
  const ids = Array.from({ length: 6 }, () => randomUUID());
  for (const [index, id] of ids.entries()) {
    const values = { 单位编号: `D${index}`, 单位名称: `丁${index}`, 上级单位: "东区纪委" };
    expect((await office.send("PUT", `${api}/ledgers/org_units/entries/${id}`, { values })).status).toBe(200);
  }
  const changed = await Promise.all(
    ids.map((id) => office.send("PATCH", `${api}/entries/${id}`, { version: 1, values: { 上级单位: "西区纪委" } })),
  );
  expect(codes(changed)).toEqual(ids.map(() => [200, undefined]));
});

test("a request that waits holds up nothing else of its session", async () => {
  const office = await world.signIn("office");
  const id = randomUUID();
  const values = { 单位编号: "E1", 单位名称: "戊", 上级单位: "东区纪委" };
  world.time.now = new Date(world.time.now.getTime() + 120_000);
  let put: Promise<Reply> | undefined;
  await asOwner(world.database, "hold", async (tx) => {
    holdRegister(tx, world.campaign.realm);
    await tx.query(sql`select 1`);
    put = office.send("PUT", `${api}/ledgers/org_units/entries/${id}`, { values });
    await someoneWaiting();
    expect((await office.get("/api/me")).status).toBe(200);
    expect((await office.send("DELETE", "/api/session")).status).toBe(200);
  });
  expect((await put)?.status).toBe(200);
});

test("a request to register that is sent again registers nothing else", async () => {
  const office = await world.as("office");
  const path = `${api}/ledgers/org_units/entries/${randomUUID()}`;
  const unit = (name: string) => ({ values: { 单位编号: name, 单位名称: `${name}纪委`, 上级单位: "东区纪委" } });
  expect((await office.send("PUT", path, unit("己1"))).body.entry.values).toMatchObject({ 单位名称: "己1纪委" });
  const again = await office.send("PUT", path, unit("己2"));
  expect(again.status).toBe(200);
  expect(again.body.entry.values).toMatchObject({ 单位名称: "己1纪委" });
  const names = (await office.get(`${api}/units`)).body.units.map((one: { name: string }) => one.name);
  expect(names).toContain("己1纪委");
  expect(names).not.toContain("己2纪委");
});

test("the same file twice at once comes in once", async () => {
  const office = await world.as("office");
  const file = csv("学习.csv", [head, ...sessions(6000, 7500, "双击")]);
  const both = await Promise.all([office.upload(`${api}/imports`, file), office.upload(`${api}/imports`, file)]);
  expect(codes(both)).toEqual([
    [200, undefined],
    [200, undefined],
  ]);
  // One brought the rows, the other found them there.
  const counts = both.map(({ body }) => `${body.added} added, ${body.unchanged} unchanged`);
  expect(counts.toSorted()).toEqual(["0 added, 1500 unchanged", "1500 added, 0 unchanged"]);
});

test("a record that someone changes while a file with it is read takes both changes", async () => {
  const office = await world.as("office");
  const id = randomUUID();
  const values = {
    活动编号: "Y1",
    活动日期: "2023-04-03",
    组织单位: world.units.west,
    主题: "学习",
    形式: "集体学习",
    实到人数: 5,
  };
  expect((await office.send("PUT", `${api}/ledgers/study/entries/${id}`, { values })).status).toBe(200);
  let brought: Promise<Reply> | undefined;
  await asOwner(world.database, "change by hand", async (tx) => {
    await tx.query(sql`select 1 from entries where entry_id = ${id} for update`);
    brought = office.upload(`${api}/imports`, csv("学习.csv", [head, "Y1,2023-04-03,西区纪委,学习,集体学习,7"]));
    await someoneWaiting();
    await tx.query(sql`update entries set version = 2 where entry_id = ${id}`);
    await tx.query(
      sql`insert into entry_events (realm_id, entry_id, version, action, at, changes, ledger, unit_id, day, state)
        select realm_id, entry_id, 2, 'change', updated_at, '{}', ledger, unit_id, day, state from entries where entry_id = ${id}`,
    );
  });
  const answer = await brought;
  expect(answer?.body, JSON.stringify(answer?.body)).toMatchObject({ committed: true, changed: 1 });
  expect((await office.get(`${api}/entries/${id}`)).body.entry).toMatchObject({ version: 3, values: { 实到人数: 7 } });
  expect(await state()).toMatchObject({ faults: [] });
});

test("the unit at the top is not moved, merged or split", async () => {
  const office = await world.as("office");
  const top = `${api}/units/${world.campaign.root}`;
  const tries = [
    await office.send("POST", `${top}/move`, { parent: world.units.east, day: "2023-05-01" }),
    await office.send("POST", `${top}/merge`, { into: world.units.east, day: "2023-05-01" }),
    await office.send("POST", `${top}/split`, { day: "2023-05-01", parts: [{ name: "另立" }] }),
  ];
  expect(tries.map(({ status }) => status)).toEqual([422, 422, 422]);
  expect(tries[2]?.body).toMatchObject({ code: "top_unit" });
});

test("of two who change the campaign's facts at once, one is told or both changes stand", async () => {
  const office = await world.as("office");
  const given = [{ organ: "东区办公室" }, { reportDate: "2023-07-31" }, { to: "2023-12-30" }];
  const answers = await Promise.all(given.map((facts) => office.send("PATCH", api, facts)));
  const { body } = await office.get(api);
  const facts = { organ: undefined, ...body } as Record<string, unknown>;
  for (const [index, { status }] of answers.entries()) {
    expect([200, 409]).toContain(status);
    const [[name, value] = ["", ""]] = Object.entries(given[index] ?? {});
    if (status === 200 && name !== "organ") expect(facts[name]).toBe(value);
  }
});
