/** Day totals and sets counted anew from the entries: to make them again, or to tell whether the kept ones are right. */
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import type { Prepared } from "#kernel/figure-deltas.ts";
import type { MeasurePlan } from "#kernel/measure.ts";
import { conditionSql, valueSql, type SqlContext } from "#kernel/measure-sql.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { foldBatch, place, Points, stopWriters } from "./cells.model.ts";
import { rebuildSets, verifySets } from "./sets-recount.model.ts";

interface Amount {
  unit_id: number;
  measure: number;
  day: string | null;
  amount: number;
}

/** Day amounts of measures at inner units, counted from the entries of a realm, ledger by ledger. */
async function* recount(
  tx: Tx,
  campaign: Campaign,
  prepared: readonly Prepared[],
  realm: number,
  context: SqlContext,
  units: readonly number[],
): AsyncGenerator<Amount[]> {
  const everything: SqlContext = { ...context, variables: { from: "0001-01-01", to: "9999-12-31", asOf: "9999-12-31" } };
  const amounts = prepared.filter((one) => one.plan.prepared);
  for (const measures of Map.groupBy(amounts, ({ plan }) => `${plan.ledger.key}|${plan.date.kind}`).values()) {
    const { ledger, date } = (measures[0] as Prepared).plan;
    // What no period applies to stands where its unit stands now, as `covers` has it; the rest where it stood that day.
    const day = date.kind === "none" ? sql`null::date` : sql`e.day`;
    const columns = measures.map(({ plan }, index) => sql`${amountSql(plan, everything)} as ${raw(`m${index}`)}`);
    const rows = await tx.query<Record<string, number | string | null> & { unit_id: number; day: string | null }>(sql`
      select p.ancestor_id as unit_id, ${day} as day, ${join(columns)} from entries e
      join unit_paths p on p.realm_id = e.realm_id and p.campaign_id = e.campaign_id and p.unit_id = e.unit_id and p.ancestor_id = any(${units}::bigint[])
        and coalesce(${day}, '9999-12-31') >= p.from_day and coalesce(${day}, '9999-12-31') < p.to_day
      where e.realm_id = ${realm} and e.campaign_id = ${campaign.id} and e.ledger = ${ledger.key} and not e.deleted
      group by 1, 2`);
    yield rows.flatMap((row) =>
      measures.flatMap(({ id }, index) => {
        const amount = Number(row[`m${index}`] ?? 0);
        return amount === 0 ? [] : [{ unit_id: row.unit_id, measure: id, day: row.day, amount }];
      }),
    );
  }
}

function amountSql(plan: MeasurePlan, context: SqlContext): Sql {
  const condition = conditionSql(plan, context);
  if (plan.operation === "count") return sql`count(*) filter (where ${condition})`;
  const field = fieldOf(plan.ledger, plan.fields[0] as string) as FieldDefinition;
  return sql`round(sum(${valueSql(plan.ledger, field, context)}) filter (where ${condition}) * ${10 ** plan.decimals}::numeric)::bigint`;
}

/** Units that keep totals in a realm: of these, or of all. */
async function keepers(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  units?: readonly number[],
): Promise<{ unit_id: number; whole: boolean }[]> {
  return tx.query(sql`select distinct totals_id as unit_id, whole from inner_units where realm_id = ${realm} and campaign_id = ${campaign.id}
    and (${units === undefined} or unit_id = any(${units ?? []}::bigint[]))`);
}

/** Stops writers of a realm and folds what is pending. */
async function settle(tx: Tx, realm: number): Promise<void> {
  await stopWriters(tx, [realm]);
  while ((await foldBatch(tx, realm)) > 0);
}

/** Throws away the totals of these inner units (default: all of the realm) and counts them anew from the entries. */
export async function rebuildCells(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  prepared: readonly Prepared[],
  context: SqlContext,
  units?: readonly number[],
): Promise<void> {
  await settle(tx, realm);
  const wanted = await keepers(tx, campaign, realm, units);
  const gone = units === undefined ? undefined : [...new Set([...units, ...wanted.map((one) => one.unit_id)])];
  const scope = sql`realm_id = ${realm} and campaign_id = ${campaign.id} and (${gone === undefined} or unit_id = any(${gone ?? []}::bigint[]))`;
  await tx.query(sql`delete from figure_cells where ${scope}`);
  await tx.query(sql`delete from figure_sets where ${scope}`);
  const ids = wanted.map((one) => one.unit_id);
  for await (const amounts of recount(tx, campaign, prepared, realm, context, ids)) {
    const points = new Points();
    for (const { unit_id, measure, day, amount } of amounts) points.add(unit_id, measure, place(day), amount);
    await points.copy(tx, realm, campaign.id);
  }
  const whole = wanted.find((one) => one.whole);
  if (whole) await rebuildSets(tx, campaign, realm, whole.unit_id, prepared, context);
}

export interface CellFault {
  unit: number;
  measure: number;
  block: number;
  kept: number;
  counted: number;
}

/** Compares every cell and set of a realm with a recount of its entries; returns those that differ. */
export async function verifyCells(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  prepared: readonly Prepared[],
  context: SqlContext,
): Promise<CellFault[]> {
  await settle(tx, realm);
  const kept = await keepers(tx, campaign, realm);
  const counted = new Map<string, number>();
  for await (const amounts of recount(
    tx,
    campaign,
    prepared,
    realm,
    context,
    kept.map((one) => one.unit_id),
  ))
    for (const { unit_id, measure, day, amount } of amounts) {
      const key = `${unit_id}|${measure}|${place(day).block}`;
      counted.set(key, (counted.get(key) ?? 0) + amount);
    }
  const cells = await tx.query<{ unit_id: number; measure_id: number; block: number; total: number }>(sql`
    select unit_id, measure_id, block, total from figure_cells where realm_id = ${realm} and campaign_id = ${campaign.id} and measure_id = any(${prepared.map((one) => one.id)}::integer[])`);
  const stored = new Map(cells.map((cell) => [`${cell.unit_id}|${cell.measure_id}|${cell.block}`, cell.total]));
  const faults = [...new Set([...counted.keys(), ...stored.keys()])]
    .filter((key) => (counted.get(key) ?? 0) !== (stored.get(key) ?? 0))
    .map((key) => {
      const [unit, measure, block] = key.split("|").map(Number) as [number, number, number];
      return { unit, measure, block, kept: stored.get(key) ?? 0, counted: counted.get(key) ?? 0 };
    });
  const whole = kept.find((one) => one.whole);
  return whole ? [...faults, ...(await verifySets(tx, campaign, realm, whole.unit_id, prepared, context))] : faults;
}
