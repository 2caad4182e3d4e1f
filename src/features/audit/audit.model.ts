/** What was asked of the product, by whom, about what, and how it went. Written by the owner, never changed. */
import type { AuditRow } from "#kernel/answer.ts";
import { auditStamp } from "#kernel/stamps.ts";
import { empty, isoText, join, likeAnywhere, sql, type Sql, type Tx } from "#platform/db.ts";
import type { AuditEntry, AuditFilter, Place } from "./audit.types.ts";

/** A deed of the program itself, or of whoever has the machine: of no realm and no account. */
export function writeOwnAudit(
  tx: Tx,
  { at, action, subject, details }: { at: Date; action: string; subject: string; details: object },
): void {
  const row = { realm: 0, at: at.toISOString(), actor: null, action, unit: null, subject: subject.slice(0, 200), result: "ok" };
  const stamp = auditStamp(tx.stamp, row);
  tx.later(
    sql`select add_audit(${row.realm}, ${row.at}, ${row.actor}, ${row.action}, ${row.unit}, ${row.subject}, ${row.result}, ${details}, ${stamp})`,
  );
}

export function writeAudit(tx: Tx, { note, address, device, role, bypasses, token, ...row }: AuditRow): void {
  const asSystem = bypasses.length > 0 ? bypasses : undefined;
  // Only what is said is kept: null would be a word for nothing in every row.
  const said = Object.entries({ ...note, role, address, device, token, asSystem }).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const details = said.length > 0 ? JSON.stringify(Object.fromEntries(said)) : null;
  const at = row.at.toISOString();
  const stamp = auditStamp(tx.stamp, { ...row, at });
  tx.later(
    sql`select add_audit(${row.realm}, ${at}, ${row.actor}, ${row.action}, ${row.unit}, ${row.subject}, ${row.result}, ${details}, ${stamp})`,
  );
}

const columns = sql`a.realm_id as realm, a.audit_id as id, ${isoText("a.at")} as at, a.actor, a.action, a.unit_id as unit, a.subject, a.result, coalesce(a.details, '{}'::jsonb) as details`;

/** Conditions on rows `a`, but for the one that they are looked up by. */
function conditions(filter: AuditFilter, before: Place | undefined): Sql {
  const some = [
    ...(filter.from === undefined ? [] : [sql`a.at >= (${filter.from}::date::timestamp at time zone 'Asia/Shanghai')`]),
    ...(filter.to === undefined ? [] : [sql`a.at < ((${filter.to}::date + 1)::timestamp at time zone 'Asia/Shanghai')`]),
    ...(filter.units === undefined ? [] : [sql`a.unit_id = any(${filter.units}::bigint[])`]),
    ...(filter.actors === undefined ? [] : [sql`a.actor = any(${filter.actors}::bigint[])`]),
    ...(filter.actions === undefined ? [] : [sql`a.action = any(${filter.actions}::text[])`]),
    ...(filter.subject === undefined ? [] : [sql`(a.subject = ${filter.subject} or a.details->>'number' = ${filter.subject})`]),
    ...(filter.refused === undefined ? [] : filter.refused ? [sql`a.result <> 'ok'`] : [sql`a.result = 'ok'`]),
    ...(filter.byAuditors ? [sql`a.details->>'role' = 'auditor'`] : []),
    // The first line alone is what an index answers.
    ...(before
      ? [sql`a.at <= ${before.at}`, sql`(a.at, a.realm_id, a.audit_id) < (${before.at}, ${before.realm}, ${before.id})`]
      : []),
  ];
  return some.length === 0 ? empty : sql`and ${join(some, " and ")}`;
}

/**
 * The rows before a place, the latest first. They are taken from each realm, and from each of the actors, units or
 * actions asked for, by an index that holds them in order of time, and only then put together: what lies behind a page
 * is never read, however much there is. Asked as the owner, within the realms and units given.
 */
export function listAudit(tx: Tx, filter: AuditFilter, limit: number, before?: Place): Promise<AuditEntry[]> {
  const [by, values] = spread(filter);
  const rest = conditions(filter, before);
  const each = sql`select ${columns}, a.at as moment from audit a where a.realm_id = r.realm ${by} ${rest} order by a.at desc, a.audit_id desc limit ${limit}`;
  return tx.query(sql`select realm, id, at, actor, action, unit, subject, result, details from (
      select x.* from unnest(${filter.realms}::integer[]) as r (realm) ${values} cross join lateral (${each}) x) rows
    order by moment desc, realm desc, id desc limit ${limit}`);
}

/** What rows are looked up by: the narrowest of what is asked for. */
function spread(filter: AuditFilter): [by: Sql, values: Sql] {
  if (filter.subject !== undefined) return [empty, empty];
  if (filter.actors) return [sql`and a.actor = k.actor`, sql`cross join unnest(${filter.actors}::bigint[]) as k (actor)`];
  if (filter.actions) return [sql`and a.action = k.action`, sql`cross join unnest(${filter.actions}::text[]) as k (action)`];
  if (filter.units && filter.units.length <= 20)
    return [sql`and a.unit_id = k.unit`, sql`cross join unnest(${filter.units}::bigint[]) as k (unit)`];
  return [empty, empty];
}

export const findAudit = (tx: Tx, filter: AuditFilter, realm: number, id: number): Promise<AuditEntry | undefined> =>
  filter.realms.includes(realm)
    ? tx.one(
        sql`select ${columns} from audit a where a.realm_id = ${realm} and a.audit_id = ${id} ${conditions(filter, undefined)}`,
      )
    : Promise.resolve(undefined);

/** Who opened a record, or a file of it, and was let in: all but one, the latest first. Asked as the owner. */
export const listLooks = (
  tx: Tx,
  realm: number,
  entry: string,
  except: number,
  limit: number,
): Promise<{ at: string; actor: number; action: string; role: string | null }[]> =>
  tx.query(sql`select ${isoText("a.at")} as at, a.actor, a.action, a.details->>'role' as role from audit a
    where a.realm_id = ${realm} and a.subject = ${entry} and a.action in ('ledgers.get', 'attachments.get', 'exchange.preview')
      and a.result = 'ok' and a.actor is not null and a.actor <> ${except} order by a.at desc, a.audit_id desc limit ${limit}`);

/** Accounts whose name or login holds a text, as ids. */
export async function findActors(tx: Tx, realms: readonly number[], text: string): Promise<number[]> {
  const like = likeAnywhere(text);
  const rows = await tx.query<{ id: number }>(
    sql`select account_id as id from accounts where realm_id = any(${realms}::integer[]) and (name like ${like} or login like ${like}) order by login limit 50`,
  );
  return rows.map(({ id }) => id);
}

export interface Actor {
  id: number;
  name: string;
  login: string;
  unit: string | null;
}

/** Who accounts are, and of which unit. */
export async function listActors(tx: Tx, ids: readonly number[]): Promise<Map<number, Actor>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<Actor & { realm: number; home: number }>(
    sql`select account_id as id, name, login, realm_id as realm, unit_id as home from accounts where account_id = any(${ids}::bigint[])`,
  );
  const names = await unitNamesOf(
    tx,
    rows.map(({ realm }) => realm),
    rows.map(({ home }) => home),
  );
  return new Map(rows.map(({ id, name, login, home }) => [id, { id, name, login, unit: names.get(home) ?? null }]));
}

/** Names of units, by id. */
export async function unitNamesOf(tx: Tx, realms: readonly number[], ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: number; name: string }>(
    sql`select unit_id as id, name from units where realm_id = any(${[...new Set(realms)]}::integer[]) and unit_id = any(${[...new Set(ids)]}::bigint[])`,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** A unit and all that were ever below it in a campaign. */
export async function unitsBelow(tx: Tx, realms: readonly number[], campaign: number, unit: number): Promise<number[]> {
  const rows = await tx.query<{ unit: number }>(
    sql`select distinct unit_id as unit from unit_paths where realm_id = any(${realms}::integer[]) and campaign_id = ${campaign} and ancestor_id = ${unit}`,
  );
  return [...new Set([unit, ...rows.map((row) => row.unit)])];
}
