/**
 * What a write adds to prepared figures. The amounts go into a table of their own beside the entry, in the same
 * transaction; `cells.model.ts` of the figures folds them into day totals later.
 */
import { join, sql, type Tx } from "#platform/db.ts";
import type { Campaign } from "./campaign.ts";
import { preparedPlans } from "./figure-value.ts";
import { amountOf, type EntryView, type MeasurePlan } from "./measure.ts";

/** Ids of a campaign's prepared measures by digest. */
export async function measureIds(tx: Tx, campaign: Campaign): Promise<Map<string, number>> {
  const rows = await tx.query<{ digest: string; measure_id: number }>(
    sql`select digest, measure_id from measures where campaign_id = ${campaign.id} and not retired`,
  );
  return new Map(rows.map((row) => [row.digest, row.measure_id]));
}

export interface Prepared {
  id: number;
  plan: MeasurePlan;
}

/** Prepared measures by ledger, with their ids: what a write needs. */
export async function preparedMeasures(tx: Tx, campaign: Campaign): Promise<Map<string, Prepared[]>> {
  const ids = await measureIds(tx, campaign);
  const byLedger = new Map<string, Prepared[]>();
  for (const plan of preparedPlans(campaign)) {
    const id = ids.get(plan.digest);
    if (id !== undefined) byLedger.set(plan.ledger.key, [...(byLedger.get(plan.ledger.key) ?? []), { id, plan }]);
  }
  return byLedger;
}

/** Amounts that writes add, gathered by unit and day. */
export class Deltas {
  readonly #rows = new Map<string, { unit: number; day: string | null; amounts: Map<number, number> }>();

  /** `sign` 1 for what an entry now is, -1 for what it was. */
  add(measures: readonly Prepared[], unit: number, entry: EntryView, sign: 1 | -1): void {
    for (const { id, plan } of measures) {
      const amount = amountOf(plan, entry);
      if (amount === 0) continue;
      const day = plan.date.kind === "none" ? null : entry.day;
      const key = `${unit}|${day}`;
      let row = this.#rows.get(key);
      if (!row) this.#rows.set(key, (row = { unit, day, amounts: new Map() }));
      row.amounts.set(id, (row.amounts.get(id) ?? 0) + sign * amount);
    }
  }

  /** Rows to insert, those without effect left out. */
  rows(): { unit: number; day: string | null; measures: number[]; amounts: number[] }[] {
    return [...this.#rows.values()]
      .map(({ unit, day, amounts }) => {
        const kept = [...amounts].filter(([, amount]) => amount !== 0);
        return { unit, day, measures: kept.map(([id]) => id), amounts: kept.map(([, amount]) => amount) };
      })
      .filter((row) => row.measures.length > 0);
  }

  async write(tx: Tx, realm: number, campaign: number): Promise<void> {
    const rows = this.rows();
    for (let start = 0; start < rows.length; start += 500) {
      const values = rows
        .slice(start, start + 500)
        .map(
          (row) => sql`(${realm}, ${campaign}, ${row.unit}, ${row.day}, ${row.measures}::integer[], ${row.amounts}::bigint[])`,
        );
      await tx.query(
        sql`insert into figure_deltas (realm_id, campaign_id, unit_id, day, measures, amounts) values ${join(values)}`,
      );
    }
  }
}
