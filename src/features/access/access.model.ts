/** Accounts and their passwords. */
import type { Account } from "#kernel/access.ts";
import type { Duty } from "#kernel/duties.ts";
import { Problem } from "#kernel/problem.ts";
import { sql, type Tx } from "#platform/db.ts";
import { hashed } from "./passwords.ts";
import { digestOf } from "./token-digest.ts";

export const accountColumns = sql`account_id as id, login, name, realm_id as realm, unit_id as unit, person_id as person, duty`;

export interface NewAccount {
  login: string;
  name: string;
  password: string;
  realm: number;
  unit: number;
  /** Whose it is; an office's account is nobody's. */
  person?: number;
  duty?: Duty;
}

/** Adds an account, or gives a known login a new password, unit and owner. */
export async function putAccount(tx: Tx, account: NewAccount, now: Date): Promise<Account> {
  const password = await hashed(account.password);
  return (await tx.one<Account>(sql`insert into accounts (login, name, password, realm_id, unit_id, person_id, duty, created_at, password_at)
    values (${account.login}, ${account.name}, ${password}, ${account.realm}, ${account.unit}, ${account.person ?? null}, ${account.duty ?? null}, ${now.toISOString()}, ${now.toISOString()})
    on conflict (login) do update set name = excluded.name, password = excluded.password, realm_id = excluded.realm_id, unit_id = excluded.unit_id, person_id = excluded.person_id, duty = excluded.duty, password_at = excluded.password_at
    returning ${accountColumns}`)) as Account;
}

/** An account with its password as it is kept. */
export const findWithPassword = async (tx: Tx, login: string): Promise<{ account: Account; kept: string | null } | undefined> => {
  const row = await tx.one<Account & { kept: string | null }>(
    sql`select ${accountColumns}, password as kept from accounts where login = ${login} and not disabled`,
  );
  if (!row) return undefined;
  const { kept, ...account } = row;
  return { account, kept };
};

/** Keeps a new password, unless the one that was looked at has been changed meanwhile; other sessions of the account end. */
export async function changePassword(
  tx: Tx,
  account: number,
  { kept, fresh }: { kept: string; fresh: string },
  token: string,
  now: Date,
): Promise<void> {
  const changed = await tx.query(
    sql`update accounts set password = ${fresh}, password_at = ${now.toISOString()} where account_id = ${account} and password = ${kept} returning 1`,
  );
  if (changed.length === 0) throw new Problem("wrong_password", 422, "口令刚刚在别处改过，这次没有修改。请用新口令重试。");
  await tx.query(sql`delete from sessions where account_id = ${account} and token <> ${digestOf(token)}`);
}
