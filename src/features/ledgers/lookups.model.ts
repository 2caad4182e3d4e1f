/** Names of units and people as senders write them, answered from memory: for one request, or for a whole import. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Lookups } from "#kernel/values/cell.ts";
import { normalName } from "#kernel/names.ts";
import type { Tx } from "#platform/db.ts";
import { listPeople, listPeopleNamed, type Person } from "#features/people/people.model.ts";
import { listUnits, listUnitsNamed } from "#features/units/units.model.ts";
import type { Unit } from "#features/units/units.types.ts";

export interface LiveLookups extends Lookups {
  /** Reads units and people again after a table has changed them. */
  refresh(tx: Tx): Promise<void>;
  unitById(id: number): Unit | undefined;
  personById(id: number): Person | undefined;
}

/** Answers from these units and people. */
function answersFrom(campaign: Campaign, units: readonly Unit[], people: readonly Person[]): Omit<LiveLookups, "refresh"> {
  const byName = new Map<string, Unit | "several">();
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const put = <T>(map: Map<string, T | "several">, key: string, value: T): void =>
    void map.set(key, map.has(key) && map.get(key) !== value ? "several" : value);
  for (const unit of units) {
    put(byName, normalName(unit.name), unit);
    for (const alias of unit.aliases) put(byName, normalName(alias), unit);
  }
  // A number is told apart from a name by being looked up only when no name fits.
  for (const unit of units) if (unit.code && !byName.has(normalName(unit.code))) byName.set(normalName(unit.code), unit);
  const peopleByCode = new Map(
    people.filter((person) => person.code !== null).map((person) => [normalName(person.code as string), person]),
  );
  const peopleById = new Map(people.map((person) => [person.id, person]));
  const peopleByName = new Map<string, Person | "several">();
  for (const person of people) put(peopleByName, `${person.unit}|${normalName(person.name)}`, person);
  return {
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
}

/** All units and people of the campaign's own realm. */
export async function openLookups(tx: Tx, campaign: Campaign): Promise<LiveLookups> {
  const read = async (next: Tx): Promise<Omit<LiveLookups, "refresh">> =>
    answersFrom(
      campaign,
      (await listUnits(next, [campaign.realm])).filter((unit) => unit.id !== campaign.root),
      await listPeople(next, campaign.realm),
    );
  const lookups: LiveLookups = {
    ...(await read(tx)),
    refresh: async (next) => void Object.assign(lookups, await read(next)),
  };
  return lookups;
}

/** Only the units and people that these texts and ids may mean: enough for one entry, whatever the size of the roster. */
export async function lookupsFor(
  tx: Tx,
  campaign: Campaign,
  texts: readonly string[],
  ids: readonly number[],
): Promise<LiveLookups> {
  const words = new Set<string>();
  for (const text of texts) {
    const half = text.normalize("NFKC");
    for (const word of [text, half, ...half.split(/[\s、,;/()]+/)])
      for (const form of [word.trim(), word.replaceAll(/\s+/g, "")]) if (form !== "") words.add(form);
  }
  const read = async (next: Tx): Promise<Omit<LiveLookups, "refresh">> => {
    const named = await listUnitsNamed(next, campaign.realm, [...words], ids);
    const people = await listPeopleNamed(next, campaign.realm, [...words], ids);
    const few = answersFrom(
      campaign,
      named.filter((unit) => unit.id !== campaign.root),
      people,
    );
    // A unit that no exact name fits may still be one in another spelling; that takes the whole list.
    const all = texts.some((text) => few.unit(text) === undefined)
      ? (await listUnits(next, [campaign.realm])).filter((unit) => unit.id !== campaign.root)
      : undefined;
    return all ? answersFrom(campaign, all, people) : few;
  };
  const lookups: LiveLookups = {
    ...(await read(tx)),
    refresh: async (next) => void Object.assign(lookups, await read(next)),
  };
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
