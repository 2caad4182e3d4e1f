/** The places of the house: who comes for which, and in what order. What is in a place the server decides. */

/** Those whose page exists; each has a route of its name below /c/$campaign in router.tsx, and its words in shell.words.ts. */
export const builtPlaces = [
  "me",
  "record",
  "ledgers",
  "figures",
  "documents",
  "import",
  "units",
  "admin",
] as const satisfies readonly Place[];
export type BuiltPlace = (typeof builtPlaces)[number];

export type Place = "me" | "record" | "ledgers" | "figures" | "documents" | "import" | "units" | "admin";

const own: readonly Place[] = ["me", "record", "ledgers", "figures"];
const unit: readonly Place[] = ["me", "record", "ledgers", "figures", "documents", "import"];
const office: readonly Place[] = [...unit, "units", "admin"];
const watching: readonly Place[] = ["figures", "me", "ledgers", "documents"];

/** By role of the standard pack; a pack's own roles have what a unit's staff have. */
const byRole: Readonly<Record<string, readonly Place[]>> = {
  cadre: own,
  liaison: unit,
  unit_head: unit,
  office,
  office_director: office,
  leader: watching,
  supervisor: ["me", "record", "figures", "ledgers", "documents"],
  system_admin: ["units", "admin", "me"],
  security_admin: ["admin", "me"],
  auditor: ["admin", "me"],
};

const isBuilt = (place: Place): place is BuiltPlace => (builtPlaces as readonly Place[]).includes(place);

/** What a role is shown. Nobody is left with nothing: who has no place yet that is built has the ledgers. */
export function placesFor(role: string): BuiltPlace[] {
  const places = (byRole[role] ?? unit).filter(isBuilt);
  return places.length > 0 ? places : ["ledgers"];
}

/** Where a role begins: a leader with the figures, everyone else with their own day. */
export function startFor(role: string): BuiltPlace {
  const places = placesFor(role);
  const wanted: Place = role === "leader" || !places.some((place: Place) => place === "me") ? "figures" : "me";
  return places.find((place) => place === wanted) ?? places[0] ?? "ledgers";
}

/** What fits at the foot of a phone, and what waits behind “more”. */
export function tabsOf(places: readonly BuiltPlace[]): { tabs: readonly BuiltPlace[]; more: readonly BuiltPlace[] } {
  return places.length <= 5 ? { tabs: places, more: [] } : { tabs: places.slice(0, 4), more: places.slice(4) };
}
