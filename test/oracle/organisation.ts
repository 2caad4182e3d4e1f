/** The dated graph of units as docs/packs.md describes it, told day by day: the slow and obvious way. */

export interface ModelRelation {
  unit: number;
  parent: number;
  kind: string;
  from: string;
  /** First day on which it no longer holds. */
  to: string;
}

export const always = { from: "0000-00-00", to: "9999-99-99" };

export interface ModelUnit {
  id: number;
  name: string;
  code: string | null;
  kind: string;
}

export interface ModelPerson {
  id: number;
  code: string;
  name: string;
  posts: { unit: number; from: string; to: string }[];
}

export interface Organisation {
  root: number;
  rollUp: readonly string[];
  units: ModelUnit[];
  relations: ModelRelation[];
  people: ModelPerson[];
}

/** The unit above on a day: by the kind that stands first, of two of one kind the one that began later. */
export function parentOn({ relations, rollUp }: Organisation, unit: number, day: string): number | undefined {
  let best: ModelRelation | undefined;
  for (const one of relations) {
    if (one.unit !== unit || !rollUp.includes(one.kind) || day < one.from || day >= one.to) continue;
    const better =
      !best ||
      rollUp.indexOf(one.kind) < rollUp.indexOf(best.kind) ||
      (one.kind === best.kind && one.from > best.from) ||
      (one.kind === best.kind && one.from === best.from && relations.indexOf(one) > relations.indexOf(best));
    if (better) best = one;
  }
  return best?.parent;
}

/** The unit itself and all above it on a day; undefined if they go round in a circle. */
export function aboveOn(organisation: Organisation, unit: number, day: string): number[] | undefined {
  const found: number[] = [];
  for (let next: number | undefined = unit; next !== undefined; next = parentOn(organisation, next, day)) {
    if (found.includes(next)) return undefined;
    found.push(next);
  }
  return found;
}

/** Every day on which something about the graph changes, and one before all. */
export const turningDays = ({ relations }: Organisation): string[] => [
  ...new Set([always.from, ...relations.flatMap((one) => [one.from, one.to]).filter((day) => day !== always.to)]),
];

export const hasCycle = (organisation: Organisation): boolean =>
  turningDays(organisation).some((day) => organisation.units.some((unit) => aboveOn(organisation, unit.id, day) === undefined));
