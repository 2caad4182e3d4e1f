/**
 * Sealing as processes do it: killed in the middle of a run, and the database under it; asked by the commands; restored from
 * a backup. What was acknowledged is sealed once, and `verify` finds nothing; what was touched it finds.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "#platform/db.ts";
import { recordBytes } from "#platform/log-record.ts";
import { migrate } from "#platform/migrate.ts";
import { findServer } from "#platform/postgres-server.ts";
import { startDatabase, type Database as Server } from "#platform/postgres.ts";
import { repository, run, seeded } from "./program.ts";
import { load, writeSmallPack } from "./small-pack.ts";

const random = seeded(20230901);
let folder = "";
let server: Server;
let database: Database;
const children: ChildProcess[] = [];
const here = (): Record<string, string> => ({ YIBENZHANG_DATA: join(folder, "data") });
const witness = (name: string): string => join(folder, "data/log", name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-sealed-"));
  server = await startDatabase({ dataDir: join(folder, "data"), purpose: "tool" });
  database = openDatabase(server.connection);
  await migrate(database);
  await load(database, writeSmallPack(join(folder, "small")));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await database.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes and seals as fast as it can, and prints each row's subject once its transaction is committed. */
const busy = `
  import { asOwner, openDatabase } from "#platform/db.ts";
  import { startDatabase } from "#platform/postgres.ts";
  import { writeAudit } from "#features/audit/audit.model.ts";
  import { openLog } from "#features/audit/opening.model.ts";
  import { seal } from "#features/audit/sealing.model.ts";
  const folder = process.env.YIBENZHANG_DATA;
  const server = await startDatabase({ dataDir: folder, purpose: "tool" });
  const database = openDatabase(server.connection);
  const log = await openLog(database, folder + "/log", new Date());
  database.stamp = log.key.stamp;
  const writing = async () => {
    for (let n = 0; ; n++) {
      const subject = process.argv[1] + n;
      await asOwner(database, "write", async (tx) => writeAudit(tx, { realm: 1, at: new Date(), actor: 1, action: "look", unit: 1, subject, result: "ok", bypasses: [] }));
      process.stdout.write(subject + "\\n");
    }
  };
  const sealing = async () => {
    for (;;) {
      const done = await seal(database, log, new Date());
      if (done?.sealed) process.stdout.write("sealed " + done.head.size + "\\n");
    }
  };
  await Promise.all([writing(), writing(), sealing()]);`;

function startBusy(mark: string): { said: () => string[]; end: () => Promise<void> } {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", busy, mark], {
    cwd: repository,
    env: { ...process.env, DATABASE_URL: undefined, ...here() },
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  return {
    said: () => out.split("\n").slice(0, -1),
    end: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

async function until(ask: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await ask()); await sleep(2)) if (Date.now() > deadline) throw new Error("never");
}
const answers = (): Promise<boolean> =>
  database.pool.query("select 1").then(
    () => true,
    () => false,
  );

test(
  "killed in the middle of sealing, and the database with it: every acknowledged row is sealed, once",
  { timeout: 240_000 },
  async () => {
    const acknowledged: string[] = [];
    let sealedSize = 0;
    for (const target of ["process", "process", "database", "process", "process", "database", "process"]) {
      const { said, end } = startBusy(`R${acknowledged.length}-`);
      await until(() => said().filter((line) => line.startsWith("sealed ")).length > 3);
      await sleep(random() * 60);
      if (target === "database") process.kill(findServer(join(folder, "data/pg"))?.pid ?? 0, "SIGKILL");
      await end();
      await until(answers);
      for (const line of said())
        if (line.startsWith("sealed ")) sealedSize = Math.max(sealedSize, Number(line.slice(7)));
        else acknowledged.push(line);
      // What was said to be sealed is in the witness.
      expect(statSync(witness("leaves")).size).toBeGreaterThanOrEqual(sealedSize * recordBytes);
      const found = await run(["verify", "--json"], here());
      expect(JSON.parse(found.out)).toMatchObject({ consistent: true, log: { faults: [], waiting: 0 } });
      expect(found.code).toBe(0);
    }
    const rows = (await database.pool.query<{ subject: string }>("select subject from audit where action = 'look'")).rows;
    const there = new Set(rows.map(({ subject }) => subject));
    expect(acknowledged.filter((subject) => !there.has(subject))).toEqual([]);
    expect(statSync(witness("leaves")).size).toBe(rows.length * recordBytes);
  },
);

test("verify names what was touched, in words and in JSON, and ends with 4", { timeout: 60_000 }, async () => {
  await database.pool.query("update audit set actor = 99 where audit_id = 3");
  try {
    const told = await run(["verify"], here());
    expect(told.code).toBe(4);
    expect(told.out).toMatch(/^✗ 审计　第3号（look，\d{4}-\S+Z，账号1）封存后被改动：账号与封存时不同$/m);
    expect(told.out).toMatch(/1处与封存日志不符/);
    const { code, out } = await run(["verify", "--json"], here());
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      consistent: false,
      log: { count: 1, faults: [{ what: "changed", row: { table: "audit", id: "3" } }] },
    });
  } finally {
    await database.pool.query("update audit set actor = 1 where audit_id = 3");
  }
  const heads = witness("heads.jsonl");
  expect(await run(["verify", "--heads", heads], here())).toMatchObject({ code: 0, out: "全部一致。\n" });
  expect(await run(["verify", "--heads", join(folder, "none")], here())).toMatchObject({ code: 2 });
});

test(
  "audit: the key is shown, what is too recent stays, old rows go into a file that anyone can check",
  { timeout: 120_000 },
  async () => {
    const { out: key } = await run(["audit", "key"], here());
    expect(key).toMatch(/^MCowBQYDK2Vw\S+=\n$/);
    const file = join(folder, "审计.jsonl");
    const recent = await run(["audit", "archive", "--out", file, "--before", new Date().toISOString().slice(0, 10)], here());
    expect(recent).toMatchObject({ code: 1, err: expect.stringMatching(/要保留1096天（法定不少于六个月）/) });
    expect(await run(["audit", "archive", "--out", file], { ...here(), YIBENZHANG_AUDIT_KEEP_DAYS: "90" })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/YIBENZHANG_AUDIT_KEEP_DAYS 的值“90”不对：应是天数，不少于183/),
    });
    expect(await run(["audit", "archive", "--out", file], here())).toMatchObject({
      code: 0,
      err: expect.stringMatching(/没有可归档/),
    });
    expect(existsSync(file)).toBe(false);
    const old = `
    import { asOwner, openDatabase } from "#platform/db.ts";
    import { startDatabase } from "#platform/postgres.ts";
    import { writeAudit } from "#features/audit/audit.model.ts";
    import { openLog } from "#features/audit/opening.model.ts";
    const folder = process.env.YIBENZHANG_DATA;
    const server = await startDatabase({ dataDir: folder, purpose: "tool" });
    const database = openDatabase(server.connection);
    database.stamp = (await openLog(database, folder + "/log", new Date())).key.stamp;
    await asOwner(database, "write", async (tx) => writeAudit(tx, { realm: 1, at: new Date("2020-01-01T00:00:00Z"), actor: 1, action: "look", unit: 1, subject: null, result: "ok", bypasses: [] }));
    await database.close();
    await server.stop();`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", old], {
      cwd: repository,
      env: { ...process.env, DATABASE_URL: undefined, ...here() },
    });
    expect(await new Promise((done) => child.once("close", done))).toBe(0);
    expect(await run(["audit", "archive", "--out", file], here())).toMatchObject({
      code: 0,
      err: expect.stringMatching(/已归档1行/),
    });
    expect(await run(["audit", "check", file, "--key", key.trim()], {})).toMatchObject({
      code: 0,
      out: expect.stringMatching(/完整，与签名一致：1行审计/),
    });
    expect(await run(["audit", "check", file, "--key", "MCowBQ"], {})).toMatchObject({ code: 4 });
    expect(await run(["audit", "check", witness("heads.jsonl")], {})).toMatchObject({ code: 4 });
    expect(await run(["verify"], here())).toMatchObject({ code: 0, err: expect.stringMatching(/依规移出1条/) });
  },
);

test(
  "a restore begins the log anew and keeps the former witness; without the folder, verify says so",
  { timeout: 120_000 },
  async () => {
    const file = join(folder, "备份.bak");
    expect(await run(["backup", file], here())).toMatchObject({ code: 0 });
    const before = readFileSync(witness("leaves"));
    const restored = await run(["restore", file, "--replace"], here());
    expect(restored).toMatchObject({ code: 0, err: expect.stringMatching(/封存日志（\d+条）随恢复重新开始，原来的见证移到/) });
    const [aside = ""] = readdirSync(join(folder, "data/log")).filter((name) => name.startsWith("20"));
    expect(readFileSync(join(folder, "data/log", aside, "leaves"))).toEqual(before);
    expect(await run(["verify"], here())).toMatchObject({ code: 0 });
    const elsewhere = { ...here(), YIBENZHANG_LOG_DIR: join(folder, "other") };
    const lost = await run(["verify"], elsewhere);
    expect(lost.code).toBe(4);
    expect(lost.out).toMatch(/没有封存见证/);
    expect(lost.err).toMatch(/没有它的密钥/);
  },
);
