/** Which rows a question looks at: the entries now or at a moment, limited to a unit or to what lies below it. */
import { sql, type Sql } from "#platform/db.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Request } from "#kernel/figure-value.ts";
import type { UnitPlace } from "./places.model.ts";

/** At which of these units a row of their source counts. */
export function unitSql(places: readonly UnitPlace[], own: boolean): Sql {
  const [place] = places;
  if (places.length === 1) return sql`${place?.id}::bigint`;
  return own || !place?.inner ? sql`e.unit_id` : sql`p.ancestor_id`;
}

/**
 * `from … where …` for rows `e` of these ledgers at one or several units, which all have units below them or all have
 * none. Of `own` what is recorded at the units themselves; undated records belong where their unit stood on the day `to`.
 */
export function sourceSql(
  campaign: Campaign,
  ledgers: readonly string[],
  places: readonly UnitPlace[],
  { own, to }: Pick<Request, "own" | "to">,
  asOf: string | undefined,
): Sql {
  const realms = [...new Set(places.flatMap((place) => place.realms))];
  const units = places.map(({ id }) => id);
  const rows = asOf === undefined ? sql`entries e` : sql`(${asOfSql(campaign, ledgers, realms, asOf)}) e`;
  const base = sql`e.realm_id = any(${realms}::integer[]) and e.campaign_id = ${campaign.id} and e.ledger = any(${ledgers}::text[]) and not e.deleted`;
  if (own || !places[0]?.inner) return sql`from ${rows} where ${base} and e.unit_id = any(${units}::bigint[])`;
  if (places.length === 1 && places[0].whole) return sql`from ${rows} where ${base}`;
  return sql`from ${rows} join unit_paths p on p.realm_id = e.realm_id and p.campaign_id = e.campaign_id and p.unit_id = e.unit_id
    and p.ancestor_id = any(${units}::bigint[]) and coalesce(e.day, ${to}::date) >= p.from_day and coalesce(e.day, ${to}::date) < p.to_day
    where ${base}`;
}

/** Records as they stood: untouched ones as they are, changed ones folded from their events up to then. */
function asOfSql(campaign: Campaign, ledgers: readonly string[], realms: number[], asOf: string): Sql {
  const scope = sql`c.realm_id = any(${realms}::integer[]) and c.campaign_id = ${campaign.id} and c.ledger = any(${ledgers}::text[])`;
  return sql`select c.realm_id, c.campaign_id, c.ledger, c.entry_id, c.unit_id, c.day, c.state, c.data, c.version, c.deleted
    from entries c where ${scope} and c.updated_at <= ${asOf}::timestamptz
    union all
    select c.realm_id, c.campaign_id, c.ledger, c.entry_id,
      (array_agg(v.unit_id order by v.version desc))[1], (array_agg(v.day order by v.version desc))[1], (array_agg(v.state order by v.version desc))[1],
      jsonb_strip_nulls(jsonb_merge(v.changes order by v.version)), max(v.version), (array_agg(v.deleted order by v.version desc))[1]
    from entries c join entry_events v on v.realm_id = c.realm_id and v.entry_id = c.entry_id and v.at <= ${asOf}::timestamptz
    where ${scope} and c.updated_at > ${asOf}::timestamptz
    group by c.realm_id, c.campaign_id, c.ledger, c.entry_id`;
}
