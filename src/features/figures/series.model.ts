/**
 * Measures that are asked about many periods (a trend), counted from records: each record is held against a measure's
 * conditions once, and then falls into those of the periods that its date lies in.
 */
import type { Campaign } from "#kernel/campaign.ts";
import type { MeasureValue, Request } from "#kernel/figure-value.ts";
import type { MeasurePlan } from "#kernel/measure.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { columnsFor, contextFor, listField, readColumns } from "./columns.model.ts";
import type { UnitPlace } from "./places.model.ts";
import { sourceSql, unitSql } from "./source.model.ts";

/** Fewer periods than these are asked about one by one. */
const many = 3;

/** Whether a condition looks at the period itself (`$to`), so that records must be looked at anew for each. */
const looksAtPeriod = ({ where, any }: MeasurePlan): boolean =>
  /"\$(from|to|asOf|month|year)"/.test(JSON.stringify([where, any]));

/** Requests that differ in nothing but their period, by groups that one statement answers; and the others. */
export function splitSeries(
  requests: readonly Request[],
  places: readonly UnitPlace[],
): { series: Request[][][]; single: Request[] } {
  const moved = places.some((place) => place.moved);
  const single: Request[] = [];
  const groups = new Map<string, Request[][]>();
  for (const same of Map.groupBy(requests, ({ plan, own }) => `${plan.digest}|${own}`).values()) {
    const { plan, own } = same[0] as Request;
    // What has no date counts where its unit stood at the end of each period.
    const undated = plan.date.kind !== "day" && moved && !own;
    if (same.length < many || plan.operation === "groups" || listField(same[0] as Request) || undated || looksAtPeriod(plan)) {
      single.push(...same);
      continue;
    }
    const periods = plan.date.kind === "none" ? "" : same.map(({ from, to }) => `${from}|${to}`).join(" ");
    const key = `${own}|${plan.ledger.key}|${JSON.stringify(plan.date)}|${periods}`;
    groups.set(key, [...(groups.get(key) ?? []), same]);
  }
  return { series: [...groups.values()], single };
}

const year = { first: "0001-01-01", last: "9999-12-31" };

/** Answers measures of one ledger, each asked about the same periods: `asked` by measure, then by period. */
export async function answerSeries(
  tx: Tx,
  campaign: Campaign,
  asked: readonly Request[][],
  places: readonly UnitPlace[],
  unitIds: (name: string) => number[],
  asOf: string | undefined,
  answers: Map<number, Map<string, MeasureValue>>,
): Promise<void> {
  const periods = asked[0] as Request[];
  const first = periods[0] as Request;
  const { ledger, date } = first.plan;
  const columns = asked.flatMap(([one = first], index) => {
    const plan: MeasurePlan = date.kind === "day" ? { ...one.plan, date: { kind: "none" } } : one.plan;
    const always = contextFor(campaign, { ...one, from: year.first, to: year.last }, asOf, unitIds);
    return columnsFor(plan, always).map((column, part) => sql`${column} as ${raw(`m${index}_${part}`)}`);
  });
  const rows = await tx.query<Record<string, string | number | null>>(sql`
    select r.n, e.at_unit as unit, ${join(columns)}
    from (select e.*, ${unitSql(places, first.own)} as at_unit ${sourceSql(campaign, [ledger.key], places, { own: first.own, to: (periods.at(-1) ?? first).to }, asOf)}) e
    join ${periodsSql(periods, date)} group by 1, 2`);
  const byUnit = Map.groupBy(rows, (row) => row["unit"]);
  for (const place of places) {
    const own = byUnit.get(place.id) ?? [];
    asked.forEach((requests, index) =>
      requests.forEach((request, n) => {
        const row = own.find((one) => one["n"] === (date.kind === "none" ? 0 : n));
        answers.get(place.id)?.set(
          request.id,
          readColumns(request.plan, (part) => row?.[`m${index}_${part}`] ?? null),
        );
      }),
    );
  }
}

/** The periods as rows `r`, with the condition under which a record falls into one. */
function periodsSql(periods: readonly Request[], date: MeasurePlan["date"]): Sql {
  if (date.kind === "none") return sql`(values (0)) as r (n) on true`;
  const cut = date.month ? 7 : 10;
  const values = periods.map(({ from, to }, n) => {
    const begin = date.month ? `${from.slice(0, 7)}-01` : from;
    return date.kind === "day"
      ? sql`(${n}::integer, ${begin}::date, ${to}::date)`
      : sql`(${n}::integer, ${from.slice(0, cut)}::text, ${to.slice(0, cut)}::text)`;
  });
  const value = date.kind === "day" ? sql`e.day` : sql`left(e.data->>${date.field}::text, ${cut})`;
  return sql`(values ${join(values)}) as r (n, first_one, last_one) on ${value} between r.first_one and r.last_one`;
}
