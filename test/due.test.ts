/** What is late or soon due: read from figures and steps, told to those who may see it. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type Login, type World } from "./world.ts";

let world: World;
const begun = new Date("2023-06-15T02:00:00Z");
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
async function record(login: Login, ledger: string, values: object): Promise<{ id: string; version: number }> {
  const { status, body } = await (
    await world.signIn(login)
  ).send("PUT", `${api}/ledgers/${ledger}/entries/${randomUUID()}`, { values });
  expect([status, body.detail]).toEqual([200, undefined]);
  return body.entry;
}
const task = (login: Login, number: string, unit: string, until: string) =>
  record(login, "tasks", { 任务编号: number, 责任单位: unit, 具体任务: `办理${number}`, 完成时限: until });
async function due(login: Login, query = "") {
  const { status, body } = await (await world.signIn(login)).get(`${api}/due${query}`);
  expect(status).toBe(200);
  return body as {
    day: string;
    items: { number: string; title: string; due: string; late: number; unitName: string; steps: object[] }[];
    counts: { ledger: string; unitName: string; late: number; soon: number }[];
  };
}

test("what is past its date is listed with those above it, by unit and ledger, and leaves the list when it is done", async () => {
  await task("east", "R1", "东区纪委", "2023-06-01");
  await task("eastOffice", "R2", "东区纪委办公室", "2023-06-17");
  await task("west", "R3", "西区纪委", "2023-06-14");
  await task("west", "R4", "西区纪委", "2023-07-14");
  const office = await due("office");
  expect(office.day).toBe("2023-06-15");
  expect(office.items.map(({ number, title, due: until, late, unitName }) => [number, title, until, late, unitName])).toEqual([
    ["R1", "办理R1", "2023-06-01", 14, "东区纪委"],
    ["R3", "办理R3", "2023-06-14", 1, "西区纪委"],
    ["R2", "办理R2", "2023-06-17", -2, "东区纪委办公室"],
  ]);
  expect(office.items[0]?.steps).toEqual([{ name: "报核", roles: ["单位联络员", "教育整顿办公室"] }]);
  expect(office.counts.map(({ ledger, unitName, late, soon }) => [ledger, unitName, late, soon])).toEqual([
    ["tasks", "东区纪委", 1, 1],
    ["tasks", "西区纪委", 1, 0],
  ]);
  // The figure that counts them says the same.
  const { body } = await (await world.signIn("office")).get(`${api}/figures?keys=tasks.late&to=2023-06-15`);
  expect(body.units[0].figures[0].value).toBe(2);
  expect((await due("east")).items.map(({ number }) => number)).toEqual(["R1", "R2"]);
  expect((await due("east", `?unit=${world.units.eastOffice}`)).items.map(({ number }) => number)).toEqual(["R2"]);
});

test("a state that lasts longer than its step allows is late from then on", async () => {
  const entry = await record("east", "study", {
    活动编号: "S1",
    活动日期: "2023-06-10",
    组织单位: "东区纪委",
    主题: "专题学习",
    实到人数: 5,
  });
  const mine = async () => (await due("east")).items.find(({ number }) => number === "S1");
  expect(await mine()).toBeUndefined();
  world.time.now = new Date(begun.getTime() + 2 * 86_400_000);
  expect((await mine())?.late).toBe(-3);
  world.time.now = new Date(begun.getTime() + 7 * 86_400_000);
  expect((await mine())?.late).toBe(2);
  // A change leaves the clock as it is; a step stops it.
  const east = await world.signIn("east");
  const changed = await east.send("PATCH", `${api}/entries/${entry.id}`, { version: entry.version, values: { 实到人数: 6 } });
  expect((await mine())?.late).toBe(2);
  const office = await world.signIn("office");
  const { status } = await office.send("POST", `${api}/entries/${entry.id}/move`, {
    version: changed.body.entry.version,
    transition: "确认",
  });
  expect(status).toBe(200);
  expect(await mine()).toBeUndefined();
  world.time.now = begun;
});

test("another's unit is not there, and who may read no ledger gets an empty list", async () => {
  const west = await world.signIn("west");
  expect((await west.get(`${api}/due?unit=${world.units.east}`)).status).toBe(404);
  expect((await west.get(`${api}/due?limit=0`)).status).toBe(400);
  expect(await due("auditor")).toEqual({ day: "2023-06-15", items: [], counts: [] });
  expect((await world.anonymous.get(`${api}/due`)).status).toBe(401);
});

test("a campaign that is over is judged by its last day", async () => {
  world.time.now = new Date("2024-03-01T02:00:00Z");
  const late = await world.signIn("east");
  const { body } = await late.get(`${api}/due`);
  expect(body.day).toBe(world.campaign.to);
  world.time.now = begun;
});

test("who sent something in the last time does not approve it, whoever did before", async () => {
  const { id } = await task("east", "V1", "东区纪委", "2023-06-30");
  const step = async (login: Login, version: number, transition: string, reason?: string) =>
    (await world.signIn(login)).send("POST", `${api}/entries/${id}/move`, { version, transition, reason });
  expect((await step("east", 1, "报核")).status).toBe(200);
  expect((await step("office", 2, "退回", "再核一遍")).status).toBe(200);
  expect((await step("office", 3, "报核")).status).toBe(200);
  expect((await step("office", 4, "核验")).body).toMatchObject({ status: 403, code: "same_person" });
});
