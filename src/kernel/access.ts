/**
 * Who asks, and what a ledger's definition lets their role do. Which rows exist for them is row-level security's
 * matter; this is about rows that they see. Pure.
 */
import type { Scope } from "#platform/db.ts";
import type { Ledger } from "./definitions.ts";

export interface Account {
  id: number;
  login: string;
  name: string;
  realm: number;
  unit: number;
  role: string;
  /** Whose account it is, if one person's. */
  person: number | null;
  /** Its password is known to whoever gave it: until its owner chooses another it is good for nothing else. */
  temporary: boolean;
}

/** An account in a campaign (or the program's operator, without an account), with what it may see there. */
export interface Asker {
  account: Account | null;
  role: string;
  unit: number;
  scope: Scope;
}

/** `true`, or why not, as the asker reads it. */
export type Verdict = true | string;

/** Whether a unit lies within what the asker sees. */
export const sees = ({ scope }: Asker, unit: number): boolean => scope.units === "whole" || scope.units.includes(unit);

export type LedgerVerb = "read" | "record" | "edit" | "delete" | "export";

const verbWords: Record<LedgerVerb, string> = { read: "查看", record: "登记", edit: "修改", delete: "删除", export: "导出" };

// The three administrators (system, secrecy, audit) keep off business content; staff see their own records, not ledgers.
const withoutLedgers = new Set(["system_admin", "security_admin", "auditor", "cadre"]);

/** A ledger that lists rights gives them to the roles listed and no others; without a list, to every role that handles ledgers. */
export function mayUse(asker: Pick<Asker, "role">, ledger: Ledger, verb: LedgerVerb): Verdict {
  if (asker.role === "operator") return true;
  const granted = ledger.rights ? ledger.rights[asker.role]?.includes(verb) === true : !withoutLedgers.has(asker.role);
  return granted || `您的岗位不能${verbWords[verb]}《${ledger.name}》。需要办理的，请联系上级办公室授权。`;
}
