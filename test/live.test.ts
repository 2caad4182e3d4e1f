/** Whoever watches is told within a moment that something in their units has changed, and nothing about what. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { tellOnce } from "#platform/live.ts";
import { createWorld, password, type Login, type World } from "./world.ts";

let world: World;
let other: FastifyInstance;
beforeAll(async () => {
  world = await createWorld();
  other = await world.another();
  await other.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => world.close());

interface Stream {
  status: number;
  /** What came since it was last asked, once something has; the text so far when the stream ends. */
  next(): Promise<string>;
  close(): void;
}

const addressOf = (app: FastifyInstance): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

async function tokenOf(login: Login): Promise<string> {
  const { body } = await world.anonymous.send("POST", "/api/session", { login, password });
  return body.token;
}

async function watch(token: string | undefined, app: FastifyInstance = other): Promise<Stream> {
  const stop = new AbortController();
  const response = await fetch(`${addressOf(app)}/api/campaigns/trial/live`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    status: response.status,
    next: async () => (await reader?.read())?.value ?? "",
    close: () => stop.abort(),
  };
}

const record = async (login: Login, subject: string): Promise<void> => {
  const client = await world.as(login);
  const { status } = await client.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${randomUUID()}`, {
    values: {
      活动编号: subject,
      活动日期: "2023-04-03",
      组织单位: login === "west" ? "西区纪委" : "东区纪委",
      主题: subject,
      形式: "集体学习",
    },
  });
  expect(status).toBe(200);
};

test("a record made at another server is told to those above it and beside it, not to others", async () => {
  const office = await watch(await tokenOf("office"));
  const east = await watch(await tokenOf("east"));
  const west = await watch(await tokenOf("west"));
  for (const stream of [office, east, west]) expect(await stream.next()).toBe("retry: 2000\n\n");
  let toldWest = false;
  const forWest = west.next().then((text) => {
    toldWest = true;
    return text;
  });
  await record("east", "第一次");
  expect(await office.next()).toBe("event: changed\ndata:\n\n");
  expect(await east.next()).toBe("event: changed\ndata:\n\n");
  expect(toldWest).toBe(false);
  await record("west", "第二次");
  expect(await forWest).toBe("event: changed\ndata:\n\n");
  for (const stream of [office, east, west]) stream.close();
});

test("what was refused, read or only tried is not told", async () => {
  const east = await watch(await tokenOf("east"));
  await east.next();
  const client = await world.as("east");
  await client.get("/api/campaigns/trial/ledgers/study/entries");
  const { status } = await client.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${randomUUID()}`, {
    values: { 活动日期: "不是日期" },
  });
  expect(status).toBe(422);
  // The next thing told is the next thing done: had the others been told, it would have come sooner and twice.
  await record("east", "第三次");
  expect(await east.next()).toBe("event: changed\ndata:\n\n");
  east.close();
});

test("another program's change is told, and one missed while the database was away", async () => {
  const office = await watch(await tokenOf("office"));
  await office.next();
  await tellOnce(world.database, world.campaign.realm);
  expect(await office.next()).toContain("changed");
  await asOwner(world.database, "break the listener", (tx) =>
    tx.query(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'live' and datname = current_database()`,
    ),
  );
  // Listening again, nobody knows what was missed.
  expect(await office.next()).toContain("changed");
  await record("east", "第四次");
  expect(await office.next()).toContain("changed");
  office.close();
});

test("who is not signed in, or has no part in the campaign, is told nothing", async () => {
  const nobody = await watch(undefined);
  expect(nobody.status).toBe(401);
  expect((await (await world.as("east")).get("/api/campaigns/none/live")).status).toBe(404);
});

test("watching keeps no idle session alive", async () => {
  const token = await tokenOf("east");
  const begun = world.time.now;
  world.time.now = new Date(begun.getTime() + 100 * 60_000);
  const stream = await watch(token);
  expect(stream.status).toBe(200);
  stream.close();
  world.time.now = new Date(begun.getTime() + 130 * 60_000);
  expect((await watch(token)).status).toBe(401);
  world.time.now = begun;
});

test("what a page asks by itself keeps no idle session alive, what somebody asks for does", async () => {
  const begun = world.time.now;
  const after = (minutes: number): void => void (world.time.now = new Date(begun.getTime() + minutes * 60_000));
  const ask = async (token: string, headers: Record<string, string>): Promise<number> =>
    (
      await world.app.inject({
        method: "GET",
        url: "/api/campaigns/trial/figures",
        headers: { authorization: `Bearer ${token}`, ...headers },
      })
    ).statusCode;
  const [left, used] = [await tokenOf("east"), await tokenOf("east")];
  for (const minutes of [40, 80, 119]) {
    after(minutes);
    expect(await ask(left, { "x-unattended": "1" })).toBe(200);
    expect(await ask(used, {})).toBe(200);
  }
  after(121);
  expect(await ask(left, {})).toBe(401);
  expect(await ask(used, { "x-unattended": "1" })).toBe(200);
  world.time.now = begun;
});

test("a server that stops ends its streams", async () => {
  const server = await world.another();
  await server.listen({ host: "127.0.0.1", port: 0 });
  const office = await watch(await tokenOf("office"), server);
  await office.next();
  await server.close();
  expect(await office.next()).toBe("");
});
