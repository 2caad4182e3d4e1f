/** Who can see a record, by which grant: asked as the owner, and without what is in the record. */
import type { Campaign } from "#kernel/campaign.ts";
import { sql, type Tx } from "#platform/db.ts";
import type { Reach } from "./asker.model.ts";

export interface RecordPlace {
  id: string;
  realm: number;
  ledger: string;
  unit: number;
  unitName: string;
  day: string | null;
}

/** Where a record is, without what is in it. */
export const findRecord = (tx: Tx, campaign: Campaign, id: string): Promise<RecordPlace | undefined> =>
  tx.one(sql`select e.entry_id as id, e.realm_id as realm, e.ledger, e.unit_id as unit, u.name as "unitName", e.day
    from entries e join units u on u.realm_id = e.realm_id and u.unit_id = e.unit_id
    where e.realm_id = any(${campaign.realms}::integer[]) and e.campaign_id = ${campaign.id} and e.entry_id = ${id}`);

export interface Viewer {
  grant: number;
  holder: string;
  login: string | null;
  /** Name of the group by which. */
  via: string | null;
  role: string;
  unit: string;
  reach: Reach;
  to: string | null;
}

/** Accounts that may see a record on a day by a grant of one of these roles: by its unit, those above, or by name. */
export const listViewers = (
  tx: Tx,
  campaign: Campaign,
  { id, realm, unit }: RecordPlace,
  roles: readonly string[],
  day: string,
): Promise<Viewer[]> =>
  tx.query(sql`select g.grant_id as grant, a.name as holder, a.login, o.name as via, g.role, u.name as unit, g.reach,
      case when g.to_day = 'infinity' then null else g.to_day - 1 end as "to"
    from grants g join units u on u.realm_id = g.realm_id and u.unit_id = g.unit_id
      left join groups o on o.realm_id = g.realm_id and o.group_id = g.group_id
      left join group_members m on m.realm_id = g.realm_id and m.group_id = g.group_id and m.person_id is not null
        and greatest(m.from_day, o.from_day) <= ${day}::date and least(m.to_day, o.to_day) > ${day}::date
      join accounts a on not a.disabled and (a.account_id = g.account_id or (a.realm_id = g.realm_id and a.duty is null and a.person_id = m.person_id))
    where g.campaign_id = ${campaign.id} and g.role = any(${[...roles]}::text[]) and g.ended_at is null
      and g.from_day <= ${day}::date and g.to_day > ${day}::date
      and (a.person_id is null or exists (select 1 from posts s where s.realm_id = a.realm_id and s.person_id = a.person_id and s.from_day <= ${day}::date and s.to_day > ${day}::date))
      and case g.reach
        when 'records' then g.realm_id = ${realm} and ${id}::uuid = any(g.entries)
        when 'own' then g.realm_id = ${realm} and g.unit_id = ${unit}
        when 'units' then g.realm_id = ${realm} and exists (select 1 from unit_paths p where p.realm_id = ${realm} and p.campaign_id = ${campaign.id}
          and p.unit_id = ${unit} and p.ancestor_id = any(g.units))
        else g.unit_id = ${campaign.root} or (g.realm_id = ${realm} and exists (select 1 from unit_paths p where p.realm_id = ${realm}
          and p.campaign_id = ${campaign.id} and p.unit_id = ${unit} and p.ancestor_id = g.unit_id)) end
    order by a.name, g.grant_id limit 1000`);
