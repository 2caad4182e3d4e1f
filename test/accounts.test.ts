/** Accounts over their life: a password that is shown once, one of one's own before anything else, sessions that end. */
import { afterAll, beforeAll, expect, test } from "vitest";
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
  by.send("POST", `${api}/accounts`, { accounts: [{ login, name: "东区联络员", unit, role }] });
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
  expect((await below.send("PATCH", `${api}/accounts/${row.id}`, { role: "leader" })).status).toBe(403);
  expect((await below.send("POST", `${api}/accounts/${row.id}/disable`, {})).status).toBe(403);
});
