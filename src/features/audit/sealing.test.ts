/** What is sealed and when, whoever writes, whoever seals, and wherever a run breaks off. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { readHead, readKey } from "#platform/log-key.ts";
import { recordBytes } from "#platform/log-record.ts";
import { openWitness } from "#platform/witness.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { writeAudit } from "./audit.model.ts";
import { checkLog } from "./log-check.model.ts";
import { kinds } from "./log-rows.model.ts";
import { adoptLog, openLog, restartLog } from "./opening.model.ts";
import { seal, type Log } from "./sealing.model.ts";

const now = new Date("2026-01-01T00:00:00Z");
let database: TestDatabase;
let folder = "";
let log: Log;

const open = async (name = "log"): Promise<Log> => {
  const opened = await openLog(database, join(folder, name), now);
  if (!opened) throw new Error("no key");
  database.stamp = opened.key.stamp;
  return opened;
};
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool.query("truncate audit, log_batches, log_removals");
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-sealing-"));
  log = await open();
  return () => rmSync(folder, { recursive: true, force: true });
});

const row = (subject: string) => ({
  realm: 1,
  at: now,
  actor: 7,
  action: "ledgers.record",
  unit: 1,
  subject,
  result: "ok",
  bypasses: [],
});
const write = (...subjects: string[]): Promise<void> =>
  asOwner(database, "write", async (tx) => subjects.forEach((subject) => writeAudit(tx, row(subject))));
const sealed = async (): Promise<number> => (await seal(database, log, now))?.sealed ?? -1;
const check = async (name = "log") => {
  const { faults, size, waiting, missed } = await checkLog(database, join(folder, name), now);
  return { faults: faults.map(({ what, row: of }) => (of ? `${what} ${of.id}` : what)), size, waiting, missed };
};
const sound = (size: number) => ({ faults: [], size, waiting: 0, missed: 0 });

it("every column of a sealed table is in the line, but for the transaction's number", async () => {
  for (const { table, columns, formats } of kinds) {
    const { rows } = await database.pool.query<{ name: string }>(
      "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped",
      [table],
    );
    const names = rows.map(({ name }) => name).filter((name) => name !== "xid");
    expect(columns.toSorted()).toEqual(names.toSorted());
    expect(formats.at(-1)).toBe(columns.length);
  }
});

it("seals each row once, whatever is in it", async () => {
  await write("一", "制表\t换行\n反斜杠\\ 和 \\N", "\u{1F600}");
  expect(await sealed()).toBe(3);
  expect(await sealed()).toBe(0);
  expect(await check()).toEqual(sound(3));
});

it("takes a transaction's rows when it has ended, and does not wait for it", async () => {
  let done: (() => void) | undefined;
  const held = new Promise<void>((release) => (done = release));
  let begun: (() => void) | undefined;
  const started = new Promise<void>((tell) => (begun = tell));
  const long = asOwner(database, "long", async (tx) => {
    writeAudit(tx, row("早开始"));
    await tx.query(sql`select 1`);
    begun?.();
    await held;
  });
  await started;
  await write("晚开始", "先结束");
  expect(await sealed()).toBe(2);
  done?.();
  await long;
  expect(await sealed()).toBe(1);
  expect(await check()).toEqual(sound(3));
});

it("takes more than a batch in one run, under one root", async () => {
  await database.pool.query(
    "insert into audit (realm_id, at, action, result) select 1, now(), 'x', 'ok' from generate_series(1, 5000)",
  );
  expect(await sealed()).toBe(5000);
  const sizes = await database.pool.query("select size::integer from log_batches order by size");
  expect(sizes.rows.map(({ size }) => size)).toEqual([0, 2048, 4096, 5000]);
  // Written beside the program, every one.
  expect((await checkLog(database, log.folder, now)).count).toBe(5000);
});

it("two servers on one database: each has a witness of its own, and they come to the same", async () => {
  cpSync(join(log.folder, "key.pem"), join(folder, "second", "key.pem"), { recursive: true });
  await write("一");
  await sealed();
  await expect(seal(database, { ...log, folder: join(folder, "second") }, now)).rejects.toThrow(/没有封存见证/);
  expect(await adoptLog(database, join(folder, "second"))).toBe(1);
  await write("二");
  expect((await seal(database, { ...log, folder: join(folder, "second") }, now))?.sealed).toBe(1);
  await write("三");
  expect(await seal(database, log, now)).toMatchObject({ sealed: 1, missed: 1 });
  expect((await check("second")).missed).toBe(1);
  for (const name of ["heads.jsonl", "leaves"])
    expect(readFileSync(join(folder, "second", name))).toEqual(readFileSync(join(log.folder, name)));
  const both = await Promise.all([sealed(), sealed()]);
  expect(both.filter((count) => count > 0)).toEqual([]);
});

it("a folder without the key of a log that there is neither makes one nor seals", async () => {
  await write("一");
  await sealed();
  expect(await openLog(database, join(folder, "elsewhere"), now)).toBeUndefined();
  expect(await readKey(join(folder, "elsewhere"))).toBeUndefined();
  expect((await check("elsewhere")).faults.toSorted()).toEqual(["key", "witness"]);
});

describe("a run that breaks off", () => {
  it("after its commit is made up for", async () => {
    await write("一");
    await sealed();
    cpSync(log.folder, join(folder, "before"), { recursive: true });
    await write("二", "三");
    await sealed();
    const whole = readFileSync(join(log.folder, "heads.jsonl"), "utf8");
    rmSync(log.folder, { recursive: true });
    cpSync(join(folder, "before"), log.folder, { recursive: true });
    expect(await check()).toEqual({ ...sound(3), missed: 2 });
    expect(readFileSync(join(log.folder, "heads.jsonl"), "utf8")).toBe(whole);
  });

  it("while it wrote the witness leaves a tail that counts for nothing", async () => {
    await write("一");
    await sealed();
    const leaves = statSync(join(log.folder, "leaves")).size;
    for (const tail of [1, recordBytes, recordBytes + 5]) {
      appendFileSync(join(log.folder, "leaves"), Buffer.alloc(tail, 9));
      appendFileSync(join(log.folder, "heads.jsonl"), '{"log":"');
      expect(await check()).toEqual(sound(1));
      expect(statSync(join(log.folder, "leaves")).size).toBe(leaves);
    }
    expect(readFileSync(join(log.folder, "heads.jsonl"), "utf8").trimEnd().split("\n").map(readHead)).toHaveLength(2);
  });

  it("is not made up for by what nobody signed", async () => {
    await write("一");
    await sealed();
    cpSync(log.folder, join(folder, "before"), { recursive: true });
    await write("二");
    await sealed();
    rmSync(log.folder, { recursive: true });
    cpSync(join(folder, "before"), log.folder, { recursive: true });
    await database.pool.query("update log_batches set records = set_byte(records, 70, get_byte(records, 70) # 1) where size = 2");
    await expect(sealed()).rejects.toThrow(/与签名不符，没有收入见证/);
    expect((await check()).faults).toContain("batch");
  });
});

it("blocks are made again from the leaves", async () => {
  await database.pool.query(
    "insert into audit (realm_id, at, action, result) select 1, now(), 'x', 'ok' from generate_series(1, 2500)",
  );
  await sealed();
  const whole = readFileSync(join(log.folder, "blocks"));
  expect(whole).toHaveLength(64);
  truncateSync(join(log.folder, "blocks"), 40);
  const witness = await openWitness(log.folder);
  expect(await witness?.rootOf(0, 2500)).toEqual(witness?.head.root);
  await witness?.close();
  expect(readFileSync(join(log.folder, "blocks"))).toEqual(whole);
});

describe("beginning", () => {
  it("over rows that are there takes them as they are, and asks a stamp of every later one", async () => {
    await restartLog(database, log.folder, "试验", now);
    await database.pool.query("truncate audit, log_batches");
    rmSync(log.folder, { recursive: true });
    database.stamp = undefined;
    await write("早先");
    log = await open();
    expect(await sealed()).toBe(1);
    database.stamp = undefined;
    await write("没有印记");
    expect((await check()).faults).toEqual([expect.stringMatching(/^unstamped /)]);
  });

  it("anew puts the witness aside and says so", async () => {
    await write("一", "二");
    await sealed();
    await database.pool.query("delete from audit where subject = '二'");
    expect((await check()).faults).toHaveLength(1);
    const { aside, size } = await restartLog(database, log.folder, "恢复备份", now);
    expect(size).toBe(2);
    expect(statSync(join(String(aside), "leaves")).size).toBe(2 * recordBytes);
    expect(await check()).toEqual(sound(2));
    const { rows } = await database.pool.query("select subject, details from audit where action = 'audit.restart'");
    expect(rows).toEqual([{ subject: "恢复备份", details: expect.objectContaining({ size: 2 }) }]);
  });

  it("in another cluster, where transactions count from less, has to be said", async () => {
    await write("一");
    await sealed();
    const witness = join(log.folder, "heads.jsonl");
    const last = readHead(readFileSync(witness, "utf8").trimEnd().split("\n").at(-1) ?? "");
    const later = log.key.sign({ ...last, snapshot: "999999999:999999999:" });
    const lines = readFileSync(witness, "utf8").trimEnd().split("\n");
    writeFileSync(
      witness,
      `${[...lines.slice(0, -1), JSON.stringify({ ...JSON.parse(lines.at(-1) ?? ""), snapshot: later.snapshot, signature: later.signature.toString("base64") })].join("\n")}\n`,
    );
    await database.pool.query("update log_batches set snapshot = $1, signature = $2 where size = 1", [
      later.snapshot,
      later.signature,
    ]);
    await expect(sealed()).rejects.toThrow(/数据库换了另一套/);
    expect((await check()).faults).toEqual(["batch"]);
  });
});

it("heads that were kept elsewhere tell when both the database and the folder are put back, or exchanged", async () => {
  await write("一");
  await sealed();
  cpSync(log.folder, join(folder, "before"), { recursive: true });
  await write("二");
  await sealed();
  const kept = [readHead(readFileSync(join(log.folder, "heads.jsonl"), "utf8").trimEnd().split("\n").at(-1) ?? "")];
  const said = async (): Promise<string[]> => (await checkLog(database, log.folder, now, kept)).faults.map(({ what }) => what);
  expect(await said()).toEqual([]);
  rmSync(log.folder, { recursive: true });
  cpSync(join(folder, "before"), log.folder, { recursive: true });
  await database.pool.query("delete from audit where subject = '二'");
  await database.pool.query("delete from log_batches where size = 2");
  expect(await said()).toEqual(["posted"]);
  // Another row in its place, and the log signed by its own key: of the same size, and not the same.
  await write("另一");
  expect(await said()).toEqual(["posted"]);
});
