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
import { findPlaces, type UnitPlace } from "./places.model.ts";
import { readSets } from "./sets.model.ts";
import type { FigureRecord, Question } from "./figures.types.ts";
import { leavesSql, sourceSql, type Place } from "./source.model.ts";

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
 * (or the sets of people) in one statement, the rest counted from records: of leaves in one statement, of inner units
 * with one statement a ledger.
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
  const mayKeep =
    asOf === undefined &&
    [...places.values()].some((place) => place.inner) &&
    unique.some((request) => request.plan.prepared || request.plan.sets);
  const ids = mayKeep ? await measureIds(tx, campaign) : new Map<string, number>();
  const isKept = ({ plan, own }: Request, place: UnitPlace): boolean => {
    if (own || !place.inner || !ids.has(plan.digest)) return false;
    return plan.sets ? place.kept : plan.prepared && !(plan.date.kind === "none" && place.moved);
  };
  await answerKept(tx, campaign, unique, [...places.values()], ids, isKept, answers);
  const leaves = [...places.values()].filter((place) => !place.inner);
  if (leaves.length > 0) await answerFromRecords(tx, campaign, unique, leaves, unitIds, asOf, answers);
  for (const place of places.values()) {
    if (!place.inner) continue;
    const rest = unique.filter((request) => !isKept(request, place));
    if (rest.length > 0) await answerFromRecords(tx, campaign, rest, [place], unitIds, asOf, answers);
  }
  return answers;
}

/** From day totals and sets: one statement for each period asked about, for all units together. */
async function answerKept(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  places: readonly UnitPlace[],
  ids: ReadonlyMap<string, number>,
  isKept: (request: Request, place: UnitPlace) => boolean,
  answers: Map<number, Map<string, MeasureValue>>,
): Promise<void> {
  const kept = requests.filter((request) => places.some((place) => isKept(request, place)));
  for (const asked of Map.groupBy(kept, (one) => `${begin(one)}|${one.to}|${one.plan.sets}`).values()) {
    const first = asked[0] as Request;
    const id = ({ plan }: Request): number => ids.get(plan.digest) as number;
    const among = places.filter((place) => asked.some((request) => isKept(request, place)));
    const totals = [...new Map(among.flatMap((place) => place.totals).map((one) => [`${one.realm}|${one.unit}`, one])).values()];
    const dated = asked.filter((one) => one.plan.date.kind === "day").map(id);
    const plain = asked.filter((one) => one.plan.date.kind === "none").map(id);
    const amounts = first.plan.sets
      ? await readSets(tx, campaign, totals, dated, begin(first), first.to)
      : await readCells(tx, campaign, totals, dated, plain, begin(first), first.to);
    for (const place of among)
      for (const request of asked) {
        if (!isKept(request, place)) continue;
        let amount = 0;
        for (const { realm, unit } of place.totals) amount += amounts.get(`${realm}|${unit}|${id(request)}`) ?? 0;
        answers.get(place.id)?.set(request.id, { value: new Big(amount).div(10 ** request.plan.decimals), records: -1 });
      }
  }
}

/** Counts at places that need the same source: one inner unit, or any number of leaves together. */
async function answerFromRecords(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  places: readonly UnitPlace[],
  unitIds: (name: string) => number[],
  asOf: string | undefined,
  answers: Map<number, Map<string, MeasureValue>>,
): Promise<void> {
  const leaves = places.every((place) => !place.inner);
  const grouped = Map.groupBy(requests, (request) => {
    if (request.plan.operation === "groups" || listField(request)) return request.id;
    // Leaves have few records: all ledgers are read at once. An inner unit's are read for each ledger by itself, so
    // that no record is held against conditions of other ledgers.
    return leaves ? "" : `${request.own}|${request.plan.ledger.key}|${request.to}`;
  });
  for (const asked of grouped.values()) {
    const first = asked[0] as Request;
    const context = contextFor(campaign, first, asOf, unitIds);
    if (first.plan.operation === "groups" || listField(first)) {
      const answer = first.plan.operation === "groups" ? answerGroups : answerList;
      for (const place of places) {
        const source = sourceSql(campaign, [first.plan.ledger.key], placeFor(place, first), asOf);
        answers.get(place.id)?.set(first.id, await answer(tx, first, context, source));
      }
      continue;
    }
    const ledgers = [...new Set(asked.map((request) => request.plan.ledger.key))];
    const span = spanOf(asked);
    // Where all look at the same days, that stands once for all.
    const within = span && asked.every((one) => begin(one) === span.from && one.to === span.to);
    const columns = asked.flatMap((request, index) =>
      columnsFor(
        within ? { ...request.plan, date: { kind: "none" } } : request.plan,
        contextFor(campaign, request, asOf, unitIds),
        ledgers.length > 1,
      ).map((column, part) => sql`${column} as ${raw(`m${index}_${part}`)}`),
    );
    const source = leaves
      ? leavesSql(
          campaign,
          ledgers,
          places.map((place) => place.id),
          [...new Set(places.flatMap((place) => place.realms))],
          asOf,
        )
      : sourceSql(campaign, ledgers, placeFor(places[0] as UnitPlace, first), asOf);
    const days = span ? sql` and e.day between ${span.from}::date and ${span.to}::date` : sql``;
    const rows = await tx.query<Record<string, string | number | null>>(
      leaves
        ? sql`select e.unit_id as unit, ${join(columns)} ${source}${days} group by e.unit_id`
        : sql`select ${join(columns)} ${source}${days}`,
    );
    for (const place of places) {
      const row = leaves ? rows.find((one) => one["unit"] === place.id) : rows[0];
      asked.forEach((request, index) =>
        answers.get(place.id)?.set(
          request.id,
          readColumns(request.plan, (part) => row?.[`m${index}_${part}`] ?? null),
        ),
      );
    }
  }
}

/** The first day of a request; a month counts if the period touches it. */
const begin = ({ plan, from }: Request): string =>
  plan.date.kind === "day" && plan.date.month ? `${from.slice(0, 7)}-01` : from;

/** The days that any of these requests looks at, if all of them look at days. */
function spanOf(requests: readonly Request[]): { from: string; to: string } | undefined {
  if (requests.some(({ plan }) => plan.date.kind !== "day")) return undefined;
  const [from, to] = [
    requests.map(begin).toSorted()[0],
    requests
      .map((one) => one.to)
      .toSorted()
      .at(-1),
  ];
  return from === undefined || to === undefined ? undefined : { from, to };
}

const placeFor = (place: UnitPlace, request: Request): Place => ({
  unit: place.id,
  own: request.own,
  inner: place.inner,
  whole: place.whole,
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

/** Value columns of a measure; the last is the number of records it looks at, but of a sum. `among`: rows of other ledgers come too. */
function columnsFor(plan: MeasurePlan, context: SqlContext, among = false): Sql[] {
  const own = conditionSql(plan, context);
  // The ledger first: what a field means, and whether a text is a number, holds for its own ledger only.
  const within = (one: Sql): Sql => (among ? sql`case when e.ledger = ${plan.ledger.key} then ${one} else false end` : one);
  const condition = within(own);
  const values = plan.fields.map((name) => valueSql(plan.ledger, fieldOf(plan.ledger, name) as FieldDefinition, context));
  const value = values[0] ?? sql`null`;
  const when = plan.operation === "count" ? condition : within(sql`${own} and ${join(values.map(filled), " and ")}`);
  const records = sql`count(*) filter (where ${when})`;
  const ordered = only(plan) && isNumber(only(plan)) ? value : sql`(${value})::text collate "C"`;
  const shown = only(plan) && !isNumber(only(plan)) ? shownSql(plan.ledger, only(plan), context) : value;
  switch (plan.operation) {
    case "count":
      return [records];
    case "sum":
      return [sql`coalesce(sum(${value}) filter (where ${condition}), 0)`];
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
    case "sum":
      return { value: new Big(column(0) ?? 0), records: -1 };
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

export interface RecordsDigest {
  records: number;
  /** SHA-256, in hexadecimal digits, over lines `id:version` in the order of ids. */
  digest: string;
}

export const digestOf = async (tx: Tx, campaign: Campaign, key: string, question: Question): Promise<RecordsDigest> =>
  (await digestsOf(tx, campaign, [key], question)).get(key) as RecordsDigest;

/**
 * How many records each figure's parts look at, and a digest over which ones in which version. Figures about one ledger
 * are answered together: its records are read and put in order once.
 */
export async function digestsOf(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  question: Question,
): Promise<Map<string, RecordsDigest>> {
  const place = (await findPlaces(tx, campaign, [question.unit])).get(question.unit);
  if (!place) throw notFound("这个单位");
  const figures = [...new Set(keys)].map((key) => ({
    key,
    requests: partsOf(campaign, key, question).map((part) => part.request),
  }));
  const unitIds = await unitIdsFor(
    tx,
    campaign,
    figures.flatMap(({ requests }) => requests.map((request) => request.plan)),
  );
  const source = ({ own, plan, to }: Request): string => `${own}|${plan.ledger.key}|${to}`;
  const grouped = Map.groupBy(figures, ({ requests }) => [...new Set(requests.map(source))].toSorted().join(" "));
  const found = new Map<string, RecordsDigest>();
  for (const together of grouped.values()) {
    const first = together[0]?.requests[0] as Request;
    if (together[0]?.requests.some((request) => source(request) !== source(first))) {
      for (const { key } of together) found.set(key, await digestAcross(tx, campaign, key, question));
      continue;
    }
    const counts = together.map(({ requests }, index) => {
      const conditions = requests.map((one) => sql`(${recordCondition(one, contextFor(campaign, one, question.asOf, unitIds))})`);
      return sql`${join(conditions, " or ")} as ${raw(`c${index}`)}`;
    });
    const columns = together.map(
      (_, index) => sql`count(*) filter (where ${raw(`c${index}`)}) as ${raw(`n${index}`)},
        encode(sha256(coalesce(string_agg(line, E'\n' order by id) filter (where ${raw(`c${index}`)}), '')::bytea), 'hex') as ${raw(`d${index}`)}`,
    );
    // Lines and conditions are worked out below `offset 0`, so that one sort serves all aggregates.
    const row = await tx.one<Record<string, number | string>>(sql`
      select ${join(columns)} from (select e.entry_id as id, e.entry_id::text || ':' || e.version as line, ${join(counts)}
        ${sourceSql(campaign, [first.plan.ledger.key], placeFor(place, first), question.asOf)} offset 0) as lines`);
    together.forEach(({ key }, index) =>
      found.set(key, { records: Number(row?.[`n${index}`] ?? 0), digest: String(row?.[`d${index}`] ?? "") }),
    );
  }
  return found;
}

/** A record that a request looks at: it meets the conditions, and what is looked at is filled. */
function recordCondition({ plan }: Request, context: SqlContext): Sql {
  const needed = plan.fields
    .map((name) => fieldOf(plan.ledger, name) as FieldDefinition)
    .map((field) => {
      // A stored number is filled if its text is: no need to make a number of it.
      return filled(
        isNumber(field) && field.derive === undefined ? sql`e.data->>${field.name}::text` : valueSql(plan.ledger, field, context),
      );
    });
  return sql`${conditionSql(plan, context)} and ${join([sql`true`, ...needed], " and ")}`;
}

/** The digest of a figure whose parts look at several ledgers; a record of two parts counts once. */
async function digestAcross(tx: Tx, campaign: Campaign, key: string, question: Question): Promise<RecordsDigest> {
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
    return sql`select ${columns} ${sourceSql(campaign, [request.plan.ledger.key], placeFor(place, request), question.asOf)} and ${recordCondition(request, context)}`;
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
