/** Kept sets against the entries that they are of: counted anew, and compared. */
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import type { Prepared } from "#kernel/figure-deltas.ts";
import { conditionSql, valueSql, type SqlContext } from "#kernel/measure-sql.ts";
import { copyRows, sql, type Tx } from "#platform/db.ts";
import { bitsOf, epochDay, numberMembers, occur, spanDays, uniteSpans, type Occurrences, type Place } from "./sets.model.ts";

/** Occurrences of every kept set of a realm, counted from its entries. */
async function recountSets(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  prepared: readonly Prepared[],
  context: SqlContext,
): Promise<Occurrences> {
  const everything: SqlContext = { ...context, variables: { from: "0001-01-01", to: "9999-12-31", asOf: "9999-12-31" } };
  const found: Occurrences = new Map();
  for (const { id, plan } of prepared.filter((one) => one.plan.sets)) {
    const value = valueSql(plan.ledger, fieldOf(plan.ledger, plan.fields[0] as string) as FieldDefinition, everything);
    const rows = await tx.query<{ day: string; key: string; amount: number }>(sql`
      select e.day, ${value} as key, count(*)::integer as amount from entries e
      where e.realm_id = ${realm} and e.campaign_id = ${campaign.id} and e.ledger = ${plan.ledger.key} and not e.deleted
        and ${conditionSql(plan, everything)} and coalesce(${value}, '') <> '' group by 1, 2`);
    for (const { day, key, amount } of rows) occur(found, id, day, key, amount);
  }
  return found;
}

/** Counts the sets of a realm, which have been thrown away, anew from its entries. */
export async function rebuildSets(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  unit: number,
  prepared: readonly Prepared[],
  context: SqlContext,
): Promise<void> {
  const sets = [...(await recountSets(tx, campaign, realm, prepared, context)).values()];
  if (sets.length === 0) return;
  const place: Place = { realm, campaign: campaign.id, unit };
  const { numbers, length } = await numberMembers(tx, place, sets);
  const rows = function* (): Generator<unknown[]> {
    for (const { measure, day, amounts } of sets) {
      const members = [...amounts].flatMap(([key, count]) => new Array<number>(count).fill(numbers.get(key) as number));
      yield [realm, campaign.id, unit, measure, 1, day, members, bitsOf(members, length)];
    }
  };
  await copyRows(tx, "figure_sets (realm_id, campaign_id, unit_id, measure_id, days, day, members, bits)", rows());
  await uniteSpans(tx, place, sets);
}

export interface SetFault {
  unit: number;
  measure: number;
  /** Days since 1970 of the day or span. */
  block: number;
  kept: number;
  counted: number;
}

/** Compares every set of a realm with a recount of its entries: members and their occurrences by day, and unions by span. */
export async function verifySets(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  unit: number,
  prepared: readonly Prepared[],
  context: SqlContext,
): Promise<SetFault[]> {
  const counted = await recountSets(tx, campaign, realm, prepared, context);
  const keys = await tx.query<{ key: string; member: number }>(
    sql`select key, member from figure_members where realm_id = ${realm} and campaign_id = ${campaign.id}`,
  );
  const numbers = new Map(keys.map((row) => [row.key, row.member]));
  const ids = prepared.filter((one) => one.plan.sets).map((one) => one.id);
  const rows = await tx.query<{ measure_id: number; day: string; members: number[]; sound: boolean }>(sql`
    select measure_id, day, members, bit_count(bits) = (select count(distinct m) from unnest(members) as m)
      and not exists (select 1 from unnest(members) as m where get_bit(bits, m) = 0) as sound
    from figure_sets where realm_id = ${realm} and campaign_id = ${campaign.id} and unit_id = ${unit} and days = 1 and measure_id = any(${ids}::integer[])`);
  const faults: SetFault[] = [];
  const fault = (measure: number, day: string, kept: number, count: number): void =>
    void faults.push({ unit, measure, block: epochDay(day), kept, counted: count });
  for (const { measure_id, day, members, sound } of rows) {
    const place = `${measure_id}|${day}`;
    const expected = [...(counted.get(place)?.amounts ?? [])].flatMap(([key, count]) =>
      new Array<number>(count).fill(numbers.get(key) ?? -1),
    );
    counted.delete(place);
    const same = sound && expected.toSorted((a, b) => a - b).join() === members.toSorted((a, b) => a - b).join();
    if (!same) fault(measure_id, day, members.length, expected.length);
  }
  for (const { measure, day, amounts } of counted.values()) fault(measure, day, 0, amounts.size);
  const spans = await tx.query<{ measure_id: number; day: string; kept: number; counted: number }>(sql`
    select measure_id, day, coalesce(bit_count(kept), 0)::integer as kept, coalesce(bit_count(counted), 0)::integer as counted from (
      select measure_id, days_from as day, bit_or(bits) filter (where days = ${spanDays}) as kept, bit_or(bits) filter (where days = 1) as counted from (
        select measure_id, days, bits, case when days = 1 then '1970-01-01'::date + floor((day - '1970-01-01'::date) / ${spanDays}::numeric)::integer * ${spanDays}::integer else day end as days_from
        from figure_sets where realm_id = ${realm} and campaign_id = ${campaign.id} and unit_id = ${unit} and measure_id = any(${ids}::integer[])) as placed
      group by measure_id, days_from) as compared
    where kept is distinct from counted`);
  for (const span of spans) fault(span.measure_id, span.day, span.kept, span.counted);
  return faults;
}
