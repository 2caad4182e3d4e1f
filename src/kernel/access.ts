/**
 * Who asks, and what their role and a ledger's definition let them do. Which rows exist for them is row-level security's
 * matter; this is about rows that they see. Pure.
 */
import type { Scope } from "#platform/db.ts";
import { isDuty, type Duty } from "./duties.ts";
import {
  ledgerVerbs,
  sensitivities,
  type FieldDefinition,
  type Ledger,
  type powers,
  type RoleDefinition,
} from "./definitions.ts";

export interface Account {
  id: number;
  login: string;
  name: string;
  realm: number;
  unit: number;
  /** Whose account it is, if one person's. */
  person: number | null;
  /** Which of the three administrators it is; such an account has no grants. */
  duty: Duty | null;
}

/** `policy` and `audit` are the administrators' alone. */
export type Power = (typeof powers)[number] | "policy" | "audit";

/** A role of the pack, or one of those that the program brings. */
export interface Role extends Pick<RoleDefinition, "key" | "name" | "description" | "ledgers" | "sees" | "days"> {
  may: readonly Power[];
}

const builtIn = { ledgers: [], sees: "public" } satisfies Partial<Role>;
/** What the three administrators may do, in every campaign. */
export const dutyRoles: Record<Duty, Role> = {
  system_admin: { ...builtIn, key: "system_admin", name: "系统管理员", may: ["units", "people", "accounts", "packs"] },
  security_admin: { ...builtIn, key: "security_admin", name: "安全保密管理员", may: ["grants", "policy"] },
  auditor: { ...builtIn, key: "auditor", name: "安全审计员", may: ["audit"] },
};

/** The program itself, asked from the command line of the server. */
export const operatorRole: Role = {
  key: "operator",
  name: "系统",
  ledgers: [...ledgerVerbs],
  sees: "restricted",
  may: ["units", "people", "accounts", "grants", "packs", "documents", "policy", "audit"],
};

/**
 * What whoever has come in does before anything else: gives the code of their second factor, sets a second factor up, or
 * chooses a password of their own.
 */
export type First = "code" | "enrol" | "password";

/** An account in a campaign (or the program's operator, without an account), with what it may see there. */
export interface Asker {
  account: Account | null;
  role: Role;
  unit: number;
  scope: Scope;
  /** The grant under which it works; null for an administrator, for everyone's role and for the operator. */
  grant: number | null;
  /** It is for a unit alone, without those below: so are its figures. */
  own?: true;
}

/** `true`, or why not, as the asker reads it. */
export type Verdict = true | string;

/** Whether a unit lies within what the asker sees. Of listed records their units are not seen, but where one works is. */
export const sees = ({ scope, unit: own }: Pick<Asker, "scope" | "unit">, unit: number): boolean =>
  scope.entries ? unit === own : scope.units === "whole" || scope.units.includes(unit);

/** Whether numbers of a unit up to a day may be told: also of one that was theirs as long. */
export const seesUntil = (asker: Pick<Asker, "scope" | "unit">, unit: number, day: string): boolean =>
  sees(asker, unit) || asker.scope.former?.some((one) => one.unit === unit && day < one.until) === true;

export const can = ({ role }: Pick<Asker, "role">, power: Power): boolean => role.may.includes(power);

const level = (sensitivity: Role["sees"]): number => sensitivities.indexOf(sensitivity);

/** Numbers over all that a unit has recorded are not for who handles single records of it. */
export const mayCount = ({ scope }: Pick<Asker, "scope">): Verdict =>
  scope.entries === undefined || "您只办理指定的记录，不看汇总数字。需要查看的，请联系上级办公室授权。";

export type LedgerVerb = (typeof ledgerVerbs)[number];

const verbWords: Record<LedgerVerb, string> = { read: "查看", record: "登记", edit: "修改", delete: "删除", export: "导出" };

/**
 * A ledger that lists rights gives them to the roles listed and no others; without a list, to the roles that see as
 * sensitive a ledger. The three administrators handle none, whatever a pack says.
 */
export function mayUse({ role, scope }: { role: Role; scope?: Scope }, ledger: Ledger, verb: LedgerVerb): Verdict {
  if (role.key === "operator") return true;
  if (scope?.entries && verb === "record") return "您只办理指定的记录，不能登记新的。需要登记的，请由本单位联络员办理。";
  const granted =
    !isDuty(role.key) &&
    (ledger.rights
      ? ledger.rights[role.key]?.includes(verb) === true
      : role.ledgers.includes(verb) && level(ledger.sensitivity) <= level(role.sees));
  return granted || `您的岗位不能${verbWords[verb]}《${ledger.name}》。需要办理的，请联系上级办公室授权。`;
}

/**
 * Whether a role that may read a ledger sees one of its fields: a field is as sensitive as its ledger, or as it says
 * itself if that is more.
 */
export const seesField = ({ role }: Pick<Asker, "role">, ledger: Ledger, { sensitivity = "public" }: FieldDefinition): boolean =>
  level(sensitivity) <= Math.max(level(ledger.sensitivity), level(role.sees));
