/** database/schema.sql is what the migrations come to; after a new migration, `node scripts/dump-schema.ts` renews it. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { asOwner, sql, type Sql } from "#platform/db.ts";
import { dumpSchema, schemaFile } from "../scripts/dump-schema.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** The dump after a change that is taken back again. */
const after = (change: Sql): Promise<string> =>
  asOwner(database, "look", async (tx) => {
    await tx.query(sql`savepoint before`);
    await tx.query(change);
    try {
      return await dumpSchema(tx);
    } finally {
      await tx.query(sql`rollback to savepoint before`);
    }
  });

it("says what the migrations come to", async () => {
  expect(await asOwner(database, "look", dumpSchema)).toBe(readFileSync(schemaFile, "utf8"));
});

it("misses no change", async () => {
  const text = readFileSync(schemaFile, "utf8");
  expect(await after(sql`select 1`)).toBe(text);
  const changes = [
    sql`alter table entries add column more text`,
    sql`alter table entries alter column day set not null`,
    sql`alter table entries alter column version set default 1`,
    sql`create index extra on entries (realm_id, day)`,
    sql`alter table relations drop constraint relations_self`,
    sql`alter table audit disable row level security`,
    sql`drop policy entries_units on entries`,
    sql`alter policy entries_units on entries using (true)`,
    sql`grant delete on entries to yibenzhang_app`,
    sql`grant update (changes) on entry_events to yibenzhang_whole`,
    sql`revoke usage on schema public from yibenzhang_app`,
    sql`create function more() returns integer language sql as 'select 1'`,
    sql`alter function app_units() volatile`,
  ];
  for (const change of changes)
    expect({ change: change.text, same: (await after(change)) === text }).toEqual({ change: change.text, same: false });
});

it("refuses what it could not show", async () => {
  await expect(after(sql`create view seen as select 1 as one`)).rejects.toThrow("relation seen of kind v");
  await expect(after(sql`create type colour as enum ('red')`)).rejects.toThrow("type colour");
});
