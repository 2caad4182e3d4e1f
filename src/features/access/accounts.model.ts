/** Accounts as those see them who manage them. All of it is asked as the owner: accounts are nobody's rows. */
import type { Account, Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { chinaDay } from "#kernel/fields.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { isoText, join, likeAnywhere, sql, type Sql, type Tx } from "#platform/db.ts";
import { accountColumns, type NewAccount } from "./access.model.ts";
import { alive, endSessions } from "./sessions.model.ts";

export interface ListedAccount extends Account {
  unitName: string;
  personName: string | null;
  /** Roles that it has been given in this campaign. */
  roles: string[];
  disabled: boolean;
  createdAt: string;
  /** Until when the code is good that its owner has not used yet. */
  waiting: string | null;
  /** Sessions that are alive. */
  sessions: number;
  seenAt: string | null;
}

const seenBy = ({ scope }: Asker): Sql => sql`a.realm_id = any(${scope.realms}::integer[])
  and (${scope.units === "whole"} or a.unit_id = any(${scope.units === "whole" ? [] : scope.units}::bigint[]))`;

/** Roles that an account `a` has been given in a campaign, in force on a day. */
const heldRoles = (
  { id }: Campaign,
  day: string,
): Sql => sql`array(select distinct g.role from grants g where g.account_id = a.account_id
  and g.campaign_id = ${id} and g.ended_at is null and g.from_day <= ${day}::date and g.to_day > ${day}::date order by 1)`;

/** Accounts of the units that the asker sees: of one unit and those below it, with a text in login, name or unit. */
export async function listAccounts(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  now: Date,
  { unit, text, role, limit, offset }: { unit?: number; text?: string; role?: string; limit: number; offset: number },
): Promise<{ accounts: ListedAccount[]; total: number }> {
  const { realms } = asker.scope;
  const day = chinaDay(now);
  const like = text === undefined ? null : likeAnywhere(text);
  const rows = await tx.query<
    ListedAccount & { total: number }
  >(sql`select a.account_id as id, a.login, a.name, a.realm_id as realm,
      a.unit_id as unit, a.person_id as person, a.duty, a.disabled, ${isoText("a.created_at")} as "createdAt", coalesce(u.name, '') as "unitName",
      (select p.name from people p where p.realm_id = a.realm_id and p.person_id = a.person_id) as "personName",
      ${heldRoles(campaign, day)} as roles,
      (select count(*) from sessions s cross join sign_in_rules r where s.account_id = a.account_id and ${alive(now)}) as sessions,
      (select ${isoText("v.until")} from activations v where v.account_id = a.account_id) as waiting,
      (select ${isoText("max(s.seen_at)")} from sessions s where s.account_id = a.account_id) as "seenAt", count(*) over () as total
    from accounts a left join units u on u.realm_id = a.realm_id and u.unit_id = a.unit_id
    where ${seenBy(asker)} and (${unit ?? null}::bigint is null or a.unit_id in (select unit_id from unit_paths
        where realm_id = any(${realms}::integer[]) and campaign_id = ${campaign.id} and ancestor_id = ${unit ?? null}::bigint))
      and (${role ?? null}::text is null or a.duty = ${role ?? null}::text or ${role ?? null}::text = any(${heldRoles(campaign, day)}))
      and (${like}::text is null or a.login ilike ${like} or a.name ilike ${like} or u.name ilike ${like})
    order by a.disabled, a.account_id limit ${limit} offset ${offset}`);
  return { accounts: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 };
}

/** An account of a unit that the asker sees, or the answer that also stands for one that does not exist. */
export async function getAccount(tx: Tx, asker: Asker, id: number): Promise<Account & { disabled: boolean }> {
  const account = await tx.one<Account & { disabled: boolean }>(
    sql`select ${accountColumns}, disabled from accounts a where ${seenBy(asker)} and a.account_id = ${id}`,
  );
  if (!account) throw notFound("这个账号");
  return account;
}

/**
 * The same to be changed: whoever else would change it waits until this is done, or this until that is. Whoever asks is
 * held too, and refused if they have been changed while they waited.
 */
export async function holdAccount(tx: Tx, asker: Asker, id: number): Promise<Account & { disabled: boolean }> {
  await holdAsker(tx, asker, [id]);
  return getAccount(tx, asker, id);
}

export async function holdAsker(tx: Tx, { account: own }: Asker, others: readonly number[] = []): Promise<void> {
  if (!own) return;
  const held = await tx.query<Account & { disabled: boolean }>(sql`select ${accountColumns}, disabled from accounts
    where account_id = any(${[own.id, ...others]}::bigint[]) order by account_id for no key update`);
  const now = held.find((one) => one.id === own.id);
  if (!now || now.disabled || now.duty !== own.duty || now.unit !== own.unit)
    throw new Problem("account_changed", 409, "您的账号刚刚被别人修改，这次没有办理。请刷新页面后再试。");
}

export async function refuseTaken(tx: Tx, logins: readonly string[]): Promise<void> {
  const twice = logins.find((login, index) => logins.indexOf(login) !== index);
  const taken = await tx.query<{ login: string }>(sql`select login from accounts where login = any(${logins}::text[])`);
  const names = twice === undefined ? taken.map((row) => row.login) : [twice];
  if (names.length > 0)
    throw new Problem("login_taken", 409, `账号“${names.join("”“")}”已经有了，请换一个，例如在后面加上单位简称。`, {
      logins: names,
    });
}

/** Adds accounts that their owners are to activate; ids in the order given. */
export async function addAccounts(tx: Tx, accounts: readonly Omit<NewAccount, "password">[], now: Date): Promise<number[]> {
  const rows = accounts.map(
    ({ login, name, realm, unit, duty, person }) =>
      sql`(${login}, ${name}, ${realm}, ${unit}, ${duty ?? null}::text, ${person ?? null}::bigint, ${now.toISOString()}::timestamptz)`,
  );
  const made = await tx.query<{ id: number; login: string }>(
    sql`insert into accounts (login, name, realm_id, unit_id, duty, person_id, created_at) values ${join(rows)} returning account_id as id, login`,
  );
  const ids = new Map(made.map((row) => [row.login, row.id]));
  return accounts.map(({ login }) => ids.get(login) as number);
}

export async function changeAccount(
  tx: Tx,
  { id, name, realm, unit, person }: Pick<Account, "id" | "name" | "realm" | "unit" | "person">,
): Promise<void> {
  await tx.query(
    sql`update accounts set name = ${name}, realm_id = ${realm}, unit_id = ${unit}, person_id = ${person} where account_id = ${id}`,
  );
}

export async function setDisabled(tx: Tx, account: number, disabled: boolean): Promise<void> {
  await tx.query(sql`update accounts set disabled = ${disabled} where account_id = ${account}`);
  if (disabled) await endSessions(tx, account);
}
