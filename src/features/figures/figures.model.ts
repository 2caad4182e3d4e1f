/** Values of the measures that figures need, from kept totals or from the records. */
import { Big } from "big.js";
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Scalar, Where } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import { keptMeasures } from "#kernel/figure-deltas.ts";
import type { MeasureValue, Request } from "#kernel/figure-value.ts";
import type { MeasurePlan } from "#kernel/measure.ts";
import { conditionSql, type SqlContext, valueSql } from "#kernel/measure-sql.ts";
import { notFound } from "#kernel/problem.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { readCells } from "./cells.model.ts";
import { columnsFor, contextFor, filled, listField, only, readColumns } from "./columns.model.ts";
import { findPlaces, type UnitPlace } from "./places.model.ts";
import { answerSeries, splitSeries } from "./series.model.ts";
import { readSets } from "./sets.model.ts";
import { sourceSql, unitSql } from "./source.model.ts";

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
 * (or the sets of people) in one statement, the rest counted from records: of a single leaf in one statement, of
 * others together with one statement a ledger.
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
  const idOf = mayKeep ? await keptMeasures(tx, campaign) : () => undefined;
  const keptAs = ({ plan, own }: Request, place: UnitPlace): number | undefined => {
    const kept = plan.sets ? place.kept : plan.prepared && !(plan.date.kind === "none" && place.moved);
    return kept && !own && place.inner ? idOf(plan.digest, place.realms) : undefined;
  };
  await answerKept(tx, campaign, unique, [...places.values()], keptAs, answers);
  // Places that need the same from records are answered together; under the root all counts, whenever and wherever it was.
  const restAt = (place: UnitPlace): Request[] => unique.filter((request) => keptAs(request, place) === undefined);
  const need = (place: UnitPlace): string =>
    [place.inner, place.id === campaign.root, ...restAt(place).map(({ id }) => id)].join(" ");
  for (const alike of Map.groupBy(places.values(), need).values()) {
    const rest = restAt(alike[0] as UnitPlace);
    if (rest.length > 0) await answerFromRecords(tx, campaign, rest, alike, unitIds, asOf, answers);
  }
  return answers;
}

/** From day totals and sets: one statement for measures that are asked about the same periods, for all units together. */
async function answerKept(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  places: readonly UnitPlace[],
  keptAs: (request: Request, place: UnitPlace) => number | undefined,
  answers: Map<number, Map<string, MeasureValue>>,
): Promise<void> {
  const among = places.filter((place) => requests.some((request) => keptAs(request, place) !== undefined));
  const totals = [...new Map(among.flatMap((place) => place.totals).map((one) => [`${one.realm}|${one.unit}`, one])).values()];
  const kept = requests.flatMap((request) => {
    const id = among.map((place) => keptAs(request, place)).find((one) => one !== undefined);
    return id === undefined ? [] : [{ request, id, period: { from: begin(request), to: request.to } }];
  });
  const measures = [...Map.groupBy(kept, ({ id }) => id).values()];
  const asked = ({ period }: (typeof kept)[0]): string => `${period.from}|${period.to}`;
  for (const alike of Map.groupBy(measures, (own) => `${own[0]?.request.plan.sets} ${own.map(asked).join(" ")}`).values()) {
    const [first = []] = alike;
    const periods = first.map(({ period }) => period);
    const ids = (kind: string): number[] =>
      alike.flatMap(([one]) => (one && one.request.plan.date.kind === kind ? [one.id] : []));
    const amounts = first[0]?.request.plan.sets
      ? await readSets(tx, campaign, totals, ids("day"), periods)
      : await readCells(tx, campaign, totals, ids("day"), ids("none"), periods);
    for (const place of among)
      for (const own of alike)
        own.forEach(({ request, id }, n) => {
          if (keptAs(request, place) === undefined) return;
          let amount = 0;
          for (const { realm, unit } of place.totals) amount += amounts.get(`${realm}|${unit}|${id}|${n}`) ?? 0;
          answers.get(place.id)?.set(request.id, { value: new Big(amount).div(10 ** request.plan.decimals), records: -1 });
        });
  }
}

/** Counts at places that all have units below them, or all have none. */
async function answerFromRecords(
  tx: Tx,
  campaign: Campaign,
  requests: readonly Request[],
  places: readonly UnitPlace[],
  unitIds: (name: string) => number[],
  asOf: string | undefined,
  answers: Map<number, Map<string, MeasureValue>>,
): Promise<void> {
  const { series, single } = splitSeries(requests, places);
  for (const asked of series) await answerSeries(tx, campaign, asked, places, unitIds, asOf, answers);
  const leaf = places.length === 1 && !places[0]?.inner;
  const moved = places.some((place) => place.moved);
  const grouped = Map.groupBy(single, (request, index) => {
    if (request.plan.operation === "groups" || listField(request)) return request.id;
    // A single leaf has few records: all ledgers are read at once. Else those of each ledger are read by themselves, so
    // that no record is held against conditions of other ledgers. What has no date counts where its unit stood at the end.
    // A statement can have some 1600 columns.
    const part = Math.floor(index / 400);
    return leaf ? `${part}` : `${part}|${request.own}|${request.plan.ledger.key}|${moved ? request.to : ""}`;
  });
  for (const asked of grouped.values()) {
    const first = asked[0] as Request;
    const unit = unitSql(places, first.own);
    if (first.plan.operation === "groups" || listField(first)) {
      const answer = first.plan.operation === "groups" ? answerGroups : answerList;
      const source = sourceSql(campaign, [first.plan.ledger.key], places, first, asOf);
      const values = await answer(tx, first, contextFor(campaign, first, asOf, unitIds), unit, source);
      for (const { id } of places) answers.get(id)?.set(first.id, values(id));
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
    const days = span ? sql` and e.day between ${span.from}::date and ${span.to}::date` : sql``;
    const rows = await tx.query<Record<string, string | number | null>>(
      sql`select ${unit} as unit, ${join(columns)} ${sourceSql(campaign, ledgers, places, first, asOf)}${days} group by 1`,
    );
    const byUnit = new Map(rows.map((row) => [row["unit"], row]));
    for (const place of places) {
      const row = byUnit.get(place.id);
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

/** Values at each of the units that a source tells of. */
type ByUnit = (unit: number) => MeasureValue;

/** Entries per combination of values; combinations without an entry count 0, over the values that occur. */
async function answerGroups(tx: Tx, { plan }: Request, context: SqlContext, unit: Sql, source: Sql): Promise<ByUnit> {
  const values = plan.fields.map((name) => valueSql(plan.ledger, fieldOf(plan.ledger, name) as FieldDefinition, context));
  const named = values.map((value, index) => sql`(${value})::text as ${raw(`v${index}`)}`);
  const all = await tx.query<Record<string, string> & { unit: number; n: number }>(sql`
    select ${unit} as unit, ${join(named)}, count(*) as n ${source} and ${conditionSql(plan, context)} and ${join(values.map(filled), " and ")}
    group by ${join([1, ...values.map((_, index) => index + 2)].map((column) => raw(String(column))))}`);
  const byUnit = Map.groupBy(all, (row) => row.unit);
  return (id) => {
    const rows = byUnit.get(id) ?? [];
    const combinations = plan.fields.reduce(
      (product, _, index) => product * new Set(rows.map((row) => row[`v${index}`])).size,
      1,
    );
    const counts = rows.map((row) => row.n);
    const records = counts.reduce((sum, n) => sum + n, 0);
    if (plan.groups?.atLeast !== undefined) {
      const least = plan.groups.atLeast;
      return {
        value: new Big(counts.filter((n) => n >= least).length + (least <= 0 ? combinations - counts.length : 0)),
        records,
      };
    }
    if (counts.length === 0) return { value: null, records: 0, note: "没有可分组的记录" };
    const smallest = combinations > counts.length ? 0 : Math.min(...counts);
    return { value: new Big(plan.groups?.take === "max" ? Math.max(...counts) : smallest), records };
  };
}

/** Different items of lists, and the records that have any. */
async function answerList(tx: Tx, { plan }: Request, context: SqlContext, unit: Sql, source: Sql): Promise<ByUnit> {
  const name = only(plan).name;
  const rows = await tx.query<{ unit: number; n: number; records: number }>(sql`
    select unit, count(distinct item) as n, count(distinct (realm_id, entry_id)) as records
    from (select ${unit} as unit, e.realm_id, e.entry_id, jsonb_array_elements_text(e.data->${name}::text) as item
      ${source} and ${conditionSql(plan, context)} and jsonb_typeof(e.data->${name}::text) = 'array') as items group by 1`);
  const byUnit = new Map(rows.map((row) => [row.unit, row]));
  return (id) => {
    const row = byUnit.get(id);
    return { value: new Big(row?.n ?? 0), records: row?.records ?? 0 };
  };
}
