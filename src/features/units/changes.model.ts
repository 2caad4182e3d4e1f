/**
 * Changes of units and posts, written down with the rows as they were before and after, so that a change can be taken
 * back: the rows are put back as they were, if none of them has been touched since. All of it runs as the owner.
 */
import { notFound, Problem } from "#kernel/problem.ts";
import { sql, type Tx } from "#platform/db.ts";
import { holdRegister } from "./units.model.ts";

type Row = Record<string, unknown>;
const tables = ["units", "relations", "posts"] as const;
type Table = (typeof tables)[number];
/** Rows by their number. */
type Image = Record<Table, Record<string, Row>>;
interface Touched {
  before: Row | null;
  after: Row;
}
type Images = Record<Table, Record<string, Touched>>;

/** Units and people whose rows a change may touch. */
export interface Reach {
  units: readonly number[];
  people: readonly number[];
}

/** A unit, the units below it and, if posts change too, the people with a post in it. */
export async function reachOf(tx: Tx, realm: number, unit: number, withPeople: boolean): Promise<Reach> {
  const below = await tx.query<{ id: number }>(
    sql`select distinct unit_id as id from relations where realm_id = ${realm} and parent_id = ${unit} and to_day = 'infinity'`,
  );
  const people = withPeople
    ? await tx.query<{ id: number }>(
        sql`select distinct person_id as id from posts where realm_id = ${realm} and unit_id = ${unit} and to_day = 'infinity'`,
      )
    : [];
  return { units: [unit, ...below.map(({ id }) => id)], people: people.map(({ id }) => id) };
}

/** The rows as they are. `version` tells only how often a row was written. */
export async function takeImage(tx: Tx, realm: number, { units, people }: Reach): Promise<Image> {
  const byId = (rows: { id: number; row: Row }[]): Record<string, Row> =>
    Object.fromEntries(rows.map(({ id, row }) => [String(id), row]));
  return {
    units: byId(
      await tx.query(
        sql`select unit_id as id, to_jsonb(u) - 'version' as row from units u where realm_id = ${realm} and unit_id = any(${units}::bigint[])`,
      ),
    ),
    relations: byId(
      await tx.query(
        sql`select relation_id as id, to_jsonb(r) as row from relations r where realm_id = ${realm} and unit_id = any(${units}::bigint[])`,
      ),
    ),
    posts: byId(
      await tx.query(
        sql`select post_id as id, to_jsonb(p) as row from posts p where realm_id = ${realm} and person_id = any(${people}::bigint[])`,
      ),
    ),
  };
}

const same = (left: Row | undefined, right: Row | undefined): boolean => JSON.stringify(left) === JSON.stringify(right);

function touched(before: Image, after: Image): Images {
  const of = (table: Table): Record<string, Touched> =>
    Object.fromEntries(
      Object.entries(after[table])
        .filter(([id, row]) => !same(before[table][id], row))
        .map(([id, row]) => [id, { before: before[table][id] ?? null, after: row }]),
    );
  return { units: of("units"), relations: of("relations"), posts: of("posts") };
}

export interface NewChange {
  realm: number;
  campaign: number;
  unit: number;
  person?: number;
  kind: "move" | "merge" | "split" | "rename" | "transfer" | "second";
  day: string | null;
  /** Names that the history shows. */
  words: Record<string, unknown>;
  actor: number | null;
  at: Date;
}

/** Runs a change and writes it down; `made` names units that it added. Returns what it returned and the change's number. */
export async function notedChange<T>(
  tx: Tx,
  change: NewChange,
  reach: Reach,
  run: () => Promise<T>,
  made: (result: T) => readonly number[] = () => [],
): Promise<[T, number]> {
  const { realm } = change;
  holdRegister(tx, realm);
  const before = await takeImage(tx, realm, reach);
  const result = await run();
  const after = await takeImage(tx, realm, { ...reach, units: [...reach.units, ...made(result)] });
  const { id } = (await tx.one<{
    id: number;
  }>(sql`insert into unit_changes (realm_id, campaign_id, unit_id, person_id, kind, day, words, images, actor, at)
    values (${realm}, ${change.campaign}, ${change.unit}, ${change.person ?? null}, ${change.kind}, ${change.day}, ${JSON.stringify(change.words)},
      ${JSON.stringify(touched(before, after))}, ${change.actor}, ${change.at.toISOString()}) returning change_id as id`)) as {
    id: number;
  };
  return [result, id];
}

export interface KeptChange {
  id: number;
  realm: number;
  unit: number;
  person: number | null;
  kind: NewChange["kind"];
  undone: boolean;
}

/** A change of a unit that the asker sees; row-level security keeps the others away. */
export async function getChange(
  tx: Tx,
  realms: readonly number[],
  id: number,
  kinds: readonly NewChange["kind"][],
): Promise<KeptChange> {
  const change = await tx.one<KeptChange>(
    sql`select change_id as id, realm_id as realm, unit_id as unit, person_id as person, kind, undone_at is not null as undone from unit_changes
      where realm_id = any(${realms}::integer[]) and change_id = ${id} and kind = any(${[...kinds]}::text[])`,
  );
  if (!change) throw notFound("这次变动");
  return change;
}

/** Puts the rows back as they were before a change. Paths and totals are the caller's to put right. */
export async function undoChange(tx: Tx, { realm, id }: KeptChange, actor: number | null, at: Date): Promise<void> {
  holdRegister(tx, realm);
  const row = await tx.one<{ images: Images; undone: boolean }>(
    sql`select images, undone_at is not null as undone from unit_changes where realm_id = ${realm} and change_id = ${id} for update`,
  );
  if (!row) throw notFound("这次变动");
  if (row.undone) throw new Problem("undone_already", 409, "这次变动已经撤销过了。");
  const { images } = row;
  const idsOf = (table: Table): number[] => Object.keys(images[table]).map(Number);
  const now = await takeImage(tx, realm, {
    units: [...idsOf("units"), ...Object.values(images.relations).map(({ after }) => Number(after["unit_id"]))],
    people: Object.values(images.posts).map(({ after }) => Number(after["person_id"])),
  });
  for (const table of tables)
    for (const [key, { after }] of Object.entries(images[table]))
      if (!same(now[table][key], after))
        throw new Problem(
          "changed_since",
          409,
          "此后这些单位或人员又有变动，不能直接撤销。请先撤销后来的变动，或重新办理一次调整。",
        );
  const fresh = (table: Table): number[] =>
    Object.entries(images[table])
      .filter(([, { before }]) => before === null)
      .map(([key]) => Number(key));
  await tx.query(sql`delete from posts where realm_id = ${realm} and post_id = any(${fresh("posts")}::bigint[])`);
  await tx.query(sql`delete from relations where realm_id = ${realm} and relation_id = any(${fresh("relations")}::bigint[])`);
  const old = (table: Table): string => JSON.stringify(Object.values(images[table]).flatMap(({ before }) => before ?? []));
  await tx.query(sql`update posts p set unit_id = o.unit_id, department = o.department, position = o.position, from_day = o.from_day, to_day = o.to_day
    from jsonb_populate_recordset(null::posts, ${old("posts")}) o where p.realm_id = ${realm} and p.post_id = o.post_id`);
  await tx.query(sql`update relations r set parent_id = o.parent_id, kind = o.kind, from_day = o.from_day, to_day = o.to_day
    from jsonb_populate_recordset(null::relations, ${old("relations")}) o where r.realm_id = ${realm} and r.relation_id = o.relation_id`);
  await tx.query(sql`update units u set code = o.code, name = o.name, aliases = o.aliases, kind = o.kind, level = o.level, from_day = o.from_day, to_day = o.to_day,
      version = u.version + 1
    from jsonb_populate_recordset(null::units, ${old("units")}) o where u.realm_id = ${realm} and u.unit_id = o.unit_id`);
  await refuseGone(tx, realm, Object.keys(images.relations), Object.keys(images.posts));
  await removeUnits(tx, realm, fresh("units"));
  await tx.query(
    sql`update unit_changes set undone_at = ${at.toISOString()}, undone_by = ${actor} where realm_id = ${realm} and change_id = ${id}`,
  );
}

/** What was put back may not be in a unit that has been merged or split away meanwhile. */
async function refuseGone(tx: Tx, realm: number, relations: readonly string[], posts: readonly string[]): Promise<void> {
  const gone = await tx.one<{
    name: string;
    day: string;
  }>(sql`select u.name, u.to_day as day from units u where u.realm_id = ${realm} and (
    exists (select 1 from relations r where r.realm_id = u.realm_id and r.parent_id = u.unit_id and r.to_day > u.to_day and r.relation_id = any(${relations}::bigint[]))
    or exists (select 1 from posts p where p.realm_id = u.realm_id and p.unit_id = u.unit_id and p.to_day > u.to_day and p.post_id = any(${posts}::bigint[]))) limit 1`);
  if (gone)
    throw new Problem(
      "unit_gone",
      409,
      `“${gone.name}”自${gone.day}起已经撤销，不能恢复到它那里。请先撤销那次并入或拆分，或另办一次调整。`,
    );
}

/** Units that a change had made go again, unless something is theirs by now. */
async function removeUnits(tx: Tx, realm: number, units: readonly number[]): Promise<void> {
  if (units.length === 0) return;
  const used = await tx.one<{
    name: string;
  }>(sql`select u.name from units u where u.realm_id = ${realm} and u.unit_id = any(${units}::bigint[]) and (
    exists (select 1 from entries e where e.realm_id = u.realm_id and e.unit_id = u.unit_id)
    or exists (select 1 from posts p where p.realm_id = u.realm_id and p.unit_id = u.unit_id)
    or exists (select 1 from relations r where r.realm_id = u.realm_id and (r.parent_id = u.unit_id or r.unit_id = u.unit_id))
    or exists (select 1 from groups g where g.realm_id = u.realm_id and g.unit_id = u.unit_id)
    or exists (select 1 from imports i where i.realm_id = u.realm_id and i.unit_id = u.unit_id)
    or exists (select 1 from unit_changes c where c.realm_id = u.realm_id and c.unit_id = u.unit_id)
    or exists (select 1 from accounts a where a.realm_id = u.realm_id and a.unit_id = u.unit_id)
    or exists (select 1 from group_members m where m.realm_id = u.realm_id and m.unit_id = u.unit_id)
    or exists (select 1 from documents d where d.realm_id = u.realm_id and (d.unit_id = u.unit_id or d.about_unit_id = u.unit_id))
    or exists (select 1 from reports p where p.realm_id = u.realm_id and p.unit_id = u.unit_id)
    or exists (select 1 from report_figures f where f.realm_id = u.realm_id and f.unit_id = u.unit_id)) limit 1`);
  if (used)
    throw new Problem(
      "unit_used",
      409,
      `新单位“${used.name}”已经有了记录、人员、账号或文稿，不能直接撤销拆分。请改用“并入”把它并回原单位。`,
    );
  // How it read files goes with it; a view that was shared in it is its maker's own again.
  await tx.query(sql`delete from import_mappings where realm_id = ${realm} and unit_id = any(${units}::bigint[])`);
  await tx.query(sql`update views set unit_id = null where realm_id = ${realm} and unit_id = any(${units}::bigint[])`);
  await tx.query(sql`delete from units where realm_id = ${realm} and unit_id = any(${units}::bigint[])`);
}
