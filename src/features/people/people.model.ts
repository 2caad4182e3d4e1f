/** People, their dated posts and secondments. */
import { sees, type Asker } from "#kernel/access.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { join, sql, type Tx } from "#platform/db.ts";

export interface PersonRow {
  code: string | null;
  name: string;
  unit: number;
  department: string | null;
  position: string | null;
  /** Day on which the post ends, if it has ended. */
  to: string | null;
}

export interface Person {
  id: number;
  code: string | null;
  name: string;
  /** Unit of the present post, or of the last one. */
  unit: number | null;
}

/** Everyone in the realm. The last posts are read in one pass: looked up one by one they took seconds before the first ANALYZE. */
export const listPeople = (tx: Tx, realm: number): Promise<Person[]> =>
  tx.query(sql`select p.person_id as id, p.code, p.name, s.unit_id as unit from people p
    left join (select distinct on (person_id) person_id, unit_id from posts where realm_id = ${realm} and kind = 'post' order by person_id, from_day desc) s on s.person_id = p.person_id
    where p.realm_id = ${realm}`);

/** People of these names, numbers or ids. */
export const listPeopleNamed = (tx: Tx, realm: number, words: readonly string[], ids: readonly number[]): Promise<Person[]> =>
  tx.query(
    sql`select p.person_id as id, p.code, p.name, (select s.unit_id from posts s where s.realm_id = p.realm_id and s.person_id = p.person_id and s.kind = 'post' order by s.from_day desc limit 1) as unit
      from people p where p.realm_id = ${realm} and (p.code = any(${words}::text[]) or p.name = any(${words}::text[]) or p.person_id = any(${ids}::bigint[]))`,
  );

/**
 * Adds people, and changes those that are known by number, or else by name within their unit. A changed unit here is a
 * correction of the roster; a transfer on a day is `transfer`. Returns ids in the order of the rows.
 */
export async function registerPeople(tx: Tx, realm: number, rows: readonly PersonRow[]): Promise<number[]> {
  const known = await listPeople(tx, realm);
  const byCode = new Map(known.filter((person) => person.code !== null).map((person) => [person.code as string, person]));
  const byName = new Map(known.map((person) => [`${person.unit}|${person.name}`, person]));
  const ids: number[] = [];
  const fresh: { index: number; row: PersonRow }[] = [];
  for (const [index, row] of rows.entries()) {
    const person = row.code === null ? byName.get(`${row.unit}|${row.name}`) : byCode.get(row.code);
    if (!person) {
      fresh.push({ index, row });
      continue;
    }
    ids[index] = person.id;
    if (person.name !== row.name)
      await tx.query(
        sql`update people set name = ${row.name}, version = version + 1 where realm_id = ${realm} and person_id = ${person.id}`,
      );
    await tx.query(sql`update posts set unit_id = ${row.unit}, department = coalesce(${row.department}, department), position = coalesce(${row.position}, position), to_day = coalesce(${row.to}::date, to_day)
      where realm_id = ${realm} and person_id = ${person.id} and kind = 'post' and to_day = 'infinity'
        and (unit_id, department, position, to_day) is distinct from (${row.unit}::bigint, coalesce(${row.department}, department), coalesce(${row.position}, position), coalesce(${row.to}::date, to_day))`);
  }
  for (let start = 0; start < fresh.length; start += 2000) {
    const batch = fresh.slice(start, start + 2000);
    const inserted = await tx.query<{ person_id: number }>(
      sql`insert into people (realm_id, code, name) values ${join(batch.map(({ row }) => sql`(${realm}, ${row.code}, ${row.name})`))} returning person_id`,
    );
    await tx.query(
      sql`insert into posts (realm_id, person_id, unit_id, department, position, to_day) values ${join(
        batch.map(
          ({ row }, index) =>
            sql`(${realm}, ${(inserted[index] as { person_id: number }).person_id}, ${row.unit}, ${row.department}, ${row.position}, ${row.to ?? "infinity"})`,
        ),
      )}`,
    );
    batch.forEach(({ index }, position) => (ids[index] = (inserted[position] as { person_id: number }).person_id));
  }
  return ids;
}

/** A person whose present unit the asker sees, or the answer that also stands for one who does not exist. */
export async function getPerson(tx: Tx, asker: Asker, id: number): Promise<Person & { realm: number }> {
  const person = await tx.one<
    Person & { realm: number }
  >(sql`select p.realm_id as realm, p.person_id as id, p.code, p.name, s.unit_id as unit from people p
    join posts s on s.realm_id = p.realm_id and s.person_id = p.person_id and s.kind = 'post' and s.to_day = 'infinity'
    where p.realm_id = any(${asker.scope.realms}::integer[]) and p.person_id = ${id} order by s.from_day desc limit 1`);
  if (!person || person.unit === null || !sees(asker, person.unit)) throw notFound("这名人员");
  return person;
}

export interface Seat {
  id: number;
  code: string | null;
  name: string;
  kind: "post" | "secondment";
  department: string | null;
  position: string | null;
  from: string;
  to: string;
}

/** Who has a seat in a unit on a day. */
export const listStaff = (tx: Tx, realm: number, unit: number, day: string): Promise<Seat[]> =>
  tx.query(sql`select p.person_id as id, p.code, p.name, s.kind, s.department, s.position, s.from_day as "from", s.to_day as "to"
    from posts s join people p on p.realm_id = s.realm_id and p.person_id = s.person_id
    where s.realm_id = ${realm} and s.unit_id = ${unit} and s.from_day <= ${day}::date and s.to_day > ${day}::date order by s.kind, p.code nulls last, p.person_id`);

export interface Career extends Omit<Seat, "id" | "code" | "name"> {
  unit: number;
  unitName: string;
}

/** A person's posts and secondments, the latest first, as far as the asker sees the units. */
export const listCareer = (tx: Tx, realm: number, person: number): Promise<Career[]> =>
  tx.query(sql`select s.unit_id as unit, u.name as "unitName", s.kind, s.department, s.position, s.from_day as "from", s.to_day as "to"
    from posts s join units u on u.realm_id = s.realm_id and u.unit_id = s.unit_id
    where s.realm_id = ${realm} and s.person_id = ${person} order by s.to_day desc, s.from_day desc, s.post_id desc`);

/** From `day` on the person has a post in another unit; what they did before stays with the old one. */
export async function transfer(
  tx: Tx,
  realm: number,
  person: number,
  unit: number,
  day: string,
  post: { department?: string; position?: string } = {},
): Promise<void> {
  const closed = await tx.query<{ from_day: string }>(
    sql`update posts set to_day = ${day} where realm_id = ${realm} and person_id = ${person} and kind = 'post' and to_day = 'infinity' and from_day < ${day} returning from_day`,
  );
  if (closed.length === 0) throw new Problem("transfer_before", 422, `调动日期${day}不晚于现任职务的开始日期，请核对日期。`);
  await tx.query(
    sql`insert into posts (realm_id, person_id, unit_id, department, position, from_day) values (${realm}, ${person}, ${unit}, ${post.department ?? null}, ${post.position ?? null}, ${day})`,
  );
}

/** Between two days the person works in another unit and keeps their post. */
export async function second(
  tx: Tx,
  realm: number,
  person: number,
  unit: number,
  from: string,
  to: string | null,
): Promise<void> {
  await tx.query(
    sql`insert into posts (realm_id, person_id, unit_id, kind, from_day, to_day) values (${realm}, ${person}, ${unit}, 'secondment', ${from}, ${to ?? "infinity"})`,
  );
}

export interface Post {
  person: number;
  unit: number;
  kind: "post" | "secondment";
  from: string;
  to: string;
}

/** Posts and secondments of some people, or of everyone in the realm. */
export const listPosts = (tx: Tx, realm: number, people?: readonly number[]): Promise<Post[]> =>
  tx.query(sql`select person_id as person, unit_id as unit, kind, from_day as "from", to_day as "to" from posts
    where realm_id = ${realm} and (${people === undefined} or person_id = any(${people ?? []}::bigint[]))`);

/** The unit in which a person counts on a day (any day if null: where they are now): at home, or where they are seconded. */
export function unitOn(posts: readonly Post[], day: string | null, seconded: "home" | "host"): number | undefined {
  const holds = (post: Post): boolean =>
    day === null
      ? post.to === "infinity"
      : (post.from === "-infinity" || post.from <= day) && (post.to === "infinity" || day < post.to);
  const current = posts.filter(holds);
  const of = (kind: Post["kind"]): number | undefined => current.find((post) => post.kind === kind)?.unit;
  return seconded === "host" ? (of("secondment") ?? of("post")) : (of("post") ?? of("secondment"));
}
