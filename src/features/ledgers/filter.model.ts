/** Filters and orders of columns as SQL over rows `e` of entries of a ledger. */
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { fieldOf, isNumber, parseDerive } from "#kernel/fields.ts";
import { isList, shownSql, valueSql, type SqlContext } from "#kernel/measure-sql.ts";
import { empty, join, raw, sql, type Sql } from "#platform/db.ts";
import { hashLength } from "#platform/token.ts";
import type { Condition, Filter, Sorting } from "./filter.types.ts";

/** Derived columns are read with nothing asked: their values depend on the entry alone. */
export const plainContext = (campaign: Campaign): SqlContext => ({
  campaign,
  variables: { from: campaign.from, to: campaign.from, asOf: campaign.from },
  unitIds: () => [],
});

const isUnit = ({ type, derive }: FieldDefinition): boolean => derive === undefined && (type === "unit" || type === "organ");
const isPerson = ({ type, derive }: FieldDefinition): boolean => derive === undefined && (type === "person" || type === "people");

/** Conditions of all columns, each beginning with `and`; the filter has been checked against the ledger. */
export function columnsSql(campaign: Campaign, ledger: Ledger, filter: Filter): Sql {
  const parts = Object.entries(filter).flatMap(([name, condition]) => {
    const field = fieldOf(ledger, name);
    return field ? conditionsOf(campaign, ledger, field, condition) : [];
  });
  return parts.length === 0 ? empty : sql` and ${join(parts, " and ")}`;
}

function conditionsOf(campaign: Campaign, ledger: Ledger, field: FieldDefinition, condition: Condition): Sql[] {
  const { contains, is, from, to } = condition;
  const context = plainContext(campaign);
  const parts: Sql[] = [];
  const blank = isList(field)
    ? sql`jsonb_array_length(coalesce(e.data->${field.name}::text, '[]')) = 0`
    : sql`coalesce((${textOf(ledger, field, context)})::text, '') = ''`;
  if (condition.empty !== undefined) parts.push(condition.empty ? blank : sql`not (${blank})`);
  if (contains !== undefined) parts.push(containsSql(campaign, ledger, field, contains));
  if (is !== undefined && field.encrypted) {
    // Checked and made into keyed hashes when the filter was read.
    const hashes = is.filter((one) => one !== null).map(String);
    const among = sql`left(split_part(e.data->>${field.name}::text, '.', 3), ${hashLength}) = any(${hashes}::text[])`;
    parts.push(is.includes(null) ? sql`(${among} or ${blank})` : among);
  } else if (is !== undefined) {
    const words = is.filter((one) => one !== null).map((one) => storedWord(field, one));
    const among = amongSql(campaign, ledger, field, words);
    parts.push(is.includes(null) ? sql`(${among} or ${blank})` : among);
  }
  const value = isNumber(field) ? numberSql(ledger, field, context) : sql`(${textOf(ledger, field, context)})::text collate "C"`;
  if (from !== undefined) parts.push(sql`${value} >= ${from}${isNumber(field) ? sql`::float8` : empty}`);
  if (to !== undefined) parts.push(sql`${value} <= ${to}${isNumber(field) ? sql`::float8` : empty}`);
  return parts;
}

/** As it is stored; a person too, by id, which `valueSql` puts together with the unit. */
const textOf = (ledger: Ledger, field: FieldDefinition, context: SqlContext): Sql =>
  isPerson(field) ? sql`e.data->>${field.name}::text` : valueSql(ledger, field, context);

/** A number fast to compare; a value of another kind, left by an earlier definition, is none. */
const numberSql = (ledger: Ledger, field: FieldDefinition, context: SqlContext): Sql =>
  field.derive === undefined
    ? sql`case when jsonb_typeof(e.data->${field.name}::text) = 'number' then (e.data->>${field.name}::text)::float8 end`
    : sql`(${valueSql(ledger, field, context)})::float8`;

const storedWord = (field: FieldDefinition, one: string | number | boolean): string => {
  if (field.type !== "boolean") return String(one);
  const yes = one === true || one === "是" || one === "true";
  return field.derive === undefined ? String(yes) : yes ? "是" : "否";
};

/** Ids of the units or people that a condition is about. */
const idsSql = ({ realms }: Campaign, field: FieldDefinition, condition: Sql): Sql =>
  isUnit(field)
    ? sql`(select k.unit_id::text from units k where k.realm_id = any(${realms}::integer[]) and ${condition})`
    : sql`(select k.person_id::text from people k where k.realm_id = any(${realms}::integer[]) and ${condition})`;

/** Items of a list; older values may be single. */
const itemsSql = (field: FieldDefinition): Sql =>
  sql`jsonb_array_elements_text(case jsonb_typeof(e.data->${field.name}::text) when 'array' then e.data->${field.name}::text else '[]' end)`;

function containsSql(campaign: Campaign, ledger: Ledger, field: FieldDefinition, wanted: string): Sql {
  const within = (text: Sql): Sql => sql`position(lower(${wanted}) in lower(${text})) > 0`;
  if (!isUnit(field) && !isPerson(field))
    return within(sql`coalesce((${shownSql(ledger, field, plainContext(campaign))})::text, '')`);
  const ids = idsSql(campaign, field, within(sql`k.name`));
  if (isList(field))
    return sql`exists (select 1 from ${itemsSql(field)} as item where item in ${ids} or (item !~ '^[0-9]+$' and ${within(sql`item`)}))`;
  const value = sql`e.data->>${field.name}::text`;
  return sql`(${value} in ${ids} or (jsonb_typeof(e.data->${field.name}::text) = 'string' and ${within(value)}))`;
}

function amongSql(campaign: Campaign, ledger: Ledger, field: FieldDefinition, words: string[]): Sql {
  const named = idsSql(campaign, field, sql`k.name = any(${words}::text[])`);
  if (isList(field)) {
    const known = isPerson(field) ? sql` or item in ${named}` : empty;
    return sql`exists (select 1 from ${itemsSql(field)} as item where item = any(${words}::text[])${known})`;
  }
  const value = sql`(${textOf(ledger, field, plainContext(campaign))})::text`;
  if (!isUnit(field) && !isPerson(field)) return sql`${value} = any(${words}::text[])`;
  return sql`(${value} = any(${words}::text[]) or ${value} in ${named})`;
}

// As a Chinese dictionary has them.
const pinyin = (text: Sql): Sql => sql`(${text})::text collate "zh-x-icu"`;

export interface Order {
  /** Tables to join. */
  joins: Sql;
  /** In order of weight. */
  keys: Sql[];
  descending: boolean;
}

/** What entries are sorted by; without a column by their day, the latest first. */
export function orderOf(campaign: Campaign, ledger: Ledger, sorting: Sorting | undefined): Order {
  const field = sorting && fieldOf(ledger, sorting.column);
  if (!sorting || !field) return { joins: empty, keys: [sql`e.day`], descending: true };
  const { descending } = sorting;
  if (!isUnit(field) && !isPerson(field)) return { joins: empty, keys: keysOf(campaign, ledger, field), descending };
  const value = isList(field) ? sql`e.data->${field.name}::text->>0` : sql`e.data->>${field.name}::text`;
  const [table, id] = isUnit(field) ? [raw("units"), raw("k.unit_id")] : [raw("people"), raw("k.person_id")];
  const joins = sql`left join ${table} k on k.realm_id = e.realm_id and ${id}::text = ${value}`;
  return { joins, keys: [pinyin(sql`coalesce(k.name, ${value})`)], descending };
}

function keysOf(campaign: Campaign, ledger: Ledger, field: FieldDefinition): Sql[] {
  const context = plainContext(campaign);
  if (isNumber(field)) return [numberSql(ledger, field, context)];
  const derivation = field.derive === undefined ? undefined : parseDerive(field.derive, ledger.fields, () => undefined);
  // 第10周 comes after 第9周: in the order of the days that they are of.
  if (typeof derivation === "object" && "date" in derivation) return [sql`e.data->>${derivation.date}::text collate "C"`];
  const text = sql`(${valueSql(ledger, field, context)})::text`;
  const isState = ledger.lifecycle !== undefined && field.name === ledger.stateField;
  const listed = isState ? ledger.lifecycle?.states : field.type === "choice" ? field.values : undefined;
  if (listed) return [sql`array_position(${listed}::text[], ${text})`, pinyin(text)];
  return bare.has(field.type) ? [sql`${text} collate "C"`] : [pinyin(text)];
}

/** Whose text orders as it stands. */
const bare = new Set<FieldDefinition["type"]>(["date", "month", "time", "period", "boolean"]);
