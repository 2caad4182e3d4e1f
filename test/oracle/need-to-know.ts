/**
 * Who may see what, said once more in as few words as possible and from nothing of the product: tables of which role reads
 * which ledger and which of its fields, and a tree of which one unit moves on one day. Compared with every way out.
 */

/** Fields of every ledger: anyone who reads it; from `personal` on; from `restricted` on. */
export const letters = ["a", "b", "c"] as const;
export type Letter = (typeof letters)[number];

export const ledgerKeys = ["open", "inner", "staff", "sealed", "named"] as const;
export type LedgerKey = (typeof ledgerKeys)[number];
export const roleKeys = ["office", "clerk", "viewer", "keeper", "handler", "cadre"] as const;
export type RoleKey = (typeof roleKeys)[number];

const all: readonly Letter[] = letters;
const upTo = { plain: ["a"], personal: ["a", "b"] } as const;

/** Fields of a ledger that a role reads; a ledger that is not here it does not know. */
export const reads: Record<RoleKey, Partial<Record<LedgerKey, readonly Letter[]>>> = {
  office: { open: upTo.personal, inner: upTo.personal, staff: upTo.personal },
  clerk: { open: upTo.personal, inner: upTo.personal, staff: upTo.personal },
  viewer: { open: upTo.plain, inner: upTo.plain },
  keeper: { open: all, inner: all, staff: all, sealed: all, named: all },
  // A restricted ledger is named to it: it reads all of that, and elsewhere no more than its level.
  handler: { open: upTo.personal, inner: upTo.personal, staff: upTo.personal, named: all },
  cadre: { open: upTo.plain },
};
export const exports: Record<RoleKey, readonly LedgerKey[]> = {
  office: ["open", "inner", "staff"],
  clerk: [],
  viewer: ["open", "inner"],
  keeper: ["named"],
  handler: [],
  cadre: [],
};

export interface Unit {
  id: number;
  /** Index of the unit above; the top has none. */
  above: number | null;
}
/** From a day on a unit stands below another. */
export interface Move {
  unit: number;
  above: number;
  day: string;
}
export interface Kept {
  id: string;
  ledger: LedgerKey;
  /** Index of a unit. */
  unit: number;
  day: string | null;
}
export interface Given {
  role: RoleKey;
  unit: number;
  reach: "own" | "subtree" | "units" | "records";
  units: readonly number[];
  entries: readonly string[];
}

/** Whether a unit is another or stands below it, before or after the move. */
function isWithin(units: readonly Unit[], move: Move, unit: number, top: number, moved: boolean): boolean {
  for (let one: number | null = unit; one !== null; one = moved && one === move.unit ? move.above : (units[one] as Unit).above)
    if (one === top) return true;
  return false;
}

/** Today the move is done: whoever had the unit before keeps what is of before, whoever has it now sees all. */
export function covers(units: readonly Unit[], move: Move, given: Given, { id, unit, day }: Kept): boolean {
  if (given.reach === "records") return given.entries.includes(id);
  if (given.reach === "own") return given.unit === unit;
  return (given.reach === "units" ? given.units : [given.unit]).some(
    (top) =>
      isWithin(units, move, unit, top, true) || (isWithin(units, move, unit, top, false) && day !== null && day < move.day),
  );
}

/** Fields of a record that somebody reads under a grant; none: for them it does not exist. */
export const lettersOf = (units: readonly Unit[], move: Move, given: Given, record: Kept): readonly Letter[] =>
  covers(units, move, given, record) ? (reads[given.role][record.ledger] ?? []) : [];
