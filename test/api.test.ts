/** How the interface behaves beyond single actions: need-to-know, conflicts, several servers, browsers. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { keepFolding } from "#features/figures/folding.model.ts";
import { clientOf, createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const values = (unit: number, number: string, more: object = {}) => ({
  活动编号: number,
  活动日期: "2023-04-03",
  组织单位: unit,
  主题: "集中学习",
  实到人数: 10,
  ...more,
});

test("absent and forbidden are told alike", async () => {
  const id = randomUUID();
  await (await world.as("east")).send("PUT", `${api}/ledgers/study/entries/${id}`, { values: values(world.units.east, "A-1") });
  const west = await world.as("west");
  for (const [forbidden, absent] of [
    [`${api}/entries/${id}`, `${api}/entries/${randomUUID()}`],
    [`${api}/units/${world.units.east}`, `${api}/units/999999`],
    [`${api}/figures?unit=${world.units.east}`, `${api}/figures?unit=999999`],
    [`${api}/ledgers/leads/entries`, `${api}/ledgers/nothing/entries`],
    [`${api}/ledgers/leads/export`, `${api}/ledgers/nothing/export`],
  ] as const) {
    const [one, other] = [await west.get(forbidden), await west.get(absent)];
    expect(one.status, forbidden).toBe(404);
    expect(one.raw.equals(other.raw), forbidden).toBe(true);
  }
});

test("a liaison sees their own units only: list, figures, records, export, tree", async () => {
  const [east, west] = [await world.as("east"), await world.as("west")];
  await west.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, {
    values: values(world.units.west, "W-1", { 实到人数: 7 }),
  });
  const inEast = new Set([world.units.east, world.units.eastOffice]);
  const listed = await east.get(`${api}/ledgers/study/entries`);
  expect(listed.body.entries.length).toBeGreaterThan(0);
  for (const entry of listed.body.entries) expect(inEast.has(entry.unit)).toBe(true);
  const tree = await east.get(`${api}/units`);
  expect(new Set(tree.body.units.map((unit: { id: number }) => unit.id))).toEqual(inEast);
  const asked = await west.get(`${api}/figures?keys=attended`);
  expect(asked.body.units[0].figures[0].value).toBe(7);
  const records = await west.get(`${api}/figures/attended/records`);
  expect(records.body.records.map((one: { number: string }) => one.number)).toEqual(["W-1"]);
  const file = await west.get(`${api}/ledgers/study/export?format=csv`);
  expect(file.raw.toString()).toContain("W-1");
  expect(file.raw.toString()).not.toContain("A-1");
  const whole = await (await world.as("office")).get(`${api}/figures?keys=attended&children=true`);
  expect(whole.body.units).toHaveLength(3);
  const [all, ...parts] = whole.body.units.map((unit: { figures: { value: number }[] }) => unit.figures[0]?.value);
  expect(all).toBe(parts.reduce((sum: number, value: number) => sum + value, 0));
});

test("a write based on an old version is refused with the difference; recording twice is recording once", async () => {
  const [first, second] = [await world.as("east"), await world.as("eastHead")];
  const id = randomUUID();
  const body = { values: values(world.units.east, "B-1") };
  const made = await first.send("PUT", `${api}/ledgers/study/entries/${id}`, body);
  const again = await first.send("PUT", `${api}/ledgers/study/entries/${id}`, body);
  expect(again.body).toEqual(made.body);
  const change = { version: 1, values: { 实到人数: 11 } };
  const changed = await second.send("PATCH", `${api}/entries/${id}`, change);
  // Its answer was lost, and it is sent once more.
  expect((await second.send("PATCH", `${api}/entries/${id}`, change)).body).toEqual(changed.body);
  const late = await first.send("PATCH", `${api}/entries/${id}`, { version: 1, values: { 实到人数: 12 } });
  expect(late.status).toBe(409);
  expect(late.body).toMatchObject({
    code: "version_conflict",
    details: { version: 2, theirs: { 实到人数: 11 }, yours: { 实到人数: 12 } },
  });
  const same = await first.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, body);
  expect([same.status, same.body.code]).toEqual([409, "number_taken"]);
});

test("an id sent twice at once is recorded once; one that a unit out of sight has is refused", async () => {
  const east = await world.as("east");
  const id = randomUUID();
  const body = { values: values(world.units.east, "B-2") };
  const answers = await Promise.all([1, 2, 3].map(() => east.send("PUT", `${api}/ledgers/study/entries/${id}`, body)));
  for (const { status, body: got } of answers) expect([status, got]).toEqual([200, answers[0]?.body]);
  expect((await east.get(`${api}/entries/${id}`)).body.history).toHaveLength(1);
  const west = await world.as("west");
  const other = await west.send("PUT", `${api}/ledgers/study/entries/${id}`, { values: values(world.units.west, "B-3") });
  expect([other.status, other.body.code]).toEqual([409, "id_taken"]);
  expect(JSON.stringify(other.body)).not.toContain("B-2");
});

test("values are checked like cells, and each fault is placed", async () => {
  const east = await world.as("east");
  const put = (sent: object) => east.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, { values: sent });
  const bad = await put({
    活动日期: "2023-02-30",
    组织单位: "东区纪检",
    形式: "座谈",
    实到人数: -1,
    没有的栏: 1,
    状态: "已确认",
    周次: "第1周",
  });
  expect(bad.status).toBe(422);
  expect(bad.body.details.faults.map((one: { field: string }) => one.field).toSorted()).toEqual(
    ["主题", "周次", "实到人数", "形式", "没有的栏", "活动日期", "状态", "组织单位"].toSorted(),
  );
  const good = await put({
    活动编号: "C-1",
    活动日期: "2023年4月3日",
    组织单位: "东区纪委",
    主题: "学习",
    形式: "研讨",
    主持人: "安然",
    参加人员: ["P002", "外单位来宾"],
    是否扩大: "是",
  });
  expect(good.status, JSON.stringify(good.body)).toBe(200);
  expect(good.body.entry.values).toMatchObject({
    活动日期: "2023-04-03",
    组织单位: world.units.east,
    形式: "交流研讨",
    主持人: world.people.ann,
    参加人员: [world.people.bob, "外单位来宾"],
    是否扩大: true,
  });
  expect(good.body.entry.computed).toEqual({ 周次: "第6周" });
  const elsewhere = await put(values(world.units.west, "C-2"));
  expect([elsewhere.status, elsewhere.body.code]).toEqual([422, "invalid_values"]);
  const outside = await put(values(world.units.east, "C-3", { 活动日期: "2022-01-01" }));
  expect(outside.body.details.faults[0].code).toBe("out_of_campaign");
  const unknown = await east.send("PATCH", `${api}/entries/${good.body.entry.id}`, { version: 1, values: {}, extra: 1 });
  expect([unknown.status, unknown.body.details.places]).toEqual([400, [{ place: "extra", reason: "没有这一项" }]]);
});

test("sealed ledgers give numbers of three and more, and no way to the records", async () => {
  const custodian = await world.as("custodian");
  const ask = async () => (await (await world.as("office")).get(`${api}/figures?keys=leads`)).body.units[0].figures[0].value;
  for (let index = 1; index <= 3; index++) {
    await custodian.send("PUT", `${api}/ledgers/leads/entries/${randomUUID()}`, {
      values: { 线索编号: `X-${index}`, 收到日期: "2023-04-01", 承办单位: world.units.east },
    });
    expect(await ask()).toBe(index < 3 ? null : 3);
  }
  expect((await (await world.as("office")).get(`${api}/figures/leads/records`)).status).toBe(403);
});

test("two servers on one database are one product", async () => {
  const other = await world.another();
  const here = await world.signIn("east");
  const id = randomUUID();
  await here.send("PUT", `${api}/ledgers/study/entries/${id}`, { values: values(world.units.east, "D-1") });
  const there = await world.as("eastHead", other);
  expect((await there.send("POST", `${api}/entries/${id}/move`, { version: 1, transition: "确认" })).status).toBe(200);
  const seen = await here.get(`${api}/entries/${id}`);
  expect(seen.body.entry).toMatchObject({ state: "已确认", version: 2 });
  expect(seen.body.history.map((event: { action: string }) => event.action)).toEqual(["record", "确认"]);
  const before = (await here.get(`${api}/figures?keys=attended`)).body.units[0].figures[0].value;
  const folding = [keepFolding(world.database, () => undefined), keepFolding(world.database, () => undefined)];
  await expect
    .poll(() => asOwner(world.database, "count", (tx) => tx.one(sql`select count(*) as n from figure_deltas`)), {
      timeout: 10_000,
    })
    .toEqual({ n: 0 });
  await Promise.all(folding.map((one) => one.stop()));
  expect((await (await world.as("east", other)).get(`${api}/figures?keys=attended`)).body.units[0].figures[0].value).toBe(before);
  expect((await here.send("DELETE", "/api/session")).status).toBe(200);
  expect((await here.get("/api/me")).status).toBe(401);
});

test("a browser's cookie is closed to scripts and to other sites", async () => {
  const login = { method: "POST", url: "/api/session", payload: { login: "east", password: "正确的口令-1" } } as const;
  const secure = await world.app.inject({ ...login, headers: { "x-forwarded-proto": "https" } });
  expect(secure.headers["set-cookie"]).toMatch(/^__Host-session=[\w-]+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const plain = await world.app.inject(login);
  const cookie = String(plain.headers["set-cookie"]).split(";")[0] as string;
  expect(String(plain.headers["set-cookie"])).toMatch(/^session=.*HttpOnly; SameSite=Lax$/);
  const write = (headers: Record<string, string>) =>
    world.app.inject({ method: "DELETE", url: "/api/session", headers: { cookie, host: "ledger.test", ...headers } });
  for (const headers of [
    {},
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "http://evil.test" },
    { origin: "null" },
  ])
    expect((await write(headers)).json(), JSON.stringify(headers)).toMatchObject({ status: 403, code: "cross_site" });
  expect((await world.app.inject({ url: "/api/me", headers: { cookie } })).statusCode).toBe(200);
  expect((await write({ origin: "http://ledger.test" })).statusCode).toBe(200);
  expect((await world.app.inject({ url: "/api/me", headers: { cookie } })).statusCode).toBe(401);
});

test("what is malformed is refused in the same form", async () => {
  const client = clientOf(world.app);
  expect((await client.get("/api/nowhere")).body).toMatchObject({ status: 404, code: "not_found" });
  const broken = await world.app.inject({
    method: "POST",
    url: "/api/session",
    headers: { "content-type": "application/json" },
    payload: "{",
  });
  expect(broken.json()).toMatchObject({ status: 400, code: "bad_body" });
  const large = await world.app.inject({
    method: "POST",
    url: "/api/session",
    payload: { login: "x".repeat(2_000_000), password: "" },
  });
  expect(large.json()).toMatchObject({ status: 413, code: "too_large" });
  const text = await world.app.inject({
    method: "POST",
    url: "/api/session",
    headers: { "content-type": "text/plain" },
    payload: "x",
  });
  expect(text.json()).toMatchObject({ status: 415 });
  const failed = await client.send("POST", "/api/session", { login: "east", password: "错误" });
  expect(failed.body).toMatchObject({ status: 401, code: "wrong_credentials" });
  expect((await world.audit("access.signIn")).at(-1)?.result).toBe("wrong_credentials");
});
