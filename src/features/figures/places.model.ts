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

/** Places by unit; a unit that is not in the campaign is missing. Two short statements, whatever lies below. */
export async function findPlaces(tx: Tx, campaign: Campaign, units: readonly number[]): Promise<Map<number, UnitPlace>> {
  const places = new Map<number, UnitPlace>();
  const rows = await tx.query<{ realm_id: number; unit_id: number; totals_id: number; whole: boolean; moved: boolean }>(sql`
    select realm_id, unit_id, totals_id, whole, moved from inner_units
    where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id} and unit_id = any(${units}::bigint[]) order by realm_id`);
  for (const [id, own] of Map.groupBy(rows, (row) => row.unit_id))
    places.set(id, {
      id,
      realms: own.map((row) => row.realm_id),
      inner: true,
      moved: id !== campaign.root && own.some((row) => row.moved),
      whole: id === campaign.root || own.every((row) => row.whole),
      kept: own.every((row) => row.whole),
      totals: own.map((row) => ({ realm: row.realm_id, unit: row.totals_id })),
    });
  const others = units.filter((unit) => !places.has(unit));
  if (others.length === 0) return places;
  const leaves = await tx.query<{ realm_id: number; unit_id: number }>(sql`
    select realm_id, unit_id from unit_paths where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id}
      and unit_id = any(${others}::bigint[]) and ancestor_id = unit_id`);
  for (const { realm_id, unit_id } of leaves)
    places.set(unit_id, { id: unit_id, realms: [realm_id], inner: false, moved: false, whole: false, kept: false, totals: [] });
  return places;
}
