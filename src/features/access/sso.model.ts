/** Sign-ins that were sent to another house, and who an account is there. */
import { timingSafeEqual } from "node:crypto";
import type { Account } from "#kernel/access.ts";
import type { OidcChecks } from "#platform/oidc.ts";
import { sql, type Tx } from "#platform/db.ts";
import { accountColumns } from "./access.model.ts";
import { digestOf } from "./token-digest.ts";

const minutes = 10;

/** Keeps what is compared when the browser comes back, for the one that holds the binding. */
export async function keepFlow(tx: Tx, provider: string, checks: OidcChecks, binding: string, now: Date): Promise<void> {
  await tx.query(sql`delete from sso_flows where until < ${now.toISOString()}`);
  const kept = JSON.stringify({ ...checks, binding: digestOf(binding).toString("hex") });
  const until = new Date(now.getTime() + minutes * 60_000).toISOString();
  await tx.query(
    sql`insert into sso_flows (state, provider, checks, until) values (${digestOf(checks.state)}, ${provider}, ${kept}, ${until})`,
  );
}

/** What was kept under a state; once, and only for the browser that began. */
export async function takeFlow(
  tx: Tx,
  provider: string,
  state: string,
  binding: string,
  now: Date,
): Promise<OidcChecks | undefined> {
  const row = await tx.one<{ checks: OidcChecks & { binding: string } }>(
    sql`delete from sso_flows where state = ${digestOf(state)} and provider = ${provider} and until > ${now.toISOString()} returning checks`,
  );
  if (!row) return undefined;
  const { binding: kept, ...checks } = row.checks;
  return timingSafeEqual(Buffer.from(kept, "hex"), digestOf(binding)) ? checks : undefined;
}

/**
 * The account of somebody whom another house vouches for: the one that is linked, else the one whose login is theirs and
 * that is nobody else's there. None is made.
 */
export async function findLinked(
  tx: Tx,
  provider: string,
  { subject, login }: { subject: string; login: string | undefined },
  now: Date,
): Promise<Account | undefined> {
  const linked = await tx.one<{ id: number }>(
    sql`select account_id as id from sso_subjects where provider = ${provider} and subject = ${subject}`,
  );
  if (linked) return tx.one(sql`select ${accountColumns} from accounts where account_id = ${linked.id} and not disabled`);
  if (login === undefined) return undefined;
  const account = await tx.one<Account>(sql`select ${accountColumns} from accounts a where login = ${login} and not disabled
    and not exists (select from sso_subjects s where s.provider = ${provider} and s.account_id = a.account_id) for update`);
  if (account)
    await tx.query(
      sql`insert into sso_subjects (provider, subject, account_id, linked_at) values (${provider}, ${subject}, ${account.id}, ${now.toISOString()})`,
    );
  return account;
}
