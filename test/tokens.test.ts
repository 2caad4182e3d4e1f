/** Tokens of programs: good for what they were given for, until their day, and told apart in the audit. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { actions } from "../src/main.ts";
import { clientOf, createWorld, password, type Client, type World } from "./world.ts";

let world: World;
let east: Client;
beforeAll(async () => {
  world = await createWorld();
  east = await world.as("east");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const make = async (more: object = {}): Promise<string> =>
  (await east.send("POST", "/api/me/tokens", { name: "对接程序", actions: null, days: 30, ...more })).body.token;
const session = { 活动编号: "TK-1", 活动日期: "2023-04-03", 主题: "学习二十大报告", 实到人数: 12 };

test("a token that only reads reads as its account, and nothing else; a named one does what it names", async () => {
  const reading = clientOf(world.app, await make());
  expect((await reading.get(`${api}/ledgers/study/entries`)).status).toBe(200);
  expect((await reading.get(`${api}/units/${world.units.west}`)).status).toBe(404);
  const path = `${api}/ledgers/study/entries/8f4b5a7e-6f1d-4f2c-9d52-0f6b1f8f4a10`;
  const values = { ...session, 组织单位: world.units.east };
  expect((await reading.send("PUT", path, { values })).body).toMatchObject({ status: 403, code: "not_for_token" });
  const recording = clientOf(world.app, await make({ name: "考勤机", actions: ["ledgers.record"] }));
  expect((await recording.send("PUT", path, { values })).status).toBe(200);
  expect((await recording.get(`${api}/ledgers/study/entries`)).status).toBe(403);
  const { tokens } = (await east.get("/api/me/tokens")).body;
  expect(tokens[0]).toMatchObject({ name: "考勤机", actions: ["ledgers.record"], own: true, seenAt: "2023-06-15T02:00:00.000Z" });
  const rows = await world.audit("ledgers.record");
  expect(rows.map(({ result, details }) => [result, (details as { token: number }).token])).toEqual([
    ["not_for_token", tokens[1].id],
    ["ok", tokens[0].id],
  ]);
});

test("no token reaches accounts and security, not even one of the security administrator that names it", async () => {
  const security = await world.as("security");
  const wanted = { name: "越权", days: 30, actions: ["access.setRules"] };
  expect((await security.send("POST", "/api/me/tokens", wanted)).body.code).toBe("not_for_tokens");
  const { token } = (await security.send("POST", "/api/me/tokens", { ...wanted, actions: null })).body;
  const program = clientOf(world.app, token);
  const guarded = actions.filter(({ name, level }) => level !== "anyone" && /^(access|accounts|tokens|packs)\./.test(name));
  expect(guarded.length).toBeGreaterThan(25);
  for (const { name, method, path, upload } of guarded) {
    const url = path.replace(":campaign", "trial").replaceAll(/:\w+/g, "1");
    const given = { old: password, password: "另一个口令-22", code: "123456" };
    const reply = await (upload
      ? program.upload(url, { name: "包.zip", content: Buffer.from("x") })
      : method === "GET"
        ? program.get(url)
        : program.send(method, url, method === "DELETE" ? undefined : given));
    expect([name, reply.status]).toEqual([name, 403]);
    expect(reply.body.code).toBe("not_for_token");
  }
  expect((await world.audit("access.changePassword")).at(-1)?.result).toBe("not_for_token");
});

test("it ends on its day, when it is revoked and with its account; nobody reads it again", async () => {
  const token = await make({ name: "一天", days: 1 });
  const program = clientOf(world.app, token);
  expect((await program.get(api)).status).toBe(200);
  const { now } = world.time;
  world.time.now = new Date(now.getTime() + 86_400_001);
  expect((await program.get(api)).status).toBe(401);
  world.time.now = now;
  const { id } = (await east.get("/api/me/tokens")).body.tokens[0];
  const other = await world.as("west");
  expect((await other.send("DELETE", `/api/me/tokens/${id}`)).status).toBe(404);
  expect((await east.send("DELETE", `/api/me/tokens/${id}`)).status).toBe(200);
  expect((await program.get(api)).status).toBe(401);

  const system = await world.as("system");
  const account = (await system.get(`${api}/accounts?text=eastOffice`)).body.accounts[0].id;
  const path = `${api}/accounts/${account}/tokens`;
  expect((await (await world.as("office")).send("POST", path, { name: "代开", actions: null, days: 30 })).status).toBe(403);
  const given = (await system.send("POST", path, { name: "代开", actions: null, days: 30 })).body.token;
  expect((await clientOf(world.app, given).get(api)).body.unit).toBe(world.units.eastOffice);
  expect((await system.get(path)).body.tokens).toMatchObject([{ name: "代开", own: false }]);
  await (await world.as("office")).send("POST", `${api}/accounts/${account}/disable`, {});
  expect((await clientOf(world.app, given).get(api)).status).toBe(401);

  const all = await asOwner(world.database, "read", async (tx) =>
    JSON.stringify([
      await tx.query(sql`select * from audit`),
      await tx.query(sql`select encode(token, 'escape') from api_tokens`),
    ]),
  );
  for (const secret of [token, given]) expect(all).not.toContain(secret);
});
