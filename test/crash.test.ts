/**
 * Processes are killed where it hurts: in the middle of an import, of single writes, of a backup, of a report, and the
 * database under them. What was acknowledged must be there, and nothing half done.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Campaign } from "#kernel/campaign.ts";
import { verifyBackupFile } from "#platform/backup-file.ts";
import { asOwner, openDatabase, sql, type Database } from "#platform/db.ts";
import { migrate } from "#platform/migrate.ts";
import { findServer } from "#platform/postgres-server.ts";
import { startDatabase, type Database as Server } from "#platform/postgres.ts";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { readDocx } from "#features/documents/read-docx.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { repository, run, seeded, start } from "./program.ts";
import { importClean, load, peopleCsv, sessionsCsv, unitsCsv, writeSmallPack } from "./small-pack.ts";

const random = seeded(20230303);
let folder = "";
let dataDir = "";
let server: Server;
let database: Database;
let campaign: Campaign;
const children: ChildProcess[] = [];
const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-crash-"));
  dataDir = join(folder, "data");
  server = await startDatabase({ dataDir, purpose: "tool" });
  database = openDatabase(server.connection);
  await migrate(database);
  campaign = await load(database, writeSmallPack(join(folder, "small")));
  await importClean(database, campaign, put("单位名册.csv", unitsCsv));
  await importClean(database, campaign, put("人员名册.csv", peopleCsv));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await database.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const here = (): Record<string, string> => ({ YIBENZHANG_DATA: dataDir });
const count = async (where = sql`true`): Promise<number> =>
  (
    await asOwner(database, "count", (tx) =>
      tx.one<{ n: number }>(sql`select count(*) as n from entries e where ledger = 'sessions' and ${where}`),
    )
  )?.n ?? -1;

/** Entries are what their events make of them, no event is without entry, totals are what the entries come to. */
async function isSound(): Promise<void> {
  for (let left = 100; ; left--)
    try {
      await database.pool.query("select 1");
      break;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(100);
    }
  const found = await asOwner(database, "verify", async (tx) => ({
    entries: await verifyEntries(tx, campaign, campaign.realm),
    cells: await verifyCampaignCells(tx, campaign, campaign.realm),
    orphans: await tx.query(
      sql`select entry_id from entry_events v where not exists (select 1 from entries e where e.realm_id = v.realm_id and e.entry_id = v.entry_id)`,
    ),
    imports: await tx.query(
      sql`select import_id from imports i where (result->>'added')::integer <> (select count(*) from entry_events v where v.import_id = i.import_id and v.version = 1)`,
    ),
  }));
  expect(found).toEqual({ entries: [], cells: [], orphans: [], imports: [] });
}

/** Resolves once `ask` says yes. */
async function until(ask: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await ask()); await sleep(2))
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
}
const importing = async (): Promise<boolean> =>
  (await database.pool.query("select 1 from pg_stat_activity where application_name like 'import %' and xact_start is not null"))
    .rowCount === 1;

/** Records entries one after another and prints each id once its transaction is committed; goes on when the database comes back. */
const writer = `
  import { asOwner, openDatabase } from "#platform/db.ts";
  import { startDatabase } from "#platform/postgres.ts";
  import { getCampaign } from "#features/campaigns/campaigns.model.ts";
  import { changeEntry, ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
  import { findUnitByName } from "#features/units/units.model.ts";
  const server = await startDatabase({ dataDir: process.env.YIBENZHANG_DATA, purpose: "tool" });
  let database = openDatabase(server.connection);
  const campaign = await asOwner(database, "write", (tx) => getCampaign(tx, "small"));
  const unit = (await asOwner(database, "write", (tx) => findUnitByName(tx, campaign.realms, "乙区"))).id;
  const doer = { account: null, unit, role: "operator", now: new Date() };
  for (let n = 0; ; n++) {
    const id = crypto.randomUUID();
    const values = { 活动编号: process.argv[1] + n, 活动日期: "2023-04-01", 组织单位: unit, 参加人数: n % 40 };
    try {
      const entry = await asOwner(database, "write", (tx) => recordEntry(tx, campaign, campaign.realm, ledgerOf(campaign, "sessions"), doer, id, values));
      process.stdout.write("record " + id + "\\n");
      await asOwner(database, "write", (tx) => changeEntry(tx, campaign, entry, 1, doer, { action: "edit", values: { 参加人数: 99 } }));
      process.stdout.write("change " + id + "\\n");
    } catch (error) {
      process.stdout.write("failed " + id + "\\n");
      await new Promise((next) => setTimeout(next, 50));
      await database.close();
      database = openDatabase(server.connection);
    }
  }`;

function startWriter(mark: string): {
  child: ChildProcess;
  said: () => { record: string[]; change: string[]; failed: string[] };
} {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", writer, mark], {
    cwd: repository,
    env: { ...process.env, DATABASE_URL: undefined, ...here() },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const lines = (word: string): string[] =>
    out
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1));
  return { child, said: () => ({ record: lines("record"), change: lines("change"), failed: lines("failed") }) };
}

/** Everything that was acknowledged is there as it was acknowledged. */
async function hasAll({ record, change }: { record: string[]; change: string[] }): Promise<void> {
  const rows = await asOwner(database, "look", (tx) =>
    tx.query<{
      id: string;
      people: number;
      version: number;
      events: number;
    }>(sql`select entry_id as id, (data->>'参加人数')::integer as people, version,
      (select count(*)::integer from entry_events v where v.realm_id = e.realm_id and v.entry_id = e.entry_id) as events from entries e where entry_id = any(${record}::uuid[])`),
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  expect(record.filter((id) => !found.has(id))).toEqual([]);
  expect(change.filter((id) => found.get(id)?.people !== 99 || found.get(id)?.version !== 2)).toEqual([]);
  expect(rows.filter((row) => row.version !== row.events)).toEqual([]);
}

const isWhole = (backup: string): Promise<boolean> =>
  verifyBackupFile(backup).then(
    () => true,
    (error: Error) => {
      expect(error.message).toMatch(/备份/);
      return false;
    },
  );

const killed = (child: ChildProcess): Promise<unknown> => {
  const gone = new Promise((done) => child.once("close", done));
  child.kill("SIGKILL");
  return gone;
};

describe("kill -9 of the program", () => {
  test.each([0, 0.3, 0.6, 0.9])(
    "in the middle of an import, about %f of the way: all or nothing, and again it adds the missing",
    async (part) => {
      const first = 10_000 + Math.round(part * 10) * 5000;
      const path = put(`学习台账${first}.csv`, sessionsCsv(first, first + 2999));
      const before = await count();
      const { child, done } = start(["import", path, "--marked", "none"], here());
      children.push(child);
      await until(importing, "an import under way");
      await sleep((part + random() * 0.2) * 350);
      child.kill("SIGKILL");
      await done;
      await until(async () => !(await importing()), "the end of the import");
      const [row] = (await database.pool.query("select 1 from imports where file = $1", [path.split("/").at(-1)])).rows;
      expect(await count()).toBe(row ? before + 3000 : before);
      await isSound();
      const again = await run(["import", path, "--marked", "none", "--json"], here());
      expect(again.code).toBe(0);
      expect(JSON.parse(again.out)).toMatchObject([{ added: row ? 0 : 3000, unchanged: row ? 3000 : 0, complaints: [] }]);
      expect(await count()).toBe(before + 3000);
      await isSound();
    },
    30_000,
  );

  test("in the middle of single writes", async () => {
    for (let round = 0; round < 3; round++) {
      const { child, said } = startWriter(`W${round}-`);
      await until(() => said().change.length > 5, "five writes");
      await sleep(random() * 200);
      await killed(child);
      const { record, change, failed } = said();
      expect(failed).toEqual([]);
      await hasAll({ record, change });
      // The last one may have been committed without its sender hearing of it, but only the last one.
      const present = await count(sql`data->>'活动编号' like ${`W${round}-%`}`);
      expect(present - record.length).toBeLessThanOrEqual(1);
      await isSound();
    }
  }, 30_000);

  test("in the middle of a backup: no file by its name, and the half one is not taken for whole", async () => {
    let halves = 0;
    for (let round = 0; round < 3; round++) {
      const file = join(folder, `备份${round}.bak`);
      const { child, done } = start(["backup", file], here());
      children.push(child);
      await until(() => existsSync(`${file}.partial`), "a backup under way");
      await sleep(random() * 60);
      child.kill("SIGKILL");
      await done;
      if (existsSync(file)) await verifyBackupFile(file);
      // Killed between its last byte and its name, it is whole.
      else if (!(await isWhole(`${file}.partial`))) {
        halves++;
        expect(await run(["restore", `${file}.partial`, "--replace"], here())).toMatchObject({
          code: 1,
          err: expect.stringMatching(/不完整|损坏/),
        });
      }
    }
    expect(halves).toBeGreaterThan(0);
    await isSound();
    // What was left behind is in nobody's way.
    expect(await run(["backup", join(folder, "备份0.bak")], here())).toMatchObject({ code: 0 });
    expect(readdirSync(folder).filter((name) => name === "备份0.bak.partial")).toEqual([]);
  }, 40_000);

  test("in the middle of a restore: everything is as it was", async () => {
    const file = join(folder, "恢复.bak");
    expect(await run(["backup", file], here())).toMatchObject({ code: 0 });
    await importClean(database, campaign, put("学习台账95000.csv", sessionsCsv(95_000, 95_099)));
    const before = await count();
    const restoring = async (): Promise<boolean> =>
      (
        await database.pool.query(
          "select 1 from pg_stat_activity where query like 'copy %' and state = 'active' and pid <> pg_backend_pid()",
        )
      ).rowCount === 1;
    const { child, done } = start(["restore", file, "--replace"], here());
    children.push(child);
    await until(restoring, "a restore under way");
    await sleep(random() * 30);
    child.kill("SIGKILL");
    await done;
    expect(await count()).toBe(before);
    await isSound();
    expect(await run(["restore", file, "--replace"], here())).toMatchObject({ code: 0 });
    expect(await count()).toBe(before - 100);
    await isSound();
  }, 30_000);

  test("in the middle of a report: no file by its name that is not whole and known", async () => {
    for (let round = 0; round < 3; round++) {
      const out = join(folder, `报告${round}.docx`);
      const { child, done } = start(["report", "brief", "--out", out], here());
      children.push(child);
      await until(() => existsSync(`${out}.partial`) || existsSync(out), "a report under way");
      await sleep(random() * 15);
      child.kill("SIGKILL");
      await done;
      if (!existsSync(out)) continue;
      expect((await readDocx(readFileSync(out))).figures).toHaveLength(3);
      expect(await run(["report", "verify", out], here())).toMatchObject({ code: 0 });
    }
    await isSound();
  }, 30_000);
});

describe("kill -9 of PostgreSQL", () => {
  const postmaster = (): number => findServer(join(dataDir, "pg"))?.pid ?? 0;
  const backend = async (name: string): Promise<number> =>
    (
      (
        await database.pool.query(
          "select pid from pg_stat_activity where application_name like $1 order by backend_start desc limit 1",
          [name],
        )
      ).rows[0] as { pid: number } | undefined
    )?.pid ?? 0;

  test("in the middle of single writes, its main process and one of its others: every acknowledged write is there", async () => {
    const { child, said } = startWriter("P");
    for (const target of ["main", "other", "main"]) {
      const before = said().change.length;
      await until(() => said().change.length > before + 5, "five writes");
      await sleep(random() * 150);
      let pid = 0;
      // Between two transactions the connection has no telling name.
      await until(async () => (pid = target === "main" ? postmaster() : await backend("write")) > 0, "a process to kill");
      process.kill(pid, "SIGKILL");
      if (target === "main") await until(() => ![0, pid].includes(postmaster()), "another main process");
      const then = said().change.length;
      await until(() => said().change.length > then + 10, "writes after the database came back");
    }
    await killed(child);
    await isSound();
    await hasAll(said());
  }, 60_000);

  test("in the middle of an import: it says so, nothing is in, and again everything is", async () => {
    const path = put("学习台账90000.csv", sessionsCsv(90_000, 92_999));
    const before = await count();
    const { child, done } = start(["import", path, "--marked", "none"], here());
    children.push(child);
    await until(importing, "an import under way");
    await sleep(50 + random() * 100);
    process.kill(postmaster(), "SIGKILL");
    const outcome = await done;
    expect(outcome).toMatchObject({ code: 1, out: "" });
    expect(outcome.err).toMatch(/与数据库的连接中断，没有做完的已全部撤销/);
    expect(outcome.err).not.toMatch(/内部错误/);
    await isSound();
    expect(await count()).toBe(before);
    expect(await run(["import", path, "--marked", "none"], here())).toMatchObject({
      code: 0,
      out: expect.stringMatching(/新增3000条/),
    });
    expect(await count()).toBe(before + 3000);
    expect(await run(["verify"], here())).toMatchObject({ code: 0, out: "全部一致。\n" });
  }, 60_000);
});

/** A port that nobody listens on now. */
async function freePort(): Promise<string> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return String(port);
}

test("two servers on one data folder: the second is told who has it, the first goes on", async () => {
  const port = await freePort();
  const { child, done } = start(["serve"], { ...here(), PORT: port });
  children.push(child);
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  await until(answers, "an answer");
  const second = await run(["serve"], { ...here(), PORT: await freePort() });
  expect(second).toMatchObject({ code: 1, out: "" });
  expect(second.err).toMatch(
    new RegExp(`数据文件夹 .*data 正在被另一个服务使用（进程 ${child.pid}），不能同时启动两个.*YIBENZHANG_DATA`),
  );
  expect(await run(["verify"], here())).toMatchObject({ code: 0 });
  expect(await answers()).toBe(true);
  child.kill("SIGTERM");
  expect(await done).toMatchObject({ code: 0 });
}, 60_000);

/** A disk of its own that is soon full, if this user may mount one. */
function mountSmall(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("the disk full in the middle of an import: it says so, nothing is in, and with space again everything is", async ({
  skip,
}) => {
  const disk = join(folder, "disk");
  if (!mountSmall(disk)) skip("only root can mount a small disk");
  try {
    const env = { YIBENZHANG_DATA: join(disk, "data") };
    expect((await run(["pack", "load", join(folder, "small")], env)).code).toBe(0);
    expect((await run(["import", put("单位名册.csv", unitsCsv), put("学习台账0.csv", sessionsCsv(1, 100))], env)).code).toBe(0);
    const { bsize, bavail } = statfsSync(disk);
    writeFileSync(join(disk, "filler"), Buffer.alloc(bsize * bavail - (12 << 20)));
    const path = put("学习台账.csv", sessionsCsv(200, 30_000));
    const full = await run(["import", path, "--marked", "none"], env);
    expect(full.code).toBe(1);
    expect(full.out + full.err).toMatch(/磁盘空间不足/);
    expect(full.out + full.err).not.toMatch(/内部错误/);
    rmSync(join(disk, "filler"));
    expect(await run(["verify"], env)).toMatchObject({ code: 0, out: "全部一致。\n" });
    expect(await run(["figures", "A1"], env)).toMatchObject({ code: 0, out: expect.stringMatching(/学习次数　100次/) });
    const few = put("学习台账.csv", sessionsCsv(1, 300));
    expect(await run(["import", few, "--marked", "none"], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/新增200条，修改0条，不变100条/),
    });
    expect(await run(["verify"], env)).toMatchObject({ code: 0 });
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
}, 120_000);
