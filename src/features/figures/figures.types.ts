/** What is asked of figures and what is answered. */

export interface Question {
  unit: number;
  from: string;
  to: string;
  /** As the records stood at this moment (ISO); absent means now. */
  asOf?: string | undefined;
}

export interface FigureAnswer {
  key: string;
  name: string;
  /** Number, or text for dates and names; null when there is nothing to say. */
  value: number | string | null;
  unit: string;
  /** As an official would write it: 3700余人. */
  text: string;
  /** Why there is no value, or what to mind: several values where one was expected, division by zero. */
  note: string | null;
  from: string;
  to: string;
  asOf: string | null;
}

/** A record behind a figure. `amount` is what it adds; the amounts of all records listed make the figure. */
export interface FigureRecord {
  entryId: string;
  ledger: string;
  version: number;
  unitId: number;
  unit: string;
  number: string | null;
  day: string | null;
  state: string | null;
  amount: number | null;
  /** The value looked at, where the figure looks at one (a date, a name told apart). */
  value: string | null;
  /** Which part of a computed figure it belongs to: 分子, 分母, 本期, 基期, 起, 止, or the key of the part. */
  part: string | null;
}
