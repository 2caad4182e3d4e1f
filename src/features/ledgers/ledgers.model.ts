/**
 * Entries and their history. Each write adds an event, folds it into the entry and adds its amounts to the figures,
 * in one transaction; a write names the version it was based on.
 */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { Deltas, holdPack, preparedMeasures } from "#kernel/figure-deltas.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { constraintOf, isoText, join, runAgain, sql, type Sql, type Tx } from "#platform/db.ts";
import type { Doer, Entry, EntryEvent, Values } from "./ledgers.types.ts";
import { listPosts, unitOn } from "#features/people/people.model.ts";
import { dayOf, difference, ownerPerson, shapeEntry, type Shape } from "./shape.model.ts";

const columns = sql`entry_id as id, realm_id as realm, ledger, unit_id as unit, day, state, data, version, deleted, pack_id as "packId", ${isoText("created_at")} as "createdAt", ${isoText("updated_at")} as "updatedAt"`;

const findEntry = (tx: Tx, campaign: Campaign, id: string, lock = false): Promise<Entry | undefined> =>
  tx.one(
    sql`select ${columns} from entries where realm_id = any(${campaign.realms}::integer[]) and entry_id = ${id} and campaign_id = ${campaign.id} ${lock ? sql`for update` : sql``}`,
  );

/**
 * An entry that a request to record has met already. A first attempt need not look: a taken id has the transaction run
 * again. Ids are unique within a realm only, so that whoever sees several looks in all of them first.
 */
export const findRecorded = async (tx: Tx, campaign: Campaign, id: string): Promise<Entry | undefined> =>
  tx.attempt > 1 || campaign.realms.length > 1 ? findEntry(tx, campaign, id) : undefined;

export async function getEntry(tx: Tx, campaign: Campaign, id: string, lock = false): Promise<Entry> {
  const entry = await findEntry(tx, campaign, id, lock);
  if (!entry) throw notFound("这条记录");
  return entry;
}

export interface EntryFilter {
  /** With all units below it, as they stand on any day. */
  unit?: number | undefined;
  state?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  deleted?: boolean | undefined;
}

/** Conditions on rows `e` of entries of a ledger. */
export const filterSql = (campaign: Campaign, ledger: string, filter: EntryFilter): Sql =>
  join(
    [
      sql`e.realm_id = any(${campaign.realms}::integer[]) and e.campaign_id = ${campaign.id} and e.ledger = ${ledger} and e.deleted = ${filter.deleted ?? false}`,
      ...(filter.unit === undefined || filter.unit === campaign.root
        ? []
        : [
            sql`e.unit_id in (select p.unit_id from unit_paths p where p.realm_id = any(${campaign.realms}::integer[]) and p.campaign_id = ${campaign.id} and p.ancestor_id = ${filter.unit})`,
          ]),
      ...(filter.state === undefined ? [] : [sql`e.state = ${filter.state}`]),
      ...(filter.from === undefined ? [] : [sql`e.day >= ${filter.from}`]),
      ...(filter.to === undefined ? [] : [sql`e.day <= ${filter.to}`]),
    ],
    " and ",
  );

/** Entries of a ledger that the asker may see, newest first. */
export const listEntries = (
  tx: Tx,
  campaign: Campaign,
  ledger: string,
  filter: EntryFilter,
  page: { limit: number; offset: number },
): Promise<Entry[]> =>
  tx.query(
    sql`select ${columns} from entries e where ${filterSql(campaign, ledger, filter)} order by day desc nulls last, entry_id limit ${page.limit} offset ${page.offset}`,
  );

export const listEvents = (tx: Tx, { realm, id }: Pick<Entry, "realm" | "id">): Promise<EntryEvent[]> =>
  tx.query(
    sql`select version, action, actor, ${isoText("at")} as at, reason, changes, state from entry_events where realm_id = ${realm} and entry_id = ${id} order by version`,
  );

export function ledgerOf(campaign: Campaign, key: string): Ledger {
  const ledger = campaign.ledgers.get(key);
  if (!ledger) throw new Problem("unknown_ledger", 404, `没有台账“${key}”。可用：${[...campaign.ledgers.keys()].join("、")}`);
  return ledger;
}

export interface NewEntry {
  id: string;
  shape: Shape;
  /** Set when it came from a file. */
  importId?: string;
}

/**
 * Adds an entry, at the latest with the commit. The same id again is harmless: what is there is returned. A second entry
 * of the same number is refused.
 */
export async function recordEntry(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  ledger: Ledger,
  doer: Doer,
  id: string,
  values: Values,
  check?: (shape: Shape) => Promise<void>,
): Promise<Entry> {
  const known = await findRecorded(tx, campaign, id);
  if (known) return known;
  const person = ownerPerson(ledger, values);
  const home =
    person === undefined
      ? undefined
      : unitOn(await listPosts(tx, realm, [person]), dayOf(ledger, values), campaign.pack.seconded);
  const shape = shapeEntry(ledger, values, home ?? doer.unit);
  await check?.(shape);
  const at = doer.now.toISOString();
  const measures = (await preparedMeasures(tx, campaign)).get(ledger.key) ?? [];
  holdPack(tx, campaign);
  tx.later(
    sql`select add_entry(${realm}, ${id}, ${campaign.id}, ${ledger.key}, ${shape.unit}, ${shape.day}, ${shape.state}, ${shape.text}, ${shape.identity}, ${campaign.packId}, ${doer.account}, ${at})`,
    (error) => idTaken(numberTaken(error, ledger, shape), tx.attempt),
  );
  const { unit, day, state, data } = shape;
  const entry: Entry = {
    id,
    realm,
    ledger: ledger.key,
    unit,
    day,
    state,
    data,
    version: 1,
    deleted: false,
    packId: campaign.packId,
    createdAt: at,
    updatedAt: at,
  };
  const deltas = new Deltas();
  deltas.add(measures, unit, entry, 1);
  deltas.write(tx, realm, campaign.id);
  return entry;
}

/** Of an id that is there already: the transaction is run again and returns what is there, if the asker may see it. */
function idTaken(error: unknown, attempt: number): unknown {
  if (constraintOf(error) !== "entries_pk") return error;
  if (attempt === 1) return runAgain(error);
  return new Problem("id_taken", 409, "这个编号（UUID）已经用于另一条记录，请换一个重新提交。");
}

/** What the database says of a number that another entry of the unit has, in words. */
function numberTaken(error: unknown, ledger: Ledger, shape: Shape): unknown {
  if (constraintOf(error) !== "entries_identity") return error;
  const number = shape.data[ledger.identity[0] ?? ""];
  return new Problem(
    "number_taken",
    409,
    number === undefined
      ? `《${ledger.name}》中本单位已有内容完全相同的记录，没有再记一条。请核对是否重复填报。`
      : `《${ledger.name}》中本单位已有${ledger.identity.map((name) => `${name}“${String(shape.data[name] ?? "")}”`).join("、")}的记录。请核对编号；要改那一条，请打开它修改。`,
  );
}

export interface Change {
  action: string;
  values?: Values;
  state?: string;
  deleted?: boolean;
  reason?: string | undefined;
  importId?: string;
  /** Content hash of the row of a file that brings the change. */
  imported?: string;
}

/** Changes an entry from the version that the doer saw. Refused with the difference if someone else was faster. */
export async function changeEntry(
  tx: Tx,
  campaign: Campaign,
  entry: Entry,
  base: number,
  doer: Doer,
  change: Change,
  check?: (shape: Shape) => Promise<void>,
): Promise<Entry> {
  const ledger = ledgerOf(campaign, entry.ledger);
  if (entry.version !== base) throw await versionConflict(tx, entry, base, change.values ?? {});
  const values = {
    ...entry.data,
    ...(entry.state === null || ledger.stateField === undefined ? {} : { [ledger.stateField]: entry.state }),
    ...change.values,
    ...(change.state === undefined || ledger.stateField === undefined ? {} : { [ledger.stateField]: change.state }),
  };
  const shape = shapeEntry(ledger, values, entry.unit);
  const state =
    change.state ??
    (change.values && ledger.stateField && change.values[ledger.stateField] !== undefined ? shape.state : entry.state);
  const changes = difference(entry.data, shape.data);
  if (Object.keys(changes).length > 0) await check?.(shape);
  const deleted = change.deleted ?? entry.deleted;
  if (Object.keys(changes).length === 0 && state === entry.state && deleted === entry.deleted) return entry;
  const at = doer.now.toISOString();
  const version = entry.version + 1;
  const measures = (await preparedMeasures(tx, campaign)).get(entry.ledger) ?? [];
  holdPack(tx, campaign);
  const imported = change.imported ? sql`, imported = ${change.imported}` : sql``;
  const updated = await tx
    .one<Entry>(sql`update entries set unit_id = ${shape.unit}, day = ${shape.day}, state = ${state}, data = ${shape.text}, version = ${version}, deleted = ${deleted}, identity = ${shape.identity}, pack_id = ${campaign.packId}, updated_at = ${at}${imported}
    where realm_id = ${entry.realm} and entry_id = ${entry.id} and version = ${base} returning ${columns}`)
    .catch((error: unknown) => {
      throw numberTaken(error, ledger, shape);
    });
  // Someone was faster since it was read here: what they did can be seen now.
  if (!updated) throw await versionConflict(tx, await getEntry(tx, campaign, entry.id), base, change.values ?? {});
  tx.later(
    sql`select add_event(${entry.realm}, ${entry.id}, ${version}, ${change.action}, ${doer.account}, ${at}, ${change.reason}, ${changes}, ${shape.unit}, ${shape.day}, ${state}, ${deleted}, ${change.importId})`,
  );
  const deltas = new Deltas();
  if (!entry.deleted) deltas.add(measures, entry.unit, entry, -1);
  if (!deleted) deltas.add(measures, updated.unit, updated, 1);
  deltas.write(tx, entry.realm, campaign.id);
  return updated;
}

/** A write that was based on another version, with what others changed since. */
async function versionConflict(tx: Tx, entry: Entry, base: number, yours: Values): Promise<Problem> {
  const since = await tx.query<{ changes: Values }>(
    sql`select changes from entry_events where realm_id = ${entry.realm} and entry_id = ${entry.id} and version > ${base} order by version`,
  );
  const theirs = Object.assign({}, ...since.map((event) => event.changes)) as Values;
  return new Problem(
    "version_conflict",
    409,
    `这条记录在您打开之后已被他人修改（您看到的是第${base}版，现在是第${entry.version}版）。请核对差异后再保存。`,
    { version: entry.version, state: entry.state, deleted: entry.deleted, theirs, yours },
  );
}

/** Takes a lifecycle step. What the guards ask is checked here; who may is asked before. */
export async function moveEntry(
  tx: Tx,
  campaign: Campaign,
  entry: Entry,
  base: number,
  doer: Doer,
  name: string,
  reason?: string,
): Promise<Entry> {
  const ledger = ledgerOf(campaign, entry.ledger);
  if (entry.version !== base) throw await versionConflict(tx, entry, base, {});
  const transition = ledger.lifecycle?.transitions.find((one) => one.name === name);
  if (!transition)
    throw new Problem(
      "unknown_transition",
      422,
      `《${ledger.name}》没有“${name}”这一步。可用：${ledger.lifecycle?.transitions.map((one) => one.name).join("、") || "无"}`,
    );
  if (entry.state === null || !transition.from.includes(entry.state))
    throw new Problem(
      "wrong_state",
      422,
      `现在是“${entry.state ?? "无状态"}”，不能${name}；须先到“${transition.from.join("”或“")}”。`,
    );
  const { guard } = transition;
  const missing = guard.fields.filter((field) => entry.data[field] === undefined);
  if (missing.length > 0)
    throw new Problem("missing_fields", 422, `${name}之前请先填写：${missing.join("、")}`, { fields: missing });
  if (guard.evidence && !Object.keys(entry.data).some((field) => /佐证|证明材料|附件/.test(field)))
    throw new Problem("missing_evidence", 422, `${name}需要佐证材料，请先补上。`);
  if (guard.reason && !reason?.trim()) throw new Problem("missing_reason", 422, `${name}必须写明理由。`);
  if (guard.notSamePerson) {
    const last = await tx.one<{ actor: number | null }>(
      sql`select actor from entry_events where realm_id = ${entry.realm} and entry_id = ${entry.id} and state = ${entry.state} order by version limit 1`,
    );
    if (last && last.actor !== null && last.actor === doer.account)
      throw new Problem("same_person", 403, `${name}须由另一人办理，不能由提交人自己办理。`);
  }
  if (guard.superior) {
    const above = await tx.one(
      sql`select 1 from unit_paths where realm_id = ${entry.realm} and campaign_id = ${campaign.id} and unit_id = ${entry.unit} and ancestor_id = ${doer.unit} and depth > 0`,
    );
    if (!above) throw new Problem("not_superior", 403, `${name}须由上级单位办理。`);
  }
  return changeEntry(tx, campaign, entry, base, doer, { action: name, state: transition.to, reason });
}

/** Ledgers of a campaign's own realm that hold any entry. */
export async function heldLedgers(tx: Tx, campaign: Campaign): Promise<string[]> {
  const rows = await tx.query<{ ledger: string }>(
    sql`select l.ledger from unnest(${[...campaign.ledgers.keys()]}::text[]) as l (ledger) where exists (
      select 1 from entries e where e.realm_id = ${campaign.realm} and e.campaign_id = ${campaign.id} and e.ledger = l.ledger)`,
  );
  return rows.map((row) => row.ledger);
}

/** Entries that are there already, by identity: to see what an import would add or change. */
export async function findByIdentity(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  shapes: readonly Shape[],
): Promise<Map<string, { entry: Entry; imported: string | null }>> {
  const rows = await tx.query<
    Entry & { identity: string; imported: string | null }
  >(sql`select ${columns}, identity, imported from entries
    where realm_id = ${realm} and campaign_id = ${campaign.id} and identity = any(${shapes.map((shape) => shape.identity)}::uuid[])`);
  return new Map(
    rows.map(({ identity, imported, ...entry }) => [digits(identity), { entry, imported: imported && digits(imported) }]),
  );
}

/** A digest as the database writes it, without its hyphens. */
const digits = (uuid: string): string => uuid.replaceAll("-", "");

/** Content, by unit, of rows that files brought and that were changed since: `unit|hash`. */
export async function listEditedImports(tx: Tx, campaign: Campaign, realm: number, ledger: string): Promise<Set<string>> {
  const rows = await tx.query<{ unit_id: number; imported: string }>(
    sql`select unit_id, imported from entries where realm_id = ${realm} and campaign_id = ${campaign.id} and ledger = ${ledger} and version > 1 and imported is not null`,
  );
  return new Set(rows.map((row) => `${row.unit_id}|${digits(row.imported)}`));
}
