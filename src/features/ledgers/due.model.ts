/**
 * What is late or soon due, read from the definitions that there are:
 * - a figure whose condition compares a date field with the day asked (`{完成时限: {below: $asOf}}`) counts what is past
 *   its date; the same condition lists it here, and with a few days added what is soon due;
 * - a lifecycle step with `within` says how many days the state before it may last.
 * An entry that several of them speak of is listed once, with its earliest date.
 */
import type { Campaign } from "#kernel/campaign.ts";
import type { FigureDefinition, Ledger, Where } from "#kernel/definitions.ts";
import { chinaDay, fieldOf } from "#kernel/fields.ts";
import { whereSql } from "#kernel/measure-sql.ts";
import { empty, join, sql, type Sql, type Tx } from "#platform/db.ts";
import { entryColumns, filterSql } from "./ledgers.model.ts";
import type { Entry } from "./ledgers.types.ts";

/** Days ahead in which something counts as soon due. */
const soonDays = 3;

export interface DueEntry extends Entry {
  /** The last day on which it was, or is, in time. */
  due: string;
  /** Days past that day; negative while there is time. */
  late: number;
}

/** The day by which things are judged: today, or the last day of a campaign that is over. */
export const dueDay = (campaign: Campaign, now: Date): string => {
  const today = chinaDay(now);
  return campaign.to !== undefined && campaign.to < today ? campaign.to : today;
};

/** The date fields that figures of a ledger compare with the day asked, each with the conditions that go with it. */
function deadlinesOf(ledger: Ledger, figures: Iterable<FigureDefinition>): { field: string; where: Where; any: Where[] }[] {
  const found = new Map<string, { field: string; where: Where; any: Where[] }>();
  for (const figure of figures) {
    if (figure.ledger !== ledger.key) continue;
    for (const [field, condition] of Object.entries(figure.where ?? {})) {
      if (typeof condition !== "object" || Array.isArray(condition) || condition.below !== "$asOf") continue;
      if (fieldOf(ledger, field)?.type !== "date") continue;
      const where = { ...figure.where };
      delete where[field];
      const deadline = { field, where, any: figure.any ?? [] };
      found.set(JSON.stringify(deadline), deadline);
    }
  }
  return [...found.values()];
}

/**
 * Rows of entries with the last day in time (`due`): all that is late or soon due in these ledgers, each once; undefined
 * if no ledger has a clock. Whole rows, so that nobody looks them up again one by one.
 */
function dueSql(campaign: Campaign, ledgers: readonly Ledger[], unit: number, day: string): Sql | undefined {
  const context = { campaign, variables: { from: campaign.from, to: day, asOf: day }, unitIds: () => [] };
  const until = sql`(${day}::date + ${soonDays}::integer)`;
  const parts = ledgers.flatMap((ledger) => {
    const there = filterSql(campaign, ledger.key, { unit });
    const byDate = deadlinesOf(ledger, campaign.figures.values()).map(({ field, where, any }) => {
      const alternatives = any.map((one) => whereSql(ledger, one, context));
      return sql`select e.*, (e.data->>${field}::text)::date as due from entries e
        where ${there} and ${whereSql(ledger, where, context)} ${alternatives.length > 0 ? sql`and (${join(alternatives, " or ")})` : empty}
        and (e.data->>${field}::text) collate "C" <= ${until}::text`;
    });
    const byState = (ledger.lifecycle?.transitions ?? []).flatMap(({ from, within }) =>
      within
        ? [
            sql`select e.*, (reached.at at time zone 'Asia/Shanghai')::date + ${within.days}::integer as due
              from entries e cross join lateral (
                select min(v.at) as at from entry_events v where v.realm_id = e.realm_id and v.entry_id = e.entry_id and v.version > coalesce((
                  select max(w.version) from entry_events w where w.realm_id = e.realm_id and w.entry_id = e.entry_id and w.state is distinct from e.state), 0)) reached
              where ${there} and e.state = any(${from}::text[]) and (reached.at at time zone 'Asia/Shanghai')::date + ${within.days}::integer <= ${until}`,
          ]
        : [],
    );
    return [...byDate, ...byState];
  });
  if (parts.length === 0) return undefined;
  return sql`select distinct on (realm_id, entry_id) * from (${join(parts, " union all ")}) e order by realm_id, entry_id, due`;
}

export interface DueCount {
  ledger: string;
  /** The unit directly below the one asked, or that one itself. */
  unit: number;
  late: number;
  soon: number;
}

/** What is late or soon due at and below a unit: the longest overdue first, and how many by ledger and unit below. */
export async function listDue(
  tx: Tx,
  campaign: Campaign,
  ledgers: readonly Ledger[],
  unit: number,
  day: string,
  limit: number,
): Promise<{ entries: DueEntry[]; counts: DueCount[] }> {
  const due = dueSql(campaign, ledgers, unit, day);
  if (!due) return { entries: [], counts: [] };
  const entries = await tx.query<DueEntry>(
    sql`select ${entryColumns}, due, ${day}::date - due as late from (${due}) e order by due, entry_id limit ${limit}`,
  );
  const counts = await tx.query<DueCount>(
    sql`select e.ledger, coalesce(below.ancestor_id, ${unit}::bigint) as unit,
        count(*) filter (where e.due < ${day}::date) as late, count(*) filter (where e.due >= ${day}::date) as soon
      from (${due}) e
      left join lateral (select p.ancestor_id from unit_paths p
        join unit_paths q on q.realm_id = p.realm_id and q.campaign_id = p.campaign_id and q.unit_id = p.ancestor_id and q.ancestor_id = ${unit}
          and q.depth = 1 and q.from_day <= ${day}::date and q.to_day > ${day}::date
        where p.realm_id = e.realm_id and p.campaign_id = ${campaign.id} and p.unit_id = e.unit_id
          and p.from_day <= ${day}::date and p.to_day > ${day}::date limit 1) below on true
      group by e.ledger, 2 order by e.ledger, 2`,
  );
  return { entries, counts };
}
