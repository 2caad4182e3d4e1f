/**
 * What an account is in a campaign: one of the three administrators, whoever a grant in force lets it be, or one of
 * everybody on the roster. One works under one grant at a time, and sees what that grant lets one see.
 */
import { dutyRoles, mayUse, operatorRole, type Account, type Asker, type Role } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { sql, type Scope, type Sql, type Tx } from "#platform/db.ts";

export type Reach = "own" | "subtree" | "units" | "records";

/** A grant as far as it decides what is seen. */
export interface Held {
  id: number;
  realm: number;
  role: string;
  unit: number;
  reach: Reach;
  units: number[];
  entries: string[];
}

/**
 * That a grant `g` is in force on a day for an account: its own, or of a group that its person is a member of. Of somebody
 * who has left, with no post any more, none is.
 */
export const heldBy = ({ id, realm, person }: Account, day: string): Sql => sql`g.ended_at is null
  and g.from_day <= ${day}::date and g.to_day > ${day}::date
  and (${person}::bigint is null or exists (select 1 from posts s where s.realm_id = ${realm} and s.person_id = ${person} and s.from_day <= ${day}::date and s.to_day > ${day}::date))
  and (g.account_id = ${id} or g.group_id in (select m.group_id from group_members m join groups o on o.realm_id = m.realm_id and o.group_id = m.group_id
    where m.realm_id = ${realm} and m.realm_id = g.realm_id and m.person_id = ${person}
      and greatest(m.from_day, o.from_day) <= ${day}::date and least(m.to_day, o.to_day) > ${day}::date))`;

/** Grants in force on a day. */
const inForce = (tx: Tx, campaign: number, account: Account, day: string): Promise<Held[]> =>
  tx.query(sql`select g.grant_id as id, g.realm_id as realm, g.role, g.unit_id as unit, g.reach, g.units, g.entries from grants g
    where g.campaign_id = ${campaign} and ${heldBy(account, day)} order by g.grant_id`);

/** All ledgers of a campaign: for counting, which tells no content, and for the program itself. */
export const everyLedger = (campaign: Campaign): string[] => [...campaign.ledgers.keys()];

const readable = (campaign: Campaign, role: Role): string[] =>
  campaign.pack.ledgers.filter((ledger) => mayUse({ role }, ledger, "read") === true).map(({ key }) => key);

/**
 * Who an account is in a campaign on a day (YYYY-MM-DD, in China); undefined if it has no part in it. Of several grants
 * the chosen one counts, else the first. Asked as the owner.
 */
export async function findAsker(
  tx: Tx,
  campaign: Campaign,
  account: Account,
  day: string,
  chosen: number | null,
): Promise<Asker | undefined> {
  if (!campaign.realms.includes(account.realm)) return undefined;
  const scope = { actor: account.id, realms: [account.realm] };
  if (account.duty !== null) {
    const top = account.realm === campaign.realm && account.unit === campaign.root;
    const where = top
      ? { realms: campaign.realms, units: "whole" as const }
      : await unitsBelow(tx, campaign, [account.unit], account.realm, day);
    const role = dutyRoles[account.duty];
    return { account, role, unit: account.unit, grant: null, scope: { ...scope, ...where, ledgers: [] } };
  }
  const roles = new Map(campaign.pack.roles.map((role) => [role.key, role]));
  const held = (await inForce(tx, campaign.id, account, day)).filter(({ role }) => roles.has(role));
  const grant = held.find(({ id }) => id === chosen) ?? held[0];
  if (grant) {
    const role = roles.get(grant.role) as Role;
    const own = grant.reach === "own" ? { own: true as const } : {};
    return {
      account,
      role,
      unit: grant.unit,
      grant: grant.id,
      ...own,
      scope: await scopeOf(tx, campaign, account.id, grant, role, day),
    };
  }
  const role = campaign.pack.roles.find(({ everyone }) => everyone);
  const unit = role && account.person !== null ? await homeOf(tx, account.realm, account.person, day) : undefined;
  if (!role || unit === undefined) return undefined;
  return { account, role, unit, grant: null, own: true, scope: { ...scope, units: [unit], ledgers: readable(campaign, role) } };
}

/** The unit at which somebody has their post on a day. */
const homeOf = async (tx: Tx, realm: number, person: number, day: string): Promise<number | undefined> =>
  (
    await tx.one<{ unit: number }>(sql`select unit_id as unit from posts where realm_id = ${realm} and person_id = ${person}
      and from_day <= ${day}::date and to_day > ${day}::date order by kind = 'post' desc, post_id limit 1`)
  )?.unit;

/** What a grant lets an account see. */
export async function scopeOf(
  tx: Tx,
  campaign: Campaign,
  actor: number | null,
  { realm, unit, reach, units, entries }: Omit<Held, "id" | "role">,
  role: Role,
  day: string,
): Promise<Scope> {
  const scope = { actor, realms: [realm], ledgers: readable(campaign, role) };
  if (reach === "subtree" && unit === campaign.root && realm === campaign.realm)
    return { ...scope, realms: campaign.realms, units: "whole" };
  if (reach === "own") return { ...scope, units: [unit] };
  if (reach !== "records")
    return { ...scope, ...(await unitsBelow(tx, campaign, reach === "units" ? units : [unit], realm, day)) };
  const of = await tx.query<{ unit: number }>(
    sql`select distinct unit_id as unit from entries where realm_id = ${realm} and entry_id = any(${entries}::uuid[])`,
  );
  return { ...scope, units: of.map((row) => row.unit), entries };
}

/**
 * These units with all that stand below them on a day, and what stood there before: whoever was above keeps the records of
 * that time, and of what comes later sees nothing.
 */
async function unitsBelow(
  tx: Tx,
  campaign: Campaign,
  tops: readonly number[],
  realm: number,
  day: string,
): Promise<Pick<Scope, "former"> & { units: number[] }> {
  const rows = await tx.query<{ unit: number; until: string; present: boolean }>(sql`select unit_id as unit,
      max(to_day) filter (where to_day <= ${day}::date) as until, bool_or(from_day <= ${day}::date and to_day > ${day}::date) as present
    from unit_paths where realm_id = ${realm} and campaign_id = ${campaign.id} and ancestor_id = any(${tops}::bigint[]) and from_day <= ${day}::date group by unit_id`);
  const gone = rows.filter(({ present }) => !present);
  // A unit that is no more stays with whoever was above it last.
  const closed = new Map(
    gone.length === 0
      ? []
      : await lastDays(
          tx,
          campaign,
          realm,
          gone.map(({ unit }) => unit),
          day,
        ),
  );
  const former = gone.filter(({ unit, until }) => closed.get(unit) !== until);
  return {
    units: rows.filter((row) => !former.includes(row)).map(({ unit }) => unit),
    ...(former.length > 0 ? { former: former.map(({ unit, until }) => ({ unit, until })) } : {}),
  };
}

/** Of those of these units that have come to an end by a day, the day from which they are no more. */
const lastDays = async (
  tx: Tx,
  campaign: Campaign,
  realm: number,
  units: readonly number[],
  day: string,
): Promise<[number, string][]> =>
  (
    await tx.query<{ unit: number; until: string }>(sql`select unit_id as unit, max(to_day) as until from unit_paths
      where realm_id = ${realm} and campaign_id = ${campaign.id} and unit_id = any(${[...units]}::bigint[]) and ancestor_id = unit_id
      group by unit_id having max(to_day) <= ${day}::date`)
  ).map(({ unit, until }) => [unit, until]);

/** The program itself, asked from the command line of the server: it stands at the top of the campaign. */
export const operator = (campaign: Campaign): Asker => ({
  account: null,
  role: operatorRole,
  unit: campaign.root,
  grant: null,
  scope: { actor: null, realms: campaign.realms, units: "whole", ledgers: everyLedger(campaign) },
});
