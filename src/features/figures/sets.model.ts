/**
 * Sets of people by day, for measures that tell people apart (`distinct` over a person).
 *
 * Such a measure is not additive, so its totals cannot be summed; counting it from records over a whole realm takes
 * longer the more records there are. For units under which a whole realm counts (`inner_units.whole`) each day keeps
 * its members, as often as they occur, and the same as a string of bits, a bit a member; sixteen days keep the union of
 * theirs. The distinct members of any range are the bits set in the union of a few such strings a realm.
 *
 * Writes name members in their pending rows (`figure_deltas.keys`, amount 1 or -1). Folding adds and removes
 * occurrences, so a day keeps a member until its last record is gone. A read unites the folded sets and then looks at
 * every member that pending rows touch, so it is exact whatever was folded. Realms are added up: a person belongs to
 * one realm, and an unknown name to one unit.
 */
import type { Campaign } from "#kernel/campaign.ts";
import type { Period } from "#kernel/figure-value.ts";
import { copyRows, join, sql, type Tx } from "#platform/db.ts";

export const spanDays = 16;
const dayMs = 86_400_000;
/** Days since 1970. */
export const epochDay = (day: string): number => Math.round(Date.parse(day) / dayMs);
const dayOf = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);
const spanOf = (day: string): string => dayOf(Math.floor(epochDay(day) / spanDays) * spanDays);

/** Length of a realm's sets that has room for so many members: it doubles, so that all sets are rarely lengthened. */
const lengthFor = (members: number): number => Math.max(1024, 2 ** Math.ceil(Math.log2(members + 1)));

/**
 * Distinct members of measures over periods where sets are kept, folded and pending together, by
 * `realm|unit|measure|period`, the last as its place in `periods`.
 */
export async function readSets(
  tx: Tx,
  campaign: Campaign,
  totals: readonly { realm: number; unit: number }[],
  measures: readonly number[],
  periods: readonly Period[],
): Promise<Map<string, number>> {
  const realms = [...new Set(totals.map((one) => one.realm))];
  const [earliest, latest] = [
    periods.map((one) => one.from).toSorted()[0],
    periods
      .map((one) => one.to)
      .toSorted()
      .at(-1),
  ];
  // From `first` to before `last` whole spans are read, the days around them one by one.
  const asked = sql`(values ${join(
    periods.map(({ from, to }, n) => {
      const begin = Math.ceil(epochDay(from) / spanDays) * spanDays;
      const end = Math.max(begin, Math.floor((epochDay(to) + 1) / spanDays) * spanDays);
      return sql`(${n}::integer, ${from}::date, ${to}::date, ${dayOf(begin)}::date, ${dayOf(end)}::date)`;
    }),
  )}) as r (n, from_day, to_day, first_day, last_day)`;
  const kept = sql`unnest(${totals.map((one) => one.realm)}::integer[], ${totals.map((one) => one.unit)}::bigint[]) as k (realm_id, unit_id)`;
  const rows = await tx.query<{ realm_id: number; unit_id: number; measure_id: number; n: number; amount: number }>(sql`
    with united as materialized (
      select s.realm_id, s.unit_id, s.measure_id, r.n, bit_or(s.bits) as bits
      from ${kept} join figure_sets s on s.realm_id = k.realm_id and s.unit_id = k.unit_id
        join ${asked} on (s.days = ${spanDays} and s.day >= r.first_day and s.day < r.last_day)
          or (s.days = 1 and s.day between r.from_day and r.to_day and (s.day < r.first_day or s.day >= r.last_day))
      where s.realm_id = any(${realms}::integer[]) and s.campaign_id = ${campaign.id} and s.measure_id = any(${measures}::integer[])
        and s.day between ${earliest}::date and ${latest}::date
      group by s.realm_id, s.unit_id, s.measure_id, r.n
    ), pending as materialized (
      select k.realm_id, k.unit_id, m.measure_id, r.n, r.from_day, r.to_day, m.key, d.day, sum(m.amount) as amount
      from figure_deltas d join ${asked} on d.day between r.from_day and r.to_day join ${kept} on k.realm_id = d.realm_id
        cross join lateral unnest(d.measures, d.amounts, d.keys) as m (measure_id, amount, key)
      where d.realm_id = any(${realms}::integer[]) and d.campaign_id = ${campaign.id}
        and m.key is not null and m.measure_id = any(${measures}::integer[])
      group by k.realm_id, k.unit_id, m.measure_id, r.n, r.from_day, r.to_day, m.key, d.day having sum(m.amount) <> 0
    ), touched as (
      select realm_id, unit_id, measure_id, n, from_day, to_day, key, bool_or(amount > 0) as more
      from pending group by realm_id, unit_id, measure_id, n, from_day, to_day, key
    )
    select realm_id, unit_id, measure_id, n, sum(amount)::bigint as amount from (
      select realm_id, unit_id, measure_id, n, bit_count(bits) as amount from united
      union all
      select t.realm_id, t.unit_id, t.measure_id, t.n, after.present::integer - before.present::integer
      from touched t
        left join figure_members m on m.realm_id = t.realm_id and m.campaign_id = ${campaign.id} and m.key = t.key
        left join united u on u.realm_id = t.realm_id and u.unit_id = t.unit_id and u.measure_id = t.measure_id and u.n = t.n
        cross join lateral (select case when m.member < length(u.bits) then get_bit(u.bits, m.member) = 1 else false end as present) as before
        cross join lateral (select t.more or (before.present and exists (
          select 1 from figure_sets s
          where s.realm_id = t.realm_id and s.campaign_id = ${campaign.id} and s.unit_id = t.unit_id and s.measure_id = t.measure_id
            and s.days = 1 and s.day between t.from_day and t.to_day and get_bit(s.bits, m.member) = 1
            and cardinality(array_positions(s.members, m.member)) + coalesce((select p.amount from pending p
              where p.realm_id = t.realm_id and p.unit_id = t.unit_id and p.measure_id = t.measure_id and p.n = t.n and p.key = t.key and p.day = s.day), 0) > 0)) as present) as after
    ) as both_parts group by realm_id, unit_id, measure_id, n`);
  return new Map(rows.map((row) => [`${row.realm_id}|${row.unit_id}|${row.measure_id}|${row.n}`, row.amount]));
}

/** Occurrences by measure and day, and within these by member. */
export type Occurrences = Map<string, { measure: number; day: string; amounts: Map<string, number> }>;

export function occur(found: Occurrences, measure: number, day: string, key: string, amount: number): void {
  const place = `${measure}|${day}`;
  let set = found.get(place);
  if (!set) found.set(place, (set = { measure, day, amounts: new Map() }));
  set.amounts.set(key, (set.amounts.get(key) ?? 0) + amount);
}

/** Adds what pending rows say to the sets of a realm; a realm without a unit for the whole of it keeps none. */
export async function foldSets(
  tx: Tx,
  realm: number,
  campaign: number,
  rows: readonly { day: string | null; measures: number[]; amounts: number[]; keys: (string | null)[] | null }[],
): Promise<void> {
  const found: Occurrences = new Map();
  for (const { day, measures, amounts, keys } of rows)
    keys?.forEach((key, index) => {
      if (key !== null && day !== null) occur(found, measures[index] as number, day, key, amounts[index] as number);
    });
  if (found.size === 0) return;
  const whole = await tx.one<{ unit_id: number }>(
    sql`select totals_id as unit_id from inner_units where realm_id = ${realm} and campaign_id = ${campaign} and whole limit 1`,
  );
  if (!whole) return;
  const place: Place = { realm, campaign, unit: whole.unit_id };
  const members = await numberMembers(tx, place, [...found.values()]);
  const sets = [...found.values()];
  for (let start = 0; start < sets.length; start += 500) await foldDays(tx, place, members, sets.slice(start, start + 500));
  await uniteSpans(tx, place, sets);
}

export interface Place {
  realm: number;
  campaign: number;
  unit: number;
}

interface Members {
  numbers: Map<string, number>;
  length: number;
}

/** Numbers of the members of these sets; new ones get the next, and all sets of the realm are made long enough. */
export async function numberMembers(tx: Tx, place: Place, sets: readonly { amounts: Map<string, number> }[]): Promise<Members> {
  const { realm, campaign } = place;
  const keys = [...new Set(sets.flatMap((set) => [...set.amounts.keys()]))];
  const known = await tx.query<{ key: string; member: number }>(
    sql`select key, member from figure_members where realm_id = ${realm} and campaign_id = ${campaign} and key = any(${keys}::text[])`,
  );
  const numbers = new Map(known.map((row) => [row.key, row.member]));
  const last = await tx.one<{ member: number }>(
    sql`select member from figure_members where realm_id = ${realm} and campaign_id = ${campaign} order by member desc limit 1`,
  );
  let next = (last?.member ?? -1) + 1;
  const oldLength = lengthFor(next);
  const fresh = keys.filter((key) => !numbers.has(key));
  for (const key of fresh) numbers.set(key, next++);
  if (fresh.length > 0)
    await copyRows(
      tx,
      "figure_members (realm_id, campaign_id, key, member)",
      fresh.map((key) => [realm, campaign, key, numbers.get(key)]),
    );
  const length = lengthFor(next);
  if (length > oldLength)
    await tx.query(
      sql`update figure_sets set bits = bits || repeat('0', ${length}::integer - length(bits))::bit varying where realm_id = ${realm} and campaign_id = ${campaign} and length(bits) < ${length}`,
    );
  return { numbers, length };
}

/** A set as PostgreSQL reads bits: in hexadecimal digits, the first member first. */
export function bitsOf(members: readonly number[], length: number): string {
  const bytes = Buffer.alloc(length / 8);
  for (const member of members) (bytes[member >> 3] as number) |= 128 >> (member & 7);
  return `x${bytes.toString("hex")}`;
}

async function foldDays(
  tx: Tx,
  { realm, campaign, unit }: Place,
  { numbers, length }: Members,
  sets: readonly { measure: number; day: string; amounts: Map<string, number> }[],
): Promise<void> {
  const scope = sql`s.realm_id = ${realm} and s.campaign_id = ${campaign} and s.unit_id = ${unit} and s.days = 1`;
  const keys = sql`unnest(${sets.map((set) => set.measure)}::integer[], ${sets.map((set) => set.day)}::date[]) as k (measure_id, day)`;
  const known = await tx.query<{ measure_id: number; day: string; members: number[] }>(
    sql`select s.measure_id, s.day, s.members from ${keys} join figure_sets s on s.measure_id = k.measure_id and s.day = k.day where ${scope}`,
  );
  const old = new Map(known.map((row) => [`${row.measure_id}|${row.day}`, row.members]));
  const kept: { measure: number; day: string; members: number[] }[] = [];
  const empty: { measure: number; day: string }[] = [];
  for (const { measure, day, amounts } of sets) {
    const counts = new Map<number, number>();
    for (const member of old.get(`${measure}|${day}`) ?? []) counts.set(member, (counts.get(member) ?? 0) + 1);
    for (const [key, amount] of amounts) {
      const member = numbers.get(key) as number;
      counts.set(member, (counts.get(member) ?? 0) + amount);
    }
    const members = [...counts].flatMap(([member, count]) => new Array<number>(Math.max(0, count)).fill(member));
    if (members.length > 0) kept.push({ measure, day, members });
    else empty.push({ measure, day });
  }
  if (empty.length > 0)
    await tx.query(sql`delete from figure_sets s using unnest(${empty.map((set) => set.measure)}::integer[], ${empty.map((set) => set.day)}::date[]) as k (measure_id, day)
      where ${scope} and s.measure_id = k.measure_id and s.day = k.day`);
  for (let start = 0; start < kept.length; start += 100)
    await tx.query(sql`insert into figure_sets (realm_id, campaign_id, unit_id, measure_id, days, day, members, bits) values ${join(
      kept
        .slice(start, start + 100)
        .map(
          ({ measure, day, members }) =>
            sql`(${realm}, ${campaign}, ${unit}, ${measure}, 1, ${day}, ${members}::integer[], ${bitsOf(members, length)}::bit varying)`,
        ),
    )}
      on conflict (realm_id, campaign_id, unit_id, measure_id, days, day) do update set members = excluded.members, bits = excluded.bits`);
}

/** Makes the spans anew in which these days lie. */
export async function uniteSpans(
  tx: Tx,
  { realm, campaign, unit }: Place,
  sets: readonly { measure: number; day: string }[],
): Promise<void> {
  const touched = new Map(sets.map(({ measure, day }) => [`${measure}|${spanOf(day)}`, { measure, span: spanOf(day) }]));
  const spans = [...touched.values()];
  const keys = sql`unnest(${spans.map((one) => one.measure)}::integer[], ${spans.map((one) => one.span)}::date[]) as k (measure_id, day)`;
  const scope = sql`s.realm_id = ${realm} and s.campaign_id = ${campaign} and s.unit_id = ${unit} and s.measure_id = k.measure_id`;
  await tx.query(sql`delete from figure_sets s using ${keys} where ${scope} and s.days = ${spanDays} and s.day = k.day`);
  await tx.query(sql`-- lint: owner bulk, the fold unites what it has just written
    insert into figure_sets (realm_id, campaign_id, unit_id, measure_id, days, day, bits)
    select s.realm_id, s.campaign_id, s.unit_id, s.measure_id, ${spanDays}, k.day, bit_or(s.bits) from ${keys}
    join figure_sets s on ${scope} and s.days = 1 and s.day >= k.day and s.day < k.day + ${spanDays}::integer
    group by s.realm_id, s.campaign_id, s.unit_id, s.measure_id, k.day`);
}
