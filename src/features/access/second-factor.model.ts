/**
 * The second factor: six digits of an authenticator, which follow from a shared secret and the time (RFC 6238: SHA-1,
 * steps of 30 seconds, one step either way). A step is used once (5.2). For whoever has lost theirs there are ten codes
 * on paper.
 */
import { createHash } from "node:crypto";
import { generateSecret, generateURI, verifySync } from "otplib";
import { closeSecret, openSecret } from "#platform/secret-box.ts";
import { isoText, join, sql, type Tx } from "#platform/db.ts";
import { randomPaperCode, typedPaperCode } from "#platform/paper-code.ts";

const about = (account: number): string => `second factor of ${account}`;
const stepSeconds = 30;

interface Factor {
  secret: Buffer;
  confirmed: boolean;
  lastStep: number | null;
}

/** Held, so that of two who come with one code at once the second waits and is refused. */
const holdFactor = (tx: Tx, account: number): Promise<Factor | undefined> =>
  tx.one(
    sql`select secret, confirmed_at is not null as confirmed, last_step as "lastStep" from second_factors where account_id = ${account} for update`,
  );

/** Begins to set one up, anew as long as no code was given: what the authenticator is to be told. */
export async function beginFactor(
  tx: Tx,
  { id, login }: { id: number; login: string },
  now: Date,
): Promise<{ secret: string; uri: string } | undefined> {
  const secret = generateSecret({ length: 20 });
  const kept =
    await tx.query(sql`insert into second_factors (account_id, secret, begun_at) values (${id}, ${closeSecret(tx, secret, about(id))}, ${now.toISOString()})
    on conflict (account_id) do update set secret = excluded.secret, begun_at = excluded.begun_at, last_step = null
      where second_factors.confirmed_at is null returning 1`);
  return kept.length === 0 ? undefined : { secret, uri: generateURI({ issuer: "一本账", label: login, secret }) };
}

/** Whether a code is that of a step near this moment, later than any used before; that step is then used. */
async function useStep(tx: Tx, account: number, { secret, lastStep }: Factor, code: string, now: Date): Promise<boolean> {
  const result = verifySync({
    secret: openSecret(tx, secret, about(account)),
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    period: stepSeconds,
    epochTolerance: stepSeconds,
    ...(lastStep === null ? {} : { afterTimeStep: lastStep }),
  });
  if (!result.valid || !("timeStep" in result)) return false;
  await tx.query(sql`update second_factors set last_step = ${result.timeStep} where account_id = ${account}`);
  return true;
}

/** The first code puts the factor in use; recovery codes, or undefined when the code is wrong. */
export async function confirmFactor(tx: Tx, account: number, code: string, now: Date): Promise<string[] | undefined> {
  const factor = await holdFactor(tx, account);
  if (!factor || factor.confirmed || !(await useStep(tx, account, factor, code, now))) return undefined;
  await tx.query(sql`update second_factors set confirmed_at = ${now.toISOString()} where account_id = ${account}`);
  return renewRecovery(tx, account);
}

const recoveryDigest = (typed: string): Buffer => createHash("sha256").update(typedPaperCode(typed)).digest();

/** Ten new codes; those before are good no longer. */
export async function renewRecovery(tx: Tx, account: number): Promise<string[]> {
  const codes = Array.from({ length: 10 }, randomPaperCode);
  await tx.query(sql`delete from recovery_codes where account_id = ${account}`);
  await tx.query(
    sql`insert into recovery_codes (account_id, code) values ${join(codes.map((code) => sql`(${account}, ${recoveryDigest(code)})`))}`,
  );
  return codes;
}

/** Whether a code is right: six digits of the authenticator, or one of the codes on paper, which is used up. */
export async function useCode(tx: Tx, account: number, code: string, now: Date): Promise<boolean> {
  const factor = await holdFactor(tx, account);
  if (!factor?.confirmed) return false;
  const digits = code.replaceAll(/\s/g, "");
  if (/^\d{6}$/.test(digits)) return useStep(tx, account, factor, digits, now);
  const used = await tx.query(
    sql`delete from recovery_codes where account_id = ${account} and code = ${recoveryDigest(code)} returning 1`,
  );
  return used.length > 0;
}

export interface FactorState {
  /** Since when it is in use, ISO. */
  since: string | null;
  /** Codes on paper that are left. */
  recovery: number;
}

export const readFactor = async (tx: Tx, account: number): Promise<FactorState> =>
  (await tx.one<FactorState>(sql`select (select ${isoText("confirmed_at")} from second_factors where account_id = ${account}) as since,
    (select count(*) from recovery_codes where account_id = ${account}) as recovery`)) as FactorState;

/** There is none any more: its owner sets one up anew where one is needed. */
export async function dropFactor(tx: Tx, account: number): Promise<void> {
  await tx.query(sql`delete from second_factors where account_id = ${account}`);
  await tx.query(sql`delete from recovery_codes where account_id = ${account}`);
}
