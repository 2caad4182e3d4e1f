/** Saved views over HTTP: one's own, and those that a unit shares with itself and below. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type Login, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const ledger = "/api/campaigns/trial/ledgers/study/views";
const shown = { columns: ["主题", "活动日期"], where: { 主题: { contains: "学习" } }, sort: "活动日期", order: "desc" };
const save = async (login: Login, name: string, shared: boolean, id: string = randomUUID()) => ({
  id,
  reply: await (await world.as(login)).send("PUT", `${ledger}/${id}`, { name, shared, shown }),
});
const seenBy = async (login: Login): Promise<{ name: string; own: boolean; unitName: string | null }[]> =>
  (await (await world.as(login)).get(ledger)).body.views;

test("one's own are nobody else's; shared ones are read by the unit and those below", async () => {
  const mine = await save("east", "本周", false);
  await save("office", "全市待办", true);
  await save("east", "东区待办", true);
  const names = async (login: Login) => (await seenBy(login)).map(({ name }) => name);
  expect(await names("east")).toEqual(["本周", "东区待办", "全市待办"]);
  expect(await names("eastHead")).toEqual(["东区待办", "全市待办"]);
  expect(await names("eastOffice")).toEqual(["东区待办", "全市待办"]);
  expect(await names("west")).toEqual(["全市待办"]);
  expect((await seenBy("eastOffice"))[0]).toMatchObject({ own: false, shared: true, unitName: "东区纪委", shown });

  await save("east", "这一周", false, mine.id);
  expect(await names("east")).toEqual(["东区待办", "这一周", "全市待办"]);
  expect((await save("west", "抢来的", false, mine.id)).reply.status).toBe(404);
  expect((await (await world.as("eastOffice")).send("DELETE", `/api/campaigns/trial/views/${mine.id}`)).status).toBe(404);
  await (await world.as("east")).send("DELETE", `/api/campaigns/trial/views/${mine.id}`);
  expect(await names("east")).toEqual(["东区待办", "全市待办"]);
});

test("a view of columns that the ledger does not have is refused", async () => {
  const reply = await (
    await world.as("east")
  ).send("PUT", `${ledger}/${randomUUID()}`, { name: "错的", shown: { where: { 没有: { empty: true } } } });
  expect(reply.body).toMatchObject({ status: 400, code: "unknown_column" });
});
