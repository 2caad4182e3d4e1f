/** The second factor from enrolment to its loss, sessions as their owner sees them, and everyone signed out at once. */
import { generateSync } from "otplib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { clientOf, createWorld, password, type Client, type Reply, type World } from "./world.ts";

let world: World;
let security: Client;
beforeAll(async () => {
  world = await createWorld();
  security = await world.as("security");
  const { may: _may, mayEndAll: _all, ...rules } = (await security.get("/api/sign-in-rules")).body;
  const asked = { ...rules, secondFactor: ["auditor", "unit_head"] };
  await security.send("PUT", "/api/sign-in-rules", asked);
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const seconds = (count: number): void => {
  world.time.now = new Date(world.time.now.getTime() + count * 1000);
};
const codeOf = (secret: string, later = 0): string =>
  generateSync({ secret, epoch: Math.floor(world.time.now.getTime() / 1000) + later });
const signIn = (login: string, agent = ""): Promise<Reply> =>
  world.app
    .inject({ method: "POST", url: "/api/session", payload: { login, password }, headers: { "user-agent": agent } })
    .then((answer) => ({
      status: answer.statusCode,
      body: JSON.parse(answer.body),
      raw: answer.rawPayload,
      headers: answer.headers,
    }));
const clientFor = ({ body }: Reply): Client => clientOf(world.app, body.token);
const give = (client: Client, code: string): Promise<Reply> => client.send("POST", "/api/session/code", { code });

let secret = "";
let recovery: string[] = [];

test("who must have one is led to set it up before anything else", async () => {
  const session = await signIn("auditor");
  expect(session.body.first).toBe("enrol");
  const client = clientFor(session);
  for (const path of [api, "/api/campaigns", `${api}/units`, "/api/me/sessions"])
    expect((await client.get(path)).body).toMatchObject({ status: 403, code: "enrol_first" });
  expect((await client.get("/api/me")).body.first).toBe("enrol");
  expect((await client.get("/api/me/second-factor")).body).toEqual({ since: null, recovery: 0, needed: true });
  expect((await client.send("POST", "/api/me/second-factor", { password: "不是这个口令" })).body.code).toBe("wrong_password");
  const begun = (await client.send("POST", "/api/me/second-factor", { password })).body;
  expect(begun.uri).toContain(`secret=${begun.secret}`);
  secret = begun.secret;
  expect((await client.send("POST", "/api/me/second-factor/confirm", { code: "000000" })).body.code).toBe("wrong_code");
  const confirmed = await client.send("POST", "/api/me/second-factor/confirm", { code: codeOf(secret) });
  expect(confirmed.body).toMatchObject({ first: null, account: { login: "auditor" } });
  recovery = confirmed.body.codes;
  expect(new Set(recovery).size).toBe(10);
  // The session in which it was set up is over, the new one is whole.
  expect((await client.get("/api/me")).status).toBe(401);
  expect((await clientFor(confirmed).get(api)).status).toBe(200);
});

test("a session without the code is good for nothing, and the code of a time step is good once", async () => {
  seconds(60);
  const session = await signIn("auditor");
  expect(session.body.first).toBe("code");
  const [one, two] = [clientFor(session), clientFor(await signIn("auditor"))];
  expect((await one.get("/api/me")).body.first).toBe("code");
  for (const [method, path, body] of [
    ["POST", "/api/me/password", { old: password, password: "另一个口令-22" }],
    ["POST", "/api/me/second-factor", { password }],
    ["POST", "/api/me/second-factor/confirm", { code: "123456" }],
    ["POST", "/api/me/second-factor/drop", { code: codeOf(secret) }],
    ["DELETE", "/api/me/sessions", undefined],
    ["GET", api, undefined],
  ] as const) {
    const reply = await (method === "GET" ? one.get(path) : one.send(method, path, body));
    expect(reply.body, path).toMatchObject({ status: 403, code: "code_first" });
  }
  const code = codeOf(secret);
  const both = await Promise.all([give(one, code), give(two, code)]);
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 422]));
  const [late, right] = both[0].status === 200 ? [two, both[0]] : [one, both[1]];
  expect((await clientFor(right).get(api)).status).toBe(200);
  expect((await give(late, codeOf(secret, -30))).body.code).toBe("wrong_code");
  // A clock that is half a minute ahead is near enough; one of two minutes is not.
  expect((await give(late, codeOf(secret, 120))).body.code).toBe("wrong_code");
  expect((await give(late, codeOf(secret, 30))).status).toBe(200);
});

test("wrong codes lock; who does not give one is out after ten minutes", async () => {
  seconds(1200);
  const client = clientFor(await signIn("auditor"));
  for (let time = 0; time < 5; time++) expect((await give(client, "000000")).body.code).toBe("wrong_code");
  expect((await give(client, codeOf(secret))).body).toMatchObject({ status: 429, code: "too_many_tries" });
  seconds(601);
  expect((await client.get("/api/me")).status).toBe(401);
  seconds(600);
  expect((await give(clientFor(await signIn("auditor")), codeOf(secret))).status).toBe(200);
});

test("codes on paper are good once each, and a new set makes the old void", async () => {
  seconds(60);
  const [first = "", second = ""] = recovery;
  const typed = ` ${first.toLowerCase().replaceAll("-", " ")}`;
  const entered = await give(clientFor(await signIn("auditor")), typed);
  expect(entered.status).toBe(200);
  expect((await give(clientFor(await signIn("auditor")), first)).status).toBe(422);
  const client = clientFor(entered);
  expect((await client.get("/api/me/second-factor")).body.recovery).toBe(9);
  const renewed = await client.send("POST", "/api/me/second-factor/codes", { code: codeOf(secret) });
  expect(renewed.body.codes).toHaveLength(10);
  expect((await give(clientFor(await signIn("auditor")), second)).status).toBe(422);
  expect((await give(clientFor(await signIn("auditor")), renewed.body.codes[0])).status).toBe(200);
});

test("whoever has lost it is let in again by the security administrator and sets one up anew; nobody resets their own", async () => {
  const { id } = (await security.get(`${api}/accounts?text=auditor`)).body.accounts[0];
  const path = (account: number): string => `${api}/accounts/${account}/second-factor/reset`;
  const office = await world.as("office");
  expect((await office.send("POST", path(id), { reason: "手机丢失" })).status).toBe(403);
  const own = (await security.get("/api/me")).body.id;
  expect((await security.send("POST", path(own), { reason: "手机丢失" })).status).toBe(403);
  expect((await security.send("POST", path(id), { reason: "手机丢失" })).status).toBe(200);
  expect(JSON.stringify((await world.audit("accounts.resetSecondFactor")).at(-1)?.details)).toContain("手机丢失");
  expect((await signIn("auditor")).body.first).toBe("enrol");
});

test("who need not have one may, and may take it away with a code of it", async () => {
  const client = clientFor(await signIn("east"));
  const begun = (await client.send("POST", "/api/me/second-factor", { password })).body;
  const whole = clientFor(await client.send("POST", "/api/me/second-factor/confirm", { code: codeOf(begun.secret) }));
  expect((await whole.send("POST", "/api/me/second-factor", { password })).body.code).toBe("enrolled_already");
  expect((await whole.send("POST", "/api/me/second-factor/drop", { code: codeOf(begun.secret) })).status).toBe(422);
  expect((await whole.send("POST", "/api/me/second-factor/drop", { code: codeOf(begun.secret, 30) })).status).toBe(200);
  expect((await signIn("east")).body.first).toBe(null);
});

test("sessions are listed with what they came from, and ended one or all others; everyone's at once with a reason", async () => {
  const phone = clientFor(await signIn("west", "Mozilla/5.0 (Linux; Android 14) Chrome/140"));
  const desk = clientFor(await signIn("west", "Mozilla/5.0 (Windows NT 10.0) Edg/140"));
  await signIn("west");
  const seen = (await desk.get("/api/me/sessions")).body.sessions;
  expect(seen).toHaveLength(3);
  expect(seen.filter((one: { own: boolean }) => one.own)).toMatchObject([
    { agent: expect.stringContaining("Edg"), address: "127.0.0.1" },
  ]);
  const android = seen.find((one: { agent: string }) => one.agent.includes("Android"));
  // Another's session is not found by its name.
  await (await world.as("office")).send("DELETE", `/api/me/sessions?session=${android.id}`);
  expect((await phone.get("/api/me")).status).toBe(200);
  expect((await desk.send("DELETE", `/api/me/sessions?session=${android.id}`)).status).toBe(200);
  expect((await phone.get("/api/me")).status).toBe(401);
  expect((await desk.send("DELETE", "/api/me/sessions")).status).toBe(200);
  expect((await desk.get("/api/me/sessions")).body.sessions).toHaveLength(1);

  const office = await world.as("office");
  const all = { reason: "疑似口令外泄" };
  expect((await world.anonymous.send("POST", "/api/sessions/end-all", all)).status).toBe(401);
  expect((await office.send("POST", "/api/sessions/end-all", all)).status).toBe(403);
  const system = await world.signIn("system");
  expect((await system.send("POST", "/api/sessions/end-all", {})).status).toBe(400);
  const reply = await system.send("POST", "/api/sessions/end-all", all);
  expect(reply.body.ended).toBeGreaterThan(3);
  expect((await system.get("/api/me")).status).toBe(200);
  for (const client of [desk, office, security]) expect((await client.get("/api/me")).status).toBe(401);
  const rows = await world.audit("access.endAllSessions");
  expect(rows.map(({ result }) => result)).toEqual(["forbidden", "invalid_input", "ok"]);
  expect(JSON.stringify(rows.at(-1)?.details)).toContain("疑似口令外泄");
});

test("secrets and codes are nowhere but with their owner", async () => {
  const text = await asOwner(world.database, "read all", async (tx) =>
    JSON.stringify([
      await tx.query(sql`select * from audit`),
      await tx.query(sql`select encode(secret, 'escape') as secret from second_factors`),
      await tx.query(sql`select encode(code, 'escape') as code from recovery_codes`),
    ]),
  );
  for (const hidden of [secret, ...recovery]) expect(text).not.toContain(hidden);
});
