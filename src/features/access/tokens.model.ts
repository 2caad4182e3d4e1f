/** Tokens of programs: shown once, kept as digests, good until a day and for what they were given for. */
import { randomBytes } from "node:crypto";
import type { Account } from "#kernel/access.ts";
import type { Found } from "#kernel/answer.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";
import { accountColumns } from "./access.model.ts";
import { digestOf } from "./token-digest.ts";
import { mayBeGiven, tokenPrefix } from "./tokens.types.ts";

export interface Token {
  id: number;
  name: string;
  actions: string[] | null;
  createdAt: string;
  until: string;
  seenAt: string | null;
  own: boolean;
}

export interface NewToken {
  account: number;
  name: string;
  actions: readonly string[] | null;
  days: number;
  by: number;
}

/** The token itself, which nobody can be told again. */
export async function makeToken(tx: Tx, { account, name, actions, days, by }: NewToken, now: Date): Promise<string> {
  const token = tokenPrefix + randomBytes(32).toString("base64url");
  const until = new Date(now.getTime() + days * 86_400_000).toISOString();
  await tx.query(sql`insert into api_tokens (token, account_id, name, actions, created_at, created_by, until)
    values (${digestOf(token)}, ${account}, ${name}, ${actions}::text[], ${now.toISOString()}, ${by}, ${until})`);
  return token;
}

/** Tokens of an account that are not revoked, the newest first. */
export const listTokens = (tx: Tx, account: number): Promise<Token[]> =>
  tx.query(sql`select token_id as id, name, actions, ${isoText("created_at")} as "createdAt", ${isoText("until")} as until,
      ${isoText("seen_at")} as "seenAt", created_by = account_id as own from api_tokens where account_id = ${account} order by token_id desc`);

/** Whether there was such a token of the account. */
export const revokeToken = async (tx: Tx, account: number, token: number): Promise<boolean> =>
  (await tx.query(sql`delete from api_tokens where account_id = ${account} and token_id = ${token} returning 1`)).length > 0;

/** Whose a token is, and what it may be used for; undefined when there is none, or its day has come. */
export async function findToken(tx: Tx, token: string, now: Date): Promise<Found | undefined> {
  const row = await tx.one<Account & { tokenId: number; actions: string[] | null; seen: string | null }>(
    sql`select own.*, t.token_id as "tokenId", t.actions, ${isoText("t.seen_at")} as seen from api_tokens t
      cross join lateral (select ${accountColumns} from accounts where account_id = t.account_id and not disabled) own
      where t.token = ${digestOf(token)} and t.until > ${now.toISOString()}`,
  );
  if (!row) return undefined;
  const { tokenId, actions, seen, ...account } = row;
  return {
    account,
    grant: null,
    unseen: seen === null || Date.parse(seen) < now.getTime() - 60_000,
    first: null,
    token: {
      id: tokenId,
      allows: ({ name, method }) => mayBeGiven(name) && (actions === null ? method === "GET" : actions.includes(name)),
    },
  };
}

/** Notes that a token is in use, as of a session. */
export const noteToken = (tx: Tx, token: string, now: Date): void =>
  tx.later(sql`update api_tokens set seen_at = ${now.toISOString()} where token = ${digestOf(token)}`);
