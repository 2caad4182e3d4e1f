/** Saved views of ledgers: an account's own, and those that a unit above it shares. */
import type { Campaign } from "#kernel/campaign.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { sql, type Tx } from "#platform/db.ts";
import type { View } from "./views.types.ts";

export interface Viewer {
  account: number;
  unit: number;
}

const most = 100;

/** Those shared come after one's own, each by name. */
export const listViews = (tx: Tx, campaign: Campaign, ledger: string, { account, unit }: Viewer): Promise<View[]> =>
  tx.query(sql`select v.view_id as id, v.name, v.shown, v.account_id = ${account} as own, v.unit_id is not null as shared, u.name as "unitName"
    from views v left join units u on u.realm_id = v.realm_id and u.unit_id = v.unit_id
    where v.realm_id = ${campaign.realm} and v.campaign_id = ${campaign.id} and v.ledger = ${ledger}
      and (v.account_id = ${account} or v.unit_id = any(${[unit, campaign.root]}::bigint[]) or v.unit_id in (
        select p.ancestor_id from unit_paths p where p.realm_id = ${campaign.realm} and p.campaign_id = ${campaign.id} and p.unit_id = ${unit}))
    order by v.account_id <> ${account}, v.name collate "zh-x-icu", v.view_id`);

export interface NewView extends Pick<View, "id" | "name" | "shown"> {
  ledger: string;
  /** The unit that it is shared with, and those below. */
  unit: number | null;
  at: string;
}

/** Adds a view or changes one's own. */
export async function saveView(tx: Tx, campaign: Campaign, account: number, view: NewView): Promise<void> {
  const known = await tx.one<{ others: number; taken: boolean }>(sql`select
      count(*) filter (where account_id = ${account} and view_id <> ${view.id}) as others, coalesce(bool_or(view_id = ${view.id} and (account_id <> ${account} or ledger <> ${view.ledger})), false) as taken
    from views where realm_id = ${campaign.realm} and campaign_id = ${campaign.id}`);
  if (known?.taken) throw notFound("这个视图");
  if ((known?.others ?? 0) >= most) throw new Problem("too_many_views", 422, `视图已有${most}个，请先删除一些不用的。`);
  tx.later(sql`insert into views (realm_id, view_id, campaign_id, ledger, account_id, unit_id, name, shown, at)
    values (${campaign.realm}, ${view.id}, ${campaign.id}, ${view.ledger}, ${account}, ${view.unit}, ${view.name}, ${JSON.stringify(view.shown)}, ${view.at})
    on conflict (realm_id, view_id) do update set name = excluded.name, shown = excluded.shown, unit_id = excluded.unit_id, at = excluded.at`);
}

export async function removeView(tx: Tx, campaign: Campaign, account: number, id: string): Promise<void> {
  const gone = await tx.one(
    sql`delete from views where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and view_id = ${id} returning view_id`,
  );
  if (!gone) throw notFound("这个视图");
}
