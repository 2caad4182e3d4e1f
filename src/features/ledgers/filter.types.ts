/** Which records of a ledger are shown, in which order. */

/** What a column must hold; all that is given must hold. */
export interface Condition {
  /** The text that people read: names of units and people, 是 and 否. */
  contains?: string | undefined;
  /** One of these; units and people by id or name, null for nothing. */
  is?: (string | number | boolean | null)[] | undefined;
  /** At least, at most: numbers, days (2023-04-03), months, times. */
  from?: string | number | undefined;
  to?: string | number | undefined;
  empty?: boolean | undefined;
}

/** Column → condition. */
export type Filter = Record<string, Condition>;

export interface Sorting {
  column: string;
  descending: boolean;
}
