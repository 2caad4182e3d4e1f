/** What an account has typed and not saved yet, by a key that says what for. Row-level security keeps it theirs. */
import type { Campaign } from "#kernel/campaign.ts";
import { Problem } from "#kernel/problem.ts";
import { open, seal, type Place } from "#platform/cipher.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";
import { KeyError } from "#platform/key-ring.ts";
import { isToken } from "#platform/token.ts";

export interface Draft {
  key: string;
  content: unknown;
  at: string;
}

const most = 500;

/** What is typed may be personal whatever field it is for: drafts are encrypted whole. */
export const placeOfDraft = (realm: number, campaign: number, account: number): Place => ["draft", realm, campaign, account];

/** Drafts whose key begins so, newest first; at most 50. */
export async function listDrafts(tx: Tx, campaign: Campaign, account: number, under: string): Promise<Draft[]> {
  const drafts = await tx.query<Draft>(sql`select key, content, ${isoText("at")} as at from drafts
    where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and starts_with(key, ${under}) order by drafts.at desc limit 50`);
  const place = placeOfDraft(campaign.realm, campaign.id, account);
  return drafts.flatMap((draft) => {
    const text = readDraft(tx, place, draft.content);
    return text === undefined ? [] : [{ ...draft, content: JSON.parse(text) as unknown }];
  });
}

/** What was typed, as JSON; a draft that nobody can read any more is none. */
function readDraft(tx: Tx, place: Place, content: unknown): string | undefined {
  if (!isToken(content)) return JSON.stringify(content);
  try {
    return open(tx.ring, place, content);
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}

export async function keepDraft(tx: Tx, campaign: Campaign, account: number, draft: Draft): Promise<void> {
  const others = await tx.one<{ n: number }>(
    sql`select count(*) as n from drafts where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and key <> ${draft.key}`,
  );
  if ((others?.n ?? 0) >= most)
    throw new Problem("too_many_drafts", 422, `没有保存的草稿已有${most}份，请先提交或清理一些。这一份仍留在本机。`);
  const content = seal(tx.ring, placeOfDraft(campaign.realm, campaign.id, account), JSON.stringify(draft.content));
  tx.later(sql`insert into drafts (realm_id, campaign_id, account_id, key, content, at)
    values (${campaign.realm}, ${campaign.id}, ${account}, ${draft.key}, ${JSON.stringify(content)}, ${draft.at})
    on conflict (realm_id, campaign_id, account_id, key) do update set content = excluded.content, at = excluded.at`);
}

export const dropDraft = (tx: Tx, campaign: Campaign, account: number, key: string): void =>
  tx.later(
    sql`delete from drafts where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and account_id = ${account} and key = ${key}`,
  );

/** Encrypts drafts of a realm that are not so with the current version of the key; how many. Asked as the owner. */
export async function renewDrafts(tx: Tx, realm: number): Promise<number> {
  const { cipher, version } = tx.ring.current;
  const current = `§v1.${cipher === "aes" ? "a" : "s"}${version}.`;
  const drafts = await tx.query<{ campaign: number; account: number; key: string; content: unknown }>(
    sql`select campaign_id as campaign, account_id as account, key, content from drafts
      where realm_id = ${realm} and not starts_with(content #>> '{}', ${current}) for update`,
  );
  let written = 0;
  for (const { campaign, account, key, content } of drafts) {
    const place = placeOfDraft(realm, campaign, account);
    const text = readDraft(tx, place, content);
    if (text === undefined) continue;
    await tx.query(sql`update drafts set content = ${JSON.stringify(seal(tx.ring, place, text))}
      where realm_id = ${realm} and campaign_id = ${campaign} and account_id = ${account} and key = ${key}`);
    written++;
  }
  return written;
}
