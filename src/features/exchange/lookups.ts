/** Names of units and people as senders write them, answered from memory during one import. */
import type { Campaign } from "#kernel/campaign.ts";
import { normalName } from "#kernel/names.ts";
import type { Tx } from "#platform/db.ts";
import { listPeople, type Person } from "#features/people/people.model.ts";
import { listUnits } from "#features/units/units.model.ts";
import type { Unit } from "#features/units/units.types.ts";
import type { Lookups } from "#kernel/values/cell.ts";

export interface LiveLookups extends Lookups {
  /** Reads units and people again after a table has changed them. */
  refresh(tx: Tx): Promise<void>;
  unitById(id: number): Unit | undefined;
  personById(id: number): Person | undefined;
}

export async function openLookups(tx: Tx, campaign: Campaign): Promise<LiveLookups> {
  let units: Unit[] = [];
  let byName = new Map<string, Unit | "several">();
  let byId = new Map<number, Unit>();
  let peopleByCode = new Map<string, Person>();
  let peopleByName = new Map<string, Person | "several">();
  let peopleById = new Map<number, Person>();
  const put = <T>(map: Map<string, T | "several">, key: string, value: T): void =>
    void map.set(key, map.has(key) && map.get(key) !== value ? "several" : value);
  const lookups: LiveLookups = {
    async refresh(next) {
      units = (await listUnits(next, [campaign.realm])).filter((unit) => unit.id !== campaign.root);
      byName = new Map();
      byId = new Map(units.map((unit) => [unit.id, unit]));
      for (const unit of units) {
        put(byName, normalName(unit.name), unit);
        for (const alias of unit.aliases) put(byName, normalName(alias), unit);
      }
      // A number is told apart from a name by being looked up only when no name fits.
      for (const unit of units) if (unit.code && !byName.has(normalName(unit.code))) byName.set(normalName(unit.code), unit);
      const people = await listPeople(next, campaign.realm);
      peopleByCode = new Map(
        people.filter((person) => person.code !== null).map((person) => [normalName(person.code as string), person]),
      );
      peopleById = new Map(people.map((person) => [person.id, person]));
      peopleByName = new Map();
      for (const person of people) put(peopleByName, `${person.unit}|${normalName(person.name)}`, person);
    },
    unit(name) {
      const found = byName.get(normalName(name));
      return found === "several" ? undefined : found;
    },
    person({ code, name, unit }) {
      if (code !== undefined) return peopleByCode.get(normalName(code));
      if (name === undefined || unit === undefined) return undefined;
      const found = peopleByName.get(`${unit}|${normalName(name)}`);
      return found === "several" ? "ambiguous" : found;
    },
    similarUnits: (name) => similar(name, units),
    unitById: (id) => byId.get(id),
    personById: (id) => peopleById.get(id),
    campaign: { from: campaign.from, to: campaign.to, reportDate: campaign.reportDate },
  };
  await lookups.refresh(tx);
  return lookups;
}

/** Up to three names that share most pairs of characters with what was written. */
function similar(name: string, units: readonly Unit[]): string[] {
  const pairs = (text: string): Set<string> =>
    new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2)));
  const wanted = pairs(normalName(name));
  return units
    .map((unit) => {
      const own = pairs(normalName(unit.name));
      const shared = [...wanted].filter((pair) => own.has(pair)).length;
      return { name: unit.name, score: (2 * shared) / (wanted.size + own.size || 1) };
    })
    .filter((one) => one.score >= 0.6)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, 3)
    .map((one) => one.name);
}
