/**
 * Entries and their history. Each write adds an event, folds it into the entry and adds its amounts to the figures,
 * in one transaction; a write names the version it was based on.
 */
import { mayUse, type Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { Deltas, holdPack, preparedMeasures } from "#kernel/figure-deltas.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { sealValues, shownValues } from "#kernel/sealed-values.ts";
import { eventStamp } from "#kernel/stamps.ts";
import { constraintOf, isoText, join, runAgain, sql, type Sql, type Tx } from "#platform/db.ts";
import { moveAttachments } from "./attachments.model.ts";
import { moveAnswers } from "./corrections.model.ts";
import type { Doer, Entry, EntryEvent, Values } from "./ledgers.types.ts";
import { listPosts, unitOn } from "#features/people/people.model.ts";
import { columnsSql } from "./filter.model.ts";
import { maskedFault, refuse } from "./read-values.model.ts";
import type { Filter } from "./filter.types.ts";
import { dayOf, difference, ownerPerson, shapeEntry, type Shape } from "./shape.model.ts";

export const entryColumns = sql`entry_id as id, realm_id as realm, ledger, unit_id as unit, day, state, data, version, deleted, pack_id as "packId", ${isoText("created_at")} as "createdAt", ${isoText("updated_at")} as "updatedAt"`;

const findEntry = (tx: Tx, campaign: Campaign, id: string, lock = false): Promise<Entry | undefined> =>
  tx.one(
    sql`select ${entryColumns} from entries where realm_id = any(${campaign.realms}::integer[]) and entry_id = ${id} and campaign_id = ${campaign.id} ${lock ? sql`for update` : sql``}`,
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
  /** Checked against the ledger. */
  where?: Filter | undefined;
}

/** Conditions on rows `e` of entries of a ledger. */
export function filterSql(campaign: Campaign, ledger: string, filter: EntryFilter): Sql {
  const plain = join(
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
  return filter.where === undefined ? plain : sql`${plain}${columnsSql(campaign, ledgerOf(campaign, ledger), filter.where)}`;
}

/** With encrypted values as they are shown. */
export async function listEvents(tx: Tx, ledger: Ledger, { realm, id }: Pick<Entry, "realm" | "id">): Promise<EntryEvent[]> {
  const events = await tx.query<EntryEvent>(
    sql`select v.version, v.action, v.actor, ${isoText("v.at")} as at, v.reason, v.changes, v.state, a.name as file
      from entry_events v left join attachments a on a.realm_id = v.realm_id and a.attachment_id = v.attachment_id
      where v.realm_id = ${realm} and v.entry_id = ${id} order by v.version`,
  );
  return events.map((event) => ({ ...event, changes: shownValues(tx, realm, ledger, event.changes) }));
}

export function ledgerOf(campaign: Campaign, key: string): Ledger {
  const ledger = campaign.ledgers.get(key);
  if (!ledger) throw new Problem("unknown_ledger", 404, `没有台账“${key}”。可用：${[...campaign.ledgers.keys()].join("、")}`);
  return ledger;
}

/** A ledger that the asker may read; the others do not exist for them. */
export function readableLedger({ campaign, asker }: { campaign: Campaign; asker: Asker }, key: string): Ledger {
  const ledger = campaign.ledgers.get(key);
  if (!ledger || mayUse(asker, ledger, "read") !== true) throw notFound("这本台账");
  return ledger;
}

export interface NewEntry {
  id: string;
  shape: Shape;
  /** Set when it came from a file. */
  importId?: string;
}

/**
 * Adds an entry, at the latest with the commit. An id that is there already has the transaction run again, in which the
 * caller finds it (`findRecorded`). A second entry of the same number is refused.
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
  const person = ownerPerson(ledger, values);
  const home =
    person === undefined
      ? undefined
      : unitOn(await listPosts(tx, realm, [person]), dayOf(ledger, values), campaign.pack.seconded);
  const shape = shapeEntry(ledger, stored(tx, realm, ledger, values), home ?? doer.unit);
  await check?.(shape);
  const at = doer.now.toISOString();
  const measures = (await preparedMeasures(tx, campaign)).get(ledger.key) ?? [];
  holdPack(tx, campaign);
  tx.later(
    sql`select add_entry(${realm}, ${id}, ${campaign.id}, ${ledger.key}, ${shape.unit}, ${shape.day}, ${shape.state}, ${shape.text}, ${shape.identity}, ${campaign.packId}, ${doer.account}, ${at}, ${eventStamp(tx.stamp, { realm, entry: id, version: 1, action: "record", actor: doer.account, at })})`,
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

/** Whatever way values have come, encrypted fields are written as tokens. */
function stored(tx: Tx, realm: number, ledger: Ledger, values: Values, old?: Values): Values {
  const { values: sealed, masked } = sealValues(tx, realm, ledger, values, old);
  refuse(masked.map(maskedFault));
  return sealed;
}

/** Of an id that is there already: at the second attempt it is one that the asker may not see. */
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

/**
 * Changes an entry from the version that the doer saw; a deleted one lets its number go. Refused with the difference if
 * someone else was faster; what is so already is done already, as when a change is sent again whose answer was lost.
 */
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
  const values = {
    ...entry.data,
    ...(entry.state === null || ledger.stateField === undefined ? {} : { [ledger.stateField]: entry.state }),
    ...change.values,
    ...(change.state === undefined || ledger.stateField === undefined ? {} : { [ledger.stateField]: change.state }),
  };
  const shape = shapeEntry(ledger, stored(tx, entry.realm, ledger, values, entry.data), entry.unit);
  const state =
    change.state ??
    (change.values && ledger.stateField && change.values[ledger.stateField] !== undefined ? shape.state : entry.state);
  const changes = difference(entry.data, shape.data);
  const deleted = change.deleted ?? entry.deleted;
  if (Object.keys(changes).length === 0 && state === entry.state && deleted === entry.deleted) return entry;
  if (!(await isUnchangedSince(tx, entry, base))) throw await versionConflict(tx, ledger, entry, base, change.values ?? {});
  if (Object.keys(changes).length > 0) await check?.(shape);
  const at = doer.now.toISOString();
  const version = entry.version + 1;
  const measures = (await preparedMeasures(tx, campaign)).get(entry.ledger) ?? [];
  holdPack(tx, campaign);
  const imported = change.imported ? sql`, imported = ${change.imported}` : sql``;
  const updated = await tx
    .one<Entry>(sql`update entries set unit_id = ${shape.unit}, day = ${shape.day}, state = ${state}, data = ${shape.text}, version = ${version}, deleted = ${deleted}, identity = ${deleted ? null : shape.identity}, pack_id = ${campaign.packId}, updated_at = ${at}${imported}
    where realm_id = ${entry.realm} and entry_id = ${entry.id} and version = ${entry.version} returning ${entryColumns}`)
    .catch((error: unknown) => {
      throw numberTaken(error, ledger, shape);
    });
  // Someone was faster since it was read here: what they did can be seen now.
  if (!updated) throw await versionConflict(tx, ledger, await getEntry(tx, campaign, entry.id), base, change.values ?? {});
  tx.later(
    sql`select add_event(${entry.realm}, ${entry.id}, ${version}, ${change.action}, ${doer.account}, ${at}, ${change.reason}, ${changes}, ${entry.ledger}, ${shape.unit}, ${shape.day}, ${state}, ${deleted}, ${change.importId}, ${eventStamp(tx.stamp, { realm: entry.realm, entry: entry.id, version, action: change.action, actor: doer.account, at })})`,
  );
  if (updated.unit !== entry.unit) {
    moveAttachments(tx, entry, updated.unit);
    moveAnswers(tx, entry, updated.unit);
  }
  const deltas = new Deltas();
  if (!entry.deleted) deltas.add(measures, entry.unit, entry, -1);
  if (!deleted) deltas.add(measures, updated.unit, updated, 1);
  deltas.write(tx, entry.realm, campaign.id);
  return updated;
}

/** Whether a write that was based on a version still fits: files that came since are in nobody's way. */
export const isUnchangedSince = async (tx: Tx, entry: Entry, base: number): Promise<boolean> =>
  entry.version === base ||
  (base < entry.version &&
    (await tx.one(
      sql`select 1 from entry_events where realm_id = ${entry.realm} and entry_id = ${entry.id} and version > ${base} and attachment_id is null limit 1`,
    )) === undefined);

/** A write that was based on another version, with what others changed since. */
export async function versionConflict(tx: Tx, ledger: Ledger, entry: Entry, base: number, yours: Values): Promise<Problem> {
  const since = await tx.query<{ changes: Values }>(
    sql`select changes from entry_events where realm_id = ${entry.realm} and entry_id = ${entry.id} and version > ${base} order by version`,
  );
  const theirs = Object.assign({}, ...since.map((event) => event.changes)) as Values;
  return new Problem(
    "version_conflict",
    409,
    `这条记录在您打开之后已被他人修改（您看到的是第${base}版，现在是第${entry.version}版）。请核对差异后再保存。`,
    {
      version: entry.version,
      state: entry.state,
      deleted: entry.deleted,
      theirs: shownValues(tx, entry.realm, ledger, theirs),
      yours: shownValues(tx, entry.realm, ledger, yours),
    },
  );
}
