/** Audit rows leave the database for a file that proves itself, and only those; the log knows that they may be gone. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { checkArchive } from "./archive-file.ts";
import { archiveAudit } from "./archive.model.ts";
import { writeAudit } from "./audit.model.ts";
import { checkLog } from "./log-check.model.ts";
import { openLog } from "./opening.model.ts";
import { seal, type Log } from "./sealing.model.ts";

let database: TestDatabase;
let folder = "";
let log: Log;
const now = new Date("2026-01-01T00:00:00Z");
const before = "2023-01-01T00:00:00.000Z";

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-archive-"));
  const opened = await openLog(database, join(folder, "log"), now);
  if (!opened) throw new Error("no log");
  log = opened;
  database.stamp = log.key.stamp;
  // Old and new ones by turns, in runs of different length.
  for (let number = 0; number < 60; number++) {
    await asOwner(database, "audit", async (tx) =>
      writeAudit(tx, {
        realm: 1 + (number % 2),
        at: new Date(`${number % 3 === 0 ? "2022" : "2025"}-05-01T00:00:00.${String(number).padStart(3, "0")}Z`),
        actor: number,
        action: "ledgers.record",
        unit: 1,
        subject: `制表\t与换行\n${randomUUID()}`,
        result: "ok",
        bypasses: [],
      }),
    );
    if (number % 7 === 0) await seal(database, log, now);
  }
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const count = async (): Promise<number> => (await database.pool.query("select 1 from audit")).rowCount ?? -1;
const faults = async (): Promise<string[]> =>
  (await checkLog(database, log.folder, now)).faults.map(({ what, row }) => `${what} ${row?.id}`);

it("is refused where a row is not as it was sealed, and nothing goes", async () => {
  const path = join(folder, "refused");
  await database.pool.query("update audit set action = 'x' where audit_id = 4");
  await expect(archiveAudit(database, log, before, path, now)).rejects.toThrow(/审计第4号封存后被改动过/);
  await database.pool.query("update audit set action = 'ledgers.record' where audit_id = 4");
  expect([existsSync(path), existsSync(`${path}.partial`), await count()]).toEqual([false, false, 60]);
  expect(await faults()).toEqual([]);
});

it("moves old rows into a file that can be checked without the database", async () => {
  const path = join(folder, "2022.jsonl");
  expect(await archiveAudit(database, log, before, path, now)).toBe(20);
  // The archive itself is an event.
  expect(await count()).toBe(41);
  expect(await checkArchive(path)).toMatchObject({ rows: 20, from: "2022-05-01 00:00:00+00", publicKey: log.key.publicKey });
  expect(await faults()).toEqual([]);
  expect((await checkLog(database, log.folder, now)).removed).toBe(20);
  const [row] = (await database.pool.query("select action, subject, details from audit order by audit_id desc limit 1")).rows;
  expect(row).toMatchObject({ action: "audit.archive", subject: "2022.jsonl", details: { rows: 20, before } });
  expect(await archiveAudit(database, log, before, join(folder, "again"), now)).toBe(0);
});

it("is found out when it was altered, cut, or signed by somebody else", async () => {
  const lines = readFileSync(join(folder, "2022.jsonl"), "utf8").trimEnd().split("\n");
  const rows = lines.flatMap((line, index) => (line.includes('"row"') ? [index] : []));
  const [one = 0, two = 0] = rows;
  const wrong: Record<string, string[]> = {
    changed: lines.with(one, String(lines[one]).replace("ledgers.record", "ledgers.delete")),
    removed: lines.toSpliced(one, 1),
    swapped: lines.with(one, String(lines[two])).with(two, String(lines[one])),
    repeated: lines.toSpliced(one, 0, String(lines[one])),
    cut: lines.slice(0, -1),
    "other key": lines.with(
      0,
      String(lines[0]).replace(/"publicKey":"[^"]{20}/, (text) => `${text.slice(0, -1)}A`),
    ),
  };
  for (const [name, content] of Object.entries(wrong)) {
    const path = join(folder, name);
    writeFileSync(path, `${content.join("\n")}\n`);
    await expect(checkArchive(path), name).rejects.toThrow(/归档文件|公钥/);
  }
});

it("does not excuse a row that went with it, or one that comes back", async () => {
  await database.pool.query("create table kept_audit as select * from audit where audit_id = 2");
  await database.pool.query("delete from audit where audit_id = 2");
  expect(await faults()).toEqual(["removed 2"]);
  await database.pool.query("insert into audit select * from kept_audit");
  expect(await faults()).toEqual([]);
  const archived = JSON.parse(
    readFileSync(join(folder, "2022.jsonl"), "utf8")
      .split("\n")
      .find((line) => line.includes('"row"')) ?? "",
  ) as { row: string };
  const [realm, id, at, actor, action, unit, subject, result, , stamp] = archived.row.split("\t");
  await asOwner(database, "put back", (tx) =>
    tx.query(sql`insert into audit (realm_id, audit_id, at, actor, action, unit_id, subject, result, stamp, xid)
      values (${realm}, ${id}, ${at}, ${actor}, ${action}, ${unit}, ${subject?.replace("\\t", "\t").replace("\\n", "\n")}, ${result}, ${stamp?.replace("\\\\", "\\")}, '3'::xid8)`),
  );
  expect(await faults()).toEqual([`returned ${id}`]);
});
