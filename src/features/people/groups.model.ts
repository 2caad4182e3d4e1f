/** Groups across the tree (领导小组、督导组、专班) and their members, with dates. */
import { notFound, Problem } from "#kernel/problem.ts";
import { sees, type Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { join, sql, type Tx } from "#platform/db.ts";

export interface Group {
  realm: number;
  id: number;
  unit: number;
  kind: string;
  name: string;
  from: string;
  to: string;
}

export interface Member {
  id: number;
  person: number | null;
  unit: number | null;
  name: string;
  role: string;
  duty: string | null;
  from: string;
  to: string;
}

export interface NewMember {
  person?: number | undefined;
  unit?: number | undefined;
  role: string;
  duty?: string | undefined;
  from?: string | undefined;
}

const columns = sql`realm_id as realm, group_id as id, unit_id as unit, kind, name, from_day as "from", to_day as "to"`;

/** Groups that exist on a day, of the units that the asker sees, with the members of that day. */
export async function listGroups(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  day: string,
): Promise<(Group & { members: Member[] })[]> {
  const { realms, units } = asker.scope;
  const groups =
    await tx.query<Group>(sql`select ${columns} from groups where realm_id = any(${realms}::integer[]) and campaign_id = ${campaign.id}
    and from_day <= ${day}::date and to_day > ${day}::date and (${units === "whole"} or unit_id = any(${units === "whole" ? [] : units}::bigint[])) order by group_id`);
  const members = await tx.query<
    Member & { group: number }
  >(sql`select m.group_id as group, m.member_id as id, m.person_id as person, m.unit_id as unit,
      coalesce(p.name, u.name, '') as name, m.role, m.duty, m.from_day as "from", m.to_day as "to"
    from group_members m left join people p on p.realm_id = m.realm_id and p.person_id = m.person_id left join units u on u.realm_id = m.realm_id and u.unit_id = m.unit_id
    where m.realm_id = any(${realms}::integer[]) and m.group_id = any(${groups.map((group) => group.id)}::bigint[]) and m.from_day <= ${day}::date and m.to_day > ${day}::date
    order by m.member_id`);
  const byGroup = Map.groupBy(members, (member) => member.group);
  return groups.map((group) => ({ ...group, members: byGroup.get(group.id) ?? [] }));
}

export async function getGroup(tx: Tx, campaign: Campaign, asker: Asker, id: number): Promise<Group> {
  const group = await tx.one<Group>(
    sql`select ${columns} from groups where realm_id = any(${asker.scope.realms}::integer[]) and campaign_id = ${campaign.id} and group_id = ${id}`,
  );
  if (!group || !sees(asker, group.unit)) throw notFound("这个小组");
  return group;
}

export async function createGroup(
  tx: Tx,
  campaign: Campaign,
  group: { realm: number; unit: number; kind: string; name: string; from?: string | undefined },
  members: readonly NewMember[],
): Promise<number> {
  const { id } = (await tx.one<{ id: number }>(sql`insert into groups (realm_id, campaign_id, unit_id, kind, name, from_day)
    values (${group.realm}, ${campaign.id}, ${group.unit}, ${group.kind}, ${group.name}, ${group.from ?? "-infinity"}) returning group_id as id`)) as {
    id: number;
  };
  await addMembers(tx, { id, realm: group.realm }, members, group.from);
  return id;
}

export async function addMembers(
  tx: Tx,
  group: Pick<Group, "id" | "realm">,
  members: readonly NewMember[],
  from = "-infinity",
): Promise<void> {
  if (members.length === 0) return;
  await tx.query(
    sql`insert into group_members (realm_id, group_id, person_id, unit_id, role, duty, from_day) values ${join(
      members.map(
        (member) =>
          sql`(${group.realm}, ${group.id}, ${member.person ?? null}, ${member.unit ?? null}, ${member.role}, ${member.duty ?? null}, ${member.from ?? from})`,
      ),
    )}`,
  );
}

/** From `day` on someone is no longer a member. */
export async function endMember(tx: Tx, group: Group, member: number, day: string): Promise<void> {
  const ended = await tx.one(
    sql`update group_members set to_day = ${day} where realm_id = ${group.realm} and group_id = ${group.id} and member_id = ${member} and from_day < ${day}::date and to_day = 'infinity' returning member_id`,
  );
  if (!ended) throw new Problem("no_member", 422, `小组中没有这名现任成员，或任职自${day}当天或之后才开始。请核对成员和日期。`);
}

/** From `day` on the group is no more; its members' terms end with it. */
export async function endGroup(tx: Tx, group: Group, day: string): Promise<void> {
  const ended = await tx.one(
    sql`update groups set to_day = ${day} where realm_id = ${group.realm} and group_id = ${group.id} and from_day < ${day}::date and to_day = 'infinity' returning group_id`,
  );
  if (!ended) throw new Problem("group_ended", 422, `小组已经撤销，或自${day}当天或之后才成立。请核对日期。`);
  await tx.query(
    sql`update group_members set to_day = ${day} where realm_id = ${group.realm} and group_id = ${group.id} and to_day = 'infinity' and from_day < ${day}::date`,
  );
}
