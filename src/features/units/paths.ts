/**
 * The roll-up path: from the dated graph of relations to one parent a day in a campaign, and from parents to all
 * ancestors. Pure. Days are ISO dates, `-infinity` and `infinity`; stretches are half open.
 */
import { Problem } from "#kernel/problem.ts";
import type { InnerUnit, Link, Relation, RelationKind, UnitPath } from "./units.types.ts";

const order = (day: string): string => (day === "-infinity" ? "" : day === "infinity" ? "~" : day);
export const before = (left: string, right: string): boolean => order(left) < order(right);
const earlier = (left: string, right: string): string => (before(left, right) ? left : right);
const later = (left: string, right: string): string => (before(left, right) ? right : left);

/**
 * Each unit's parent in a campaign: on every day the relation whose kind stands first in `rollUp`; of two of one kind
 * the one that began later.
 */
export function links(relations: readonly Relation[], rollUp: readonly RelationKind[]): Link[] {
  const found: Link[] = [];
  for (const [unit, own] of Map.groupBy(
    relations.filter((relation) => rollUp.includes(relation.kind)),
    (relation) => relation.unit,
  )) {
    const days = [...new Set(own.flatMap((relation) => [relation.from, relation.to]))].toSorted((left, right) =>
      order(left) < order(right) ? -1 : 1,
    );
    for (let index = 0; index + 1 < days.length; index++) {
      const [from, to] = [days[index] as string, days[index + 1] as string];
      const best = own
        .filter((relation) => !before(from, relation.from) && !before(relation.to, to))
        .toSorted(
          (left, right) =>
            rollUp.indexOf(left.kind) - rollUp.indexOf(right.kind) ||
            (before(left.from, right.from) ? 1 : -1) ||
            right.id - left.id,
        )[0];
      if (!best) continue;
      const last = found.at(-1);
      if (last && last.unit === unit && last.parent === best.parent && last.to === from) last.to = to;
      else found.push({ unit, parent: best.parent, from, to });
    }
  }
  return found;
}

/**
 * All ancestors of units, by stretches of days. Throws a `Problem` that names a cycle: units that stand above one another
 * on the same day. That a unit once stood below what stands below it now is none.
 */
export function paths(units: readonly number[], parents: readonly Link[], nameOf: (unit: number) => string): UnitPath[] {
  const byUnit = Map.groupBy(parents, (link) => link.unit);
  const climb = (trail: readonly number[], from: string, to: string, found: UnitPath[]): UnitPath[] => {
    const [unit, top] = [trail[0] as number, trail.at(-1) as number];
    found.push({ unit, ancestor: top, depth: trail.length - 1, from, to });
    for (const link of byUnit.get(top) ?? []) {
      const [first, last] = [later(link.from, from), earlier(link.to, to)];
      if (!before(first, last)) continue;
      if (trail.includes(link.parent)) {
        const names = [...trail.slice(trail.indexOf(link.parent)), link.parent].map(nameOf);
        throw new Problem("unit_cycle", 422, `单位的上级关系形成了循环：${names.join(" → ")}。请更正其中一个单位的上级单位。`, {
          units: names,
        });
      }
      climb([...trail, link.parent], first, last, found);
    }
    return found;
  };
  return units.flatMap((unit) => joined(climb([unit], "-infinity", "infinity", [])));
}

/** Neighbouring stretches under the same ancestor become one. */
function joined(own: UnitPath[]): UnitPath[] {
  const result: UnitPath[] = [];
  for (const path of own.toSorted((left, right) => left.ancestor - right.ancestor || (before(left.from, right.from) ? -1 : 1))) {
    const last = result.at(-1);
    if (last && last.ancestor === path.ancestor && last.depth === path.depth && last.to === path.from) last.to = path.to;
    else result.push({ ...path });
  }
  return result;
}

/** Inner units of a realm, from all its paths; `above` are units of which other realms say that they are inner. */
export function innerUnits(wanted: readonly UnitPath[], above: ReadonlySet<number>): InnerUnit[] {
  const units = new Set(wanted.map((path) => path.unit));
  const found: (InnerUnit & { depth: number })[] = [];
  for (const [unit, own] of Map.groupBy(wanted, (path) => path.ancestor)) {
    const depth = Math.max(...own.map((path) => path.depth));
    if (depth === 0 && !above.has(unit)) continue;
    const always = [...Map.groupBy(own, (path) => path.unit).values()].filter(coversAll).length;
    const below = new Set(own.map((path) => path.unit)).size;
    found.push({ unit, totals: unit, whole: always === units.size, moved: always < below, depth });
  }
  // Of units that all have the whole realm below them, the lowest keeps the totals: whoever sees another sees it too.
  const lowest = found
    .filter((row) => row.whole)
    .toSorted((left, right) => left.depth - right.depth || left.unit - right.unit)[0];
  return found.map(({ unit, whole, moved }) => ({ unit, totals: whole && lowest ? lowest.unit : unit, whole, moved }));
}

function coversAll(own: readonly UnitPath[]): boolean {
  let day = "-infinity";
  for (const path of own.toSorted((left, right) => (before(left.from, right.from) ? -1 : 1)))
    if (path.from === day) day = path.to;
  return day === "infinity";
}
