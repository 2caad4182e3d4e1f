/** Drafts over HTTP: kept and changed under their key, each account's own, gone when dropped. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type Client, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const drafts = "/api/campaigns/trial/drafts";
const keep = (client: Client, key: string, content: unknown) =>
  client.send("PUT", `${drafts}/${encodeURIComponent(key)}`, { content });

test("the last that was typed is kept with its time, for nobody else, until it is dropped", async () => {
  const east = await world.as("east");
  await keep(east, "entry/1~a", { 主题: "学" });
  world.time.now = new Date(world.time.now.getTime() + 60_000);
  expect((await keep(east, "entry/1~a", { 主题: "学习" })).body).toEqual({ at: world.time.now.toISOString() });
  await keep(east, "record/study~b", [1, null]);
  const found = await east.get(`${drafts}?under=${encodeURIComponent("entry/1~")}`);
  expect(found.body.drafts).toEqual([{ key: "entry/1~a", content: { 主题: "学习" }, at: world.time.now.toISOString() }]);
  expect((await east.get(drafts)).body.drafts).toHaveLength(2);
  for (const other of ["office", "eastHead"] as const)
    expect((await (await world.as(other)).get(drafts)).body.drafts).toEqual([]);
  await (await world.as("office")).send("DELETE", `${drafts}/entry%2F1~a`);
  expect((await east.get(drafts)).body.drafts).toHaveLength(2);
  expect((await east.send("DELETE", `${drafts}/entry%2F1~a`)).status).toBe(200);
  expect((await east.get(drafts)).body.drafts).toMatchObject([{ key: "record/study~b" }]);
});

test("a draft without content, or larger than any form, is refused", async () => {
  const east = await world.as("east");
  expect((await east.send("PUT", `${drafts}/x`, {})).status).toBe(400);
  const large = await keep(east, "x", "字".repeat(300_001));
  expect([400, 413]).toContain(large.status);
});
