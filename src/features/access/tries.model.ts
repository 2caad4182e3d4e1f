/**
 * How often a login, an account or an address was tried. Counted in the database, so that all servers count together,
 * and before anything is looked at, so that a hundred tries at once are a hundred. A login that nobody has is counted
 * and locked like any other: what is said does not tell whether it exists.
 */
import { createHash } from "node:crypto";
import { Problem } from "#kernel/problem.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";
import type { SignInRules } from "./sign-in-rules.types.ts";

const keyOf = (what: string, of: string): Buffer => createHash("sha256").update(`${what}\0${of}`).digest();
/** A home or an office has a whole IPv6 network of 64 bits. */
const networkOf = (address: string): string =>
  address.includes(":") && !address.startsWith("::ffff:") ? address.split(":").slice(0, 4).join(":") : address;

/** Counts one more; until when, if that is more than `most` since the count began or, `renewed`, since the one before. */
async function counted(
  tx: Tx,
  key: Buffer,
  now: Date,
  most: number,
  seconds: number,
  renewed: boolean,
): Promise<string | undefined> {
  const at = now.toISOString();
  const until = new Date(now.getTime() + seconds * 1000).toISOString();
  const row = await tx.one<{
    count: number;
    until: string;
  }>(sql`insert into sign_in_tries (key, count, until) values (${key}, 1, ${until})
    on conflict (key) do update set
      count = case when sign_in_tries.until <= ${at} then 1 else least(sign_in_tries.count + 1, ${most + 1}) end,
      until = case when sign_in_tries.until <= ${at} or (${renewed} and sign_in_tries.count < ${most}) then excluded.until else sign_in_tries.until end
    returning count, ${isoText("until")} as until`);
  return row && row.count > most ? row.until : undefined;
}

export const tooMany = (until: string, now: Date): Problem => {
  const seconds = Math.max(1, Math.ceil((Date.parse(until) - now.getTime()) / 1000));
  const wait = seconds > 90 ? `${Math.ceil(seconds / 60)}分钟` : `${seconds}秒`;
  return new Problem("too_many_tries", 429, `试的次数太多，请${wait}后再试。忘记口令的，请联系本单位管理员。`, { seconds });
};

/** Counts a try with something secret of `of`, from an address. Until when to wait, if it is one too many. */
export async function countTry(tx: Tx, of: string, address: string, rules: SignInRules, now: Date): Promise<string | undefined> {
  await tx.query(
    sql`delete from sign_in_tries where key in (select key from sign_in_tries where until < ${now.toISOString()} limit 50 for update skip locked)`,
  );
  return (
    (await counted(tx, keyOf("address", networkOf(address)), now, rules.addressRate, 60, false)) ??
    (await counted(tx, keyOf("rate", of), now, rules.accountRate, 60, false)) ??
    counted(tx, keyOf("wrong", of), now, rules.tries, rules.lockMinutes * 60, true)
  );
}

/** It was right: what was wrong before is forgotten. */
export const forgetTries = (tx: Tx, of: string): void =>
  tx.later(sql`delete from sign_in_tries where key = ${keyOf("wrong", of)}`);

/** It was not looked at: as if it had not been made. */
export const takeBackTry = (tx: Tx, of: string): void =>
  tx.later(sql`update sign_in_tries set count = greatest(count - 1, 0) where key = ${keyOf("wrong", of)}`);
