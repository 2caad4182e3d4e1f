// Backup and restore without pg_dump, which the embedded PostgreSQL does not have, and alike for embedded and external servers: a
// logical export of all rows from one snapshot. The structure is not in it; it comes from the migrations, whose names are. Restoring is
// one transaction into a database with the same migrations, committed only when the last byte has been checked.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable, type Writable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import type { Client, ClientBase } from "pg";
import { from as copyFrom, to as copyTo, type CopyStreamQuery } from "pg-copy-streams";
import {
  BackupError,
  explainUnpacking,
  frameWriter,
  readFrames,
  type BackupHeader,
  type BackupManifest,
  type BackupReader,
  type BackupTable,
} from "./backup-format.ts";
import { columnList, inRestoreOrder, listForeignKeys, listSequences, listTables, qualified } from "./backup-tables.ts";

export interface BackupScope {
  /** Schemas whose tables are saved; default ['public']. */
  schemas?: string[];
  /** Names of the applied migrations in order; their table is not part of the backup. Default: `select name from migrations order by name`. */
  migrationsQuery?: string;
}

export interface BackupSummary {
  createdAt: string;
  migrations: string[];
  tables: { schema: string; name: string; rows: number; sha256: string }[];
}

const migrationsTable = "migrations";

const summarize = (header: BackupHeader, ends: BackupManifest["tables"]): BackupSummary => ({
  createdAt: header.createdAt,
  migrations: header.migrations,
  tables: header.tables.map(({ schema, name }, index) => ({
    schema,
    name,
    rows: ends[index]?.rows ?? 0,
    sha256: ends[index]?.sha256 ?? "",
  })),
});

async function listMigrations(
  client: ClientBase,
  query = `select name from ${migrationsTable} order by name`,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(query);
  return rows.map(({ name }) => name);
}

/** The text form of values must not depend on the server's or role's settings; row security would silently leave rows out, so it is an error. */
const plainSession = `set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601'; set local timezone = 'UTC'; set local bytea_output = 'hex';
  set local extra_float_digits = 1; set local client_encoding = 'UTF8'; set local row_security = off; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`;

async function inTransaction<T>(client: ClientBase, mode: string, work: () => Promise<T>): Promise<T> {
  await client.query(`begin ${mode}`);
  try {
    await client.query(plainSession);
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

/** Yields the backup, uncompressed, from one snapshot of the database; fills `summary` on the way. The client must be able to read every row and is used alone. */
async function* dumpFrames(
  client: ClientBase,
  header: BackupHeader,
  schemas: string[],
  ends: BackupManifest["tables"],
): AsyncGenerator<Buffer> {
  const writer = frameWriter();
  yield writer.header(header);
  for (const table of header.tables) {
    const hash = createHash("sha256");
    const copy = client.query(copyTo(`copy (select ${columnList(table)} from ${qualified(table)}) to stdout`));
    for await (const chunk of copy as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield writer.data(chunk);
    }
    const end = { rows: copy.rowCount, sha256: hash.digest("hex") };
    ends.push(end);
    yield writer.tableEnd(end);
  }
  // Sequences are outside of snapshots; read last, they are past every number in the tables.
  yield writer.manifest({ tables: ends, sequences: await listSequences(client, schemas) });
}

/** Collects the small pieces in which COPY arrives, so that frames are worth compressing. */
async function* gathered(pieces: AsyncIterable<Buffer>, size = 256 * 1024): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length >= size) {
      yield Buffer.concat(held);
      held = [];
      length = 0;
    }
  }
  if (length) yield Buffer.concat(held);
}

/** Writes a backup to the stream and ends it. The client must see every row (owner of the tables) and is used for nothing else meanwhile; on failure it is closed, because a COPY under way cannot be called off. */
export async function dump(
  client: Client,
  out: Writable,
  { schemas = ["public"], migrationsQuery }: BackupScope = {},
): Promise<BackupSummary> {
  return inTransaction(client, "isolation level repeatable read read only", async () => {
    const tables = (await listTables(client, schemas)).filter(({ name }) => name !== migrationsTable);
    const header: BackupHeader = {
      format: 1,
      createdAt: new Date().toISOString(),
      migrations: await listMigrations(client, migrationsQuery),
      tables: inRestoreOrder(tables, await listForeignKeys(client)),
    };
    const ends: BackupManifest["tables"] = [];
    try {
      await pipeline(Readable.from(gathered(dumpFrames(client, header, schemas, ends))), createGzip({ level: 4 }), out);
    } catch (error) {
      await client.end();
      throw error;
    }
    return summarize(header, ends);
  });
}

async function readBackup(input: Readable, reader: BackupReader): Promise<{ header: BackupHeader; manifest: BackupManifest }> {
  const unpacked = createGunzip();
  let result: { header: BackupHeader; manifest: BackupManifest } | undefined;
  try {
    await pipeline(input, unpacked, async (source: AsyncIterable<Buffer>) => {
      result = await readFrames(source, reader);
    });
  } catch (error) {
    throw explainUnpacking(error);
  }
  if (!result) throw new BackupError("备份文件不完整。");
  return result;
}

/** Reads a backup to its end and checks every hash, without a database. */
export async function verifyBackup(input: Readable): Promise<BackupSummary> {
  const { header, manifest } = await readBackup(input, {});
  return summarize(header, manifest.tables);
}

const listed = (names: string[]) => (names.length ? names.join("、") : "无");

async function checkTarget(
  client: ClientBase,
  header: BackupHeader,
  { migrationsQuery, replace, prepared = [] }: RestoreOptions,
): Promise<void> {
  const present = await listMigrations(client, migrationsQuery);
  if (JSON.stringify(present) !== JSON.stringify(header.migrations)) {
    const missing = header.migrations.filter((name) => !present.includes(name));
    const extra = present.filter((name) => !header.migrations.includes(name));
    throw new BackupError(
      `备份与当前数据库的结构版本不同，没有恢复任何内容。备份有而本库没有的迁移：${listed(missing)}；本库有而备份没有的迁移：${listed(extra)}。请先把空库迁移到与备份相同的版本，恢复后再迁移到最新。`,
    );
  }
  const names = header.tables.map((table) => qualified(table));
  if (replace && names.length) {
    await client.query(`truncate ${names.join(", ")}`);
    return;
  }
  const filled = names.filter((name) => prepared.includes(name));
  if (filled.length > 0) await client.query(`truncate ${filled.join(", ")}`);
  for (const name of names) {
    const { rowCount } = await client.query(`select 1 from ${name} limit 1`);
    if (rowCount)
      throw new BackupError(
        `当前数据库不是空的（表 ${name} 中有数据），没有恢复任何内容。请在新的数据文件夹中恢复，或加 --replace 用备份取代现有数据。`,
      );
  }
}

/** Foreign keys against the order of the file (tables referring to each other in a circle) are checked at the end instead of row by row. */
async function deferCircles(client: ClientBase, tables: BackupTable[]): Promise<() => Promise<void>> {
  const position = new Map(tables.map((table, index) => [qualified(table), index]));
  const against = (await listForeignKeys(client)).filter(({ from, to }) => (position.get(from) ?? 0) < (position.get(to) ?? -1));
  const alter = async (how: string) => {
    for (const { from, name } of against)
      await client.query(`alter table ${from} alter constraint "${name.replaceAll('"', '""')}" ${how}`);
  };
  await alter("deferrable initially deferred");
  return async () => {
    await client.query("set constraints all immediate");
    await alter("not deferrable");
  };
}

/** Writes one piece and waits for it: pieces still queued when the server refuses the data would break pg-copy-streams outside of any reach. */
const send = (copy: Writable, content: Buffer): Promise<void> =>
  new Promise((sent, failed) => {
    copy.once("error", failed);
    copy.write(content, () => {
      copy.off("error", failed);
      sent();
    });
  });

export interface RestoreOptions extends Pick<BackupScope, "migrationsQuery"> {
  /** Empty the tables first, inside the same transaction. Otherwise a table with rows is an error. */
  replace?: boolean;
  /** Tables, `schema.name` quoted, that an empty database has rows in: the backup's take their place. */
  prepared?: readonly string[];
}

/**
 * Restores a backup into a database with the same migrations, in one transaction: a BackupError (file cut short or altered, other
 * migrations, tables not empty, counts that differ) or any other failure leaves everything as it was. The client must own the tables.
 */
export async function restore(client: ClientBase, input: Readable, options: RestoreOptions = {}): Promise<BackupSummary> {
  return inTransaction(client, "", async () => {
    let checkCircles = async () => {};
    let copy: (Writable & CopyStreamQuery) | undefined;
    let failure: Error | undefined;
    const begin = (table: BackupTable) => {
      const stream = client.query(copyFrom(`copy ${qualified(table)} (${columnList(table)}) from stdin`));
      stream.on("error", (error) => (failure ??= error));
      return stream;
    };
    const finish = async (stream: Writable) => {
      stream.end();
      if (!failure) await once(stream, "finish");
      if (failure) throw failure;
    };
    try {
      const { header, manifest } = await readBackup(input, {
        async header(found) {
          await checkTarget(client, found, options);
          checkCircles = await deferCircles(client, found.tables);
        },
        async data(content, table) {
          copy ??= begin(table);
          if (failure) throw failure;
          await send(copy, content);
        },
        async tableEnd(end, table) {
          let rows = 0;
          if (copy) {
            await finish(copy);
            rows = copy.rowCount;
            copy = undefined;
          }
          if (rows !== end.rows)
            throw new BackupError(`表 ${qualified(table)} 应有 ${end.rows} 行，实际恢复了 ${rows} 行，已全部撤销。`);
        },
      });
      await checkCircles();
      // Not setval(), which a rollback would leave in place.
      for (const { schema, name, next } of manifest.sequences)
        await client.query(`alter sequence ${qualified({ schema, name })} restart with ${BigInt(next)}`);
      return summarize(header, manifest.tables);
    } catch (error) {
      if (copy && !failure) {
        const aborted = once(copy, "close");
        copy.destroy();
        await aborted.catch(() => {});
      }
      throw failure && !(error instanceof BackupError)
        ? new BackupError(`数据库没有接受备份中的数据，已全部撤销：${failure.message}`)
        : error;
    }
  });
}
