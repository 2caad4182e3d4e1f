/**
 * Imports a file: all of it in one transaction, all or nothing unless the caller asks for the good rows. Rows go in by
 * COPY as the owner of the tables, after the check that the sender may write to the units they name.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import { Deltas, holdPack, preparedMeasures, type Prepared } from "#kernel/figure-deltas.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, constraintOf, copyRows, sql, type Database, type Tx } from "#platform/db.ts";
import { orderedId } from "#platform/ordered-id.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { holdRegister, registerFault, registerRows } from "#features/campaigns/register.model.ts";
import { findFault, leavers, type Fault } from "#features/ledgers/check-shape.model.ts";
import { changeEntry, findByIdentity, heldLedgers, ledgerOf, listEditedImports } from "#features/ledgers/ledgers.model.ts";
import type { Doer, Entry, Values } from "#features/ledgers/ledgers.types.ts";
import { openLookups, type LiveLookups } from "#features/ledgers/lookups.model.ts";
import { dayOf, ownerPerson, shapeEntry, type Shape } from "#features/ledgers/shape.model.ts";
import { listPosts, unitOn, type Post } from "#features/people/people.model.ts";
import type { Complaint, HeadingMemory, ParsedRow, TableInfo } from "./exchange.types.ts";
import { parseFile, type FileNote } from "./parse-file.ts";

export interface ImportOptions {
  path: string;
  /** The file's name as its sender knows it. */
  name?: string | undefined;
  /** The only ledger that the file may be for. */
  ledger?: string | undefined;
  /** What headings mean (null: leave out), where recognising them needs help; remembered for this sender. */
  mapping?: Record<string, string | null> | undefined;
  /** See what would happen; nothing is kept. */
  dryRun?: boolean;
  /** Keep the rows without complaint although others have some. */
  goodRows?: boolean;
  /** Units that the sender may write to. */
  mayWrite: (unit: number) => boolean;
  /** Whether the sender stands at the top and keeps the list of units; default yes. */
  whole?: boolean;
  /** Why the sender may not record in a ledger, if so. */
  refuses?: ((ledger: Ledger) => string | undefined) | undefined;
  onProgress?: ((rows: number) => void) | undefined;
  /** Told of each table found, with its columns, when its rows have been read. */
  onTable?: ((table: TableInfo) => void) | undefined;
}

export interface TableResult {
  sheet: string | null;
  table: number;
  ledger: string;
  ledgerName: string;
  headerRows: number[];
  firstRow: number;
  lastRow: number;
  columns: Record<string, string | null>;
  valid: number;
  invalid: number;
  added: number;
  changed: number;
  unchanged: number;
  skipped: { row: number; why: string }[];
}

export interface ImportResult {
  importId: string;
  file: string;
  /** False for a dry run, and when complaints kept the whole file out. */
  committed: boolean;
  dryRun: boolean;
  added: number;
  changed: number;
  unchanged: number;
  refused: number;
  tables: TableResult[];
  /** Where the tables stand in the file: what marking its faults needs. */
  found: TableInfo[];
  complaints: Complaint[];
  notes: FileNote[];
}

/** Rows that are looked up and copied at once. */
const landing = 5000;

export async function importFile(
  database: Database,
  campaign: Campaign,
  doer: Doer,
  options: ImportOptions,
): Promise<ImportResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await asOwner(database, `import ${options.name ?? options.path}`, async (tx) => {
        // Read anew at every attempt: one reason to try again is that another version of the pack has been loaded.
        const result = await importWithin(tx, await getCampaign(tx, campaign.key), doer, options);
        if (result.committed)
          await tx.query(sql`insert into audit (realm_id, at, actor, action, unit_id, subject, result)
            values (${campaign.realm}, ${doer.now.toISOString()}, ${doer.account}, 'exchange.import', ${doer.unit}, ${result.file}, 'ok')`);
        return result;
      });
    } catch (error) {
      // Someone has just added the same record from another file: seen anew, it is there already.
      if (constraintOf(error) !== "entries_identity" || attempt === 3) throw error;
    }
  }
}

/** The same within a transaction of the owner's; what is not kept is taken back to where it began. */
export async function importWithin(tx: Tx, campaign: Campaign, doer: Doer, options: ImportOptions): Promise<ImportResult> {
  const file = options.name ?? options.path.split("/").at(-1) ?? options.path;
  if (options.ledger !== undefined) ledgerOf(campaign, options.ledger);
  const sha256 = await hashFile(options.path);
  const result = blankResult(file, options);
  await tx.client.query("savepoint import");
  try {
    const importing = await openImport(tx, campaign, doer, options, result);
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
      await tx.client.query("rollback to savepoint import");
      return result;
    }
    await remember(tx, campaign, doer.unit, options.mapping ?? {}, result.tables);
    const summary = { added: result.added, changed: result.changed, unchanged: result.unchanged, refused: result.refused };
    await tx.query(sql`insert into imports (realm_id, import_id, campaign_id, unit_id, actor, at, file, sha256, result)
      values (${campaign.realm}, ${result.importId}, ${campaign.id}, ${doer.unit}, ${doer.account}, ${doer.now.toISOString()}, ${file}, ${sha256}, ${JSON.stringify(summary)})`);
  } catch (error) {
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

/** What the database says of a full disk, in words that help. */
function explain(error: unknown, file: string): unknown {
  const { code } = error as { code?: string };
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

/** What this sender's headings were said to mean before, and what is said now. */
async function readMemory(tx: Tx, campaign: Campaign, unit: number, said: Record<string, string | null>): Promise<HeadingMemory> {
  const rows = await tx.query<{ ledger: string; heading: string; field: string | null }>(
    sql`select ledger, heading, field from import_mappings where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and unit_id = ${unit}`,
  );
  const memory: HeadingMemory = {};
  for (const { ledger, heading, field } of rows) (memory[ledger] ??= {})[heading] = field;
  for (const ledger of campaign.ledgers.values())
    for (const [heading, field] of Object.entries(said))
      if (field === null || fieldOf(ledger, field)) (memory[ledger.key] ??= {})[heading] = field;
  return memory;
}

/** Remembers what was said of headings, for the ledgers that the file turned out to hold. */
async function remember(
  tx: Tx,
  campaign: Campaign,
  unit: number,
  said: Record<string, string | null>,
  tables: readonly TableResult[],
): Promise<void> {
  for (const { ledger, columns } of tables)
    for (const [heading, field] of Object.entries(said))
      if (heading in columns)
        await tx.query(sql`insert into import_mappings (realm_id, campaign_id, unit_id, ledger, heading, field) values (${campaign.realm}, ${campaign.id}, ${unit}, ${ledger}, ${heading}, ${field})
          on conflict (realm_id, campaign_id, unit_id, ledger, heading) do update set field = excluded.field`);
}

interface Ready {
  row: ParsedRow;
  shape: Shape;
}

interface Importing {
  lookups: LiveLookups;
  begin(table: TableInfo): Promise<void>;
  take(rows: ParsedRow[]): Promise<void>;
  end(table: TableInfo): Promise<void>;
  finish(): Promise<void>;
}

async function openImport(
  tx: Tx,
  campaign: Campaign,
  doer: Doer,
  options: ImportOptions,
  result: ImportResult,
): Promise<Importing> {
  const { realm } = campaign;
  const lookups = await openLookups(tx, campaign);
  const measures = await preparedMeasures(tx, campaign);
  const deltas = new Deltas();
  const seen = new Map<string, string>();
  const gone = await leavers(tx, realm);
  let edited: ReadonlySet<string> = new Set();
  let current: { info: TableInfo; ledger: Ledger; result: TableResult; waiting: ParsedRow[]; complained: number } | undefined;

  // Read once, and only for files with records that name a person and no unit.
  let posts: Map<number, Post[]> | undefined;
  const homeOf = async (ledger: Ledger, values: Values): Promise<number | undefined> => {
    const person = ownerPerson(ledger, values);
    if (person === undefined) return undefined;
    posts ??= Map.groupBy(await listPosts(tx, realm), (post) => post.person);
    return unitOn(posts.get(person) ?? [], dayOf(ledger, values), campaign.pack.seconded);
  };
  let landed: Promise<void> = Promise.resolve();
  // Ledgers that hold entries from before: of others no row can be known already.
  const held = new Set(await heldLedgers(tx, campaign));

  const refuse = (table: TableResult, complaints: Complaint[]): void => {
    table.valid--;
    table.invalid++;
    result.refused++;
    result.complaints.push(...complaints);
  };

  const land = async (rows: ParsedRow[], owners?: number[]): Promise<void> => {
    const { ledger, result: table, info } = current as NonNullable<typeof current>;
    const ready: Ready[] = [];
    for (const [index, row] of rows.entries()) {
      const shape = shapeEntry(ledger, row.values, owners?.[index] ?? (await homeOf(ledger, row.values)) ?? doer.unit);
      if (owners) shape.unit = owners[index] as number;
      const fault = findFault(campaign, ledger, shape, gone, options.mayWrite);
      if (fault) {
        refuse(table, [complain(info, row, fault)]);
        continue;
      }
      const key = `${ledger.key}|${shape.unit}|${shape.identity.toString("latin1")}`;
      const content = shape.content.toString("latin1");
      const before = seen.get(key);
      if (before === content) table.unchanged++;
      else if (before !== undefined) refuse(table, [conflict(info, ledger, row)]);
      else {
        seen.set(key, content);
        ready.push({ row, shape });
      }
    }
    const shapes = ready.map(({ shape }) => shape);
    const known = held.has(ledger.key) ? await findByIdentity(tx, campaign, realm, ledger.key, shapes) : new Map<string, never>();
    const fresh: Shape[] = [];
    for (const { shape, row } of ready) {
      const content = shape.content.toString("hex");
      const old = known.get(`${shape.unit}|${shape.identity.toString("hex")}`);
      // The same file again, though the record it once brought was corrected since.
      if (!old && edited.has(`${shape.unit}|${content}`)) table.unchanged++;
      else if (!old) fresh.push(shape);
      else if (old.imported === content || (await unchanged(old.entry, shape))) table.unchanged++;
      else {
        const now = await changeEntry(tx, campaign, old.entry, old.entry.version, doer, {
          action: "import",
          values: onlyBrought(info, ledger, row),
          importId: result.importId,
          imported: shape.content,
        });
        if (now.version === old.entry.version) table.unchanged++;
        else table.changed++;
      }
    }
    if (fresh.length > 0)
      await copyEntries(tx, campaign, ledger, doer, fresh, result.importId, measures.get(ledger.key) ?? [], deltas);
    table.added += fresh.length;
  };

  const complain = (info: TableInfo, row: ParsedRow, fault: Fault): Complaint => ({
    file: info.file,
    sheet: info.sheet,
    row: row.row,
    column: info.columns.find((one) => one.field === fault.field && fault.field !== undefined)?.heading ?? null,
    cell: null,
    value: null,
    code: fault.code,
    reason: fault.reason,
    suggestion: fault.suggestion,
  });

  return {
    lookups,
    async begin(info) {
      const ledger = ledgerOf(campaign, info.ledger);
      const refusal = options.refuses?.(ledger);
      if (refusal !== undefined) throw new Problem("forbidden", 403, refusal);
      if (ledger.registers) {
        await holdRegister(tx, campaign);
        await lookups.refresh(tx);
      }
      holdPack(tx, campaign);
      edited = await listEditedImports(tx, campaign, realm, ledger.key);
      const table: TableResult = {
        sheet: info.sheet,
        table: info.table,
        ledger: ledger.key,
        ledgerName: ledger.name,
        headerRows: info.headerRows,
        firstRow: info.firstRow,
        lastRow: info.lastRow,
        columns: {},
        valid: 0,
        invalid: 0,
        added: 0,
        changed: 0,
        unchanged: 0,
        skipped: [],
      };
      for (const column of info.columns)
        if (!column.ignored || column.field !== null) table.columns[column.heading] = column.field;
      result.tables.push(table);
      result.found.push(info);
      current = { info, ledger, result: table, waiting: [], complained: result.complaints.length };
    },
    async take(rows) {
      const { ledger, result: table, waiting } = current as NonNullable<typeof current>;
      const good = rows.filter((row) => row.complaints.length === 0);
      for (const row of rows) if (row.complaints.length > 0) result.complaints.push(...row.complaints);
      table.valid += good.length;
      table.invalid += rows.length - good.length;
      result.refused += rows.length - good.length;
      // Units and people must be known whole before the records that are about them can be placed.
      waiting.push(...good);
      if (ledger.registers || waiting.length < landing) return;
      // The database takes one batch while the next is read and checked.
      await landed;
      landed = land(waiting.splice(0));
      landed.catch(() => undefined);
    },
    async end(info) {
      const { ledger, result: table, waiting, complained } = current as NonNullable<typeof current>;
      table.lastRow = info.lastRow;
      table.skipped = info.skipped;
      await landed;
      if (!ledger.registers) await land(waiting.splice(0));
      const own = waiting.filter((row) => {
        const fault = registerFault(ledger, row, lookups, doer.unit, {
          whole: options.whole ?? true,
          mayWrite: options.mayWrite,
        });
        if (fault) refuse(table, [complain(info, row, fault)]);
        return !fault;
      });
      if (own.length > 0) {
        // What is counted anew when units come or move must not come a second time from here.
        await deltas.copy(tx, realm, campaign.id);
        posts = undefined;
        const owners = await registerRows(tx, campaign, ledger, own, lookups, doer.unit).catch((error: unknown) => {
          throw withRows(error, info, ledger, own);
        });
        for (let start = 0; start < own.length; start += landing)
          await land(own.slice(start, start + landing), owners.slice(start, start + landing));
      }
      // Some faults show only when rows are brought in; people read from the top.
      result.complaints.push(...result.complaints.splice(complained).toSorted((one, other) => one.row - other.row));
      result.added += table.added;
      result.changed += table.changed;
      result.unchanged += table.unchanged;
      current = undefined;
    },
    finish: () => deltas.copy(tx, realm, campaign.id),
  };
}

/** Only what the file has columns for: a column that is missing says nothing about what was recorded before. */
function onlyBrought(info: TableInfo, ledger: Ledger, row: ParsedRow): Values {
  const brought = new Set(info.columns.map((column) => column.field));
  return Object.fromEntries(
    ledger.fields.filter((field) => brought.has(field.name)).map((field) => [field.name, row.values[field.name] ?? null]),
  );
}

const unchanged = async (entry: Entry, shape: Shape): Promise<boolean> =>
  entry.state === shape.state && JSON.stringify(sorted(entry.data)) === JSON.stringify(sorted(shape.data));
const sorted = (values: Values): [string, unknown][] =>
  Object.entries(values).toSorted(([left], [right]) => (left < right ? -1 : 1));

const conflict = (info: TableInfo, ledger: Ledger, row: ParsedRow): Complaint => ({
  file: info.file,
  sheet: info.sheet,
  row: row.row,
  column: info.columns.find((column) => column.field === ledger.identity[0])?.heading ?? null,
  cell: null,
  value: (row.values[ledger.identity[0] ?? ""] as string | undefined) ?? null,
  code: "conflict",
  reason: `${ledger.identity.join("、")}与前面一行相同，内容却不同`,
  suggestion: "请核对编号，一条记录一个编号",
});

/** A fault in what a register says of units is one of the whole table; the message names the rows that it is about. */
function withRows(error: unknown, info: TableInfo, ledger: Ledger, rows: readonly ParsedRow[]): unknown {
  const names = error instanceof Problem ? error.details["units"] : undefined;
  if (!(error instanceof Problem) || !Array.isArray(names)) return error;
  const about = rows.filter((row) => names.includes(row.values[ledger.registers?.name ?? ""])).map((row) => row.row);
  if (about.length === 0) return error;
  const sheet = info.sheet === null ? "" : `工作表“${info.sheet}”`;
  return new Problem(error.code, error.status, `${sheet}第${about.slice(0, 20).join("、")}行：${error.message}`, {
    ...error.details,
    rows: about,
  });
}

/** New entries and their first events by COPY. */
async function copyEntries(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  doer: Doer,
  shapes: readonly Shape[],
  importId: string,
  prepared: readonly Prepared[],
  deltas: Deltas,
): Promise<void> {
  const at = doer.now.toISOString();
  const rows = shapes.map((shape) => ({ shape, id: orderedId(), data: JSON.stringify(shape.data) }));
  for (const shape of shapes) deltas.add(prepared, shape.unit, shape, 1);
  await copyRows(
    tx,
    "entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, state, data, version, identity, imported, pack_id, created_at, updated_at)",
    rows.map(({ shape: { unit, day, state, identity, content }, id, data }) => [
      campaign.realm,
      id,
      campaign.id,
      ledger.key,
      unit,
      day,
      state,
      data,
      1,
      identity,
      content,
      campaign.packId,
      at,
      at,
    ]),
  );
  await copyRows(
    tx,
    "entry_events (realm_id, entry_id, version, action, actor, at, changes, unit_id, day, state, import_id)",
    rows.map(({ shape: { unit, day, state }, id, data }) => [
      campaign.realm,
      id,
      1,
      "import",
      doer.account,
      at,
      data,
      unit,
      day,
      state,
      importId,
    ]),
  );
}
