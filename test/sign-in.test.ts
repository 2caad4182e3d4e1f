/** Coming in: what a password must be, tries that are counted, sessions that end; what is said does not tell who exists. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { clientOf, createWorld, password, type Reply, type World } from "./world.ts";

let world: World;
let securityPassword = password;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const minutes = (count: number): void => {
  world.time.now = new Date(world.time.now.getTime() + count * 60_000);
};
const signIn = (login: string, word = password, from: Record<string, string> = {}, app = world.app): Promise<Reply> =>
  app.inject({ method: "POST", url: "/api/session", payload: { login, password: word }, headers: from }).then((answer) => ({
    status: answer.statusCode,
    body: JSON.parse(answer.body),
    raw: answer.rawPayload,
    headers: answer.headers,
  }));
const setRules = async (more: object): Promise<Reply> => {
  // With a session of its own: the clock runs through the others.
  const security = clientOf(world.app, (await signIn("security", securityPassword)).body.token);
  const { may: _may, mayEndAll: _all, ...rules } = (await security.get("/api/sign-in-rules")).body;
  return security.send("PUT", "/api/sign-in-rules", { ...rules, ...more });
};

test("a login is locked after wrong tries, one that nobody has like any other, and opens by itself", async () => {
  for (const login of ["west", "nobody-has-this"]) {
    for (let time = 0; time < 5; time++) expect((await signIn(login, "不是这个口令")).body.code).toBe("wrong_credentials");
    const locked = await signIn(login, "不是这个口令");
    expect(locked.body).toMatchObject({ status: 429, code: "too_many_tries", details: { seconds: 900 } });
    expect(locked.body.detail).toContain("15分钟");
  }
  // The right one is not looked at either; other logins are free.
  expect((await signIn("west")).status).toBe(429);
  expect((await signIn("east")).status).toBe(200);
  minutes(14);
  expect((await signIn("west")).status).toBe(429);
  minutes(2);
  expect((await signIn("west")).status).toBe(200);
  // What is right makes forgotten what was wrong.
  for (let time = 0; time < 7; time++) {
    expect((await signIn("west", "不是这个口令")).status).toBe(401);
    expect((await signIn("west")).status).toBe(200);
  }
  minutes(20);
});

test("of many wrong tries at once no more are looked at than one after another, on two servers", async () => {
  const other = await world.another();
  const all = await Promise.all(
    Array.from({ length: 24 }, (_, index) => signIn("ann", "猜一猜口令", {}, index % 2 ? other : world.app)),
  );
  expect(all.filter(({ status }) => status === 401)).toHaveLength(5);
  expect(all.filter(({ status }) => status === 429)).toHaveLength(19);
  minutes(20);
});

test("an address has its rate, and says where it comes from only through a proxy that is trusted", async () => {
  await setRules({ addressRate: 10 });
  const said = (index: number) => ({ "x-forwarded-for": `10.1.0.${index}` });
  for (let index = 0; index < 10; index++) await signIn(`who-${index}`, "猜一猜口令", said(index));
  expect((await signIn("east", password, said(11))).status).toBe(429);
  minutes(2);
  const { createServer } = await import("../src/main.ts");
  const behind = await createServer(world.database, { clock: () => world.time.now, logLevel: "silent", proxies: ["127.0.0.1"] });
  for (let index = 0; index < 12; index++)
    expect((await signIn(`who-${index}`, "猜一猜口令", said(index), behind)).status).toBe(401);
  for (let index = 0; index < 12; index++) await signIn(`whom-${index}`, "猜一猜口令", said(99), behind);
  expect((await signIn("east", password, said(99), behind)).status).toBe(429);
  expect((await signIn("east", password, said(98), behind)).status).toBe(200);
  await setRules({ addressRate: 300 });
  minutes(20);
  // Forgotten tries do not stay in the table.
  for (let index = 0; index < 3; index++) await signIn("east");
  const [left] = await asOwner(world.database, "count", (tx) =>
    tx.query<{ n: number }>(sql`select count(*) as n from sign_in_tries`),
  );
  expect(left?.n).toBeLessThan(10);
});

test("an unknown login takes as long as a wrong password", async () => {
  const took = async (login: string): Promise<number> => {
    const begun = performance.now();
    await signIn(login, "猜一猜口令");
    return performance.now() - begun;
  };
  // In turns, and the least of each: what else the machine does falls on both.
  const best = { known: Infinity, unknown: Infinity };
  for (let time = 0; time < 10; time++) {
    best.known = Math.min(best.known, await took("eastHead"));
    best.unknown = Math.min(best.unknown, await took("nobody-at-all"));
    minutes(20);
  }
  expect(Math.min(best.known, best.unknown) / Math.max(best.known, best.unknown)).toBeGreaterThan(0.5);
});

test("a new password is neither short, common, one's own name nor a word of the house", async () => {
  await setRules({ passwordLength: 10, forbidden: ["清风市"] });
  const client = await world.signIn("eastHead");
  const change = (next: string) => client.send("POST", "/api/me/password", { old: password, password: next });
  for (const [weak, why] of [
    ["口令很短", "至少10个字符"],
    ["woaini5201314", "太常见"],
    ["Password123!", "太常见"],
    ["１２３４５６７８９０", "太常见"],
    ["aaaaaaaaaaaa", "太常见"],
    ["eastHead2023", "账号或姓名"],
    ["清风市纪委监委1", "清风市"],
  ] as const) {
    const reply = await change(weak);
    expect(reply.body, weak).toMatchObject({ status: 422, code: "weak_password" });
    expect(reply.body.detail, weak).toContain(why);
  }
  expect((await change("山高月小水落石出")).status).toBe(200);
  expect((await client.send("POST", "/api/me/password", { old: "山高月小水落石出", password })).status).toBe(200);
  await setRules({ passwordLength: 8, forbidden: [] });
});

test("sessions end when idle and after their hours, by the rules of the moment; an old password is changed first", async () => {
  const client = await world.signIn("east");
  minutes(30);
  expect((await client.get("/api/me")).status).toBe(200);
  await setRules({ idleMinutes: 20 });
  minutes(21);
  expect((await client.get("/api/me")).status).toBe(401);
  await setRules({ idleMinutes: 1440, sessionHours: 2 });
  const again = await world.signIn("east");
  minutes(121);
  expect((await again.get("/api/me")).status).toBe(401);
  await setRules({ idleMinutes: 120, sessionHours: 12, passwordDays: 30 });
  minutes(31 * 1440);
  const old = await signIn("east");
  expect(old.body.first).toBe("password");
  const renewing = clientOf(world.app, old.body.token);
  expect((await renewing.get("/api/campaigns/trial")).body.code).toBe("password_first");
  expect((await renewing.send("POST", "/api/me/password", { old: password, password: "另一个口令-22" })).status).toBe(200);
  expect((await renewing.get("/api/campaigns/trial")).status).toBe(200);
  const security = await world.signIn("security");
  securityPassword = "换过的口令-22";
  expect((await security.send("POST", "/api/me/password", { old: password, password: securityPassword })).status).toBe(200);
  await setRules({ passwordDays: 0 });
});

test("passwords are in no audit row and no answer", async () => {
  await signIn("口令当账号填了", "猜一猜口令");
  const rows = await asOwner(world.database, "read", (tx) => tx.query(sql`select * from audit`));
  const text = JSON.stringify(rows);
  for (const secret of ["口令当账号填了", "猜一猜口令", "换过的口令-22", password]) expect(text).not.toContain(secret);
  const told = await signIn("east", "猜一猜口令");
  expect(JSON.stringify(told.body)).not.toContain("猜一猜口令");
});
