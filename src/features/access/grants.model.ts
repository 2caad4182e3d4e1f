/** Grants as those see them who give them. All of it is asked as the owner: grants are nobody's rows. */
import type { Account, Asker } from "#kernel/access.ts";
import { isDuty } from "#kernel/duties.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { chinaDay } from "#kernel/fields.ts";
import { notFound } from "#kernel/problem.ts";
import { isoText, sql, type Sql, type Tx } from "#platform/db.ts";
import { putAccount, type NewAccount } from "./access.model.ts";
import { heldBy, type Held, type Reach } from "./asker.model.ts";

export interface Grant extends Held {
  account: number | null;
  group: number | null;
  /** Whose it is: the account's name, or the group's. */
  holder: string;
  login: string | null;
  unitName: string;
  from: string;
  /** The last day; null without end. */
  to: string | null;
  givenBy: number | null;
  giver: string | null;
  givenAt: string;
  reason: string;
  endedAt: string | null;
  endReason: string | null;
}

const columns = sql`g.grant_id as id, g.realm_id as realm, g.role, g.unit_id as unit, g.reach, g.units, g.entries,
  g.account_id as account, g.group_id as "group", coalesce(a.name, o.name, '') as holder, a.login, u.name as "unitName",
  g.from_day as "from", case when g.to_day = 'infinity' then null else g.to_day - 1 end as "to",
  g.given_by as "givenBy", b.name as giver, ${isoText("g.given_at")} as "givenAt", g.reason, ${isoText("g.ended_at")} as "endedAt", g.end_reason as "endReason"`;
const from = sql`from grants g join units u on u.realm_id = g.realm_id and u.unit_id = g.unit_id
  left join accounts a on a.account_id = g.account_id left join groups o on o.realm_id = g.realm_id and o.group_id = g.group_id
  left join accounts b on b.account_id = g.given_by`;

/** Those that are given for units that the asker sees. */
const within = ({ scope }: Asker): Sql => sql`g.realm_id = any(${scope.realms}::integer[])
  and (${scope.units === "whole"} or g.unit_id = any(${scope.units === "whole" ? [] : scope.units}::bigint[]))`;

export interface GrantFilter {
  unit?: number | undefined;
  account?: number | undefined;
  role?: string | undefined;
  /** Also those that have ended. */
  ended?: boolean | undefined;
  day: string;
  limit: number;
  offset: number;
}

/** Grants of the units that the asker sees, the latest first. */
export async function listGrants(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  { unit, account, role, ended, day, limit, offset }: GrantFilter,
): Promise<{ grants: Grant[]; total: number }> {
  const rows = await tx.query<Grant & { total: number }>(sql`select ${columns}, count(*) over () as total ${from}
    where ${within(asker)} and g.campaign_id = ${campaign.id}
      and (${ended === true} or (g.ended_at is null and g.to_day > ${day}::date))
      and (${unit ?? null}::bigint is null or g.unit_id = ${unit ?? null}::bigint)
      and (${account ?? null}::bigint is null or g.account_id = ${account ?? null}::bigint)
      and (${role ?? null}::text is null or g.role = ${role ?? null}::text)
    order by g.grant_id desc limit ${limit} offset ${offset}`);
  return { grants: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 };
}

export async function getGrant(tx: Tx, campaign: Campaign, asker: Asker, id: number): Promise<Grant> {
  const found = await tx.one<Grant>(
    sql`select ${columns} ${from} where ${within(asker)} and g.campaign_id = ${campaign.id} and g.grant_id = ${id}`,
  );
  if (!found) throw notFound("这项授权");
  return found;
}

/** A group whose unit the asker sees. */
export async function getGroup(tx: Tx, campaign: Campaign, { scope }: Asker, id: number): Promise<{ id: number; name: string }> {
  const found = await tx.one<{ id: number; name: string }>(sql`select g.group_id as id, g.name from groups g
    where g.realm_id = any(${scope.realms}::integer[]) and g.campaign_id = ${campaign.id} and g.group_id = ${id}
      and (${scope.units === "whole"} or g.unit_id = any(${scope.units === "whole" ? [] : scope.units}::bigint[]))`);
  if (!found) throw notFound("这个小组");
  return found;
}

/** Grants that an account can work under on a day, its groups' too, with how many units each covers. */
export const listHeld = (tx: Tx, campaign: Campaign, account: Account, day: string): Promise<(Grant & { covers: number })[]> =>
  tx.query(sql`select ${columns}, case g.reach when 'own' then 1 when 'records' then 0 else (select count(distinct p.unit_id)::integer from unit_paths p
      where p.campaign_id = g.campaign_id and (p.realm_id = g.realm_id or g.unit_id = ${campaign.root})
        and p.ancestor_id = any(case g.reach when 'units' then g.units else array[g.unit_id] end)) end as covers
    ${from} where g.campaign_id = ${campaign.id} and ${heldBy(account, day)} order by g.grant_id`);

export interface NewGrant {
  realm: number;
  campaign: number;
  account?: number | undefined;
  group?: number | undefined;
  role: string;
  unit: number;
  reach: Reach;
  units?: readonly number[] | undefined;
  entries?: readonly string[] | undefined;
  from: string;
  /** The last day. */
  to?: string | null | undefined;
  giver: number | null;
  reason: string;
}

export async function addGrant(tx: Tx, grant: NewGrant, now: Date): Promise<number> {
  const row = await tx.one<{
    id: number;
  }>(sql`insert into grants (realm_id, campaign_id, account_id, group_id, role, unit_id, reach, units, entries, from_day, to_day, given_by, given_at, reason)
    values (${grant.realm}, ${grant.campaign}, ${grant.account ?? null}, ${grant.group ?? null}, ${grant.role}, ${grant.unit}, ${grant.reach}, ${[...(grant.units ?? [])]}::bigint[],
      ${[...(grant.entries ?? [])]}::uuid[], ${grant.from}, coalesce(${grant.to ?? null}::date + 1, 'infinity'::date), ${grant.giver}, ${now.toISOString()}, ${grant.reason}) returning grant_id as id`);
  return row?.id as number;
}

/** Ends grants at once: what they let see is not seen any more with the next request. */
export const endGrants = (
  tx: Tx,
  realm: number,
  ids: readonly number[],
  by: number | null,
  reason: string,
  now: Date,
): Promise<object[]> =>
  tx.query(sql`update grants set ended_by = ${by}, ended_at = ${now.toISOString()}, end_reason = ${reason}
    where realm_id = ${realm} and grant_id = any(${ids}::bigint[]) and ended_at is null`);

/** An account with one role at its unit and all below it, or as one of the three administrators: how a campaign is begun. */
export async function seatAccount(
  tx: Tx,
  campaign: Campaign,
  { role, ...account }: NewAccount & { role: string },
  now: Date,
): Promise<Account> {
  if (isDuty(role)) return putAccount(tx, { ...account, duty: role }, now);
  const made = await putAccount(tx, account, now);
  const held = await rolesOf(tx, campaign.id, [made.id], chinaDay(now));
  if (!held.get(made.id)?.includes(role))
    await addGrant(
      tx,
      {
        realm: account.realm,
        campaign: campaign.id,
        account: made.id,
        role,
        unit: account.unit,
        reach: "subtree",
        from: "2000-01-01",
        giver: null,
        reason: "启用时授予",
      },
      now,
    );
  return made;
}

/** Roles that accounts hold now in a campaign, of their own, by account. */
export async function rolesOf(
  tx: Tx,
  campaign: number,
  accounts: readonly number[],
  day: string,
): Promise<Map<number, string[]>> {
  const rows = await tx.query<{ account: number; role: string }>(sql`select distinct account_id as account, role from grants
    where campaign_id = ${campaign} and account_id = any(${accounts}::bigint[]) and ended_at is null and from_day <= ${day}::date and to_day > ${day}::date order by role`);
  return new Map(
    [...Map.groupBy(rows, ({ account }) => account)].map(([account, held]) => [account, held.map(({ role }) => role)]),
  );
}

/** Everything that an account could work under now, in every campaign: for choosing. */
export const listOwn = (tx: Tx, account: Account, day: string): Promise<OwnGrant[]> =>
  tx.query(sql`select g.grant_id as id, c.key as campaign, c.name as "campaignName", g.role,
      coalesce((select r->>'name' from jsonb_array_elements(p.definition->'roles') r where r->>'key' = g.role), g.role) as "roleName",
      g.unit_id as unit, u.name as "unitName", g.reach, case when g.to_day = 'infinity' then null else g.to_day - 1 end as "to"
    from grants g join campaigns c on c.campaign_id = g.campaign_id join packs p on p.pack_id = c.pack_id
      join units u on u.realm_id = g.realm_id and u.unit_id = g.unit_id
    where ${heldBy(account, day)} order by g.grant_id`);

export interface OwnGrant {
  id: number;
  campaign: string;
  campaignName: string;
  role: string;
  roleName: string;
  unit: number;
  unitName: string;
  reach: Reach;
  to: string | null;
}
