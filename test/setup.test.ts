/** An empty installation: one code, once; a pack and a first account together or not at all; accounts and packs after it. */
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { offerCode } from "#features/campaigns/setup.model.ts";
import { asOwner, sql } from "#platform/db.ts";
import { createServer } from "../src/main.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { smallFile, writeSmallPack } from "./small-pack.ts";
import { clientOf, type Client } from "./world.ts";

let database: TestDatabase;
let app: FastifyInstance;
let folder: string;
let anyone: Client;
const time = { now: new Date("2023-03-01T02:00:00Z") };
beforeAll(async () => {
  database = await createTestDatabase();
  app = await createServer(database, { clock: () => time.now, logLevel: "silent" });
  anyone = clientOf(app);
  folder = await mkdtemp(join(tmpdir(), "setup-"));
});
afterAll(async () => {
  await app.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const code = (): Promise<string> => asOwner(database, "offer", (tx) => offerCode(tx, time.now));
const rows = (table: "campaigns" | "accounts" | "packs"): Promise<number> =>
  asOwner(database, "count", (tx) =>
    tx.one<{ n: number }>(
      table === "campaigns"
        ? sql`select count(*) as n from campaigns`
        : table === "accounts"
          ? sql`select count(*) as n from accounts`
          : sql`select count(*) as n from packs`,
    ),
  ).then((row) => row?.n ?? 0);

const given = (more: object = {}) => ({
  pack: "county-plan",
  campaign: { name: "清河县教育整顿", organ: "清河县教育整顿办公室", from: "2023-03-01", to: "2023-12-31" },
  account: { login: "qinghe", name: "清河县教育整顿办公室", password: "清河县的口令" },
  ...more,
});

/** A pack folder, zipped. */
async function zipped(name: string, changes: Record<string, string | null> = {}): Promise<{ name: string; content: Buffer }> {
  const place = writeSmallPack(join(folder, name), changes);
  const zip = new ZipFile();
  for (const file of [
    "pack.yaml",
    "ledgers/units.yaml",
    "ledgers/people.yaml",
    "ledgers/sessions.yaml",
    "figures.yaml",
    "templates/brief.md",
  ])
    if (changes[file] !== null) zip.addFile(join(place, file), `${name}/${file}`);
  zip.end();
  const path = join(folder, `${name}.zip`);
  await pipeline(zip.outputStream, createWriteStream(path));
  return { name: `${name}.zip`, content: await readFile(path) };
}

test("says only whether it is needed; a wrong or an old code opens nothing", async () => {
  expect((await anyone.get("/api/setup")).body).toEqual({ needed: true });
  const old = await code();
  const now = await code();
  for (const wrong of ["ABCD-EFGH-JKMN", old]) {
    const reply = await anyone.send("POST", "/api/setup/packs", { code: wrong });
    expect(reply.body).toMatchObject({ status: 403, code: "wrong_code" });
    expect((await anyone.send("POST", "/api/setup", { ...given(), code: wrong })).status).toBe(403);
    expect((await anyone.upload("/api/setup/pack", await zipped("pack"), { code: wrong })).status).toBe(403);
  }
  // As it is typed off a screen.
  const reply = await anyone.send("POST", "/api/setup/packs", { code: ` ${now.toLowerCase().replaceAll("-", " ")}` });
  expect(reply.status).toBe(200);
  expect(reply.body.packs.map((one: { key: string }) => one.key)).toContain("county-plan");
  expect(await rows("campaigns")).toBe(0);
});

test("a pack that is sent is checked by file and line, and kept to choose from when it is sound", async () => {
  const now = await code();
  const bad = await zipped("faulty", { "figures.yaml": smallFile("figures.yaml").replace("sum: 参加人数", "sum: 参加的人") });
  const told = await anyone.upload("/api/setup/pack", bad, { code: now });
  expect(told.body.pack).toBeNull();
  expect(told.body.problems[0]).toMatchObject({ file: "faulty/figures.yaml", line: 3 });
  const template = smallFile("templates/brief.md").replace("{{A1}}", "{{A9}}");
  const faults = await anyone.upload("/api/setup/pack", await zipped("words", { "templates/brief.md": template }), { code: now });
  expect(faults.body.problems[0].file).toContain("brief.md");
  expect(await rows("packs")).toBe(0);
  const nothing = await anyone.upload(
    "/api/setup/pack",
    { name: "信.zip", content: Buffer.from("PK 不是压缩包") },
    { code: now },
  );
  expect(nothing.body).toMatchObject({ code: "bad_zip", status: 422 });
  const good = await anyone.upload("/api/setup/pack", await zipped("good"), { code: now });
  expect(good.body).toMatchObject({ pack: { key: "small", ledgers: 3 }, problems: [] });
  const packs = (await anyone.send("POST", "/api/setup/packs", { code: now })).body.packs;
  expect(packs[0]).toMatchObject({ key: "small", name: "小方案" });
});

test("what cannot be whole is not begun", async () => {
  const now = await code();
  for (const [more, status] of [
    [{ account: { login: "qinghe", name: "办公室", password: "短" } }, 400],
    [{ pack: "no-such-pack" }, 404],
    [{ campaign: { ...given().campaign, to: "2022-12-31" } }, 422],
  ] as const) {
    const reply = await anyone.send("POST", "/api/setup", { ...given(more), code: now });
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
    expect([await rows("campaigns"), await rows("accounts")]).toEqual([0, 0]);
  }
  expect((await anyone.get("/api/setup")).body).toEqual({ needed: true });
});

test("of two who begin at once one does; the code is void; the office is signed in and may go on", async () => {
  const now = await code();
  const both = await Promise.all([
    anyone.send("POST", "/api/setup", { ...given(), code: now }),
    anyone.send("POST", "/api/setup", { ...given(), account: { ...given().account, login: "second" }, code: now }),
  ]);
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
  // The office, and the three administrators.
  expect(await rows("accounts")).toBe(4);
  const { body } = both.find(({ status }) => status === 200) as (typeof both)[0];
  expect(body).toMatchObject({ campaign: "county-plan", first: null, account: { duty: null } });
  expect(body.administrators).toHaveLength(3);
  for (const { login, duty, code: slip } of body.administrators) {
    const entered = await anyone.send("POST", "/api/activation", { login, code: slip, password: "管理员自己的口令" });
    expect(entered.body).toMatchObject({ first: "enrol", account: { duty } });
  }
  expect((await anyone.get("/api/setup")).body).toEqual({ needed: false });
  for (const path of ["/api/setup/packs", "/api/setup"])
    expect((await anyone.send("POST", path, path.endsWith("packs") ? { code: now } : { ...given(), code: now })).body.code).toBe(
      "set_up_already",
    );

  const office = clientOf(app, body.token);
  const api = "/api/campaigns/county-plan";
  const campaign = (await office.get(api)).body;
  expect(campaign).toMatchObject({ name: "清河县教育整顿", from: "2023-03-01", to: "2023-12-31" });
  expect((await office.get(`${api}/units/${campaign.unit}`)).body.name).toBe("清河县教育整顿办公室");
  expect((await office.get(`${api}/progress`)).body).toEqual({ units: 0, people: 0, imports: 0, accounts: 4 });

  // The samples come in as they stand, units first.
  for (const what of ["units", "people"]) {
    const ledger = campaign.ledgers.find((one: { registers?: { what: string } }) => one.registers?.what === what);
    const sample = await office.get(`${api}/ledgers/${ledger.key}/sample`);
    expect(sample.status).toBe(200);
    const reply = await office.upload(`${api}/imports`, { name: `${ledger.name}.xlsx`, content: sample.raw });
    expect(reply.body, JSON.stringify(reply.body.complaints)).toMatchObject({ committed: true, added: 3, complaints: [] });
  }
  expect((await office.get(`${api}/progress`)).body).toMatchObject({ units: 3, people: 3, imports: 2 });

  const audit = await asOwner(database, "audit", (tx) =>
    tx.query(
      sql`select action, result, subject, actor is not null as known from audit where action = 'setup.begin' and result = 'ok'`,
    ),
  );
  expect(audit).toEqual([{ action: "setup.begin", result: "ok", subject: expect.any(String), known: true }]);
});
