/**
 * Activation: whoever makes an account, or renews its way in, hands over a code on paper; with it the owner sets a
 * password that nobody else knows. A code holds 59 random bits, is good once and for some days, so that a plain digest
 * of it is enough.
 */
import { createHash } from "node:crypto";
import type { Account } from "#kernel/access.ts";
import { join, sql, type Tx } from "#platform/db.ts";
import { randomPaperCode, typedPaperCode } from "#platform/paper-code.ts";
import { accountColumns } from "./access.model.ts";
import type { Slip } from "./access.types.ts";
import { readRules } from "./sign-in-rules.model.ts";

const digest = (typed: string): Buffer => createHash("sha256").update(typedPaperCode(typed)).digest();

interface Code {
  code: string;
  /** Until when it is good, ISO. */
  until: string;
}

/** New codes for accounts, in their order; codes made before are good no longer. */
async function makeCodes(tx: Tx, accounts: readonly number[], days: number, now: Date): Promise<Code[]> {
  const until = new Date(now.getTime() + days * 86_400_000).toISOString();
  const codes = accounts.map(() => ({ code: randomPaperCode(), until }));
  const rows = accounts.map(
    (account, index) => sql`(${account}, ${digest((codes[index] as Code).code)}, ${now.toISOString()}, ${until})`,
  );
  await tx.query(sql`insert into activations (account_id, code, made_at, until) values ${join(rows)}
    on conflict (account_id) do update set code = excluded.code, made_at = excluded.made_at, until = excluded.until`);
  return codes;
}

/** New codes for accounts as they are handed over, in their order. */
export async function slipsFor(tx: Tx, accounts: readonly number[], now: Date): Promise<(Slip & { id: number })[]> {
  const codes = await makeCodes(tx, accounts, (await readRules(tx)).activationDays, now);
  const rows = await tx.query<{ id: number; login: string; name: string; unitName: string }>(
    sql`select a.account_id as id, a.login, a.name, coalesce(u.name, '') as "unitName" from accounts a
      left join units u on u.realm_id = a.realm_id and u.unit_id = a.unit_id where a.account_id = any(${accounts}::bigint[])`,
  );
  const by = new Map(rows.map((row) => [row.id, row]));
  return accounts.map((id, index) => ({ ...(by.get(id) as (typeof rows)[0]), ...(codes[index] as Code) }));
}

/** The account that a code opens; held until the code is used. */
export const holdCode = (tx: Tx, login: string, code: string, now: Date): Promise<Account | undefined> =>
  tx.one(sql`select ${accountColumns} from accounts join activations v using (account_id)
    where login = ${login} and not disabled and v.code = ${digest(code)} and v.until > ${now.toISOString()} for update`);

/** The owner's password; the code is used up. */
export async function setPassword(tx: Tx, account: number, kept: string, now: Date): Promise<void> {
  await tx.query(sql`update accounts set password = ${kept}, password_at = ${now.toISOString()} where account_id = ${account}`);
  await tx.query(sql`delete from activations where account_id = ${account}`);
}

/** Nobody comes in with a password until its owner has activated the account anew. */
export const clearPassword = (tx: Tx, account: number): Promise<object[]> =>
  tx.query(sql`update accounts set password = null, password_at = null where account_id = ${account}`);

export interface RosterPerson {
  id: number;
  code: string | null;
  name: string;
  unit: number;
  unitName: string;
  realm: number;
}

/** People whose present post is in these units and who have no account, by id, those after `after`. */
export const listWithoutAccount = (
  tx: Tx,
  realms: readonly number[],
  units: readonly number[],
  { today, after }: { today: string; after: number },
): Promise<RosterPerson[]> =>
  tx.query(sql`select p.person_id as id, p.code, p.name, s.unit_id as unit, u.name as "unitName", p.realm_id as realm
    from people p join posts s on s.realm_id = p.realm_id and s.person_id = p.person_id and s.kind = 'post' and s.from_day <= ${today}::date and s.to_day > ${today}::date
      join units u on u.realm_id = s.realm_id and u.unit_id = s.unit_id
    where p.realm_id = any(${realms}::integer[]) and s.unit_id = any(${units}::bigint[]) and p.person_id > ${after}
      and not exists (select from accounts a where a.realm_id = p.realm_id and a.person_id = p.person_id)
    order by p.person_id`);

/** Logins that begin with one of these and that somebody has. */
export const takenLogins = async (tx: Tx, begins: readonly string[]): Promise<string[]> =>
  (
    await tx.query<{ login: string }>(
      sql`select login from accounts where login = any(${begins}::text[]) or regexp_replace(login, '-[0-9]+$', '') = any(${begins}::text[])`,
    )
  ).map(({ login }) => login);

/** Accounts of these units that their owners have not activated yet, by id, those after `after`. */
export const listWaiting = (
  tx: Tx,
  realms: readonly number[],
  units: readonly number[],
  after: number,
): Promise<Pick<Account, "id" | "duty">[]> =>
  tx.query(sql`select a.account_id as id, a.duty from accounts a join activations v using (account_id)
    where a.realm_id = any(${realms}::integer[]) and a.unit_id = any(${units}::bigint[]) and not a.disabled and a.account_id > ${after}
    order by a.account_id`);
