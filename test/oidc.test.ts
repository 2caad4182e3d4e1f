/** Coming in by way of another house, against a real provider of OpenID Connect. */
import { randomBytes } from "node:crypto";
import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import Provider from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { readRules, writeRules } from "#features/access/sign-in-rules.model.ts";
import { oidcSchema, openOidc } from "#platform/oidc.ts";
import { createServer } from "../src/main.ts";
import { clientOf, createWorld, password, type Client, type Reply, type World } from "./world.ts";

const address = "http://yzb.test";
const secret = randomBytes(24).toString("base64url");
/** Who is who there: a subject never changes, what it is called may. */
const people: Record<string, string> = { "subject-east": "east", "subject-stranger": "stranger", "subject-head": "eastHead" };

let world: World;
let app: FastifyInstance;
let anyone: Client;
let house: Server;
beforeAll(async () => {
  world = await createWorld();
  house = createHttpServer();
  await new Promise<void>((done) => void house.listen(0, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${(house.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "yibenzhang",
        client_secret: secret,
        token_endpoint_auth_method: "client_secret_post",
        redirect_uris: [`${address}/sso/dept`],
        post_logout_redirect_uris: [`${address}/sign-in`],
      },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username"] },
    cookies: { keys: [secret] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: people[id] }) }),
  });
  const answer = provider.callback();
  house.on("request", (request, response) => void answer(request, response));
  const settings = { key: "dept", name: "单位统一登录", issuer, clientId: "yibenzhang", clientSecret: secret, insecure: true };
  const wrong = { ...settings, key: "broken", issuer: "http://127.0.0.1:1" };
  app = await createServer(world.database, {
    clock: () => world.time.now,
    logLevel: "silent",
    providers: [settings, wrong].map((one) => openOidc(oidcSchema.parse(one), address)),
  });
  anyone = clientOf(app);
});
afterAll(async () => {
  await app?.close();
  await new Promise((done) => house?.close(done));
  await world?.close();
});

/** Goes there as somebody, as a browser would, until sent back; the query that comes along. */
async function visit(url: string, subject: string): Promise<string> {
  const jar = new Map<string, string>();
  let next: { url: string; body?: URLSearchParams } = { url };
  for (let step = 0; step < 20; step++) {
    const response = await fetch(next.url, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(next.body ? { method: "POST", body: next.body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const to = response.headers.get("location");
    if (to?.startsWith(address)) return new URL(to).search.slice(1);
    if (to) {
      next = { url: new URL(to, next.url).href };
      continue;
    }
    const page = await response.text();
    const [, action = ""] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
    const [, prompt = ""] = /name="prompt" value="([^"]+)"/.exec(page) ?? [];
    next = { url: new URL(action, next.url).href, body: new URLSearchParams({ prompt, login: subject, password: "any" }) };
  }
  throw new Error("never sent back");
}
const begin = async (): Promise<{ url: string; binding: string }> => (await anyone.send("POST", "/api/sso/dept/begin", {})).body;
const finish = (query: string, binding: string): Promise<Reply> =>
  anyone.send("POST", "/api/sso/dept/finish", { query, binding });
const comeIn = async (subject: string): Promise<Reply> => {
  const { url, binding } = await begin();
  return finish(await visit(url, subject), binding);
};

test("an account whose login is theirs there comes in, is linked, and stays so when it is called otherwise", async () => {
  expect((await anyone.get("/api/sso")).body.providers).toEqual([
    { key: "dept", name: "单位统一登录" },
    { key: "broken", name: "单位统一登录" },
  ]);
  const entered = await comeIn("subject-east");
  expect(entered.body).toMatchObject({ first: null, account: { login: "east" } });
  people["subject-east"] = "west";
  expect((await comeIn("subject-east")).body.account.login).toBe("east");
  // Whoever takes over the name there does not take over the account here.
  people["subject-stranger"] = "east";
  expect((await comeIn("subject-stranger")).body).toMatchObject({ status: 403, code: "no_account" });
  const out = await clientOf(app, entered.body.token).send("DELETE", "/api/session");
  expect(out.body.elsewhere).toContain("post_logout_redirect_uri=http%3A%2F%2Fyzb.test%2Fsign-in");
  const rows = await world.audit("sso.finish");
  expect(rows.map(({ result }) => result)).toEqual(["ok", "ok", "no_account"]);
});

test("what came back is good once, for the browser that began, as it was sent, and for ten minutes", async () => {
  const one = await begin();
  const query = await visit(one.url, "subject-east");
  expect((await finish(query, "another-browser")).body.code).toBe("sign_in_stale");
  expect((await finish(query, one.binding)).body.code).toBe("sign_in_stale");
  const [two, three] = [await begin(), await begin()];
  const mixed = new URLSearchParams(await visit(two.url, "subject-east"));
  mixed.set("state", new URL(three.url).searchParams.get("state") ?? "");
  // The code of one attempt with the state of another: the verifier does not fit.
  expect((await finish(mixed.toString(), three.binding)).body.code).toBe("sign_in_refused");
  const refused = await begin();
  const state = new URL(refused.url).searchParams.get("state") ?? "";
  expect((await finish(`error=access_denied&state=${state}`, refused.binding)).body.code).toBe("sign_in_refused");
  const late = await begin();
  const back = await visit(late.url, "subject-east");
  const { now } = world.time;
  world.time.now = new Date(now.getTime() + 601_000);
  expect((await finish(back, late.binding)).body.code).toBe("sign_in_stale");
  world.time.now = now;
  expect((await anyone.send("POST", "/api/sso/broken/begin", {})).body.code).toBe("provider_unavailable");
  expect((await anyone.send("POST", "/api/sso/none/begin", {})).status).toBe(404);
});

test("the house that vouches does not spare the second factor, nor bring in who is disabled; no secret is written down", async () => {
  await asOwner(world.database, "ask for a second factor", async (tx) =>
    writeRules(tx, { ...(await readRules(tx)), secondFactor: ["unit_head"] }, null, world.time.now),
  );
  const head = await comeIn("subject-head");
  expect(head.body).toMatchObject({ first: "enrol", account: { login: "eastHead" } });
  expect((await clientOf(app, head.body.token).get("/api/campaigns/trial")).body.code).toBe("enrol_first");
  await asOwner(world.database, "disable", (tx) => tx.query(sql`update accounts set disabled = true where login = 'east'`));
  expect((await comeIn("subject-east")).body.code).toBe("no_account");
  const text = JSON.stringify(await asOwner(world.database, "read", (tx) => tx.query(sql`select * from audit`)));
  for (const hidden of [secret, password]) expect(text).not.toContain(hidden);
});
