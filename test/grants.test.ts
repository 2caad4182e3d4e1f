/** Grants: what they let somebody see, from when to when, who may give them, and what is told of them. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, createWorld, password, type Client, type World } from "./world.ts";

let world: World;
let office: Client;
let security: Client;
beforeAll(async () => {
  world = await createWorld();
  office = await world.as("office");
  security = await world.as("security");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
let serial = 0;
/** A new account without any grant, signed in. */
async function someone(unit = world.units.west, person?: number): Promise<{ id: number; login: string; client: Client }> {
  const login = `who${++serial}`;
  const [made] = (
    await office.send("POST", `${api}/accounts`, {
      accounts: [{ login, name: `某人${serial}`, unit, ...(person ? { person } : {}) }],
    })
  ).body.accounts;
  const session = await world.anonymous.send("POST", "/api/activation", { login, code: made.code, password });
  return { id: made.id, login, client: clientOf(world.app, session.body.token) };
}
const give = (account: number, grant: object, by = security) =>
  by.send("POST", `${api}/grants`, { account, unit: world.units.east, reason: "抽调督导", ...grant });
async function record(login: "east" | "west", ledger = "study"): Promise<string> {
  const id = randomUUID();
  const unit = login === "east" ? world.units.east : world.units.west;
  const values =
    ledger === "study"
      ? { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: unit, 主题: "学习", 实到人数: 5 }
      : { 线索编号: id.slice(0, 8), 收到日期: "2023-04-03", 承办单位: unit, 摘要: "封存的内容" };
  const by = ledger === "study" ? await world.as(login) : await world.as("custodian");
  expect((await by.send("PUT", `${api}/ledgers/${ledger}/entries/${id}`, { values, unit })).status).toBe(200);
  return id;
}
const listed = async (client: Client, ledger = "study"): Promise<string[] | number> => {
  const reply = await client.get(`${api}/ledgers/${ledger}/entries?limit=500`);
  return reply.status === 200 ? reply.body.entries.map((one: { id: string }) => one.id) : reply.status;
};

test("an account without a grant has no part in the campaign; with one it sees its units, from its first day to its last", async () => {
  const [east, west] = [await record("east"), await record("west")];
  const { id, client } = await someone();
  expect((await client.get(api)).status).toBe(404);
  expect((await give(id, { role: "unit_head", from: "2023-06-16", to: "2023-06-20" })).status).toBe(200);
  const on = async (day: string) => {
    const before = world.time.now;
    world.time.now = new Date(`${day}T02:00:00Z`);
    const token = (await world.anonymous.send("POST", "/api/session", { login: `who${serial}`, password })).body.token;
    const seen = await listed(clientOf(world.app, token));
    world.time.now = before;
    return seen;
  };
  expect(await on("2023-06-15")).toBe(404);
  for (const day of ["2023-06-16", "2023-06-20"]) {
    expect(await on(day)).toContain(east);
    expect(await on(day)).not.toContain(west);
  }
  expect(await on("2023-06-21")).toBe(404);
});

test("one works under one grant at a time, and chooses which", async () => {
  const [east, west] = [await record("east"), await record("west")];
  const { id, client } = await someone();
  await give(id, { role: "unit_head" });
  await give(id, { role: "liaison", unit: world.units.west, reach: "own" });
  const { grants } = (await client.get("/api/me")).body;
  expect(grants.map((one: { roleName: string; unitName: string }) => [one.roleName, one.unitName])).toEqual([
    ["单位负责人", "东区纪委"],
    ["单位联络员", "西区纪委"],
  ]);
  expect(await listed(client)).toContain(east);
  expect(await listed(client)).not.toContain(west);
  expect((await client.send("PUT", "/api/session/grant", { grant: grants[1].id })).status).toBe(200);
  expect((await client.get(api)).body).toMatchObject({ role: "liaison", unit: world.units.west });
  expect(await listed(client)).toContain(west);
  expect(await listed(client)).not.toContain(east);
  const others = (await (await world.as("east")).get("/api/me")).body.grants[0].id;
  expect((await client.send("PUT", "/api/session/grant", { grant: others })).status).toBe(404);
});

test("reach: the unit alone, listed units with all below, listed records and nothing else of their ledger", async () => {
  const [east, west, office2] = [await record("east"), await record("west"), randomUUID()];
  const below = await world.as("eastOffice");
  const values = {
    活动编号: office2.slice(0, 8),
    活动日期: "2023-04-03",
    组织单位: world.units.eastOffice,
    主题: "学习",
    实到人数: 5,
  };
  expect((await below.send("PUT", `${api}/ledgers/study/entries/${office2}`, { values })).status).toBe(200);
  const sees = async (grant: object) => {
    const { id, client } = await someone();
    const given = await give(id, { role: "unit_head", ...grant });
    expect(given.status, JSON.stringify(given.body)).toBe(200);
    const all = await listed(client);
    return { client, seen: [east, office2, west].map((one) => Array.isArray(all) && all.includes(one)), all };
  };
  expect((await sees({ reach: "own" })).seen).toEqual([true, false, false]);
  expect((await sees({ reach: "subtree" })).seen).toEqual([true, true, false]);
  expect(
    (await sees({ unit: world.campaign.root, reach: "units", units: [world.units.west, world.units.eastOffice] })).seen,
  ).toEqual([false, true, true]);
  const named = await sees({ unit: world.campaign.root, reach: "records", entries: [west] });
  expect(named.all).toEqual([west]);
  expect((await named.client.get(`${api}/entries/${east}`)).status).toBe(404);
  expect((await named.client.get(`${api}/entries/${west}`)).body.entry.id).toBe(west);
  expect((await named.client.get(`${api}/units/${world.units.west}`)).status).toBe(404);
  const id = randomUUID();
  const values2 = { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: world.units.west, 主题: "学习", 实到人数: 5 };
  expect((await named.client.send("PUT", `${api}/ledgers/study/entries/${id}`, { values: values2 })).status).toBe(403);
});

test("what is listed is changed too, and counts where it is", async () => {
  const west = await record("west");
  const count = async () =>
    (await office.get(`${api}/figures?keys=attended&unit=${world.units.west}`)).body.units[0].figures[0].value;
  const before = await count();
  const { id, client } = await someone();
  await give(id, { role: "liaison", unit: world.campaign.root, reach: "records", entries: [west] });
  const reply = await client.send("PATCH", `${api}/entries/${west}`, { version: 1, values: { 实到人数: 9 } });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  expect(await count()).toBe(before + 4);
});

test("ending a grant counts from the next request on; handing over ends them all and leaves a receipt", async () => {
  const east = await record("east");
  const [one, next] = [await someone(), await someone()];
  const { id: grant } = (await give(one.id, { role: "unit_head" })).body;
  expect(await listed(one.client)).toContain(east);
  await security.send("POST", `${api}/grants/${grant}/end`, { reason: "调离" });
  expect(await listed(one.client)).toBe(404);
  await give(one.id, { role: "unit_head" });
  await give(one.id, { role: "lead_custodian", reach: "own" });
  const refused = await office.send("POST", `${api}/accounts/${one.id}/hand-over`, { to: next.id, reason: "退休" });
  expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining("安全保密管理员")]);
  const receipt = (await security.send("POST", `${api}/accounts/${one.id}/hand-over`, { to: next.id, reason: "退休" })).body;
  expect(receipt).toMatchObject({ from: expect.stringContaining("某人"), records: 0 });
  expect(receipt.grants).toHaveLength(2);
  expect(await listed(one.client)).toBe(404);
  expect(await listed(next.client)).toContain(east);
});

test("whoever has left has no grant the same day; a group's grant is its members' as long as they are members", async () => {
  const east = await record("east");
  const { id, client } = await someone(world.units.west, world.people.wei);
  const made = await office.send("POST", `${api}/groups`, {
    unit: world.units.west,
    kind: "督导组",
    name: "第一督导组",
    from: "2023-06-01",
    members: [{ person: world.people.wei, role: "成员" }],
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  const given = await security.send("POST", `${api}/grants`, {
    group: made.body.id,
    role: "unit_head",
    unit: world.units.east,
    reason: "督导东区",
  });
  expect(given.status, JSON.stringify(given.body)).toBe(200);
  expect(await listed(client)).toContain(east);
  const who = (await security.get(`${api}/entries/${east}/viewers`)).body;
  expect(who.viewers).toContainEqual(expect.objectContaining({ login: `who${serial}`, via: "第一督导组", role: "单位负责人" }));
  await give(id, { role: "liaison", unit: world.units.west });
  await world.database.pool.query(`update posts set to_day = '2023-06-15' where person_id = ${world.people.wei}`);
  expect((await client.get(api)).status).toBe(404);
  await world.database.pool.query(`update posts set to_day = 'infinity' where person_id = ${world.people.wei}`);
  expect(await listed(client)).toContain(east);
});

test("who can see a record and what somebody sees are told without what is recorded, to who decides it and to the auditor", async () => {
  const lead = await record("east", "leads");
  const found = (await (await world.as("auditor")).get(`${api}/entries/${lead}/viewers`)).body;
  expect(found).toMatchObject({ ledger: "问题线索台账", unit: "东区纪委", everyone: null });
  const logins = found.viewers.map((one: { login: string }) => one.login);
  expect(logins).toContain("custodian");
  for (const other of ["office", "east", "auditor", "security", "system", "ann"]) expect(logins).not.toContain(other);
  expect(JSON.stringify(found)).not.toContain("封存的内容");
  const { body } = await office.get(`${api}/accounts?text=eastHead`);
  const sees = (await security.get(`${api}/accounts/${body.accounts[0].id}/sees`)).body;
  expect(sees.grants).toMatchObject([{ roleName: "单位负责人", unitName: "东区纪委", covers: 2 }]);
  expect(sees.grants[0].ledgers.map((one: { key: string }) => one.key)).not.toContain("leads");
  for (const id of [lead, randomUUID()])
    expect((await (await world.as("ann")).get(`${api}/entries/${id}/viewers`)).status).toBe(403);
});

test("nobody gives what is kept from them, outside their units, to themselves, to administrators, or for longer than the role is lent", async () => {
  const { id } = await someone();
  expect((await give(id, { role: "lead_custodian" }, office)).status).toBe(403);
  expect((await give(id, { role: "liaison" }, await world.as("system"))).status).toBe(403);
  expect((await give(id, { role: "liaison" }, await world.as("auditor"))).status).toBe(403);
  expect((await give(id, { role: "nobody" })).body.code).toBe("unknown_role");
  expect((await give(id, { role: "liaison", unit: 999_999 })).status).toBe(404);
  expect((await give(id, { role: "liaison", from: "2023-06-02", to: "2023-06-01" })).body.code).toBe("bad_days");
  expect((await give(id, { role: "liaison", reach: "records" })).body.code).toBe("no_records");
  expect((await give(id, { role: "liaison", reach: "records", entries: [randomUUID()] })).status).toBe(404);
  expect((await security.send("POST", `${api}/grants`, { role: "liaison", unit: world.units.east, reason: "无人" })).status).toBe(
    400,
  );
  const own = async (login: string) => (await security.get(`${api}/accounts?text=${login}`)).body.accounts[0].id;
  expect((await give(await own("auditor"), { role: "liaison" })).body.code).toBe("duty_and_role");
  expect((await give(await own("office"), { role: "liaison" }, office)).body.code).toBe("own_grant");
});
