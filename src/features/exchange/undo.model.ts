/**
 * Takes back an import as a whole: what it added is deleted, what it changed is as it was before. What somebody has
 * changed since stays as they left it, and is counted. What is deleted in this way is not there for the next import of the
 * same file, nor for whoever records the same number.
 */
import type { Verdict } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { Deltas, holdPack, preparedMeasures } from "#kernel/figure-deltas.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { eventStamps } from "#kernel/stamps.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";
import { changeEntry, getEntry } from "#features/ledgers/ledgers.model.ts";
import type { Doer, Values } from "#features/ledgers/ledgers.types.ts";

export interface KeptImport {
  id: string;
  realm: number;
  unit: number;
  unitName: string;
  actor: number | null;
  at: string;
  file: string;
  result: { added: number; changed: number; unchanged: number; refused: number };
  undoneAt: string | null;
}

const columns = sql`i.import_id as id, i.realm_id as realm, i.unit_id as unit, u.name as "unitName", i.actor, ${isoText("i.at")} as at, i.file, i.result, ${isoText("i.undone_at")} as "undoneAt"`;

/** Imports that the asker may see, newest first. */
export const listImports = (tx: Tx, campaign: Campaign, page: { limit: number; offset: number }): Promise<KeptImport[]> =>
  tx.query(sql`select ${columns} from imports i join units u on u.realm_id = i.realm_id and u.unit_id = i.unit_id
    where i.realm_id = any(${campaign.realms}::integer[]) and i.campaign_id = ${campaign.id}
    order by i.at desc, i.import_id limit ${page.limit} offset ${page.offset}`);

export async function getImport(tx: Tx, campaign: Campaign, id: string): Promise<KeptImport> {
  const found = await tx.one<KeptImport>(
    sql`select ${columns} from imports i join units u on u.realm_id = i.realm_id and u.unit_id = i.unit_id
      where i.realm_id = any(${campaign.realms}::integer[]) and i.campaign_id = ${campaign.id} and i.import_id = ${id}`,
  );
  if (!found) throw notFound("这次导入");
  return found;
}

export interface Undone {
  /** Rows that it had added and that are deleted now. */
  deleted: number;
  /** Rows that it had changed and that are as they were. */
  restored: number;
  /** Rows that somebody has changed since; they stay. */
  kept: number;
}

interface Brought {
  id: string;
  ledger: string;
  unit: number;
  day: string | null;
  state: string | null;
  data: Values;
  version: number;
  /** Version that the import made of it. */
  brought: number;
}

/** Rows that are taken back at once. */
const batch = 2000;

/**
 * Runs as the owner, in the realm of the import. Throws when it was undone before, when it registered units or people, or
 * when it brought records of a ledger in which `mayDelete` says no.
 */
export async function undoImport(
  tx: Tx,
  campaign: Campaign,
  { id, realm, at }: KeptImport,
  doer: Doer,
  mayDelete: (ledger: Ledger) => Verdict,
): Promise<Undone> {
  const first = await tx.one(
    sql`update imports set undone_at = ${doer.now.toISOString()}, undone_by = ${doer.account} where realm_id = ${realm} and import_id = ${id} and undone_at is null returning import_id`,
  );
  if (!first) throw new Problem("already_undone", 409, "这次导入已经撤销过了。");
  const measures = await preparedMeasures(tx, campaign);
  const deltas = new Deltas();
  const undone: Undone = { deleted: 0, restored: 0, kept: 0 };
  let last = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    // Its events were all written at its own moment, by which they are found.
    const rows =
      await tx.query<Brought>(sql`select e.entry_id as id, e.ledger, e.unit_id as unit, e.day, e.state, e.data, e.version, v.version as brought
      from entry_events v join entries e on e.realm_id = v.realm_id and e.entry_id = v.entry_id
      where v.realm_id = ${realm} and v.at = ${at}::timestamptz and v.import_id = ${id} and v.entry_id > ${last}::uuid
      order by v.entry_id limit ${batch} for update of e`);
    if (rows.length === 0) break;
    last = (rows.at(-1) as Brought).id;
    const register = rows.map((row) => campaign.ledgers.get(row.ledger)).find((ledger) => ledger?.registers);
    if (register)
      throw new Problem(
        "register_import",
        422,
        `这次导入含《${register.name}》，单位和人员已经启用，不能整体撤销。请逐条更正，或导入更正后的名册。`,
      );
    for (const key of new Set(rows.map((row) => row.ledger))) {
      const ledger = campaign.ledgers.get(key);
      const verdict = ledger ? mayDelete(ledger) : true;
      if (verdict !== true) throw new Problem("forbidden", 403, verdict);
    }
    const untouched = rows.filter((row) => row.version === row.brought);
    undone.kept += rows.length - untouched.length;
    const added = untouched.filter((row) => row.brought === 1);
    for (const row of added) deltas.add(measures.get(row.ledger) ?? [], row.unit, row, -1);
    await deleteRows(tx, campaign, realm, id, added, doer);
    undone.deleted += added.length;
    const changed = untouched.filter((row) => row.brought > 1);
    for (const row of changed)
      await changeEntry(tx, campaign, await getEntry(tx, campaign, row.id), row.version, doer, {
        action: "undo",
        importId: id,
        ...(await before(tx, realm, row)),
      });
    // It is no longer what the import made of it, so the same file changes it again.
    await tx.query(
      sql`update entries set imported = null where realm_id = ${realm} and entry_id = any(${changed.map((row) => row.id)}::uuid[])`,
    );
    undone.restored += changed.length;
  }
  holdPack(tx, campaign);
  await deltas.copy(tx, realm, campaign.id);
  return undone;
}

/** Marks rows deleted that nobody has touched since they came; number and digest of what was imported go, so that they may come again. */
async function deleteRows(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  id: string,
  rows: readonly Brought[],
  doer: Doer,
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.id);
  const at = doer.now.toISOString();
  await tx.query(sql`update entries set deleted = true, identity = null, imported = null, version = 2, pack_id = ${campaign.packId}, updated_at = ${at}
    where realm_id = ${realm} and entry_id = any(${ids}::uuid[])`);
  const stamps = eventStamps(tx, ids, { realm, version: 2, action: "undo", actor: doer.account, at });
  await tx.query(sql`-- lint: owner bulk, one event for each row of an import that is taken back
    insert into entry_events (realm_id, entry_id, version, action, actor, at, changes, ledger, unit_id, day, state, deleted, import_id, stamp)
    select realm_id, entry_id, 2, 'undo', ${doer.account}::bigint, updated_at, '{}', ledger, unit_id, day, state, true, ${id}::uuid, substr(${stamps}::bytea, given.n::integer * 16 - 15, 16)
      from entries e join unnest(${ids}::uuid[]) with ordinality as given (id, n) on e.entry_id = given.id where e.realm_id = ${realm}`);
}

/** What the fields that the import changed were before it. */
async function before(
  tx: Tx,
  realm: number,
  { id, brought }: Brought,
): Promise<{ values: Values; state?: string; deleted: boolean }> {
  const events = await tx.query<{ version: number; changes: Values; state: string | null; deleted: boolean }>(
    sql`select version, changes, state, deleted from entry_events where realm_id = ${realm} and entry_id = ${id} and version <= ${brought} order by version`,
  );
  const own = events.pop()?.changes ?? {};
  const old = Object.assign({}, ...events.map((event) => event.changes)) as Values;
  const { state, deleted = false } = events.at(-1) ?? {};
  const values = Object.fromEntries(Object.keys(own).map((name) => [name, old[name] ?? null]));
  return { values, deleted, ...(state ? { state } : {}) };
}
