/** Accounts over their life: a code on paper, a password that only its owner knows, sessions that end. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { isDuty } from "#kernel/duties.ts";
import { clientOf, createWorld, password, type Client, type World } from "./world.ts";

let world: World;
let office: Client;
beforeAll(async () => {
  world = await createWorld();
  office = await world.as("office");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const make = async (login: string, role = "liaison", unit = world.units.east, by = office) =>
  by.send("POST", `${api}/accounts`, {
    accounts: [{ login, name: "东区联络员", unit, ...(isDuty(role) ? { duty: role } : { role }) }],
  });
const activate = (login: string, code: string, word = password) =>
  world.anonymous.send("POST", "/api/activation", { login, code, password: word });
const signIn = (login: string, word: string) => world.anonymous.send("POST", "/api/session", { login, password: word });

test("an account is opened by its owner with the code on paper, once and until a day; a new code makes the old void", async () => {
  const [made] = (await make("dongqu")).body.accounts;
  expect(made).toMatchObject({ login: "dongqu", unitName: "东区纪委", until: "2023-06-29T02:00:00.000Z" });
  expect((await signIn("dongqu", made.code)).status).toBe(401);
  for (const [login, code] of [
    ["dongqu", "AAAA-BBBB-CCCC"],
    ["nobody", made.code],
    ["west", made.code],
  ] as const)
    expect((await activate(login, code)).body).toMatchObject({ status: 422, code: "wrong_activation" });
  expect((await activate("dongqu", made.code, "短")).status).toBe(400);
  expect((await activate("dongqu", made.code, "password123")).body.code).toBe("weak_password");
  const typed = ` ${made.code.toLowerCase().replaceAll("-", " ")}`;
  const both = await Promise.all([activate("dongqu", typed), activate("dongqu", made.code, "别人的口令-33")]);
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 422]));
  const entered = both.find(({ status }) => status === 200) as (typeof both)[0];
  expect((await clientOf(world.app, entered.body.token).get(`${api}/units`)).status).toBe(200);
  expect((await activate("dongqu", made.code)).status).toBe(422);

  const [late] = (await make("guoqi")).body.accounts;
  const { now } = world.time;
  world.time.now = new Date("2023-06-29T02:00:01Z");
  expect((await activate("guoqi", late.code)).status).toBe(422);
  world.time.now = now;
  const [fresh] = (await office.send("POST", `${api}/accounts/codes`, { unit: world.units.east })).body.accounts.filter(
    (one: { login: string }) => one.login === "guoqi",
  );
  expect((await activate("guoqi", late.code)).status).toBe(422);
  expect((await activate("guoqi", fresh.code)).status).toBe(200);
  const rows = JSON.stringify(await world.audit("access.activate"));
  for (const { code } of [made, late, fresh]) expect(rows).not.toContain(code);
});

test("everyone of the roster without an account gets one, a part at a time; who may not, makes none", async () => {
  const east = await world.as("east");
  const given = { unit: world.campaign.root, role: "cadre" };
  expect((await east.send("POST", `${api}/accounts/roster`, { ...given, unit: world.units.east })).status).toBe(403);
  expect((await office.send("POST", `${api}/accounts/roster`, { ...given, role: "lead_custodian" })).status).toBe(403);
  // One of the three has an account.
  expect((await office.send("POST", `${api}/accounts/roster`, { ...given, limit: 0 })).body).toEqual({
    accounts: [],
    after: 0,
    left: 2,
  });
  const first = (await office.send("POST", `${api}/accounts/roster`, { ...given, limit: 1 })).body;
  expect(first).toMatchObject({ accounts: [{ login: "p002", name: "白帆", unitName: "东区纪委" }], left: 1 });
  const second = (await office.send("POST", `${api}/accounts/roster`, { ...given, after: first.after })).body;
  expect(second).toMatchObject({ accounts: [{ login: "p003", name: "魏西", unitName: "西区纪委" }], left: 0 });
  const owner = await activate("p002", first.accounts[0].code);
  expect(owner.body.account).toMatchObject({ unit: world.units.east, person: world.people.bob });
  const { grants } = (await clientOf(world.app, owner.body.token).get("/api/me")).body;
  expect(grants).toMatchObject([{ role: "cadre", unit: world.units.east }]);
  const waiting = (await office.get(`${api}/accounts?text=p003`)).body.accounts[0];
  expect(waiting.waiting).toBe("2023-06-29T02:00:00.000Z");
});

test("sessions are seen and ended; disabling ends them and can be taken back; a new password is shown once more", async () => {
  const [{ id, code }] = (await make("xiqu")).body.accounts;
  const token = (await activate("xiqu", code)).body.token;
  const client = clientOf(world.app, token);
  const seen = (await office.get(`${api}/accounts/${id}/sessions`)).body.sessions;
  expect(seen).toHaveLength(1);
  expect(token).not.toContain(seen[0].id);
  const row = (await office.get(`${api}/accounts?text=xiqu`)).body;
  expect(row).toMatchObject({ total: 1, accounts: [{ login: "xiqu", sessions: 1, unitName: "东区纪委", may: true }] });
  await office.send("DELETE", `${api}/accounts/${id}/sessions?session=${seen[0].id}`);
  expect((await client.get("/api/me")).status).toBe(401);
  await signIn("xiqu", password);
  await office.send("POST", `${api}/accounts/${id}/disable`, {});
  expect((await signIn("xiqu", password)).status).toBe(401);
  expect((await office.get(`${api}/accounts/${id}/sessions`)).body.sessions).toEqual([]);
  await office.send("POST", `${api}/accounts/${id}/enable`, {});
  expect((await signIn("xiqu", password)).status).toBe(200);
  const again = (await office.send("POST", `${api}/accounts/${id}/password`, {})).body;
  expect((await signIn("xiqu", password)).status).toBe(401);
  expect((await activate("xiqu", again.code, "另设的口令-44")).status).toBe(200);
  expect((await signIn("xiqu", "另设的口令-44")).status).toBe(200);
});

test("all accounts of a request are made or none, and each login belongs to one", async () => {
  const two = { accounts: ["jia", "office"].map((login) => ({ login, name: "甲", unit: world.units.east, role: "liaison" })) };
  expect((await office.send("POST", `${api}/accounts`, two)).body).toMatchObject({ code: "login_taken", status: 409 });
  expect((await office.get(`${api}/accounts?text=jia`)).body.total).toBe(0);
  expect((await make("bad name")).status).toBe(400);
  expect((await make("yi", "emperor")).body.code).toBe("unknown_role");
});

test("an office below makes accounts of its units and no others, and appoints no administrators; nobody changes their own", async () => {
  await make("dongban", "office");
  const row = (await office.get(`${api}/accounts?text=dongban`)).body.accounts[0];
  const { code } = (await office.send("POST", `${api}/accounts/${row.id}/password`, {})).body;
  const below = await cameIn("dongban", code);
  expect((await make("bingdi", "liaison", world.units.eastOffice, below)).status).toBe(200);
  expect((await make("dingxi", "liaison", world.units.west, below)).status).toBe(404);
  expect((await make("admin2", "system_admin", world.units.east, below)).status).toBe(403);
  const seen = (await below.get(`${api}/accounts?limit=500`)).body.accounts.map((one: { login: string }) => one.login);
  expect(seen).toContain("bingdi");
  expect(seen).not.toContain("west");
  expect(seen).not.toContain("office");
  expect((await below.get(`${api}/account-roles`)).body.roles.map((one: { key: string }) => one.key)).not.toContain("auditor");
  expect((await below.send("PATCH", `${api}/accounts/${row.id}`, { name: "自己改" })).status).toBe(403);
  expect((await below.send("POST", `${api}/accounts/${row.id}/disable`, {})).status).toBe(403);
});

/** Activated, and signed in by that. */
const cameIn = async (login: string, code: string): Promise<Client> =>
  clientOf(world.app, (await activate(login, code)).body.token);
const listed = async (login: string, by = office) => (await by.get(`${api}/accounts?text=${login}`)).body.accounts[0];
const granted = async (by: Client): Promise<string[]> =>
  (await by.get(`${api}/account-roles`)).body.roles.map((one: { key: string }) => one.key);

test("an office neither makes nor takes over an account that reads what is kept from it, nor an administrator's", async () => {
  const refused = await make("zhuanguan", "lead_custodian", world.units.east);
  expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining("《问题线索台账》") } });
  expect(refused.body.detail).toContain("安全保密管理员");
  for (const login of ["custodian", "auditor"]) {
    const { id, may } = await listed(login);
    expect(may).toBe(false);
    for (const [method, path, body] of [
      ["POST", "/password", {}],
      ["POST", "/disable", {}],
      ["PATCH", "", { name: "改名" }],
      ["DELETE", "/sessions", undefined],
    ] as const)
      expect((await office.send(method, `${api}/accounts/${id}${path}`, body)).status).toBe(403);
    expect((await office.get(`${api}/accounts/${id}/sessions`)).status).toBe(403);
  }
  expect(await granted(office)).toEqual(["office", "liaison", "unit_head", "cadre"]);
});

test("the security administrator at the top gives sealed roles and appoints administrators; the system administrator neither", async () => {
  const [security, system] = [await world.as("security"), await world.as("system")];
  expect((await make("baomi", "security_admin", world.campaign.root)).status).toBe(403);
  expect((await make("baomi", "security_admin", world.campaign.root, system)).status).toBe(403);
  expect((await make("zhuanguan", "lead_custodian", world.units.east, system)).status).toBe(403);
  expect((await make("zhuanguan", "lead_custodian", world.units.east, security)).status).toBe(200);
  expect((await make("shenji2", "auditor", world.campaign.root, security)).status).toBe(200);
  expect((await listed("custodian", security)).may).toBe(true);
  expect((await listed("custodian", system)).may).toBe(false);
  expect((await listed("west", system)).may).toBe(true);
  expect((await make("operator", "operator", world.campaign.root, security)).body.code).toBe("unknown_role");
  const both = { accounts: [{ login: "liangzhi", name: "两职", unit: world.units.east, role: "liaison", duty: "auditor" }] };
  expect((await security.send("POST", `${api}/accounts`, both)).body.code).toBe("duty_and_role");
});

test("no administrator sees content by virtue of the office, and the database lets nobody hold two", async () => {
  for (const login of ["system", "security", "auditor"] as const) {
    const client = await world.as(login);
    expect((await client.get(`${api}/ledgers/study/entries`)).status).toBe(404);
    expect((await client.get(api)).body).toMatchObject({ role: expect.any(String), ledgers: [] });
  }
  const own = (text: string) =>
    world.database.pool.query(text).then(
      () => "done",
      (error: { constraint: string }) => error.constraint,
    );
  const of = (login: string) => `(select account_id from accounts where login = '${login}')`;
  expect(
    await own(`insert into grants (realm_id, campaign_id, account_id, role, unit_id, reach, from_day, given_at, reason)
      values (1, 1, ${of("auditor")}, 'office', 1, 'own', '2023-01-01', now(), 'x')`),
  ).toBe("grants_account_fk");
  expect(await own(`update accounts set duty = 'system_admin' where login = 'west'`)).toBe("grants_account_fk");
  expect(await own(`update accounts set person_id = ${world.people.wei} where login in ('auditor', 'system')`)).toBe(
    "accounts_one_duty",
  );
});

test("of two who disable each other at once the second is judged by what the first has done", async () => {
  const both = await Promise.all(
    ["yiban", "erban"].map(async (login) => {
      const [{ id, code }] = (await make(login, "office", world.campaign.root)).body.accounts;
      return { id, client: await cameIn(login, code) };
    }),
  );
  const [one, other] = both as [(typeof both)[0], (typeof both)[0]];
  const disable = (by: Client, id: number) => by.send("POST", `${api}/accounts/${id}/disable`, {});
  const answers = await Promise.all([disable(one.client, other.id), disable(other.client, one.id)]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 401 || status === 409)).toHaveLength(1);
  expect((await listed("yiban")).disabled).toBe(!(await listed("erban")).disabled);
});
