/**
 * Imports a file: all of it in one transaction, all or nothing unless the caller asks for the good rows. Rows go in by
 * COPY as the owner of the tables, after the check that the sender may write to the units they name.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom } from "pg-copy-streams";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import { Deltas, preparedMeasures, type Prepared } from "#kernel/figure-deltas.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { asOwner, sql, type Database, type Tx } from "#platform/db.ts";
import { orderedId } from "#platform/ordered-id.ts";
import { recountUnits } from "#features/campaigns/campaigns.model.ts";
import { changeEntry, findByIdentity, ledgerOf } from "#features/ledgers/ledgers.model.ts";
import type { Doer, Entry, Values } from "#features/ledgers/ledgers.types.ts";
import { dayOf, ownerPerson, shapeEntry, type Shape } from "#features/ledgers/shape.model.ts";
import { listPosts, registerPeople, unitOn, type Post } from "#features/people/people.model.ts";
import { rebuildPaths, registerUnits } from "#features/units/units.model.ts";
import type { Complaint, HeadingMemory, ParsedRow, TableInfo } from "./exchange.types.ts";
import { openLookups, type LiveLookups } from "#features/ledgers/lookups.model.ts";
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
  onProgress?: ((rows: number) => void) | undefined;
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

class Rollback extends Error {}

export async function importFile(
  database: Database,
  campaign: Campaign,
  doer: Doer,
  options: ImportOptions,
): Promise<ImportResult> {
  const file = options.name ?? options.path.split("/").at(-1) ?? options.path;
  const result: ImportResult = {
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
  };
  const sha256 = await hashFile(options.path);
  await asOwner(database, `import ${file}`, async (tx) => {
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
      if (event.type === "table") importing.begin(event.table);
      else if (event.type === "rows") await importing.take(event.rows);
      else if (event.type === "tableEnd") await importing.end(event.table);
      else if (event.type === "note") result.notes.push(event.note);
    }
    await importing.finish();
    result.committed = !result.dryRun && (result.complaints.length === 0 || options.goodRows === true);
    if (!result.committed) throw new Rollback();
    await remember(tx, campaign, doer.unit, options.mapping ?? {}, result.tables);
    const summary = { added: result.added, changed: result.changed, unchanged: result.unchanged, refused: result.refused };
    await tx.query(sql`insert into imports (realm_id, import_id, campaign_id, unit_id, actor, at, file, sha256, result)
      values (${campaign.realm}, ${result.importId}, ${campaign.id}, ${doer.unit}, ${doer.account}, ${doer.now.toISOString()}, ${file}, ${sha256}, ${JSON.stringify(summary)})`);
    await tx.query(sql`insert into audit (realm_id, at, actor, action, unit_id, subject, result, details)
      values (${campaign.realm}, ${doer.now.toISOString()}, ${doer.account}, 'exchange.import', ${doer.unit}, ${file}, 'ok', ${JSON.stringify(summary)})`);
  }).catch((error: unknown) => {
    if (error instanceof Rollback) return;
    throw explain(error, file);
  });
  return result;
}

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
    if (error.code === "ENOENT") throw new Problem("no_file", 404, `找不到文件 ${path}，请核对路径。`);
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
  begin(table: TableInfo): void;
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
  const left = await leavers(tx, realm);
  let current: { info: TableInfo; ledger: Ledger; result: TableResult; waiting: ParsedRow[] } | undefined;

  // Read once, and only for files with records that name a person and no unit.
  let posts: Map<number, Post[]> | undefined;
  const homeOf = async (ledger: Ledger, values: Values): Promise<number | undefined> => {
    const person = ownerPerson(ledger, values);
    if (person === undefined) return undefined;
    posts ??= Map.groupBy(await listPosts(tx, realm), (post) => post.person);
    return unitOn(posts.get(person) ?? [], dayOf(ledger, values), campaign.pack.seconded);
  };

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
      const complaints = checkRow(info, ledger, row, shape);
      if (complaints.length > 0) {
        refuse(table, complaints);
        continue;
      }
      const key = `${ledger.key}|${shape.unit}|${shape.identity.toString("hex")}`;
      const content = shape.content.toString("hex");
      const before = seen.get(key);
      if (before === content) table.unchanged++;
      else if (before !== undefined) refuse(table, [conflict(info, ledger, row)]);
      else {
        seen.set(key, content);
        ready.push({ row, shape });
      }
    }
    const known = await findByIdentity(
      tx,
      campaign,
      realm,
      ledger.key,
      ready.map(({ shape }) => shape),
    );
    const fresh: Shape[] = [];
    for (const { shape, row } of ready) {
      const old = known.get(`${shape.unit}|${shape.identity.toString("hex")}`);
      if (!old) fresh.push(shape);
      else if (old.imported === shape.content.toString("hex") || (await unchanged(old.entry, shape))) table.unchanged++;
      else {
        await changeEntry(tx, campaign, old.entry, old.entry.version, doer, {
          action: "import",
          values: onlyBrought(info, ledger, row),
          importId: result.importId,
          imported: shape.content,
        });
        table.changed++;
      }
    }
    if (fresh.length > 0)
      await copyEntries(tx, campaign, ledger, doer, fresh, result.importId, measures.get(ledger.key) ?? [], deltas);
    table.added += fresh.length;
  };

  function checkRow(info: TableInfo, ledger: Ledger, row: ParsedRow, shape: Shape): Complaint[] {
    const complain = (field: string | undefined, code: Complaint["code"], reason: string, suggestion: string): Complaint => {
      const column = info.columns.find((one) => one.field === field);
      return {
        file: info.file,
        sheet: info.sheet,
        row: row.row,
        column: column?.heading ?? null,
        cell: null,
        value: null,
        code,
        reason,
        suggestion,
      };
    };
    if (!options.mayWrite(shape.unit))
      return [complain(ledger.unit, "unknown_unit", "所填单位不在您可以填报的范围内", "请由该单位或其上级填报")];
    if (
      ledger.inCampaign &&
      shape.day !== null &&
      (shape.day < campaign.from || (campaign.to !== undefined && shape.day > campaign.to))
    )
      return [
        complain(
          ledger.date,
          "out_of_campaign",
          `日期${shape.day}不在活动期间（${campaign.from}至${campaign.to ?? "今"}）内`,
          "请核对日期",
        ),
      ];
    for (const field of ledger.fields) {
      if (field.type !== "person" || shape.day === null) continue;
      const gone = left.get(shape.data[field.name] as number);
      if (gone !== undefined && gone <= shape.day)
        return [complain(field.name, "left_person", `该同志已于${gone}退出，${shape.day}的记录不能再登记`, "请核对人员和日期")];
    }
    return [];
  }

  return {
    lookups,
    begin(info) {
      const ledger = ledgerOf(campaign, info.ledger);
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
      current = { info, ledger, result: table, waiting: [] };
    },
    async take(rows) {
      const { ledger, result: table, waiting } = current as NonNullable<typeof current>;
      const good = rows.filter((row) => row.complaints.length === 0);
      for (const row of rows) if (row.complaints.length > 0) result.complaints.push(...row.complaints);
      table.valid += good.length;
      table.invalid += rows.length - good.length;
      result.refused += rows.length - good.length;
      // Units and people must be known whole before the records that are about them can be placed.
      if (ledger.registers) waiting.push(...good);
      else await land(good);
    },
    async end(info) {
      const { ledger, result: table, waiting } = current as NonNullable<typeof current>;
      table.lastRow = info.lastRow;
      table.skipped = info.skipped;
      if (ledger.registers && waiting.length > 0) {
        posts = undefined;
        const owners = await register(tx, campaign, ledger, waiting, lookups, doer.unit);
        for (let start = 0; start < waiting.length; start += 5000)
          await land(waiting.slice(start, start + 5000), owners.slice(start, start + 5000));
      }
      result.added += table.added;
      result.changed += table.changed;
      result.unchanged += table.unchanged;
      current = undefined;
    },
    finish: () => deltas.write(tx, realm, campaign.id),
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

/** People whose last post has ended, with the day. */
async function leavers(tx: Tx, realm: number): Promise<Map<number, string>> {
  const rows = await tx.query<{ person_id: number; day: string }>(
    sql`select person_id, max(to_day) as day from posts where realm_id = ${realm} group by person_id having max(to_day) < 'infinity'`,
  );
  return new Map(rows.map((row) => [row.person_id, row.day]));
}

/** Makes the units or people that rows of a register are about; returns the unit that owns each row. */
async function register(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  rows: readonly ParsedRow[],
  lookups: LiveLookups,
  sender: number,
): Promise<number[]> {
  const { registers } = ledger;
  const text = (row: ParsedRow, name: string | undefined): string | null => {
    const value = name === undefined ? undefined : row.values[name];
    if (value === undefined || value === null) return null;
    return typeof value === "number" ? (lookups.unitById(value)?.name ?? String(value)) : String(value);
  };
  const day = (row: ParsedRow, name: string | undefined): string | null =>
    /\d{4}-\d{2}-\d{2}/.exec(text(row, name) ?? "")?.[0] ?? null;
  let owners: number[];
  if (registers?.what === "units") {
    const units = rows.map((row) => ({
      code: text(row, registers.code),
      name: text(row, registers.name) ?? "",
      kind: text(row, registers.kind),
      level: text(row, registers.level),
      parent: text(row, registers.parent),
      aliases: (text(row, registers.aliases) ?? "").split(/[、，,；;]/).map((word) => word.trim()).filter(Boolean),
      from: day(row, registers.from),
      to: day(row, registers.to),
    }));
    owners = await registerUnits(tx, campaign.realm, units, campaign.root);
    const changed = await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp);
    if (changed.length > 0) await recountUnits(tx, campaign, changed);
    await lookups.refresh(tx);
    // What a row says of units is read again, now that all are known.
    for (const row of rows)
      for (const field of ledger.fields) {
        const value = row.values[field.name];
        if (field.type === "organ" && typeof value === "string") row.values[field.name] = lookups.unit(value)?.id ?? value;
      }
    return owners;
  }
  if (registers?.what !== "people") throw notFound("这类名册");
  const people = rows.map((row) => {
    const unit = row.values[registers.unit];
    return {
      code: text(row, registers.code),
      name: text(row, registers.name) ?? "",
      unit: typeof unit === "number" ? unit : sender,
      department: text(row, registers.department),
      position: text(row, registers.position),
      to: day(row, registers.to),
    };
  });
  await registerPeople(tx, campaign.realm, people);
  await lookups.refresh(tx);
  owners = people.map((person) => person.unit);
  return owners;
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
  const entries: string[] = [];
  const events: string[] = [];
  for (const shape of shapes) {
    const id = orderedId();
    const data = copyText(JSON.stringify(shape.data));
    const place = `${shape.unit}\t${shape.day ?? "\\N"}\t${shape.state === null ? "\\N" : copyText(shape.state)}`;
    entries.push(
      `${campaign.realm}\t${id}\t${campaign.id}\t${ledger.key}\t${place}\t${data}\t1\t\\\\x${shape.identity.toString("hex")}\t\\\\x${shape.content.toString("hex")}\t${campaign.packId}\t${at}\t${at}\n`,
    );
    events.push(`${campaign.realm}\t${id}\t1\timport\t${doer.account ?? "\\N"}\t${at}\t${data}\t${place}\t${importId}\n`);
    deltas.add(prepared, shape.unit, shape, 1);
  }
  await pipeline(
    Readable.from([entries.join("")]),
    tx.client.query(
      copyFrom(
        "copy entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, state, data, version, identity, imported, pack_id, created_at, updated_at) from stdin",
      ),
    ),
  );
  await pipeline(
    Readable.from([events.join("")]),
    tx.client.query(
      copyFrom(
        "copy entry_events (realm_id, entry_id, version, action, actor, at, changes, unit_id, day, state, import_id) from stdin",
      ),
    ),
  );
}

const copyText = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
