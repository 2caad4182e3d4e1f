/** The places of the house: who comes for which, and in what order. What is in a place the server decides. */
import { isDuty } from "#kernel/duties.ts";

/** Each has a route of its name below /c/$campaign in router.tsx, and its words in shell.words.ts. */
export const places = ["me", "record", "ledgers", "figures", "documents", "import", "units", "admin"] as const;
export type Place = (typeof places)[number];

/** What of a campaign decides where someone goes: their role, what it may manage, and what they may do with each ledger that they read. */
export interface Comer {
  role: string;
  may: readonly string[];
  ledgers: readonly { may: readonly string[] }[];
}

/** What is managed in 管理. */
const managed = ["accounts", "grants", "packs", "policy", "audit"];

/** What someone is shown, the first of which they begin with: no place in which there would be nothing for them. */
export function placesFor({ role, may, ledgers }: Comer): Place[] {
  const records = ledgers.some((ledger) => ledger.may.includes("record"));
  const has: Record<Place, boolean> = {
    me: true,
    record: records,
    ledgers: ledgers.length > 0,
    figures: !isDuty(role),
    documents: may.includes("documents"),
    // What a unit has kept in files comes in with whoever writes for it.
    import: records && may.includes("documents"),
    units: may.includes("units") || may.includes("people"),
    admin: managed.some((power) => may.includes(power)),
  };
  // Who manages begins with that; who records nothing looks at figures first.
  const order: readonly Place[] = isDuty(role)
    ? ["units", "admin", "me"]
    : records
      ? places
      : ["me", "figures", "ledgers", "documents", "units", "admin"];
  return order.filter((place) => has[place]);
}

/** What fits at the foot of a phone, and what waits behind “more”. */
export function tabsOf(all: readonly Place[]): { tabs: readonly Place[]; more: readonly Place[] } {
  return all.length <= 5 ? { tabs: all, more: [] } : { tabs: all.slice(0, 4), more: all.slice(4) };
}
