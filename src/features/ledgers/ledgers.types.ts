/** An entry as seen from outside: what a ledger's definition names, by field. */
import type { Value } from "#kernel/values/cell.ts";

export type Values = Record<string, Value>;

export interface Entry {
  id: string;
  realm: number;
  ledger: string;
  unit: number;
  day: string | null;
  state: string | null;
  data: Values;
  version: number;
  deleted: boolean;
  packId: number;
  createdAt: string;
  updatedAt: string;
}

export interface EntryEvent {
  version: number;
  action: string;
  actor: number | null;
  at: string;
  reason: string | null;
  changes: Values;
  state: string | null;
  /** Name of the file that it is about. */
  file: string | null;
}

/** Whether whoever takes a ledger's records out says why: it holds what concerns people, or what only named people may know. */
export const needsReason = ({ sensitivity }: { sensitivity: string }): boolean =>
  sensitivity === "personal" || sensitivity === "restricted";

/** Whether someone may choose to take encrypted fields out whole: whoever handles the records. */
export const mayLeaveWhole = ({ fields, may }: { fields: readonly { mask?: unknown }[]; may: readonly string[] }): boolean =>
  may.includes("edit") && fields.some(({ mask }) => mask !== undefined);

/** Who does something, from where, and when. */
export interface Doer {
  account: number | null;
  unit: number;
  role: string;
  now: Date;
}

/** Whether a field names evidence, for which an attachment may stand too. */
export const namesEvidence = (field: string): boolean => /佐证|证明材料|附件/.test(field);
