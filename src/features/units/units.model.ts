/** Units and their relations; the roll-up paths that follow from them are in `paths.model.ts`. */
import { sees, type Asker } from "#kernel/access.ts";
import { normalName } from "#kernel/names.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { join, sql, type Tx } from "#platform/db.ts";
import { before } from "./paths.ts";
import type { Relation, RelationKind, Unit } from "./units.types.ts";

const unitColumns = [
  sql`unit_id as id`,
  sql`realm_id as realm`,
  sql`code`,
  sql`name`,
  sql`aliases`,
  sql`kind`,
  sql`level`,
  sql`from_day as "from"`,
  sql`to_day as "to"`,
];
const columns = join(unitColumns);

export const listUnits = (tx: Tx, realms: readonly number[]): Promise<Unit[]> =>
  tx.query(sql`select ${columns} from units where realm_id = any(${realms}::integer[]) order by unit_id`);

export const findUnit = (tx: Tx, realms: readonly number[], id: number): Promise<Unit | undefined> =>
  tx.one(sql`select ${columns} from units where realm_id = any(${realms}::integer[]) and unit_id = ${id}`);

/** Units of these names, numbers or ids. */
export const listUnitsNamed = (tx: Tx, realm: number, words: readonly string[], ids: readonly number[]): Promise<Unit[]> =>
  tx.query(
    sql`select ${columns} from units where realm_id = ${realm} and (name = any(${words}::text[]) or code = any(${words}::text[]) or aliases && ${words}::text[] or unit_id = any(${ids}::bigint[])) order by unit_id`,
  );

/** A unit by number or name; a name that several units share must be given as number. */
export async function findUnitByName(tx: Tx, realms: readonly number[], name: string): Promise<Unit | undefined> {
  const named = await tx.query<Unit>(
    sql`select ${columns} from units where realm_id = any(${realms}::integer[]) and (name = ${name} or code = ${name} or ${name} = any(aliases))`,
  );
  // The root of a campaign often bears the name of the organisation's own unit, which is the one that is meant.
  const found = named.length > 1 ? named.filter((unit) => unit.kind !== "活动范围") : named;
  if (found.length > 1)
    throw new Problem(
      "ambiguous_unit",
      422,
      `有${found.length}个单位叫“${name}”，请改用单位编号：${found.map((unit) => unit.code ?? unit.id).join("、")}`,
    );
  return found[0];
}

/** Units directly below a unit on a day, in the order of their numbers. */
export const listChildren = (tx: Tx, realms: readonly number[], campaign: number, unit: number, day: string): Promise<Unit[]> =>
  tx.query(sql`select ${columns} from units where realm_id = any(${realms}::integer[]) and unit_id in (
    select unit_id from unit_paths where realm_id = any(${realms}::integer[]) and campaign_id = ${campaign} and ancestor_id = ${unit} and depth = 1 and from_day <= ${day}::date and to_day > ${day}::date) order by code nulls last, unit_id`);

export interface TreeUnit extends Unit {
  /** Unit above it on the day; null at the top. */
  parent: number | null;
  depth: number;
}

/** The units that stand below a unit on a day, itself first, each after the one above it. */
export const listTree = (tx: Tx, realms: readonly number[], campaign: number, top: number, day: string): Promise<TreeUnit[]> =>
  tx.query(sql`select ${join(unitColumns.map((column) => sql`u.${column}`))}, above.ancestor_id as parent, p.depth
    from unit_paths p join units u on u.realm_id = p.realm_id and u.unit_id = p.unit_id
    left join unit_paths above on above.realm_id = p.realm_id and above.campaign_id = p.campaign_id and above.unit_id = p.unit_id and above.depth = 1
      and above.from_day <= ${day}::date and above.to_day > ${day}::date and p.depth > 0
    where p.realm_id = any(${realms}::integer[]) and p.campaign_id = ${campaign} and p.ancestor_id = ${top}
      and p.from_day <= ${day}::date and p.to_day > ${day}::date and (u.to_day is null or u.to_day > ${day}::date)
    order by p.depth, u.code nulls last, u.unit_id`);

/** Units above a unit on a day, nearest first. */
export const listAncestors = (tx: Tx, realms: readonly number[], campaign: number, unit: number, day: string): Promise<Unit[]> =>
  tx.query(sql`select ${join(unitColumns.map((column) => sql`u.${column}`))} from unit_paths p join units u on u.unit_id = p.ancestor_id and u.realm_id = any(${realms}::integer[])
    where p.realm_id = any(${realms}::integer[]) and p.campaign_id = ${campaign} and p.unit_id = ${unit} and p.depth > 0 and p.from_day <= ${day}::date and p.to_day > ${day}::date order by p.depth`);

/** A unit that the asker may know of, or the answer that also stands for one that does not exist. */
export async function getUnit(tx: Tx, asker: Asker, id: number): Promise<Unit> {
  const unit = sees(asker, id) ? await findUnit(tx, asker.scope.realms, id) : undefined;
  if (!unit) throw notFound("这个单位");
  return unit;
}

export const listSubtree = async (tx: Tx, campaign: number, unit: number): Promise<number[]> =>
  (
    await tx.query<{ unit_id: number }>(
      sql`select distinct unit_id from unit_paths where campaign_id = ${campaign} and ancestor_id = ${unit}`,
    )
  ).map((row) => row.unit_id);

/**
 * Changes of a realm's units and people one after another, until the end of the transaction: two files with the same new
 * unit must not both make it, and of two moves at once the second must see the first. Taken before `holdPack`, because a
 * change of units stops the writers that hold it.
 */
export const holdRegister = (tx: Tx, realm: number): void => tx.later(sql`select pg_advisory_xact_lock(7240003, ${realm})`);

export interface UnitRow {
  code: string | null;
  name: string;
  kind: string | null;
  level: string | null;
  /** Name or number of the unit above; null for one at the top. */
  parent: string | null;
  from: string | null;
  to: string | null;
  aliases?: string[];
}

/**
 * Adds units, and changes those that are known by number or else by name. A unit without a parent goes below `root`
 * if one is given. Returns ids in the order of the rows.
 */
export async function registerUnits(
  tx: Tx,
  realm: number,
  rows: readonly UnitRow[],
  root: number | null,
  firstDay = "-infinity",
): Promise<number[]> {
  holdRegister(tx, realm);
  // The organisation's own unit may bear the name of the whole campaign; it still stands below the campaign's root.
  const all = await listUnits(tx, [realm]);
  const known = all.filter((unit) => unit.id !== root);
  const byCode = new Map(known.filter((unit) => unit.code).map((unit) => [unit.code as string, unit.id]));
  const byName = new Map(known.map((unit) => [normalName(unit.name), unit.id]));
  const ids: number[] = [];
  const added: { index: number; row: UnitRow }[] = [];
  for (const [index, row] of rows.entries()) {
    const id = (row.code ? byCode.get(row.code) : undefined) ?? byName.get(normalName(row.name));
    if (id === undefined) added.push({ index, row });
    else {
      ids[index] = id;
      if (row.aliases?.length)
        await tx.query(sql`update units set aliases = (select array_agg(distinct word) from unnest(aliases || ${row.aliases}::text[]) word), version = version + 1
          where realm_id = ${realm} and unit_id = ${id} and not aliases @> ${row.aliases}::text[]`);
      await tx.query(sql`update units set code = coalesce(${row.code}, code), name = ${row.name}, kind = coalesce(${row.kind}, kind), level = coalesce(${row.level}, level),
        from_day = coalesce(${row.from}, from_day), to_day = ${row.to}, version = version + 1,
        aliases = case when name = ${row.name} then aliases else array_append(array_remove(aliases, ${row.name}), name) end
        where realm_id = ${realm} and unit_id = ${id} and (code, name, kind, level, from_day, to_day) is distinct from (coalesce(${row.code}, code), ${row.name}, coalesce(${row.kind}, kind), coalesce(${row.level}, level), coalesce(${row.from}::date, from_day), ${row.to}::date)`);
    }
  }
  for (let start = 0; start < added.length; start += 1000) {
    const batch = added.slice(start, start + 1000);
    const inserted = await tx.query<{ unit_id: number }>(
      sql`insert into units (realm_id, code, name, aliases, kind, level, from_day, to_day) values ${join(
        batch.map(
          ({ row }) =>
            sql`(${realm}, ${row.code}, ${row.name}, ${row.aliases ?? []}::text[], ${row.kind}, ${row.level}, ${row.from}, ${row.to})`,
        ),
      )} returning unit_id`,
    );
    batch.forEach(({ index, row }, position) => {
      const id = (inserted[position] as { unit_id: number }).unit_id;
      ids[index] = id;
      if (row.code) byCode.set(row.code, id);
      byName.set(normalName(row.name), id);
    });
  }
  const current = new Map(
    (await listRelations(tx, realm))
      .filter((relation) => relation.to === "infinity")
      .map((relation) => [relation.unit, relation]),
  );
  // What a parent may be called besides: a short name, or the campaign's own root, which no register lists.
  const otherwise = new Map(all.flatMap((unit) => unit.aliases.map((alias) => [normalName(alias), unit.id])));
  for (const [index, row] of rows.entries())
    for (const alias of row.aliases ?? []) otherwise.set(normalName(alias), ids[index] as number);
  for (const unit of all) if (unit.id === root) otherwise.set(normalName(unit.name), unit.id);
  const parentOf = (word: string): number | null =>
    byCode.get(word) ?? byName.get(normalName(word)) ?? otherwise.get(normalName(word)) ?? null;
  const fresh: { unit: number; parent: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const unit = ids[index] as number;
    const parent = row.parent === null ? root : parentOf(row.parent);
    if (row.parent !== null && parent === null)
      throw new Problem(
        "unknown_parent",
        422,
        `单位“${row.name}”的上级单位“${row.parent}”不在台账中，请先补上这个单位，或更正上级单位的名称。`,
        { units: [row.name] },
      );
    if (row.parent !== null && parent === unit)
      throw new Problem("unit_cycle", 422, `单位“${row.name}”的上级单位写成了它自己，请更正；最高一级单位的上级单位不填。`, {
        units: [row.name],
      });
    if (parent === null || parent === unit || current.get(unit)?.parent === parent) continue;
    const old = current.get(unit);
    // A corrected parent is a correction; a move on a day is `moveUnit`.
    if (old)
      await tx.query(sql`update relations set parent_id = ${parent} where realm_id = ${realm} and relation_id = ${old.id}`);
    else fresh.push({ unit, parent });
  }
  for (let start = 0; start < fresh.length; start += 1000)
    await tx.query(
      sql`insert into relations (realm_id, unit_id, parent_id, kind, from_day) values ${join(fresh.slice(start, start + 1000).map(({ unit, parent }) => sql`(${realm}, ${unit}, ${parent}, '隶属', ${firstDay})`))}`,
    );
  return ids;
}

export const listRelations = (tx: Tx, realm: number): Promise<Relation[]> =>
  tx.query(
    sql`select relation_id as id, unit_id as unit, parent_id as parent, kind, from_day as "from", to_day as "to" from relations where realm_id = ${realm}`,
  );

/** A unit's own relations with the names of the units above, earliest first. */
export const listRelationsOf = (
  tx: Tx,
  realms: readonly number[],
  unit: number,
): Promise<{ parent: number; parentName: string | null; kind: string; from: string; to: string }[]> =>
  tx.query(sql`select r.parent_id as parent, u.name as "parentName", r.kind, r.from_day as "from", r.to_day as "to" from relations r
    left join units u on u.unit_id = r.parent_id and u.realm_id = any(${realms}::integer[])
    where r.realm_id = any(${realms}::integer[]) and r.unit_id = ${unit} order by r.from_day, r.relation_id`);

/** From `day` on a unit stands below another; days before stay as they were. */
export async function moveUnit(
  tx: Tx,
  realm: number,
  unit: number,
  parent: number,
  day: string,
  kind: RelationKind = "隶属",
): Promise<void> {
  if (unit === parent) throw new Problem("unit_cycle", 422, "单位不能做自己的上级，请另选上级单位。");
  holdRegister(tx, realm);
  const current = await tx.one<{ relation_id: number; from_day: string }>(
    sql`select relation_id, from_day from relations where realm_id = ${realm} and unit_id = ${unit} and kind = ${kind} and to_day = 'infinity'`,
  );
  if (current && !before(current.from_day, day))
    throw new Problem("move_before", 422, `该单位现在的隶属关系自${current.from_day}起，新的关系不能早于或等于这一天。`);
  if (current)
    await tx.query(sql`update relations set to_day = ${day} where realm_id = ${realm} and relation_id = ${current.relation_id}`);
  await tx.query(
    sql`insert into relations (realm_id, unit_id, parent_id, kind, from_day) values (${realm}, ${unit}, ${parent}, ${kind}, ${day})`,
  );
}

/** From `day` on a unit is gone; its records of days before stay, and what stands below it goes to `into`. */
export async function mergeUnit(tx: Tx, realm: number, unit: number, into: number, day: string): Promise<void> {
  if (unit === into) throw new Problem("unit_cycle", 422, "单位不能并入自己，请另选并入的单位。");
  holdRegister(tx, realm);
  const children = await tx.query<{ unit_id: number; kind: RelationKind }>(
    sql`select unit_id, kind from relations where realm_id = ${realm} and parent_id = ${unit} and to_day = 'infinity'`,
  );
  if (children.some((child) => child.unit_id === into))
    throw new Problem("unit_cycle", 422, "单位不能并入自己的下级单位。请先把那个单位改由上一级管理，再合并。");
  for (const child of children) await moveUnit(tx, realm, child.unit_id, into, day, child.kind);
  await tx.query(sql`update units set to_day = ${day}, version = version + 1 where realm_id = ${realm} and unit_id = ${unit}`);
  await tx.query(
    sql`update posts set to_day = ${day} where realm_id = ${realm} and unit_id = ${unit} and to_day = 'infinity' and from_day < ${day}`,
  );
}

/** The name changes; the old one still finds the unit. */
export async function renameUnit(tx: Tx, realm: number, unit: number, name: string): Promise<void> {
  holdRegister(tx, realm);
  const taken = await tx.one(
    sql`select 1 from units where realm_id = ${realm} and name = ${name} and unit_id <> ${unit} and to_day is null`,
  );
  if (taken) throw new Problem("unit_name_taken", 422, `已有单位叫“${name}”，请用能够区分的全称。`);
  await tx.query(sql`update units set name = ${name}, version = version + 1, aliases = array_append(array_remove(array_remove(aliases, ${name}), name), name)
    where realm_id = ${realm} and unit_id = ${unit} and name <> ${name}`);
}
