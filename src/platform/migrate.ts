/** Applies database/migrations/NNNN-name.sql in order, each in a transaction of its own, forward only. */
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { asOwner, sql, type Database, type Tx } from "./db.ts";
import { StartError } from "./start-error.ts";

const directory = new URL("../../database/migrations/", import.meta.url);

/**
 * Names of the migrations applied now. Two processes may call this at once: the second waits for the first.
 * `only` limits it to these names, for restoring a backup of an earlier version; one that is not known is a StartError.
 */
export async function migrate(database: Database, only?: readonly string[]): Promise<string[]> {
  const all = (await readdir(directory)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).toSorted();
  const unknown = only?.filter((name) => !all.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new StartError(`备份来自更新的版本（本程序没有迁移 ${unknown.join("、")}）。请升级程序后再恢复。`);
  const files = only ? all.filter((name) => only.includes(name)) : all;
  const applied: string[] = [];
  for (const name of files) {
    const text = await readFile(new URL(name, directory), "utf8");
    const checksum = createHash("sha256").update(text).digest("hex");
    const done = await asOwner(database, `migrate ${name}`, async (tx) => {
      await tx.query(sql`select pg_advisory_xact_lock(7240001)`);
      await tx.query(
        sql`create table if not exists migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
      );
      const known = await tx.one<{ checksum: string }>(sql`select checksum from migrations where name = ${name}`);
      if (known && known.checksum !== checksum)
        throw new StartError(`数据库迁移文件 ${name} 在执行之后被改动过。请恢复原文件；要改表结构，请另加新的迁移文件。`);
      if (known) return false;
      await (await tx.client()).query(text);
      await record(tx, name, checksum);
      return true;
    });
    if (done) applied.push(name);
  }
  return applied;
}

const record = (tx: Tx, name: string, checksum: string): Promise<object[]> =>
  tx.query(sql`insert into migrations (name, checksum) values (${name}, ${checksum})`);

/** Names of the migrations that a database has, in order. */
export const appliedMigrations = (database: Database): Promise<string[]> =>
  asOwner(database, "list migrations", async (tx) =>
    (await tx.query<{ name: string }>(sql`select name from migrations order by name`)).map((row) => row.name),
  );
