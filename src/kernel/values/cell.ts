/** What a written value is parsed from, into, and with: the same for a cell of Excel and a value sent as JSON. */

/** A cell as read: text as typed, number, date (ISO day or ISO minute), boolean, or empty. */
export type Cell = string | number | boolean | { date: string } | null;

/** A value as stored: see docs/packs.md, 栏目类型. Units and people that are known are their numeric id. */
export type Value = string | number | boolean | (string | number)[] | null;

export const complaintCodes = [
  "bad_date",
  "bad_number",
  "bad_value",
  "negative",
  "too_large",
  "too_long",
  "missing",
  "unknown_unit",
  "unknown_person",
  "unknown_entry",
  "ambiguous",
  "duplicate",
  "conflict",
  "out_of_campaign",
  "left_person",
  "masked",
] as const;
export type ComplaintCode = (typeof complaintCodes)[number];

/** What parsing needs to know of the database. Answers are by exact name first, then by the forms offices use (spaces, brackets, short names). */
export interface Lookups {
  unit(name: string): { id: number; name: string } | undefined;
  /** By roster number, or by name within a unit; `undefined` if unknown, `"ambiguous"` if several. */
  person(by: { code?: string; name?: string; unit?: number }): { id: number; name: string } | "ambiguous" | undefined;
  /** Close spellings to suggest. */
  similarUnits(name: string): string[];
  campaign: { from: string; to: string | undefined; reportDate: string | undefined };
}
