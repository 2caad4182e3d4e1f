/**
 * A database of its own for each test file. One PostgreSQL serves the run: that of DATABASE_URL, else an embedded one in
 * a temporary folder, which the first file starts and the last one stops. Tables are made once, in a template that
 * every database is copied from.
 */
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import { openDatabase, type Database } from "#platform/db.ts";
import { readRing } from "#platform/key-ring.ts";
import { migrate } from "#platform/migrate.ts";
import { startDatabase } from "#platform/postgres.ts";

export interface TestDatabase extends Database {
  /** For a process of its own: a `postgresql://` address. */
  url: string;
  /** Another pool on the same database. */
  open(): Database;
}

declare module "vitest" {
  interface ProvidedContext {
    databaseFolder: string;
  }
}

/** A ring that is the same in every process of a test. */
const bytes = (letter: string): string => Buffer.alloc(32, letter).toString("base64");
export const testRing = readRing(
  JSON.stringify({
    format: 1,
    current: 1,
    keys: [{ version: 1, made: "2023-01-01T00:00:00.000Z", cipher: "aes", secret: bytes("s"), hash: bytes("h") }],
  }),
  "test",
);

const migrations = join(import.meta.dirname, "../database/migrations");
const schemaDigest = (): string => {
  const hash = createHash("sha256");
  for (const name of readdirSync(migrations).toSorted()) hash.update(readFileSync(join(migrations, name)));
  return hash.digest("hex").slice(0, 12);
};

/** Whether somebody waits for a lock in a test's database. */
export const isAnyoneWaiting = async ({ pool }: Database): Promise<boolean> =>
  (await pool.query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))
    .rowCount !== 0;

/** A fresh database with all tables and no rows; `close` removes it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await startDatabase({
    dataDir: join(inject("databaseFolder"), "data"),
    databaseUrl: process.env["DATABASE_URL"],
    purpose: "tool",
  });
  const addressOf = (name: string): string => {
    const address = server.url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`);
    return address;
  };
  const template = `yibenzhang_template_${schemaDigest()}`;
  const name = `yibenzhang_test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client(server.connection);
  await admin.connect();
  try {
    // One file at a time makes or copies the template: nobody may be connected to it meanwhile.
    await admin.query("select pg_advisory_lock(7240009)");
    // The folder goes with the run: nothing has to survive a crash of the machine, and the disk need not be waited for.
    if (!process.env["DATABASE_URL"]) {
      await admin.query("alter system set fsync = off");
      await admin.query("select pg_reload_conf()");
    }
    const { rowCount } = await admin.query("select 1 from pg_database where datname = $1", [template]);
    if (rowCount === 0) {
      // Left behind where its migrations failed.
      await admin.query(`drop database if exists ${template}_new`);
      await admin.query(`create database ${template}_new`);
      const fresh = openDatabase({ connectionString: addressOf(`${template}_new`) });
      await migrate(fresh);
      await fresh.close();
      await admin.query(`alter database ${template}_new rename to ${template}`);
    }
    await admin.query(`create database ${name} template ${template}`);
  } finally {
    await admin.end();
  }
  const url = addressOf(name);
  const open = (): Database => {
    const opened = openDatabase({ connectionString: url });
    opened.keys.use(testRing);
    return opened;
  };
  const database = open();
  return {
    ...database,
    url,
    open,
    async close() {
      await database.close();
      const last = new pg.Client(server.connection);
      await last.connect();
      await last.query(`drop database if exists ${name} with (force)`);
      await last.end();
      await server.stop();
    },
  };
}
