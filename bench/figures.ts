/** Figures of the generated nation: 60 of them for the root and its children, for leaves and middle units, people told apart, freshness. */
import { randomUUID } from "node:crypto";
import type { Campaign } from "#kernel/campaign.ts";
import { ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { operator } from "#features/access/asker.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { asOwner, sql, withScope, type Scope } from "#platform/db.ts";
import { days, distinctKeys, figureKeys } from "./nation-pack.ts";
import { openNation, scaled } from "./nation.ts";
import { median, openStage, quantile, random, time, type Result, type Stage } from "./stage.ts";

const dayAfter = (day: string, more: number): string => new Date(Date.parse(day) + more * 86_400_000).toISOString().slice(0, 10);

export async function figures(scale: number, say: (line: string) => void): Promise<Result[]> {
  const stage = await openStage(`nation-${scale}`);
  try {
    const campaign = await openNation(stage.database, scaled(scale), say);
    return [...(await reads(stage, campaign)), ...(await people(stage, campaign)), await freshness(stage, campaign)];
  } finally {
    await stage.close();
  }
}

const top = (campaign: Campaign): Scope => operator(campaign).scope;

/** Any range of days, the same for the same seed. */
function ranges(seed: number): () => { from: string; to: string } {
  const next = random(seed);
  return () => {
    const from = Math.floor(next() * days.count);
    return { from: dayAfter(days.from, from), to: dayAfter(days.from, from + Math.floor(next() * (days.count - from))) };
  };
}

const unitsBelow = async (
  { database }: Stage,
  campaign: Campaign,
  level: string,
  limit: number,
): Promise<{ id: number; realm: number }[]> =>
  asOwner(database, "choose units", (tx) =>
    tx.query(
      sql`select unit_id as id, realm_id as realm from units where realm_id = any(${campaign.realms}::integer[]) and level = ${level} order by hashint8(unit_id) limit ${limit}`,
    ),
  );

async function reads(stage: Stage, campaign: Campaign): Promise<Result[]> {
  const { database } = stage;
  const provinces = (await unitsBelow(stage, campaign, "省", 31)).map((unit) => unit.id);
  const range = ranges(1);
  const ask = (scope: Scope, units: number[]): Promise<unknown> =>
    withScope(database, scope, (tx) => answerFigures(tx, campaign, figureKeys, units, range()));
  const root = await time(100, () => ask(top(campaign), [campaign.root, ...provinces]), 10);
  // What the same 60 figures of the root cost when they are counted from the entries, over all days.
  const counted = await time(
    1,
    () =>
      database.pool.query(
        `select ledger, count(*), count(*) filter (where data->>'类别' in ('专题党课', '警示教育')), sum((data->>'参加人数')::numeric)
         from entries where realm_id = any($1) and campaign_id = $2 and not deleted group by ledger`,
        [campaign.realms, campaign.id],
      ),
    1,
  );
  const counting = { what: "counting from entries", value: median(counted) };
  const results: Result[] = [
    {
      what: "60 figures, root and 31 children, any range, p95",
      value: quantile(root, 0.95),
      unit: "ms",
      baseline: counting,
      target: { atMost: 50 },
    },
    { what: "60 figures, root and 31 children, any range, p50", value: median(root), unit: "ms", baseline: counting },
  ];
  for (const [level, target] of [
    ["乡", 10],
    ["县", undefined],
    ["市", undefined],
  ] as const) {
    const units = await unitsBelow(stage, campaign, level, 100);
    const times = await time(100, (index) => {
      const unit = units[(index + units.length) % units.length] as { id: number; realm: number };
      return ask({ actor: null, realms: [unit.realm], units: [unit.id], ledgers: [...campaign.ledgers.keys()] }, [unit.id]);
    });
    results.push({ what: `60 figures, one ${level}, any range, p50`, value: median(times), unit: "ms" });
    results.push({
      what: `60 figures, one ${level}, any range, p95`,
      value: quantile(times, 0.95),
      unit: "ms",
      ...(target === undefined ? {} : { target: { atMost: target } }),
    });
  }
  return results;
}

async function people({ database }: Stage, campaign: Campaign): Promise<Result[]> {
  const range = ranges(2);
  const results: Result[] = [];
  for (const key of distinctKeys) {
    const times = await time(50, () =>
      withScope(database, top(campaign), (tx) => answerFigures(tx, campaign, [key], [campaign.root], range())),
    );
    const counted = await time(
      1,
      () =>
        database.pool.query(
          `select count(distinct data->>'人员') from entries where realm_id = any($1) and campaign_id = $2 and ledger = $3 and not deleted and data->>'形式' in ('集中学习', '线上学习')`,
          [campaign.realms, campaign.id, key.slice(0, 3)],
        ),
      1,
    );
    results.push({
      what: `people told apart (${key}), root, any range, p95`,
      value: quantile(times, 0.95),
      unit: "ms",
      baseline: { what: "counting from entries", value: median(counted) },
      target: { atMost: 200 },
    });
  }
  return results;
}

/** From the commit of an entry at a leaf until the root's figure shows it. */
async function freshness(stage: Stage, campaign: Campaign): Promise<Result> {
  const { database } = stage;
  const leaves = await unitsBelow(stage, campaign, "乡", 20);
  const key = "l03-count";
  const read = async (): Promise<number> => {
    const answers = await withScope(database, top(campaign), (tx) => answerFigures(tx, campaign, [key], [campaign.root], days));
    return Number(answers.get(campaign.root)?.[0]?.value);
  };
  const times: number[] = [];
  for (const unit of leaves) {
    const before = await read();
    await withScope(
      database,
      { actor: null, realms: [unit.realm], units: [unit.id], ledgers: [...campaign.ledgers.keys()] },
      (tx) =>
        recordEntry(
          tx,
          campaign,
          unit.realm,
          ledgerOf(campaign, "l03"),
          { account: null, unit: unit.id, role: "clerk", now: new Date() },
          randomUUID(),
          {
            编号: `新${unit.id}-${before}`,
            单位: unit.id,
            活动日期: "2023-05-04",
            活动名称: "集中学习",
            类别: "交流研讨",
            形式: "集中学习",
            参加人数: 12,
          },
        ),
    );
    const begun = performance.now();
    while ((await read()) !== before + 1);
    times.push(performance.now() - begun);
  }
  return {
    what: "an entry of a leaf is in the root's figure, p95",
    value: quantile(times, 0.95),
    unit: "ms",
    target: { atMost: 1000 },
  };
}
