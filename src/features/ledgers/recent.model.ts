/** Which ledgers a unit records in, and what it wrote there last. */
import type { Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { sql, type Tx } from "#platform/db.ts";
import type { Values } from "./ledgers.types.ts";

export interface Habit {
  ledger: string;
  /** How many of the unit's latest 200 there were typed in by the asker, and by anyone; on how many days all of them are. */
  mine: number;
  typed: number;
  days: number;
}

/** The ledgers of these that a unit has records in, the one used most first. */
export const listHabits = (tx: Tx, campaign: Campaign, asker: Asker, ledgers: readonly string[]): Promise<Habit[]> =>
  // Who made a record is looked up for each: joined, it was the whole history that was read where no statistics were at hand.
  tx.query(sql`select l.ledger, count(*) filter (where e.imported is null and e.actor = ${asker.account?.id ?? null}::bigint)::integer as mine,
      count(*) filter (where e.imported is null)::integer as typed, count(distinct e.day)::integer as days
    from unnest(${ledgers}::text[]) as l (ledger)
      cross join lateral (select day, imported,
          (select v.actor from entry_events v where v.realm_id = o.realm_id and v.entry_id = o.entry_id and v.version = 1) as actor
        from entries o where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id}
          and ledger = l.ledger and unit_id = ${asker.unit} and not deleted order by created_at desc limit 200) e
    group by l.ledger order by mine desc, typed desc, days desc, l.ledger`);

/** The unit's five latest records of each ledger up to a day, newest first. */
export const listLatest = (
  tx: Tx,
  campaign: Campaign,
  unit: number,
  ledgers: readonly string[],
  day: string,
): Promise<{ ledger: string; unit: number; data: Values }[]> =>
  tx.query(sql`select e.ledger, e.unit_id as unit, e.data from unnest(${ledgers}::text[]) as l (ledger) cross join lateral (
      select ledger, unit_id, data, day, created_at from entries where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id}
        and ledger = l.ledger and unit_id = ${unit} and not deleted and (day is null or day <= ${day}::date)
      order by day desc nulls last, created_at desc limit 5) e order by e.ledger, e.day desc nulls last, e.created_at desc`);
