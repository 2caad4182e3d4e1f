/** A ledger of a unit and its subtree, streamed from the database into the official workbook. */
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { isStored } from "#kernel/fields.ts";
import { valueSql } from "#kernel/measure-sql.ts";
import { revealed, shownValues } from "#kernel/sealed-values.ts";
import { withoutWithheld } from "#kernel/withheld.ts";
import type { Value } from "#kernel/values/cell.ts";
import { empty, join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { orderOf } from "#features/ledgers/filter.model.ts";
import type { Sorting } from "#features/ledgers/filter.types.ts";
import { sortedBy } from "#features/ledgers/list-entries.model.ts";
import { filterSql, type EntryFilter } from "#features/ledgers/ledgers.model.ts";
import type { Values } from "#features/ledgers/ledgers.types.ts";
import { openLookups, type LiveLookups } from "#features/ledgers/lookups.model.ts";
import { exportedFields, writeLedger, writeLedgerCsv, type ShownEntry } from "./export-ledger.ts";

export interface ExportOptions {
  filter: EntryFilter;
  /** Without one in the order in which a clerk would keep them. */
  sorting?: Sorting | undefined;
  /** Instead of those of the official form. */
  columns?: readonly string[] | undefined;
  form: "xlsx" | "csv";
  /** Only the empty form. */
  blank?: boolean;
  /** 填报单位. */
  organ?: string | undefined;
  /** Who takes it out, for the foot of its pages. */
  foot?: string | undefined;
  now: Date;
  /** Encrypted fields in full instead of masked. */
  clear?: boolean;
}

const batch = 1000;

/** Writes what the transaction's asker may see; returns how many entries. */
export async function exportLedger(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  path: string,
  options: ExportOptions,
): Promise<{ rows: number }> {
  const whole = options.columns ? withColumns(ledger, options.columns) : await withHiddenFields(tx, campaign, ledger, options);
  const entries = options.blank ? [] : readEntries(tx, campaign, whole, options);
  const sheet = { ledger: whole, organ: options.organ, created: options.now, foot: options.foot, entries };
  return options.form === "csv" ? writeLedgerCsv(path, sheet) : writeLedger(path, sheet);
}

const withColumns = (ledger: Ledger, columns: readonly string[]): Ledger => ({
  ...ledger,
  fields: ledger.fields.map((field) => ({ ...field, hidden: false })),
  columns: columns.filter((name) => ledger.fields.some((field) => field.name === name)),
});

/**
 * An entry without a number is told from others by all that it holds. So that it is recognised when it comes back, fields
 * that are not in the official form are added to it where they are filled.
 */
async function withHiddenFields(tx: Tx, campaign: Campaign, ledger: Ledger, options: ExportOptions): Promise<Ledger> {
  const hidden = ledger.fields.filter((field) => field.hidden && !field.withheld && isStored(ledger, field));
  if (hidden.length === 0 || options.blank) return ledger;
  const numbered = ledger.identity[0];
  const unnumbered = numbered === undefined ? empty : sql`and e.data->>${numbered}::text is null`;
  const filled = await tx.one<Record<string, boolean>>(
    sql`select ${join(hidden.map((field, index) => sql`bool_or(e.data ? ${field.name}::text) as ${raw(`h${index}`)}`))}
      from entries e where ${filterSql(campaign, ledger.key, options.filter)} ${unnumbered}`,
  );
  const shown = new Set(hidden.filter((_, index) => filled?.[`h${index}`] === true).map((field) => field.name));
  if (shown.size === 0) return ledger;
  return {
    ...ledger,
    fields: ledger.fields.map((field) => (shown.has(field.name) ? { ...field, hidden: false } : field)),
    columns: [...ledger.columns, ...[...shown].filter((name) => !ledger.columns.includes(name))],
  };
}

/** Entries by cursor, in the order in which a clerk would keep them. */
async function* readEntries(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  { filter, sorting, clear = false }: ExportOptions,
): AsyncGenerator<ShownEntry> {
  const fields = exportedFields(ledger);
  const computed = fields.filter((field) => field.derive !== undefined && !field.withheld);
  const context = { campaign, variables: { from: campaign.from, to: campaign.from, asOf: campaign.from }, unitIds: () => [] };
  const columns: Sql[] = computed.map((field, index) => sql`(${valueSql(ledger, field, context)})::text as ${raw(`d${index}`)}`);
  const lookups = await openLookups(tx, campaign);
  const number = ledger.identity[0];
  const asked = orderOf(campaign, ledger, sorting);
  const plain = number === undefined ? sql`e.day nulls last` : sql`e.day nulls last, e.data->>${number}::text collate "C"`;
  const order = sorting === undefined ? plain : sortedBy(asked.keys, asked.descending);
  await tx.query(sql`declare exported no scroll cursor for select ${join([sql`e.realm_id as realm`, sql`e.state`, sql`e.data`, ...columns])}
    from entries e ${asked.joins} where ${filterSql(campaign, ledger.key, filter)} order by ${order}, e.created_at, e.entry_id`);
  const show = shower(ledger, fields, lookups);
  for (;;) {
    const rows = await tx.query<Row>(sql`fetch ${raw(String(batch))} from exported`);
    for (const row of rows) yield show({ ...row, data: leaving(tx, ledger, row, clear) }, computed);
    if (rows.length < batch) break;
  }
  await tx.query(sql`close exported`);
}

function leaving(tx: Tx, ledger: Ledger, { realm, data }: Row, clear: boolean): Values {
  if (!clear) return shownValues(tx, realm, ledger, data);
  return Object.fromEntries(
    Object.entries(withoutWithheld(ledger, data)).map(([name, value]) => [name, revealed(tx, realm, ledger, name, value)]),
  );
}

type Row = { realm: number; state: string | null; data: Values } & Record<string, unknown>;

/** From a row to field → value as a reader sees it. */
function shower(ledger: Ledger, fields: readonly FieldDefinition[], lookups: LiveLookups) {
  const stateField = ledger.stateField ?? (ledger.lifecycle ? "状态" : undefined);
  return (row: Row, computed: readonly FieldDefinition[]): ShownEntry => {
    const owner = ledger.unit === undefined ? undefined : row.data[ledger.unit];
    const unit = typeof owner === "number" ? owner : undefined;
    const shown: ShownEntry = {};
    for (const field of fields) {
      if (ledger.lifecycle && field.name === stateField) shown[field.name] = row.state;
      else if (field.derive === undefined) shown[field.name] = showValue(field, row.data[field.name], unit, lookups);
    }
    computed.forEach((field, index) => (shown[field.name] = (row[`d${index}`] as string | null) ?? null));
    return shown;
  };
}

/** Names for ids, in a spelling that leads back to the same unit or person. */
function showValue(
  field: FieldDefinition,
  value: Value | undefined,
  unit: number | undefined,
  lookups: LiveLookups,
): Value | undefined {
  const one = (item: string | number): string | number => {
    if (typeof item !== "number") return item;
    if (field.type === "unit" || field.type === "organ") return unitName(item, lookups);
    if (field.type === "person" || field.type === "people") return personName(item, field, unit, lookups);
    return item;
  };
  return Array.isArray(value) ? value.map(one) : typeof value === "number" ? one(value) : value;
}

function unitName(id: number, lookups: LiveLookups): string {
  const known = lookups.unitById(id);
  if (!known) return String(id);
  return lookups.unit(known.name)?.id === id ? known.name : (known.code ?? known.name);
}

function personName(id: number, field: FieldDefinition, unit: number | undefined, lookups: LiveLookups): string {
  const known = lookups.personById(id);
  if (!known) return String(id);
  if (known.code !== null && /编号|工号|代码/.test(field.name)) return known.code;
  const found = unit === undefined ? undefined : lookups.person({ name: known.name, unit });
  if (found !== undefined && found !== "ambiguous" && found.id === id) return known.name;
  return known.code === null ? known.name : `${known.name}（${known.code}）`;
}
