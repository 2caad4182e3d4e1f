/** Records that name someone, and records that someone has to do with next. */
import type { Campaign } from "#kernel/campaign.ts";
import { isoText, join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { entryColumns } from "./ledgers.model.ts";
import type { Entry } from "./ledgers.types.ts";

/** As the index `entries_numbers` has it. */
const numbers = raw(`jsonb_path_query_array(e.data, '$.*[*] ? (@.type() == "number")')`);

/** Entries that hold a person in one of these fields, newest first. Asked as the owner: one's own record is not a matter of one's unit. */
export async function listNaming(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  person: number,
  fields: readonly { ledger: string; field: string; several: boolean }[],
  page: { limit: number; offset: number },
): Promise<Entry[]> {
  if (fields.length === 0) return [];
  const named = fields.map(
    ({ ledger, field, several }) => sql`(e.ledger = ${ledger} and e.data @> ${{ [field]: several ? [person] : person }}::jsonb)`,
  );
  return tx.query(sql`select ${entryColumns} from entries e where e.realm_id = ${realm} and e.campaign_id = ${campaign.id} and not e.deleted
    and ${numbers} @> ${JSON.stringify([person])}::jsonb and e.ledger = any(${[...new Set(fields.map(({ ledger }) => ledger))]}::text[]) and (${join(named, " or ")})
    order by e.day desc nulls last, e.entry_id limit ${page.limit} offset ${page.offset}`);
}

/** An entry that is there, by id. Asked as the owner. */
export const findOwnEntry = (tx: Tx, campaign: Campaign, realm: number, id: string): Promise<Entry | undefined> =>
  tx.one(
    sql`select ${entryColumns} from entries where realm_id = ${realm} and entry_id = ${id} and campaign_id = ${campaign.id} and not deleted`,
  );

/** Whether a unit has one above it now. */
export const hasUnitAbove = async (
  tx: Tx,
  campaign: Campaign,
  { realm, unit }: { realm: number; unit: number },
): Promise<boolean> =>
  (await tx.one(
    sql`select 1 from unit_paths where realm_id = ${realm} and campaign_id = ${campaign.id} and unit_id = ${unit} and depth > 0 and to_day = 'infinity' limit 1`,
  )) !== undefined;

/** Entries that the transaction's asker sees, by id. */
export async function listEntriesById(tx: Tx, campaign: Campaign, ids: readonly string[]): Promise<Map<string, Entry>> {
  const rows = await tx.query<Entry>(
    sql`select ${entryColumns} from entries where realm_id = any(${campaign.realms}::integer[]) and entry_id = any(${ids}::uuid[]) and not deleted`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A step of a ledger's lifecycle, and the state of the entries that it is about. */
export interface Stop {
  ledger: string;
  state: string;
  step: string;
}
/** An entry with the step that it came by, why, and when. */
export type Stopped = Entry & { step: string; reason: string | null; at: string };

const stops = (list: readonly Stop[]) =>
  sql`unnest(${list.map((one) => one.ledger)}::text[], ${list.map((one) => one.state)}::text[], ${list.map((one) => one.step)}::text[]) as s (ledger, state, step)`;

/** The event by which an entry `e` came to the state it is in; changes and files since then leave it there. */
const entered = sql`lateral (select v.action, v.reason, v.at, v.actor from entry_events v
  where v.realm_id = e.realm_id and v.entry_id = e.entry_id and v.version > coalesce((
    select max(w.version) from entry_events w where w.realm_id = e.realm_id and w.entry_id = e.entry_id and w.state is distinct from e.state), 0)
  order by v.version limit 1) v`;

const withLast = (where: Sql, limit: number): Sql =>
  sql`select ${entryColumns}, step, reason, ${isoText("at")} as at from (
      select e.*, v.action as step, v.reason, v.at, v.actor from entries e cross join ${entered}
      where not e.deleted and ${where} order by v.at desc, e.entry_id limit ${limit}) e`;

/** Entries of a unit that one of these steps brought to where they are, the latest first. */
export const listReturned = (
  tx: Tx,
  campaign: Campaign,
  unit: number,
  steps: readonly Stop[],
  limit: number,
): Promise<Stopped[]> =>
  steps.length === 0
    ? Promise.resolve([])
    : tx.query(
        withLast(
          sql`e.realm_id = any(${campaign.realms}::integer[]) and e.campaign_id = ${campaign.id} and e.unit_id = ${unit}
            and (e.ledger, e.state, v.action) in (select s.ledger, s.state, s.step from ${stops(steps)})`,
          limit,
        ),
      );

/** What waits in one state of a ledger: how many, and the latest three of them. */
export interface Queue {
  ledger: string;
  state: string;
  count: number;
  latest: Pick<Entry, "id" | "unit" | "day" | "data">[];
}

/** Entries in these states that somebody else brought there, but not by sending them back. */
export async function listQueues(
  tx: Tx,
  campaign: Campaign,
  actor: number,
  steps: readonly Stop[],
  back: readonly Stop[],
): Promise<Queue[]> {
  if (steps.length === 0) return [];
  const rows = await tx.query<
    Omit<Queue, "latest"> & Queue["latest"][number]
  >(sql`select ledger, state, count, id, unit, day, data from (
      select e.ledger, e.state, e.entry_id as id, e.unit_id as unit, e.day, e.data, v.at,
        row_number() over (partition by e.ledger, e.state order by v.at desc, e.entry_id) as place,
        count(*) over (partition by e.ledger, e.state)::integer as count
      from entries e cross join ${entered}
      where e.realm_id = any(${campaign.realms}::integer[]) and e.campaign_id = ${campaign.id} and not e.deleted and v.actor is distinct from ${actor}::bigint
        and (e.ledger, e.state) in (select s.ledger, s.state from ${stops(steps)})
        and (e.ledger, e.state, v.action) not in (select s.ledger, s.state, s.step from ${stops(back)})) e
    where place <= 3 order by max(at) over (partition by ledger, state) desc, ledger, state, place`);
  const queues = new Map<string, Queue>();
  for (const { ledger, state, count, ...entry } of rows) {
    const queue = queues.get(`${ledger} ${state}`) ?? { ledger, state, count, latest: [] };
    queue.latest.push(entry);
    queues.set(`${ledger} ${state}`, queue);
  }
  return [...queues.values()];
}
