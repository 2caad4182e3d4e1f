/** Answers to questions about figures, and the records behind them. */
import { Big } from "big.js";
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Scalar, Where } from "#kernel/definitions.ts";
import { fieldOf, isNumber } from "#kernel/fields.ts";
import { measureIds } from "#kernel/figure-deltas.ts";
import { partsOf, type MeasureValue, type Request } from "#kernel/figure-value.ts";
import type { MeasurePlan } from "#kernel/measure.ts";
import { conditionSql, isList, shownSql, type SqlContext, valueSql } from "#kernel/measure-sql.ts";
import { notFound } from "#kernel/problem.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { readCells } from "./cells.model.ts";
import type { FigureRecord, Question } from "./figures.types.ts";
import { sourceSql, type Place } from "./source.model.ts";

/** Where the question's unit stands: its realm, whether anything lies below it, whether units below it have moved. */
interface UnitPlace {
  id: number;
  realms: number[];
  inner: boolean;
  moved: boolean;
}

async function findPlaces(tx: Tx, campaign: Campaign, units: readonly number[]): Promise<Map<number, UnitPlace>> {
  const rows = await tx.query<{ unit_id: number; realms: number[]; inner: boolean; moved: boolean }>(sql`
    select ancestor_id as unit_id, array_agg(distinct realm_id) as realms, bool_or(depth > 0) as inner, bool_or(from_day > '-infinity' or to_day < 'infinity') as moved
    from unit_paths where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id} and ancestor_id = any(${units}::bigint[]) group by ancestor_id`);
  return new Map(
    rows.map((row) => [
      row.unit_id,
      { id: row.unit_id, realms: row.realms, inner: row.inner, moved: row.moved && row.unit_id !== campaign.root },
    ]),
  );
}

/** What conditions name of units (`制定单位: 市纪委监委机关`), with their ids. */
export async function unitIdsFor(tx: Tx, campaign: Campaign, plans: readonly MeasurePlan[]): Promise<(name: string) => number[]> {
  const names = new Set(plans.flatMap((plan) => [plan.where, ...plan.any].flatMap((where) => unitNames(plan, where))));
  if (names.size === 0) return () => [];
  const rows = await tx.query<{ unit_id: number; name: string; code: string | null; aliases: string[] }>(sql`
    select unit_id, name, code, aliases from units where realm_id = any(${campaign.realms}::integer[])
      and (name = any(${[...names]}::text[]) or code = any(${[...names]}::text[]) or aliases && ${[...names]}::text[])`);
  return (name) =>
    rows.filter((row) => row.name === name || row.code === name || row.aliases.includes(name)).map((row) => row.unit_id);
}

function unitNames(plan: MeasurePlan, where: Where): string[] {
  return Object.entries(where).flatMap(([name, condition]) => {
    const type = fieldOf(plan.ledger, name)?.type;
    if (type !== "unit" && type !== "organ") return [];
    const values: Scalar[] =
      typeof condition !== "object" ? [condition] : Array.isArray(condition) ? condition : [condition.not ?? []].flat();
    return values.map(String);
  });
}

/**
 * Values of the measures that figures need at each of several units: prepared ones of inner units from the day totals
 * in one statement, the rest counted from records with one statement a ledger.
 */
export async function measure(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  units: readonly number[],
  asOf?: string,
): Promise<Map<number, Map<string, MeasureValue>>> {
  const places = await findPlaces(tx, campaign, units);
  const unique = [...new Map(requests.map((request) => [request.id, request])).values()];
  const unitIds = await unitIdsFor(
    tx,
    campaign,
    unique.map((request) => request.plan),
  );
  const answers = new Map<number, Map<string, MeasureValue>>();
  for (const unit of units) {
    if (!places.has(unit)) throw notFound("这个单位");
    answers.set(unit, new Map());
  }
  const ids =
    asOf === undefined && unique.some((request) => request.plan.prepared)
      ? await measureIds(tx, campaign)
      : new Map<string, number>();
  const fromCells = (request: Request, place: UnitPlace): boolean =>
    request.plan.prepared &&
    !request.own &&
    place.inner &&
    ids.has(request.plan.digest) &&
    !(request.plan.date.kind === "none" && place.moved);
  await answerFromCells(tx, campaign, unique, places, ids, fromCells, answers);
  for (const place of places.values()) {
    const rest = unique.filter((request) => ids.size === 0 || !fromCells(request, place));
    if (rest.length > 0)
      await answerFromRecords(tx, campaign, rest, place, unitIds, asOf, answers.get(place.id) as Map<string, MeasureValue>);
  }
  return answers;
}

async function answerFromCells(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  places: ReadonlyMap<number, UnitPlace>,
  ids: ReadonlyMap<string, number>,
  fromCells: (request: Request, place: UnitPlace) => boolean,
  answers: Map<number, Map<string, MeasureValue>>,
): Promise<void> {
  if (ids.size === 0) return;
  // A unit above realms has its totals in each of them; one within a realm only there.
  for (const group of Map.groupBy(places.values(), (place) => place.realms.join()).values()) {
    const units = group.filter((place) => place.inner).map((place) => place.id);
    if (units.length === 0) continue;
    for (const [, asked] of Map.groupBy(
      requests.filter((request) => request.plan.prepared),
      (request) => `${request.from}|${request.to}`,
    )) {
      const first = asked[0] as Request;
      const id = (request: Request): number => ids.get(request.plan.digest) as number;
      const wanted = asked.filter((request) => ids.has(request.plan.digest) && group.some((place) => fromCells(request, place)));
      if (wanted.length === 0) continue;
      const months = wanted.some((request) => request.plan.date.kind === "day" && request.plan.date.month);
      const read = (kind: (request: Request) => boolean, from: string): Promise<Map<string, number>> =>
        readCells(
          tx,
          campaign,
          units,
          (group[0] as UnitPlace).realms,
          wanted.filter((one) => kind(one) && one.plan.date.kind === "day").map(id),
          wanted.filter((one) => kind(one) && one.plan.date.kind === "none").map(id),
          from,
          first.to,
        );
      const isMonth = (request: Request): boolean => request.plan.date.kind === "day" && request.plan.date.month;
      const totals = await read((request) => !isMonth(request), first.from);
      if (months) for (const [key, amount] of await read(isMonth, `${first.from.slice(0, 7)}-01`)) totals.set(key, amount);
      for (const place of group)
        for (const request of wanted)
          if (fromCells(request, place)) {
            const amount = totals.get(`${place.id}|${id(request)}`) ?? 0;
            answers.get(place.id)?.set(request.id, { value: new Big(amount).div(10 ** request.plan.decimals), records: -1 });
          }
    }
  }
}

async function answerFromRecords(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  place: UnitPlace,
  unitIds: (name: string) => number[],
  asOf: string | undefined,
  answers: Map<string, MeasureValue>,
): Promise<void> {
  const grouped = Map.groupBy(requests, (request) =>
    request.plan.operation === "groups" || listField(request)
      ? request.id
      : `${request.own}|${request.plan.ledger.key}|${request.to}`,
  );
  for (const asked of grouped.values()) {
    const first = asked[0] as Request;
    const context = contextFor(campaign, first, asOf, unitIds);
    const source = sourceSql(campaign, [first.plan.ledger.key], placeFor(place, first), asOf);
    if (first.plan.operation === "groups") answers.set(first.id, await answerGroups(tx, first, context, source));
    else if (listField(first)) answers.set(first.id, await answerList(tx, first, context, source));
    else {
      const columns = asked.flatMap((request, index) =>
        columnsFor(request.plan, contextFor(campaign, request, asOf, unitIds)).map(
          (column, part) => sql`${column} as ${raw(`m${index}_${part}`)}`,
        ),
      );
      const row = await tx.one<Record<string, string | number | null>>(sql`select ${join(columns)} ${source}`);
      asked.forEach((request, index) =>
        answers.set(
          request.id,
          readColumns(request.plan, (part) => row?.[`m${index}_${part}`] ?? null),
        ),
      );
    }
  }
}

const placeFor = (place: UnitPlace, request: Request): Place => ({
  unit: place.id,
  own: request.own,
  inner: place.inner,
  realms: place.realms,
  to: request.to,
});

const contextFor = (
  campaign: Campaign,
  request: Request,
  asOf: string | undefined,
  unitIds: (name: string) => number[],
): SqlContext => ({
  campaign,
  variables: { from: request.from, to: request.to, asOf: asOf ?? request.to },
  unitIds,
});

const only = (plan: MeasurePlan): FieldDefinition => fieldOf(plan.ledger, plan.fields[0] as string) as FieldDefinition;
const listField = ({ plan }: Request): boolean => plan.operation === "distinct" && plan.fields.length === 1 && isList(only(plan));

const filled = (value: Sql): Sql => sql`coalesce((${value})::text, '') <> ''`;
const itemsSql = (plan: MeasurePlan, value: Sql): Sql =>
  isList(only(plan))
    ? sql`jsonb_array_length(coalesce(e.data->${only(plan).name}::text, '[]'))`
    : sql`cardinality(array_remove(regexp_split_to_array(btrim(coalesce(${value}, ''), '、；;，, '), '\\s*[、；;，,]\\s*'), ''))`;

/** Value columns of a measure; the last is always the number of records it looks at. */
function columnsFor(plan: MeasurePlan, context: SqlContext): Sql[] {
  const condition = conditionSql(plan, context);
  const values = plan.fields.map((name) => valueSql(plan.ledger, fieldOf(plan.ledger, name) as FieldDefinition, context));
  const value = values[0] ?? sql`null`;
  const when = plan.operation === "count" ? condition : sql`${condition} and ${join(values.map(filled), " and ")}`;
  const records = sql`count(*) filter (where ${when})`;
  const ordered = only(plan) && isNumber(only(plan)) ? value : sql`(${value})::text collate "C"`;
  const shown = only(plan) && !isNumber(only(plan)) ? shownSql(plan.ledger, only(plan), context) : value;
  switch (plan.operation) {
    case "count":
      return [records];
    case "sum":
      return [sql`coalesce(sum(${value}) filter (where ${condition}), 0)`, records];
    case "avg":
      return [sql`sum(${value}) filter (where ${condition})`, records];
    case "distinct":
      return [sql`count(distinct (${join(values)})) filter (where ${when})`, records];
    case "items":
      return [sql`coalesce(sum(${itemsSql(plan, value)}) filter (where ${when}), 0)`, records];
    case "min":
      return [sql`(min(${ordered}) filter (where ${when}))::text`, records];
    case "max":
      return [sql`(max(${ordered}) filter (where ${when}))::text`, records];
    case "value":
      return [sql`(min(${shown}) filter (where ${when}))::text`, sql`count(distinct ${ordered}) filter (where ${when})`, records];
    case "latest":
      return [
        sql`((array_agg(${shown} order by ${dateSql(plan)} desc nulls last, e.entry_id) filter (where ${when}))[1])::text`,
        records,
      ];
    case "groups":
      return [records];
  }
}

const dateSql = (plan: MeasurePlan): Sql => (plan.date.kind === "field" ? sql`e.data->>${plan.date.field}::text` : sql`e.day`);

const numeric = (plan: MeasurePlan): boolean => plan.fields.length > 0 && isNumber(only(plan));
const typed = (plan: MeasurePlan, found: string | number | null): Big | string | null =>
  found === null ? null : numeric(plan) ? new Big(found) : String(found);

function readColumns(plan: MeasurePlan, column: (part: number) => string | number | null): MeasureValue {
  const number = (part: number): number => Number(column(part) ?? 0);
  switch (plan.operation) {
    case "avg": {
      const [sum, records] = [column(0), number(1)];
      return sum === null || records === 0
        ? { value: null, records, note: "没有可平均的记录" }
        : { value: new Big(sum).div(records), records };
    }
    case "value": {
      const [found, different, records] = [column(0), number(1), number(2)];
      if (different > 1) return { value: null, records, note: `应只有一个值，现有${different}个不同的值` };
      return { value: typed(plan, found), records };
    }
    case "min":
    case "max":
    case "latest":
      return { value: typed(plan, column(0)), records: number(1) };
    case "count":
      return { value: new Big(number(0)), records: number(0) };
    default:
      return { value: new Big(column(0) ?? 0), records: number(1) };
  }
}

/** Entries per combination of values; combinations without an entry count 0, over the values that occur. */
async function answerGroups(tx: Tx, { plan }: Request, context: SqlContext, source: Sql): Promise<MeasureValue> {
  const values = plan.fields.map((name) => valueSql(plan.ledger, fieldOf(plan.ledger, name) as FieldDefinition, context));
  const named = values.map((value, index) => sql`(${value})::text as ${raw(`v${index}`)}`);
  const rows = await tx.query<Record<string, string> & { n: number }>(sql`
    select ${join(named)}, count(*) as n ${source} and ${conditionSql(plan, context)} and ${join(values.map(filled), " and ")} group by ${join(values.map((_, index) => raw(String(index + 1))))}`);
  const combinations = plan.fields.reduce((product, _, index) => product * new Set(rows.map((row) => row[`v${index}`])).size, 1);
  const counts = rows.map((row) => row.n);
  const records = counts.reduce((sum, n) => sum + n, 0);
  if (plan.groups?.atLeast !== undefined) {
    const least = plan.groups.atLeast;
    return { value: new Big(counts.filter((n) => n >= least).length + (least <= 0 ? combinations - counts.length : 0)), records };
  }
  if (counts.length === 0) return { value: null, records: 0, note: "没有可分组的记录" };
  const smallest = combinations > counts.length ? 0 : Math.min(...counts);
  return { value: new Big(plan.groups?.take === "max" ? Math.max(...counts) : smallest), records };
}

async function answerList(tx: Tx, { plan }: Request, context: SqlContext, source: Sql): Promise<MeasureValue> {
  const name = only(plan).name;
  const row = await tx.one<{ n: number; records: number }>(sql`
    select (select count(distinct item) from (select jsonb_array_elements_text(e.data->${name}::text) as item ${source} and ${conditionSql(plan, context)} and jsonb_typeof(e.data->${name}::text) = 'array') as items) as n,
      (select count(*) ${source} and ${conditionSql(plan, context)} and jsonb_array_length(coalesce(e.data->${name}::text, '[]')) > 0) as records`);
  return { value: new Big(row?.n ?? 0), records: row?.records ?? 0 };
}

/** Distinct values that a measure looks at, in the order in which they first occur: for texts that name them. */
export async function distinctValues(
  tx: Tx,
  campaign: Campaign,
  request: Request,
  unit: number,
  asOf?: string,
): Promise<string[]> {
  const place = (await findPlaces(tx, campaign, [unit])).get(unit);
  if (!place) throw notFound("这个单位");
  const context = contextFor(campaign, request, asOf, await unitIdsFor(tx, campaign, [request.plan]));
  const { plan } = request;
  const name = plan.fields[0] ?? plan.ledger.identity[0];
  const field = name === undefined ? undefined : fieldOf(plan.ledger, name);
  if (!field) return [];
  const value = valueSql(plan.ledger, field, context);
  const shown = shownSql(plan.ledger, field, context);
  const rows = await tx.query<{ value: string }>(sql`
    select value from (select ${shown} as value, min(e.day) as day, min(e.created_at) as at, min(e.entry_id::text) as id ${sourceSql(campaign, [plan.ledger.key], placeFor(place, request), asOf)} and ${conditionSql(plan, context)} and ${filled(value)} group by 1) as found
    order by array_position(${field.values ?? []}::text[], value) nulls last, day nulls last, at, id limit 200`);
  return rows.map((row) => row.value);
}

/** How many records a figure's parts look at, and a digest over which ones in which version. */
export async function digestOf(
  tx: Tx,
  campaign: Campaign,
  key: string,
  question: Question,
): Promise<{ records: number; digest: string }> {
  const row = await tx.one<{ records: number; digest: string | null }>(sql`
    select count(*) as records, encode(sha256(coalesce(string_agg(entry_id::text || ':' || version, E'\n' order by entry_id), '')::bytea), 'hex') as digest
    from (${await recordsSql(tx, campaign, key, question, sql`e.entry_id, e.version`, true)}) as found`);
  return { records: row?.records ?? 0, digest: row?.digest ?? "" };
}

async function recordsSql(
  tx: Tx,
  campaign: Campaign,
  key: string,
  question: Question,
  columns: Sql,
  union: boolean,
): Promise<Sql> {
  const parts = partsOf(campaign, key, question);
  const place = (await findPlaces(tx, campaign, [question.unit])).get(question.unit);
  if (!place) throw notFound("这个单位");
  const unitIds = await unitIdsFor(
    tx,
    campaign,
    parts.map((part) => part.request.plan),
  );
  const selects = parts.map(({ request }) => {
    const context = contextFor(campaign, request, question.asOf, unitIds);
    const needed = request.plan.fields
      .map((name) => fieldOf(request.plan.ledger, name) as FieldDefinition)
      .map((field) => filled(valueSql(request.plan.ledger, field, context)));
    return sql`select ${columns} ${sourceSql(campaign, [request.plan.ledger.key], placeFor(place, request), question.asOf)} and ${conditionSql(request.plan, context)} and ${join([sql`true`, ...needed], " and ")}`;
  });
  return join(selects, union ? " union " : " union all ");
}

/** The records behind a figure, newest first. What their amounts come to is the figure: see `amountsMake`. */
export async function listRecords(
  tx: Tx,
  campaign: Campaign,
  key: string,
  question: Question,
  page: { limit: number; offset: number } = { limit: 1000, offset: 0 },
): Promise<FigureRecord[]> {
  const parts = partsOf(campaign, key, question);
  const place = (await findPlaces(tx, campaign, [question.unit])).get(question.unit);
  if (!place) throw notFound("这个单位");
  const unitIds = await unitIdsFor(
    tx,
    campaign,
    parts.map((part) => part.request.plan),
  );
  const selects = parts.map(({ name, request }) => {
    const { plan } = request;
    const context = contextFor(campaign, request, question.asOf, unitIds);
    const values = plan.fields.map((field) => valueSql(plan.ledger, fieldOf(plan.ledger, field) as FieldDefinition, context));
    const condition = sql`${conditionSql(plan, context)} and ${join([sql`true`, ...values.map(filled)], " and ")}`;
    const value =
      values.length === 0
        ? sql`null`
        : values.length === 1
          ? sql`(${values[0]})::text`
          : sql`concat_ws(' / ', ${join(values.map((one) => sql`(${one})::text`))})`;
    const source = sourceSql(campaign, [plan.ledger.key], placeFor(place, request), question.asOf);
    const first = listField(request)
      ? firstItems(only(plan).name, sql`${source} and ${condition}`)
      : sql`(row_number() over (partition by ${values.length === 0 ? sql`1` : join(values)} order by e.day nulls last, e.entry_id) = 1)::integer`;
    const amount =
      {
        count: sql`1`,
        sum: values[0] ?? sql`0`,
        avg: values[0] ?? sql`0`,
        distinct: first,
        items: values[0] ? itemsSql(plan, values[0]) : sql`0`,
      }[plan.operation as string] ?? sql`null`;
    const number = plan.ledger.identity[0] ?? "";
    return sql`select e.entry_id, e.ledger, e.version, e.unit_id, (select u.name from units u where u.realm_id = e.realm_id and u.unit_id = e.unit_id) as unit,
      e.data->>${number}::text as number, e.day, e.state, (${amount})::numeric as amount, ${value} as value, ${name}::text as part
      ${source} and ${condition}`;
  });
  const rows = await tx.query<{
    entry_id: string;
    ledger: string;
    version: number;
    unit_id: number;
    unit: string;
    number: string | null;
    day: string | null;
    state: string | null;
    amount: string | null;
    value: string | null;
    part: string | null;
  }>(sql`
    select * from (${join(selects, " union all ")}) as found order by part nulls first, day desc nulls last, entry_id limit ${page.limit} offset ${page.offset}`);
  return rows.map(({ entry_id, unit_id, amount, ...row }) => ({
    entryId: entry_id,
    unitId: unit_id,
    ...row,
    amount: amount === null ? null : Number(amount),
  }));
}

/** How many items of a list a record is the first to have, so that the amounts of all come to the number of distinct items. */
const firstItems = (name: string, rows: Sql): Sql => sql`coalesce(((
  select jsonb_object_agg(entry_id, n) from (select entry_id, count(*) as n from (
    select distinct on (item) item, entry_id from (select jsonb_array_elements_text(e.data->${name}::text) as item, e.entry_id, e.day ${rows}) as items
    order by item, day nulls last, entry_id) as firsts group by entry_id) as counts) ->> e.entry_id::text)::integer, 0)`;

/** Ids and versions of the records that a figure looks at. */
export async function recordVersions(tx: Tx, campaign: Campaign, key: string, question: Question): Promise<Map<string, number>> {
  const rows = await tx.query<{ entry_id: string; version: number }>(
    await recordsSql(tx, campaign, key, question, sql`e.entry_id, e.version`, true),
  );
  return new Map(rows.map((row) => [row.entry_id, row.version]));
}
