/** One unit becomes several from a day on. What it recorded before stays with it. */
import { Problem } from "#kernel/problem.ts";
import { join, sql, type Tx } from "#platform/db.ts";
import { holdRegister, moveUnit } from "./units.model.ts";
import type { RelationKind } from "./units.types.ts";

export interface Part {
  name: string;
  code?: string | undefined;
  kind?: string | undefined;
  level?: string | undefined;
  /** Units below the old one that the new one takes over. */
  children: readonly number[];
  /** People with a post in the old unit who go to the new one. */
  people: readonly number[];
}

/**
 * Makes a unit for each part, beside the old one, with the children and posts named. `ends`: the old unit is gone from
 * that day; then everything below it must have a place. Returns the new units' ids.
 */
export async function splitUnit(
  tx: Tx,
  realm: number,
  unit: number,
  parts: readonly Part[],
  day: string,
  ends: boolean,
): Promise<number[]> {
  holdRegister(tx, realm);
  const above = await tx.query<{ parent_id: number; kind: RelationKind }>(
    sql`select parent_id, kind from relations where realm_id = ${realm} and unit_id = ${unit} and from_day <= ${day}::date and to_day > ${day}::date`,
  );
  const children = await tx.query<{ unit_id: number; kind: RelationKind }>(
    sql`select unit_id, kind from relations where realm_id = ${realm} and parent_id = ${unit} and to_day = 'infinity'`,
  );
  const staff = await tx.query<{ person_id: number }>(
    sql`select distinct person_id from posts where realm_id = ${realm} and unit_id = ${unit} and kind = 'post' and to_day = 'infinity'`,
  );
  await checkParts(
    tx,
    realm,
    parts,
    new Set(children.map((one) => one.unit_id)),
    new Set(staff.map((one) => one.person_id)),
    ends,
  );
  const made: number[] = [];
  for (const part of parts) {
    const { unit_id: id } = (await tx.one<{
      unit_id: number;
    }>(sql`insert into units (realm_id, code, name, kind, level, from_day) values (${realm}, ${part.code ?? null}, ${part.name},
      coalesce(${part.kind ?? null}, (select kind from units where realm_id = ${realm} and unit_id = ${unit})),
      coalesce(${part.level ?? null}, (select level from units where realm_id = ${realm} and unit_id = ${unit})), ${day}) returning unit_id`)) as {
      unit_id: number;
    };
    made.push(id);
    for (const { parent_id, kind } of above) await moveUnit(tx, realm, id, parent_id, day, kind);
    for (const child of children)
      if (part.children.includes(child.unit_id)) await moveUnit(tx, realm, child.unit_id, id, day, child.kind);
    await movePosts(tx, realm, unit, id, part.people, day);
  }
  if (ends)
    await tx.query(sql`update units set to_day = ${day}, version = version + 1 where realm_id = ${realm} and unit_id = ${unit}`);
  return made;
}

/** Posts end in the old unit and go on in the new one, with department and position as they were. */
async function movePosts(tx: Tx, realm: number, from: number, to: number, people: readonly number[], day: string): Promise<void> {
  if (people.length === 0) return;
  const ended = await tx.query<{ person_id: number; department: string | null; position: string | null }>(
    sql`update posts set to_day = ${day} where realm_id = ${realm} and unit_id = ${from} and person_id = any(${people}::bigint[]) and kind = 'post' and to_day = 'infinity' and from_day < ${day}::date
      returning person_id, department, position`,
  );
  if (new Set(ended.map((post) => post.person_id)).size < people.length)
    throw new Problem("split_before", 422, `有人员的现任职务自${day}当天或之后才开始，拆分日期不能早于或等于任职日期。`);
  await tx.query(
    sql`insert into posts (realm_id, person_id, unit_id, department, position, from_day) values ${join(
      ended.map((post) => sql`(${realm}, ${post.person_id}, ${to}, ${post.department}, ${post.position}, ${day})`),
    )}`,
  );
}

async function checkParts(
  tx: Tx,
  realm: number,
  parts: readonly Part[],
  children: ReadonlySet<number>,
  staff: ReadonlySet<number>,
  ends: boolean,
): Promise<void> {
  const refuse = (message: string): never => {
    throw new Problem("bad_split", 422, message);
  };
  const names = parts.map((part) => part.name);
  if (new Set(names).size < names.length) refuse("拆分出的单位名称不能相同。");
  const taken = await tx.one<{ name: string }>(
    sql`select name from units where realm_id = ${realm} and name = any(${names}::text[]) limit 1`,
  );
  if (taken) throw new Problem("unit_name_taken", 422, `已有单位叫“${taken.name}”，请用能够区分的全称。`);
  for (const [what, wanted, there] of [
    ["下级单位", parts.flatMap((part) => part.children), children],
    ["人员", parts.flatMap((part) => part.people), staff],
  ] as const) {
    if (new Set(wanted).size < wanted.length) refuse(`同一${what}只能划入一个新单位。`);
    const stranger = wanted.find((id) => !there.has(id));
    if (stranger !== undefined) refuse(`编号${stranger}不是该单位现有的${what}，请核对。`);
    if (ends && wanted.length < there.size)
      refuse(`原单位撤销时，它的${what}须全部划入新单位，还有${there.size - wanted.length}个没有去处。`);
  }
}
