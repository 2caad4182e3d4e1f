/** What an account has typed and not saved yet, by a key that says what for. Row-level security keeps it theirs. */
import type { Campaign } from "#kernel/campaign.ts";
import { Problem } from "#kernel/problem.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";

export interface Draft {
  key: string;
  content: unknown;
  at: string;
}

const most = 500;

/** Drafts whose key begins so, newest first; at most 50. */
export const listDrafts = (tx: Tx, campaign: Campaign, account: number, under: string): Promise<Draft[]> =>
  tx.query(sql`select key, content, ${isoText("at")} as at from drafts
    where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and starts_with(key, ${under}) order by drafts.at desc limit 50`);

export async function keepDraft(tx: Tx, campaign: Campaign, account: number, draft: Draft): Promise<void> {
  const others = await tx.one<{ n: number }>(
    sql`select count(*) as n from drafts where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and key <> ${draft.key}`,
  );
  if ((others?.n ?? 0) >= most)
    throw new Problem("too_many_drafts", 422, `没有保存的草稿已有${most}份，请先提交或清理一些。这一份仍留在本机。`);
  tx.later(sql`insert into drafts (realm_id, campaign_id, account_id, key, content, at)
    values (${campaign.realm}, ${campaign.id}, ${account}, ${draft.key}, ${JSON.stringify(draft.content)}, ${draft.at})
    on conflict (realm_id, campaign_id, account_id, key) do update set content = excluded.content, at = excluded.at`);
}

export const dropDraft = (tx: Tx, campaign: Campaign, account: number, key: string): void =>
  tx.later(
    sql`delete from drafts where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and key = ${key}`,
  );
