/** Units a few at a time: those directly below one, and those that a text finds. Neither grows with the nation. */
import type { Asker } from "#kernel/access.ts";
import { isoText, likeAnywhere, sql, type Sql, type Tx } from "#platform/db.ts";
import type { Unit } from "./units.types.ts";

const columns = sql`u.unit_id as id, u.realm_id as realm, u.code, u.name, u.aliases, u.kind, u.level, u.from_day as "from", u.to_day as "to"`;
const on = (table: "p" | "c", day: string): Sql =>
  table === "p"
    ? sql`p.from_day <= ${day}::date and p.to_day > ${day}::date`
    : sql`c.from_day <= ${day}::date and c.to_day > ${day}::date`;

export interface BranchUnit extends Unit {
  /** How many units stand directly below it. */
  below: number;
}

const belowOf = (realms: readonly number[], campaign: number, day: string): Sql => sql`(select count(*) from unit_paths c
  join units b on b.realm_id = c.realm_id and b.unit_id = c.unit_id and (b.to_day is null or b.to_day > ${day}::date)
  where c.realm_id = any(${realms}::integer[]) and c.campaign_id = ${campaign} and c.ancestor_id = u.unit_id and c.depth = 1 and ${on("c", day)})`;

/** Units directly below a unit on a day, in the order of their numbers, and how many there are. */
export async function listBranches(
  tx: Tx,
  realms: readonly number[],
  campaign: number,
  unit: number,
  day: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ units: BranchUnit[]; total: number }> {
  const rows = await tx.query<
    BranchUnit & { total: number }
  >(sql`select ${columns}, ${belowOf(realms, campaign, day)} as below, count(*) over () as total
    from unit_paths p join units u on u.realm_id = p.realm_id and u.unit_id = p.unit_id
    where p.realm_id = any(${realms}::integer[]) and p.campaign_id = ${campaign} and p.ancestor_id = ${unit} and p.depth = 1 and ${on("p", day)}
      and (u.to_day is null or u.to_day > ${day}::date)
    order by u.code nulls last, u.unit_id limit ${limit} offset ${offset}`);
  return { units: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 };
}

export interface FoundUnit extends BranchUnit {
  /** Names of the units above it, the top first. */
  path: string[];
}

/**
 * Units that the asker sees with a text in name, number or a former name, the shortest names first; without a text some,
 * from the top down. With ids only of those, whether or not they still exist.
 */
export function searchUnits(
  tx: Tx,
  asker: Asker,
  campaign: number,
  { text, ids, day, limit }: { text: string; ids?: readonly number[] | undefined; day: string; limit: number },
): Promise<FoundUnit[]> {
  const { realms, units } = asker.scope;
  const like = likeAnywhere(text);
  return tx.query(sql`select ${columns}, ${belowOf(realms, campaign, day)} as below,
      coalesce((select array_agg(a.name order by p.depth desc) from unit_paths p join units a on a.unit_id = p.ancestor_id and a.realm_id = any(${realms}::integer[])
        where p.realm_id = u.realm_id and p.campaign_id = ${campaign} and p.unit_id = u.unit_id and p.depth > 0 and ${on("p", day)}), '{}') as path
    from units u where u.realm_id = any(${realms}::integer[]) and (${units === "whole"} or u.unit_id = any(${units === "whole" ? [] : units}::bigint[]))
      and ${ids ? sql`u.unit_id = any(${ids}::bigint[])` : sql`(u.to_day is null or u.to_day > ${day}::date)`}
      and (${text === ""} or u.name ilike ${like} or u.code ilike ${like} or exists (select 1 from unnest(u.aliases) word where word ilike ${like}))
    order by u.name = ${text} desc, case when ${text === ""} then 0 else length(u.name) end, u.code nulls last, u.unit_id limit ${limit}`);
}

export interface UnitChange {
  id: number;
  kind: string;
  day: string | null;
  words: Record<string, unknown>;
  person: number | null;
  actor: number | null;
  at: string;
  undoneAt: string | null;
}

/** What was done to a unit and to the posts of its people, the last first. */
export const listChanges = (tx: Tx, realm: number, unit: number): Promise<UnitChange[]> =>
  tx.query(sql`select change_id as id, kind, day, words, person_id as person, actor, ${isoText("at")} as at, ${isoText("undone_at")} as "undoneAt"
    from unit_changes where realm_id = ${realm} and unit_id = ${unit} order by change_id desc limit 200`);
