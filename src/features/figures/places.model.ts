/** Where the units of a question stand: what lies below them, in which realms, and where their totals are kept. */
import type { Campaign } from "#kernel/campaign.ts";
import { sql, type Tx } from "#platform/db.ts";

export interface UnitPlace {
  id: number;
  realms: number[];
  /** Has units below it in this campaign. */
  inner: boolean;
  /** Some units below it count under it on some days only. */
  moved: boolean;
  /** Everything of its realms counts under it on every day. */
  whole: boolean;
  /** Sets of people are kept of it. */
  kept: boolean;
  /** Where its totals are kept: in each of its realms under one unit. */
  totals: { realm: number; unit: number }[];
}

/** Places by unit; a unit that is not in the campaign is missing. One short statement, whatever lies below. */
export async function findPlaces(tx: Tx, campaign: Campaign, units: readonly number[]): Promise<Map<number, UnitPlace>> {
  const scope = sql`realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id} and unit_id = any(${units}::bigint[])`;
  const rows = await tx.query<{
    realm_id: number;
    unit_id: number;
    totals_id: number | null;
    whole: boolean | null;
    moved: boolean | null;
  }>(sql`
    select realm_id, unit_id, totals_id, whole, moved from inner_units where ${scope}
    union all
    select realm_id, unit_id, null, null, null from unit_paths where ${scope} and ancestor_id = unit_id
    order by realm_id`);
  const places = new Map<number, UnitPlace>();
  for (const [id, own] of Map.groupBy(rows, (row) => row.unit_id)) {
    const totals = own.flatMap((row) => (row.totals_id === null ? [] : [{ realm: row.realm_id, unit: row.totals_id }]));
    const inner = totals.length > 0;
    const whole = inner && own.every((row) => row.whole !== false);
    places.set(id, {
      id,
      realms: [...new Set(own.map((row) => row.realm_id))],
      inner,
      moved: id !== campaign.root && own.some((row) => row.moved === true),
      whole: whole || id === campaign.root,
      kept: whole,
      totals,
    });
  }
  return places;
}
