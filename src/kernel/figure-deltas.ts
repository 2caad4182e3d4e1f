/**
 * What a write adds to prepared figures. The amounts go into a table of their own beside the entry, in the same
 * transaction; `cells.model.ts` of the figures folds them into day totals and sets later.
 *
 * Which measures a write must add to depends on the version of the pack. A writer holds that version (`holdPack`)
 * before it writes; loading another one waits for writers that hold it and then counts what they wrote, and a writer
 * that comes later with the old version is refused with a conflict that its transaction is run again for.
 */
import { copyRows, sql, type Tx } from "#platform/db.ts";
import type { Campaign } from "./campaign.ts";
import type { Pack } from "./definitions.ts";
import { preparedPlans } from "./figure-value.ts";
import { amountOf, memberOf, type EntryView, type MeasurePlan } from "./measure.ts";

/** Keeps the campaign at the version that the caller has read, until the end of the transaction; SQLSTATE 40001 if it is not current. */
export function holdPack(tx: Tx, campaign: Campaign): void {
  tx.later(sql`select hold_pack(${campaign.id}, ${campaign.packId})`);
}

export interface Prepared {
  id: number;
  plan: MeasurePlan;
}

/** Prepared measures of a pack by ledger, with their ids: what a write needs. */
export async function readMeasures(tx: Tx, campaign: Campaign): Promise<Map<string, Prepared[]>> {
  const rows = await tx.query<{ digest: string; measure_id: number }>(
    sql`select digest, measure_id from measures where campaign_id = ${campaign.id}`,
  );
  const ids = new Map(rows.map((row) => [row.digest, row.measure_id]));
  const found = preparedPlans(campaign).flatMap((plan) => {
    const id = ids.get(plan.digest);
    return id === undefined ? [] : [{ id, plan }];
  });
  return Map.groupBy(found, ({ plan }) => plan.ledger.key);
}

/** The same, remembered: a pack as stored and its measures never change. Not for the transaction that loads the pack. */
export async function preparedMeasures(tx: Tx, campaign: Campaign): Promise<Map<string, Prepared[]>> {
  const key = `measures ${campaign.id} ${campaign.packId}`;
  const known = tx.memory.get(key) as { pack: Pack; measures: Map<string, Prepared[]> } | undefined;
  if (known?.pack === campaign.pack) return known.measures;
  const measures = await readMeasures(tx, campaign);
  tx.memory.set(key, { pack: campaign.pack, measures });
  return measures;
}

/** Tells the id of the measure of this digest if its totals are kept now in all of these realms. */
export async function keptMeasures(
  tx: Tx,
  campaign: Campaign,
): Promise<(digest: string, realms: readonly number[]) => number | undefined> {
  const rows = await tx.query<{ digest: string; measure_id: number; generation: number }>(
    sql`select digest, measure_id, generation from measures where campaign_id = ${campaign.id} and not retired`,
  );
  const counted = await tx.query<{ realm_id: number; generation: number }>(
    sql`select realm_id, generation from counted where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id}`,
  );
  const measures = new Map(rows.map((row) => [row.digest, row]));
  const upTo = new Map(counted.map((row) => [row.realm_id, row.generation]));
  return (digest, realms) => {
    const measure = measures.get(digest);
    return measure && realms.every((realm) => (upTo.get(realm) ?? 0) >= measure.generation) ? measure.measure_id : undefined;
  };
}

export interface Delta {
  unit: number;
  day: string | null;
  measures: number[];
  amounts: number[];
  keys: (string | null)[] | null;
}

type Amounts = Map<number | string, number>;

/** Amounts that writes add, gathered by unit and day. */
export class Deltas {
  /** By unit and day: amounts by measure, and of those that tell people apart by `measure key`. */
  readonly #rows = new Map<string, { unit: number; day: string | null; amounts: Amounts }>();

  get size(): number {
    return this.#rows.size;
  }

  #row(unit: number, day: string | null): { amounts: Amounts } {
    const place = `${unit}|${day}`;
    let row = this.#rows.get(place);
    if (!row) this.#rows.set(place, (row = { unit, day, amounts: new Map() }));
    return row;
  }

  /** `sign` 1 for what an entry now is, -1 for what it was. */
  add(measures: readonly Prepared[], unit: number, entry: EntryView, sign: 1 | -1): void {
    let dated: { amounts: Amounts } | undefined;
    for (const { id, plan } of measures) {
      const member = plan.sets ? memberOf(plan, unit, entry) : undefined;
      const amount = plan.sets ? (member === undefined ? 0 : 1) : amountOf(plan, entry);
      if (amount === 0) continue;
      const row = plan.date.kind === "none" ? this.#row(unit, null) : (dated ??= this.#row(unit, entry.day));
      const part = member === undefined ? id : `${id} ${member}`;
      row.amounts.set(part, (row.amounts.get(part) ?? 0) + sign * amount);
    }
  }

  /** Rows to insert, those without effect left out; from here on there are none. */
  take(): Delta[] {
    const rows: Delta[] = [];
    for (const { unit, day, amounts } of this.#rows.values()) {
      const row: Delta = { unit, day, measures: [], amounts: [], keys: null };
      for (const [part, amount] of amounts) {
        if (amount === 0) continue;
        if (typeof part === "string") (row.keys ??= row.measures.map(() => null)).push(part.slice(part.indexOf(" ") + 1));
        else row.keys?.push(null);
        row.measures.push(typeof part === "string" ? Number.parseInt(part, 10) : part);
        row.amounts.push(amount);
      }
      if (row.measures.length > 0) rows.push(row);
    }
    this.#rows.clear();
    return rows;
  }

  /** Adds many rows at once, as the owner of the tables. */
  async copy(tx: Tx, realm: number, campaign: number): Promise<void> {
    await copyRows(
      tx,
      "figure_deltas (realm_id, campaign_id, unit_id, day, measures, amounts, keys)",
      this.take().map((row) => [realm, campaign, row.unit, row.day, row.measures, row.amounts, row.keys]),
    );
  }

  /** Adds the few rows of one write, at the latest with the commit. */
  write(tx: Tx, realm: number, campaign: number): void {
    for (const row of this.take())
      tx.later(
        sql`select add_delta(${realm}, ${campaign}, ${row.unit}, ${row.day}, ${row.measures}, ${row.amounts}, ${row.keys})`,
      );
  }
}
