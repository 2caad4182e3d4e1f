/** Accounts, passwords and sessions. */
import { createHash, randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { Account } from "#kernel/access.ts";
import type { Duty } from "#kernel/duties.ts";
import { Problem } from "#kernel/problem.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";

// argon2id, 19 MiB, two passes: OWASP's minimum for sign-in that stays under 50 ms on one core.
const hashing = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const accountColumns = sql`account_id as id, login, name, realm_id as realm, unit_id as unit, person_id as person, duty, temporary`;

/** A password as it is kept. */
export const hashed = (password: string): Promise<string> => hash(password, hashing);

export interface NewAccount {
  login: string;
  name: string;
  password: string;
  realm: number;
  unit: number;
  /** Whose it is; an office's account is nobody's. */
  person?: number;
  duty?: Duty;
}

/** Adds an account, or gives a known login a new password, unit and owner. */
export async function putAccount(tx: Tx, account: NewAccount, now: Date): Promise<Account> {
  const password = await hashed(account.password);
  return (await tx.one<Account>(sql`insert into accounts (login, name, password, realm_id, unit_id, person_id, duty, created_at)
    values (${account.login}, ${account.name}, ${password}, ${account.realm}, ${account.unit}, ${account.person ?? null}, ${account.duty ?? null}, ${now.toISOString()})
    on conflict (login) do update set name = excluded.name, password = excluded.password, realm_id = excluded.realm_id, unit_id = excluded.unit_id, person_id = excluded.person_id, duty = excluded.duty, temporary = false
    returning ${accountColumns}`)) as Account;
}

export const findAccount = (tx: Tx, login: string): Promise<Account | undefined> =>
  tx.one(sql`select ${accountColumns} from accounts where login = ${login} and not disabled`);

export interface Session {
  /** What the client keeps; only its digest is stored. */
  token: string;
  account: Account;
  expiresAt: string;
  seconds: number;
}

const sessionHours = 12;
const idleMinutes = 120;
/** Sessions last seen before this moment are over. */
export const idleBefore = (now: Date): string => new Date(now.getTime() - idleMinutes * 60_000).toISOString();
const tokenHash = (token: string): Buffer => createHash("sha256").update(token).digest();

// Verified against when a login is unknown, so that the answer takes as long as for a known one.
const decoy = hash("decoy", hashing);

/** A new session for a login and password: the token that the client keeps. Unknown login and wrong password give one answer. */
export async function signIn(tx: Tx, login: string, password: string, now: Date): Promise<Session> {
  const row = await tx.one<Account & { password: string | null }>(
    sql`select ${accountColumns}, password from accounts where login = ${login} and not disabled`,
  );
  const right = await verify(row?.password ?? (await decoy), password);
  if (!row?.password || !right)
    throw new Problem("wrong_credentials", 401, "账号或密码不正确。请核对后重试；忘记密码请联系本单位管理员。");
  const { password: _password, ...account } = row;
  return beginSession(tx, account, now);
}

/** A new session of an account whose owner is here. */
export async function beginSession(tx: Tx, account: Account, now: Date): Promise<Session> {
  const token = randomBytes(32).toString("base64url");
  const expiresAt = new Date(now.getTime() + sessionHours * 3_600_000).toISOString();
  await tx.query(
    sql`insert into sessions (token, account_id, created_at, seen_at, expires_at) values (${tokenHash(token)}, ${account.id}, ${now.toISOString()}, ${now.toISOString()}, ${expiresAt})`,
  );
  return { token, account, expiresAt, seconds: sessionHours * 3600 };
}

/** The owner's own new password for the old one; other sessions of the account end. */
export async function changePassword(tx: Tx, account: number, old: string, next: string, token: string): Promise<void> {
  const row = await tx.one<{ password: string }>(sql`select password from accounts where account_id = ${account} for update`);
  if (!row || !(await verify(row.password, old)))
    throw new Problem("wrong_password", 422, "现在的口令不正确，没有修改。请核对大小写和输入法后重试。");
  if (old === next) throw new Problem("same_password", 422, "新口令与现在的相同，请另设一个。");
  await tx.query(sql`update accounts set password = ${await hashed(next)}, temporary = false where account_id = ${account}`);
  await tx.query(sql`delete from sessions where account_id = ${account} and token <> ${tokenHash(token)}`);
}

export interface Known {
  account: Account;
  /** The grant that was chosen to work under. */
  grant: number | null;
  /** Nobody has noted for a minute that it is in use, which is often enough and spares a write a request. */
  unseen: boolean;
}

/** The account behind a session token; undefined when there is none, or it ended, or nobody used it for long. */
export async function findSession(tx: Tx, token: string, now: Date): Promise<Known | undefined> {
  const row = await tx.one<
    Account & { seen: string; grant: number | null }
  >(sql`select ${accountColumns}, grant_id as "grant", ${isoText("seen_at")} as seen from sessions join accounts using (account_id)
    where token = ${tokenHash(token)} and expires_at > ${now.toISOString()} and seen_at > ${idleBefore(now)} and not disabled`);
  if (!row) return undefined;
  const { seen, grant, ...account } = row;
  return { account, grant, unseen: Date.parse(seen) < now.getTime() - 60_000 };
}

/** Notes that a session is in use. Goes out with the commit: a long request must not keep others of its session waiting. */
export const noteSession = (tx: Tx, token: string, now: Date): void =>
  tx.later(
    sql`update sessions set seen_at = greatest(seen_at, ${now.toISOString()}::timestamptz) where token = ${tokenHash(token)}`,
  );

export const signOut = (tx: Tx, token: string): Promise<object[]> =>
  tx.query(sql`delete from sessions where token = ${tokenHash(token)}`);

/** The grant that a session works under from now on. */
export const chooseGrant = (tx: Tx, token: string, grant: number | null): Promise<object[]> =>
  tx.query(sql`update sessions set grant_id = ${grant} where token = ${tokenHash(token)}`);
