import { sql, type Tx } from "#platform/db.ts";
import type { SignInRules } from "./sign-in-rules.types.ts";

/** For `with_rules as r`: the one row's columns under the names of the type. */
const columns = sql`password_length as "passwordLength", forbidden, password_days as "passwordDays", tries, lock_minutes as "lockMinutes",
  account_rate as "accountRate", address_rate as "addressRate", idle_minutes as "idleMinutes", session_hours as "sessionHours",
  second_factor as "secondFactor", activation_days as "activationDays"`;

export const readRules = async (tx: Tx): Promise<SignInRules> =>
  (await tx.one<SignInRules>(sql`select ${columns} from sign_in_rules`)) as SignInRules;

export const writeRules = (tx: Tx, rules: SignInRules, by: number | null, now: Date): Promise<object[]> =>
  tx.query(sql`update sign_in_rules set password_length = ${rules.passwordLength}, forbidden = ${rules.forbidden}, password_days = ${rules.passwordDays},
    tries = ${rules.tries}, lock_minutes = ${rules.lockMinutes}, account_rate = ${rules.accountRate}, address_rate = ${rules.addressRate},
    idle_minutes = ${rules.idleMinutes}, session_hours = ${rules.sessionHours}, second_factor = ${rules.secondFactor},
    activation_days = ${rules.activationDays}, changed_by = ${by}, changed_at = ${now.toISOString()}`);
