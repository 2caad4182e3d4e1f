/** The places of the house: who comes for which, and in what order. What is in a place the server decides. */

/** Each has a route of its name below /c/$campaign in router.tsx, and its words in shell.words.ts. */
export const places = ["me", "record", "ledgers", "figures", "documents", "import", "units", "admin"] as const;
export type Place = (typeof places)[number];

/** What of a campaign decides where someone goes: their role, and what they may do with each ledger that they may read. */
export interface Comer {
  role: string;
  ledgers: readonly { may: readonly string[] }[];
}

const own: readonly Place[] = ["me", "record", "ledgers", "figures"];
const unit: readonly Place[] = ["me", "record", "ledgers", "figures", "documents", "import"];
/** With the people of one's own unit, whom they may transfer and group. */
const personnel: readonly Place[] = [...unit, "units"];
const office: readonly Place[] = [...personnel, "admin"];
const watching: readonly Place[] = ["me", "figures", "ledgers", "documents"];

/** By role of the standard pack; a pack's own roles have what a unit's staff have. */
const byRole: Readonly<Record<string, readonly Place[]>> = {
  cadre: own,
  liaison: personnel,
  unit_head: personnel,
  office,
  office_director: office,
  leader: watching,
  supervisor: ["me", "record", "figures", "ledgers", "documents"],
  system_admin: ["units", "admin", "me"],
  security_admin: ["admin", "me"],
  auditor: ["admin", "me"],
};

/** What someone is shown, the first of which they begin with: no place in which there would be nothing for them. */
export function placesFor({ role, ledgers }: Comer): Place[] {
  const records = ledgers.some(({ may }) => may.includes("record"));
  const empty = (place: Place): boolean =>
    place === "ledgers" ? ledgers.length === 0 : (place === "record" || place === "import") && !records;
  return (byRole[role] ?? unit).filter((place) => !empty(place));
}

/** What fits at the foot of a phone, and what waits behind “more”. */
export function tabsOf(all: readonly Place[]): { tabs: readonly Place[]; more: readonly Place[] } {
  return all.length <= 5 ? { tabs: all, more: [] } : { tabs: all.slice(0, 4), more: all.slice(4) };
}
