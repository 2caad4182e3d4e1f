/** Accounts over their life: a password that is shown once, one of one's own before anything else, sessions that end. */
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
const signIn = (login: string, word: string) => world.anonymous.send("POST", "/api/session", { login, password: word });

test("a password that was handed over is good for one thing: choosing another", async () => {
  const [made] = (await make("dongqu")).body.accounts;
  const first = await signIn("dongqu", made.password);
  expect(first.body.account).toMatchObject({ temporary: true, unit: world.units.east });
  const client = clientOf(world.app, first.body.token);
  expect((await client.get(`${api}/units`)).body).toMatchObject({ status: 403, code: "own_password_first" });
  expect((await client.get("/api/me")).body.temporary).toBe(true);
  const elsewhere = clientOf(world.app, (await signIn("dongqu", made.password)).body.token);
  const change = (old: string, next: string) => client.send("POST", "/api/me/password", { old, password: next });
  expect((await change("不对", "我自己的口令")).body.code).toBe("wrong_password");
  expect((await change(made.password, "短")).status).toBe(400);
  expect((await change(made.password, made.password)).body.code).toBe("same_password");
  expect((await change(made.password, "我自己的口令")).status).toBe(200);
  expect((await client.get(`${api}/units`)).status).toBe(200);
  expect((await elsewhere.get("/api/me")).status).toBe(401);
  expect((await signIn("dongqu", made.password)).status).toBe(401);
});

test("sessions are seen and ended; disabling ends them and can be taken back; a new password is shown once more", async () => {
  const [{ id, password: once }] = (await make("xiqu")).body.accounts;
  const token = (await signIn("xiqu", once)).body.token;
  const client = clientOf(world.app, token);
  const seen = (await office.get(`${api}/accounts/${id}/sessions`)).body.sessions;
  expect(seen).toHaveLength(1);
  expect(token).not.toContain(seen[0].id);
  const row = (await office.get(`${api}/accounts?text=xiqu`)).body;
  expect(row).toMatchObject({ total: 1, accounts: [{ login: "xiqu", sessions: 1, unitName: "东区纪委", may: true }] });
  await office.send("DELETE", `${api}/accounts/${id}/sessions?session=${seen[0].id}`);
  expect((await client.get("/api/me")).status).toBe(401);
  await signIn("xiqu", once);
  await office.send("POST", `${api}/accounts/${id}/disable`, {});
  expect((await signIn("xiqu", once)).status).toBe(401);
  expect((await office.get(`${api}/accounts/${id}/sessions`)).body.sessions).toEqual([]);
  await office.send("POST", `${api}/accounts/${id}/enable`, {});
  expect((await signIn("xiqu", once)).status).toBe(200);
  const again = (await office.send("POST", `${api}/accounts/${id}/password`, {})).body;
  expect((await signIn("xiqu", once)).status).toBe(401);
  expect((await signIn("xiqu", again.password)).body.account.temporary).toBe(true);
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
  const once = (await office.send("POST", `${api}/accounts/${row.id}/password`, {})).body.password;
  const below = clientOf(world.app, (await signIn("dongban", once)).body.token);
  await below.send("POST", "/api/me/password", { old: once, password });
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

/** Signed in with a password that was handed over, and changed. */
async function cameIn(login: string, once: string): Promise<Client> {
  const client = clientOf(world.app, (await signIn(login, once)).body.token);
  await client.send("POST", "/api/me/password", { old: once, password });
  return client;
}
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
      const [{ id, password: once }] = (await make(login, "office", world.campaign.root)).body.accounts;
      return { id, client: await cameIn(login, once) };
    }),
  );
  const [one, other] = both as [(typeof both)[0], (typeof both)[0]];
  const disable = (by: Client, id: number) => by.send("POST", `${api}/accounts/${id}/disable`, {});
  const answers = await Promise.all([disable(one.client, other.id), disable(other.client, one.id)]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 401 || status === 409)).toHaveLength(1);
  expect((await listed("yiban")).disabled).toBe(!(await listed("erban")).disabled);
});
