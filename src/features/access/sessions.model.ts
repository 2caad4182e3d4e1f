/** Sessions: begun by whoever showed who they are, found by the token that they keep, ended. */
import { randomBytes } from "node:crypto";
import type { Account } from "#kernel/access.ts";
import type { From } from "#kernel/action.ts";
import type { Found } from "#kernel/answer.ts";
import { chinaDay } from "#kernel/fields.ts";
import { isoText, sql, type Sql, type Tx } from "#platform/db.ts";
import { accountColumns } from "./access.model.ts";
import { readRules } from "./sign-in-rules.model.ts";
import { findToken, noteToken } from "./tokens.model.ts";
import { tokenPrefix } from "./tokens.types.ts";
import { digestOf } from "./token-digest.ts";
import { firstOf, type Shown, type SignInRules } from "./sign-in-rules.types.ts";

export interface Session {
  /** What the client keeps; only its digest is stored. */
  token: string;
  account: Account;
  first: Found["first"];
  expiresAt: string;
  seconds: number;
}

/** Who has not yet given their code is not in yet, and does not stay. */
const provingMinutes = 10;

/** Of a session `s` with the rules `r`: it is neither over nor forgotten. */
export const alive = (now: Date): Sql => sql`s.expires_at > ${now.toISOString()}
  and s.seen_at > ${now.toISOString()}::timestamptz - r.idle_minutes * interval '1 minute'
  and s.created_at > ${now.toISOString()}::timestamptz - r.session_hours * interval '1 hour'`;

/** Of an account `a`: what it has shown, or has to. Its grants are those of the day, also as a member of a group. */
const shown = (
  day: string,
): Sql => sql`exists (select from second_factors f where f.account_id = a.account_id and f.confirmed_at is not null) as enrolled,
  a.password is not null as "hasPassword", ${isoText("a.password_at")} as "passwordAt",
  array_remove(array(select g.role from grants g where g.ended_at is null and g.from_day <= ${day}::date and g.to_day > ${day}::date
    and (g.account_id = a.account_id or g.realm_id = a.realm_id and g.group_id in (select m.group_id from group_members m
      where m.realm_id = a.realm_id and m.person_id = a.person_id and m.from_day <= ${day}::date and m.to_day > ${day}::date))) || a.duty, null) as held`;

/** Roles of grants and the duty that an account holds on a day. */
export const heldOn = async (tx: Tx, account: number, day: string): Promise<string[]> =>
  (await tx.one<Shown>(sql`select ${shown(day)} from accounts a where a.account_id = ${account}`))?.held.slice() ?? [];

/** A new session of an account whose owner is here; `proved` when the code of their second factor was given. */
export async function beginSession(
  tx: Tx,
  account: Account,
  from: From,
  now: Date,
  { proved = false, way = null }: { proved?: boolean; way?: string | null } = {},
): Promise<Session> {
  const token = randomBytes(32).toString("base64url");
  const rules = await readRules(tx);
  const seconds = rules.sessionHours * 3600;
  const expiresAt = new Date(now.getTime() + seconds * 1000).toISOString();
  const at = now.toISOString();
  await tx.query(
    sql`insert into sessions (token, account_id, created_at, seen_at, expires_at, address, agent, proved, way)
      values (${digestOf(token)}, ${account.id}, ${at}, ${at}, ${expiresAt}, ${from.address}, ${from.agent}, ${proved}, ${way})`,
  );
  const row = (await tx.one<Omit<Shown, "proved">>(
    sql`select ${shown(chinaDay(now))} from accounts a where a.account_id = ${account.id}`,
  )) as Omit<Shown, "proved">;
  return { token, account, first: firstOf({ ...row, proved }, rules, now), expiresAt, seconds };
}

type Row = Account & Shown & SignInRules & { seen: string; begun: string; grant: number | null };

/**
 * Whose a session token is; undefined when there is none, or it ended, or nobody used it for long. `unseen`: nobody has
 * noted for a minute that it is in use, which is often enough and spares a write a request.
 */
export async function findSession(tx: Tx, token: string, now: Date): Promise<Found | undefined> {
  if (token.startsWith(tokenPrefix)) return findToken(tx, token, now);
  const row =
    await tx.one<Row>(sql`select own.*, ${isoText("s.seen_at")} as seen, ${isoText("s.created_at")} as begun, s.proved, s.grant_id as "grant",
      ${shown(chinaDay(now))}, r.password_days as "passwordDays", r.second_factor as "secondFactor"
    from sessions s join accounts a using (account_id) cross join sign_in_rules r
      cross join lateral (select ${accountColumns} from accounts where account_id = a.account_id) own
    where s.token = ${digestOf(token)} and not a.disabled and ${alive(now)}`);
  if (!row) return undefined;
  const { seen, begun, grant, held, enrolled, proved, hasPassword, passwordAt, passwordDays, secondFactor, ...account } = row;
  const first = firstOf({ held, enrolled, proved, hasPassword, passwordAt }, { passwordDays, secondFactor }, now);
  if (first === "code" && Date.parse(begun) < now.getTime() - provingMinutes * 60_000) return undefined;
  return { account, grant, unseen: Date.parse(seen) < now.getTime() - 60_000, first };
}

/** Notes that a session is in use. Goes out with the commit: a long request must not keep others of its session waiting. */
export const noteSession = (tx: Tx, token: string, now: Date): void =>
  token.startsWith(tokenPrefix)
    ? noteToken(tx, token, now)
    : tx.later(
        sql`update sessions set seen_at = greatest(seen_at, ${now.toISOString()}::timestamptz) where token = ${digestOf(token)}`,
      );

/** Ends a session; by which other house it began, if by one. */
export const signOut = async (tx: Tx, token: string): Promise<string | null> =>
  (await tx.one<{ way: string | null }>(sql`delete from sessions where token = ${digestOf(token)} returning way`))?.way ?? null;

export interface ListedSession {
  /** Of its digest, so that it can be named: nobody can come in with it. */
  id: string;
  createdAt: string;
  seenAt: string;
  address: string;
  agent: string;
  /** It is the one that asks. */
  own: boolean;
}

const nameOf = sql`encode(substring(token from 1 for 8), 'hex')`;

/** Sessions that are alive, the last used first. */
export const listSessions = (tx: Tx, account: number, now: Date, token = ""): Promise<ListedSession[]> =>
  tx.query(sql`select ${nameOf} as id, ${isoText("s.created_at")} as "createdAt", ${isoText("s.seen_at")} as "seenAt", address, agent, token = ${digestOf(token)} as own
    from sessions s cross join sign_in_rules r where s.account_id = ${account} and ${alive(now)} order by s.seen_at desc`);

/** Ends one session of an account, or all. */
export const endSessions = (tx: Tx, account: number, session?: string): Promise<object[]> =>
  tx.query(
    sql`delete from sessions where account_id = ${account} and (${session ?? null}::text is null or ${nameOf} = ${session ?? null}::text)`,
  );

/** Ends all sessions of an account but the one that asks. */
export const endOtherSessions = (tx: Tx, account: number, token: string): Promise<object[]> =>
  tx.query(sql`delete from sessions where account_id = ${account} and token <> ${digestOf(token)}`);

/** Signs everyone out but the session that asks; how many that were. */
export const endAllSessions = async (tx: Tx, token: string): Promise<number> =>
  (await tx.query(sql`delete from sessions where token <> ${digestOf(token)} returning 1`)).length;

/** The grant that a session works under from now on. */
export const chooseGrant = (tx: Tx, token: string, grant: number | null): Promise<object[]> =>
  tx.query(sql`update sessions set grant_id = ${grant} where token = ${digestOf(token)}`);
