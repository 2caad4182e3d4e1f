/** Entries of a ledger in an order, a window of them at a time. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { orderOf } from "./filter.model.ts";
import type { Sorting } from "./filter.types.ts";
import { entryColumns, filterSql, type EntryFilter } from "./ledgers.model.ts";
import type { Entry } from "./ledgers.types.ts";

export interface Window {
  limit: number;
  offset: number;
  /** Without one the latest first. */
  sorting?: Sorting | undefined;
  /** Count the entries that meet the filter too. */
  count?: boolean | undefined;
}

/** What is empty comes last in either direction; what is equal stays in one order. */
export const sortedBy = (keys: readonly Sql[], descending: boolean): Sql =>
  join([...keys.map((key) => sql`${key} ${descending ? sql`desc` : sql`asc`} nulls last`), sql`entry_id`], ", ");

/** Entries that the asker may see. `total` is undefined unless it is asked for. */
export async function listEntries(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  filter: EntryFilter,
  window: Window,
): Promise<{ entries: Entry[]; total: number | undefined }> {
  const { joins, keys, descending } = orderOf(campaign, ledger, window.sorting);
  const names = keys.map((_, index) => raw(`key${index}`));
  const columns = join([sql`e.realm_id`, sql`e.entry_id`, ...keys.map((key, index) => sql`${key} as ${raw(`key${index}`)}`)]);
  // Only what decides the order is sorted; the rows themselves are read for the window alone.
  const rows = await tx.query<Entry & { total: number | null }>(sql`
    with found as ${window.count ? sql`materialized` : sql`not materialized`} (
      select ${columns} from entries e ${joins} where ${filterSql(campaign, ledger.key, filter)}),
    shown as (select realm_id as r, entry_id as i, row_number() over () as position from (
      select * from found order by ${sortedBy(names, descending)} limit ${window.limit} offset ${window.offset}) as sorted)
    select ${entryColumns}, ${window.count ? sql`(select count(*) from found)` : sql`null`} as total
    from shown join entries on realm_id = r and entry_id = i order by position`);
  const [first] = rows;
  const total = !window.count
    ? undefined
    : (first?.total ?? (window.offset === 0 ? 0 : await countEntries(tx, campaign, ledger, filter)));
  return { entries: rows.map(({ total: _total, ...entry }) => entry), total };
}

async function countEntries(tx: Tx, campaign: Campaign, ledger: Ledger, filter: EntryFilter): Promise<number> {
  const row = await tx.one<{ n: number }>(
    sql`select count(*) as n from entries e where ${filterSql(campaign, ledger.key, filter)}`,
  );
  return row?.n ?? 0;
}
