/**
 * Imports a file: all of it in one transaction, all or nothing unless the caller asks for the good rows. Rows go in by
 * COPY as the owner of the tables, after the check that the sender may write to the units they name.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Campaign } from "#kernel/campaign.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, constraintOf, runAgain, sql, type Database, type Tx } from "#platform/db.ts";
import { writeAudit } from "#features/audit/audit.model.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { ledgerOf } from "#features/ledgers/ledgers.model.ts";
import type { Doer } from "#features/ledgers/ledgers.types.ts";
import { parseFile } from "./parse-file.ts";
import { readMemory, remember } from "./heading-memory.model.ts";
import { openImport } from "./landing.model.ts";
import type { ImportOptions, ImportResult } from "./import.types.ts";

export const importFile = (database: Database, campaign: Campaign, doer: Doer, options: ImportOptions): Promise<ImportResult> =>
  asOwner(database, `import ${options.name ?? options.path}`, async (tx) => {
    // Read anew at every attempt: one reason to try again is that another version of the pack has been loaded.
    const result = await importWithin(tx, await getCampaign(tx, campaign.key, campaign.realm), doer, options);
    if (result.committed)
      writeAudit(tx, {
        realm: campaign.realm,
        at: doer.now,
        actor: doer.account,
        action: "exchange.import",
        unit: doer.unit,
        subject: result.file,
        result: "ok",
        bypasses: [],
      });
    return result;
  });

/** Lets the database see at once what it would find out by itself within a minute: how full its tables are, and of what. */
export const lookThrough = (database: Database): Promise<unknown> =>
  asOwner(database, "look through what was loaded", (tx) => tx.query(sql`analyze entries, entry_events, units, people`));

/** The same within a transaction of the owner's; what is not kept is taken back to where it began. */
export async function importWithin(tx: Tx, campaign: Campaign, doer: Doer, options: ImportOptions): Promise<ImportResult> {
  const file = options.name ?? options.path.split("/").at(-1) ?? options.path;
  if (options.ledger !== undefined) ledgerOf(campaign, options.ledger);
  const sha256 = await hashFile(options.path);
  const result = blankResult(file, options);
  await tx.query(sql`savepoint import`);
  const importing = await openImport(tx, campaign, doer, options, result);
  try {
    const memory = await readMemory(tx, campaign, doer.unit, options.mapping ?? {});
    for await (const event of parseFile(options.path, {
      ledgers: [...campaign.ledgers.values()],
      lookups: importing.lookups,
      ledger: options.ledger,
      name: file,
      memory,
      onProgress: options.onProgress,
    })) {
      if (event.type === "table") await importing.begin(event.table);
      else if (event.type === "rows") await importing.take(event.rows);
      else if (event.type === "tableEnd") {
        await importing.end(event.table);
        options.onTable?.(event.table);
      } else if (event.type === "note") result.notes.push(event.note);
    }
    await importing.finish();
    result.committed = !result.dryRun && (result.complaints.length === 0 || options.goodRows === true);
    if (!result.committed) {
      await tx.query(sql`rollback to savepoint import`);
      return result;
    }
    await remember(tx, campaign, doer.unit, options.mapping ?? {}, result.tables);
    const summary = { added: result.added, changed: result.changed, unchanged: result.unchanged, refused: result.refused };
    await tx.query(sql`insert into imports (realm_id, import_id, campaign_id, unit_id, actor, at, file, sha256, result, ledgers)
      values (${campaign.realm}, ${result.importId}, ${campaign.id}, ${doer.unit}, ${doer.account}, ${doer.now.toISOString()}, ${file}, ${sha256}, ${JSON.stringify(summary)}, ${[...new Set(result.tables.map((table) => table.ledger))]}::text[])`);
  } catch (error) {
    // Nothing may go on writing while the caller takes back what has been written.
    await importing.settle();
    throw explain(error, file);
  }
  return result;
}

const blankResult = (file: string, options: ImportOptions): ImportResult => ({
  importId: randomUUID(),
  file,
  committed: false,
  dryRun: options.dryRun ?? false,
  added: 0,
  changed: 0,
  unchanged: 0,
  refused: 0,
  tables: [],
  found: [],
  complaints: [],
  notes: [],
});

/** What the database says of a full disk, in words that help; someone else's hand in the same records is a reason to try again. */
function explain(error: unknown, file: string): unknown {
  const { code } = error as { code?: string };
  // The same record has just been added from another file, or was changed since it was read: seen anew, it is there already.
  if (constraintOf(error) === "entries_identity" || code === "version_conflict") return runAgain(error);
  if (code === "53100" || code === "ENOSPC")
    return new Problem("disk_full", 507, `磁盘空间不足，《${file}》没有导入，已有数据未受影响。请清理磁盘空间后重新导入。`);
  return error;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR")
      throw new Problem("no_file", 404, `找不到文件 ${path}，请核对路径。`);
    if (error.code === "EISDIR")
      throw new Problem("is_folder", 422, `${path} 是文件夹，请写明其中的文件，例如 ${path.replace(/\/$/, "")}/*.xlsx。`);
    if (error.code === "EACCES") throw new Problem("no_permission", 403, `没有权限读取文件 ${path}，请修改权限或换一个位置。`);
    throw error;
  });
  return hash.digest("hex");
}
