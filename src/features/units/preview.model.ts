/** What a move would change in the roll-up, found out without making it. */
import { sql, type Tx } from "#platform/db.ts";
import { before, links } from "./paths.ts";
import { findUnit, listAncestors } from "./units.model.ts";
import type { Relation, RelationKind, Unit } from "./units.types.ts";

export interface MovePreview {
  /** Units that go along, itself included. */
  units: number;
  /** Records of theirs of that day and later, which count elsewhere from then on. */
  entries: number;
  /** Units above that no longer count them, and units above that now do. */
  leaves: Unit[];
  joins: Unit[];
}

/** From `day` on a relation of this kind to `parent`: which units above change, by the campaign's own order of kinds. */
export async function previewMove(
  tx: Tx,
  realms: readonly number[],
  campaign: { id: number; rollUp: readonly RelationKind[] },
  unit: number,
  { parent, day, kind }: { parent: number; day: string; kind: RelationKind },
): Promise<MovePreview> {
  const own = await tx.query<Relation>(
    sql`select relation_id as id, unit_id as unit, parent_id as parent, kind, from_day as "from", to_day as "to" from relations
      where realm_id = any(${[...realms]}::integer[]) and unit_id = ${unit}`,
  );
  const next = own
    .map((one) => (one.kind === kind && one.to === "infinity" ? { ...one, to: day } : one))
    .filter(({ from, to }) => before(from, to));
  next.push({ id: Number.MAX_SAFE_INTEGER, unit, parent, kind, from: day, to: "infinity" });
  const above = links(next, campaign.rollUp).find(({ from, to }) => !before(day, from) && before(day, to))?.parent;
  const old = await listAncestors(tx, realms, campaign.id, unit, day);
  const direct = above === undefined ? undefined : await findUnit(tx, realms, above);
  const fresh = direct ? [direct, ...(await listAncestors(tx, realms, campaign.id, direct.id, day))] : [];
  const counted = await tx.one<{ units: number; entries: number }>(sql`with under as (select unit_id from unit_paths
      where realm_id = any(${[...realms]}::integer[]) and campaign_id = ${campaign.id} and ancestor_id = ${unit} and from_day <= ${day}::date and to_day > ${day}::date)
    select (select count(*) from under) as units, (select count(*) from entries e where e.realm_id = any(${[...realms]}::integer[]) and e.campaign_id = ${campaign.id}
      and not e.deleted and e.day >= ${day}::date and e.unit_id in (select unit_id from under)) as entries`);
  const not = (these: readonly Unit[], those: readonly Unit[]): Unit[] =>
    these.filter(({ id }) => !those.some((one) => one.id === id));
  return { units: counted?.units ?? 0, entries: counted?.entries ?? 0, leaves: not(old, fresh), joins: not(fresh, old) };
}
