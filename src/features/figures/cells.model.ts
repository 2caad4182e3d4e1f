/**
 * Prepared day totals of additive measures, and the sets of measures that tell people apart (`sets.model.ts`).
 *
 * A write adds one row of amounts (`figure_deltas`) beside the entry, in the same transaction and without touching
 * a row that another writer touches. `fold` moves such rows, a batch at a time, into `figure_cells` of every inner
 * unit on the roll-up path of that day. A read takes cells and the rows not folded yet in one statement, so it is
 * exact and fresh whatever the folding has done. Leaves have no cells: their few records are counted directly.
 */
import type { Campaign } from "#kernel/campaign.ts";
import type { Delta, Deltas } from "#kernel/figure-deltas.ts";
import type { Period } from "#kernel/figure-value.ts";
import { asOwner, copyRows, join, sql, type Database, type Tx } from "#platform/db.ts";
import { epochDay, foldSets } from "./sets.model.ts";

const blockDays = 64;
/** Block of what has no date. */
const undated = -1_000_000;

interface Place {
  block: number;
  index: number;
}

export const place = (day: string | null): Place => {
  if (day === null) return { block: undated, index: 0 };
  const number = epochDay(day);
  return { block: Math.floor(number / blockDays), index: ((number % blockDays) + blockDays) % blockDays };
};

export interface Totals {
  realm: number;
  unit: number;
}

/**
 * Totals of measures over periods where they are kept, folded and pending together, by `realm|unit|measure|period`, the
 * last as its place in `periods`. Units of any number of realms and any number of periods are read in one statement.
 */
export async function readCells(
  tx: Tx,
  campaign: Campaign,
  totals: readonly Totals[],
  dated: readonly number[],
  plain: readonly number[],
  periods: readonly Period[],
): Promise<Map<string, number>> {
  const all = [...dated, ...plain];
  const realms = [...new Set(totals.map((one) => one.realm))];
  const kept = sql`unnest(${totals.map((one) => one.realm)}::integer[], ${totals.map((one) => one.unit)}::bigint[]) as k (realm_id, unit_id)`;
  // A single row of values is as good as constants to the planner.
  const asked = sql`(values ${join(
    periods.map(({ from, to }, n) => {
      const [first, last] = [place(from), place(to)];
      return sql`(${n}::integer, ${from}::date, ${to}::date, ${first.block}::integer, ${first.index}::integer, ${last.block}::integer, ${last.index}::integer)`;
    }),
  )}) as r (n, from_day, to_day, first_block, first_index, last_block, last_index)`;
  const blocks = periods.flatMap(({ from, to }) => [place(from).block, place(to).block]);
  const rows = await tx.query<{ realm_id: number; unit_id: number; measure_id: number; n: number; amount: number }>(sql`
    select realm_id, unit_id, measure_id, n, sum(amount)::bigint as amount from (
      select c.realm_id, c.unit_id, c.measure_id, r.n, case
          when c.block = ${undated} or (c.block > r.first_block and c.block < r.last_block) then c.total
          when c.block = r.first_block and c.block = r.last_block then c.prefix[r.last_index + 1] - coalesce(c.prefix[r.first_index], 0)
          when c.block = r.first_block then c.total - coalesce(c.prefix[r.first_index], 0)
          else c.prefix[r.last_index + 1] end as amount
        from ${kept} join figure_cells c on c.realm_id = k.realm_id and c.unit_id = k.unit_id
          join ${asked} on c.block = ${undated} or c.block between r.first_block and r.last_block
        where c.realm_id = any(${realms}::integer[]) and c.campaign_id = ${campaign.id}
          and ((c.measure_id = any(${dated}::integer[]) and c.block between ${Math.min(...blocks)} and ${Math.max(...blocks)}) or (c.measure_id = any(${plain}::integer[]) and c.block = ${undated}))
      union all
      select p.realm_id, p.ancestor_id, m.measure_id, r.n, m.amount
        from figure_deltas d
        join ${asked} on d.day is null or d.day between r.from_day and r.to_day
        join unit_paths p on p.realm_id = d.realm_id and p.campaign_id = d.campaign_id and p.unit_id = d.unit_id
          and coalesce(d.day, r.to_day) >= p.from_day and coalesce(d.day, r.to_day) < p.to_day
        join ${kept} on k.realm_id = p.realm_id and k.unit_id = p.ancestor_id
        cross join lateral unnest(d.measures, d.amounts) as m (measure_id, amount)
        where d.realm_id = any(${realms}::integer[]) and d.campaign_id = ${campaign.id} and m.measure_id = any(${all}::integer[])
    ) as both_parts group by realm_id, unit_id, measure_id, n`);
  return new Map(rows.map((row) => [`${row.realm_id}|${row.unit_id}|${row.measure_id}|${row.n}`, row.amount]));
}

interface Path {
  unit_id: number;
  ancestor_id: number;
  from_day: string;
  to_day: string;
}

const covers = (path: Path, day: string | null): boolean =>
  day === null
    ? path.to_day === "infinity"
    : (path.from_day === "-infinity" || path.from_day <= day) && (path.to_day === "infinity" || day < path.to_day);

/** Only one process folds a realm at a time: whether it is this transaction, until its end. */
async function holdFolding(tx: Tx, realm: number): Promise<boolean> {
  return (await tx.one<{ taken: boolean }>(sql`select pg_try_advisory_xact_lock(7240002, ${realm}) as taken`))?.taken === true;
}

/** Moves one batch of pending rows of a realm into its cells; how many were moved. */
export async function foldBatch(tx: Tx, realm: number, limit = 50_000): Promise<number> {
  if (!(await holdFolding(tx, realm))) return 0;
  const pending = await tx.query<Delta & { campaign: number }>(sql`
    delete from figure_deltas where realm_id = ${realm} and delta_id <= (
      select max(delta_id) from (select delta_id from figure_deltas where realm_id = ${realm} order by delta_id limit ${limit}) as first_ones)
    returning campaign_id as campaign, unit_id as unit, day, measures, amounts, keys`);
  for (const [campaign, rows] of Map.groupBy(pending, (row) => row.campaign)) await fold(tx, realm, campaign, rows);
  return pending.length;
}

/** Adds many amounts, as the owner: folded here and now, or left pending while someone else folds. */
export async function addAmounts(tx: Tx, realm: number, campaign: number, deltas: Deltas): Promise<void> {
  if (deltas.size === 0) return;
  if (await holdFolding(tx, realm)) await fold(tx, realm, campaign, deltas.take());
  else await deltas.copy(tx, realm, campaign);
}

async function fold(tx: Tx, realm: number, campaign: number, rows: readonly Delta[]): Promise<void> {
  const units = [...new Set(rows.map((row) => row.unit))];
  // Of units with the same totals only the one that keeps them.
  const paths = await tx.query<Path>(sql`
    select p.unit_id, p.ancestor_id, p.from_day, p.to_day from unit_paths p
    join inner_units i on i.realm_id = p.realm_id and i.campaign_id = p.campaign_id and i.unit_id = p.ancestor_id and i.totals_id = i.unit_id
    where p.realm_id = ${realm} and p.campaign_id = ${campaign} and p.unit_id = any(${units}::bigint[])`);
  const byUnit = Map.groupBy(paths, (path) => path.unit_id);
  const points = new Points();
  for (const { unit, day, measures, amounts, keys } of rows) {
    const at = place(day);
    for (const path of byUnit.get(unit) ?? []) {
      if (!covers(path, day)) continue;
      measures.forEach((measure, index) => {
        if (keys?.[index] == null) points.add(path.ancestor_id, measure, at, amounts[index] as number);
      });
    }
  }
  await points.write(tx, realm, campaign);
  await foldSets(tx, realm, campaign, rows);
}

/** Amounts by cell and day within the block. */
export class Points {
  readonly #cells = new Map<string, { unit: number; measure: number; block: number; amounts: Map<number, number> }>();

  add(unit: number, measure: number, { block, index }: Place, amount: number): void {
    const key = `${unit}|${measure}|${block}`;
    let cell = this.#cells.get(key);
    if (!cell) this.#cells.set(key, (cell = { unit, measure, block, amounts: new Map() }));
    cell.amounts.set(index, (cell.amounts.get(index) ?? 0) + amount);
  }

  /** Cells that nothing is known of yet, by COPY: for a rebuild. */
  async copy(tx: Tx, realm: number, campaign: number): Promise<void> {
    const rows = [...this.#cells.values()].map(({ unit, measure, block, amounts }) => {
      const prefix = sums(undefined, block, amounts);
      return [realm, campaign, unit, measure, block, prefix.at(-1), prefix];
    });
    await copyRows(tx, "figure_cells (realm_id, campaign_id, unit_id, measure_id, block, total, prefix)", rows);
  }

  async write(tx: Tx, realm: number, campaign: number): Promise<void> {
    const cells = [...this.#cells.values()];
    for (let start = 0; start < cells.length; start += 2000) {
      const batch = cells.slice(start, start + 2000);
      const known = await tx.query<{ unit_id: number; measure_id: number; block: number; prefix: number[] }>(sql`
        select c.unit_id, c.measure_id, c.block, c.prefix from figure_cells c
        join unnest(${batch.map((cell) => cell.unit)}::bigint[], ${batch.map((cell) => cell.measure)}::integer[], ${batch.map((cell) => cell.block)}::integer[]) as k (unit_id, measure_id, block)
          on c.unit_id = k.unit_id and c.measure_id = k.measure_id and c.block = k.block
        where c.realm_id = ${realm} and c.campaign_id = ${campaign}`);
      const old = new Map(known.map((cell) => [`${cell.unit_id}|${cell.measure_id}|${cell.block}`, cell.prefix]));
      const values = batch.map((cell) => {
        const next = sums(old.get(`${cell.unit}|${cell.measure}|${cell.block}`), cell.block, cell.amounts);
        return sql`(${realm}, ${campaign}, ${cell.unit}, ${cell.measure}, ${cell.block}, ${next.at(-1) ?? 0}, ${next}::bigint[])`;
      });
      for (let part = 0; part < values.length; part += 1000)
        await tx.query(sql`insert into figure_cells (realm_id, campaign_id, unit_id, measure_id, block, total, prefix) values ${join(values.slice(part, part + 1000))}
          on conflict (realm_id, campaign_id, unit_id, measure_id, block) do update set total = excluded.total, prefix = excluded.prefix`);
    }
  }
}

/** Running sums of a block after these amounts were added. */
function sums(old: readonly number[] | undefined, block: number, amounts: ReadonlyMap<number, number>): number[] {
  const next = old ? [...old] : new Array<number>(block === undated ? 1 : blockDays).fill(0);
  let running = 0;
  for (let index = 0; index < next.length; index++) {
    running += amounts.get(index) ?? 0;
    (next[index] as number) += running;
  }
  return next;
}

/**
 * Keeps folding and writers still until the end of the transaction: the locks are taken in this order everywhere, and
 * writers that hold a version of the pack (`hold_pack`) are waited for.
 */
export async function stopWriters(tx: Tx, realms: readonly number[]): Promise<void> {
  for (const realm of realms) await tx.query(sql`select pg_advisory_xact_lock(7240002, ${realm})`);
  await tx.query(sql`lock table figure_deltas in share row exclusive mode`);
}

/** Folds everything that is pending in a campaign's realms, a batch a transaction. */
export async function foldAll(database: Database, campaign: Campaign): Promise<void> {
  for (const realm of campaign.realms) while ((await asOwner(database, "fold figures", (tx) => foldBatch(tx, realm))) > 0);
}
