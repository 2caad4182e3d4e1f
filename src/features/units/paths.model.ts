/** The roll-up paths of a realm and its inner units, as stored. */
import { join, sql, type Tx } from "#platform/db.ts";
import { innerUnits, links, paths } from "./paths.ts";
import { holdRegister, listRelations, listUnits } from "./units.model.ts";
import type { InnerUnit, RelationKind, UnitPath } from "./units.types.ts";

/**
 * Computes the roll-up paths of a realm anew, and what is kept of its inner units. Returns the ancestors whose subtree
 * changed. A unit between the top and other realms is known as inner to its own realm once those realms have paths.
 */
export async function rebuildPaths(tx: Tx, realm: number, campaign: number, rollUp: readonly RelationKind[]): Promise<number[]> {
  holdRegister(tx, realm);
  const units = await listUnits(tx, [realm]);
  const names = new Map(units.map((unit) => [unit.id, unit.name]));
  const ownLinks = links(await listRelations(tx, realm), rollUp);
  // Ancestors in another realm (a nation above its provinces) are taken from that realm's own paths.
  const outside = [...new Set(ownLinks.map((link) => link.parent))].filter((parent) => !names.has(parent));
  const above =
    outside.length === 0
      ? []
      : await tx.query<{ unit: number; parent: number; depth: number }>(sql`
    select unit_id as unit, ancestor_id as parent, depth from unit_paths where campaign_id = ${campaign} and depth = 1 and to_day = 'infinity'
      and unit_id in (select ancestor_id from unit_paths where campaign_id = ${campaign} and unit_id = any(${outside}::bigint[]))`);
  const wanted = paths(
    units.map((unit) => unit.id),
    [...ownLinks, ...above.map(({ unit, parent }) => ({ unit, parent, from: "-infinity", to: "infinity" }))],
    (unit) => names.get(unit) ?? String(unit),
  );
  const key = (path: UnitPath): string => `${path.unit}|${path.ancestor}|${path.depth}|${path.from}|${path.to}`;
  const known = await tx.query<UnitPath>(
    sql`select unit_id as unit, ancestor_id as ancestor, depth, from_day as "from", to_day as "to" from unit_paths where realm_id = ${realm} and campaign_id = ${campaign}`,
  );
  const [old, next] = [new Set(known.map(key)), new Set(wanted.map(key))];
  const gone = known.filter((path) => !next.has(key(path)));
  const fresh = wanted.filter((path) => !old.has(key(path)));
  if (gone.length > 0)
    await tx.query(sql`delete from unit_paths p using unnest(${gone.map((path) => path.unit)}::bigint[], ${gone.map((path) => path.ancestor)}::bigint[], ${gone.map((path) => path.from)}::date[]) as g (unit_id, ancestor_id, from_day)
      where p.realm_id = ${realm} and p.campaign_id = ${campaign} and p.unit_id = g.unit_id and p.ancestor_id = g.ancestor_id and p.from_day = g.from_day`);
  for (let start = 0; start < fresh.length; start += 5000)
    await tx.query(
      sql`insert into unit_paths (realm_id, campaign_id, unit_id, ancestor_id, depth, from_day, to_day) values ${join(
        fresh
          .slice(start, start + 5000)
          .map((path) => sql`(${realm}, ${campaign}, ${path.unit}, ${path.ancestor}, ${path.depth}, ${path.from}, ${path.to})`),
      )}`,
    );
  const inner = await rebuildInner(tx, realm, campaign, wanted);
  return [...new Set([...[...gone, ...fresh].map((path) => path.ancestor), ...inner])];
}

/** Writes down the inner units of a realm; returns those that are new or whose totals are kept elsewhere now. */
async function rebuildInner(tx: Tx, realm: number, campaign: number, wanted: readonly UnitPath[]): Promise<number[]> {
  const above = await tx.query<{ unit_id: number }>(
    sql`select distinct unit_id from inner_units where campaign_id = ${campaign} and realm_id <> ${realm}
      union select root_unit_id from campaigns where campaign_id = ${campaign} and root_unit_id is not null`,
  );
  const rows = innerUnits(wanted, new Set(above.map((row) => row.unit_id)));
  const known = await tx.query<InnerUnit>(
    sql`select unit_id as unit, totals_id as totals, whole, moved from inner_units where realm_id = ${realm} and campaign_id = ${campaign}`,
  );
  const key = (row: InnerUnit): string => `${row.unit}|${row.totals}|${row.whole}|${row.moved}`;
  const [old, next] = [new Set(known.map(key)), new Set(rows.map(key))];
  const gone = known.filter((row) => !next.has(key(row)));
  const fresh = rows.filter((row) => !old.has(key(row)));
  if (gone.length > 0)
    await tx.query(
      sql`delete from inner_units where realm_id = ${realm} and campaign_id = ${campaign} and unit_id = any(${gone.map((row) => row.unit)}::bigint[])`,
    );
  for (let start = 0; start < fresh.length; start += 5000)
    await tx.query(
      sql`insert into inner_units (realm_id, campaign_id, unit_id, totals_id, whole, moved) values ${join(
        fresh
          .slice(start, start + 5000)
          .map((row) => sql`(${realm}, ${campaign}, ${row.unit}, ${row.totals}, ${row.whole}, ${row.moved})`),
      )}`,
    );
  return [...gone, ...fresh].map((row) => row.unit);
}
