/** A trend of the generated nation's root: twenty figures over twelve months in one go, against asking the months one by one. */
import type { Campaign } from "#kernel/campaign.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { cutPeriod } from "#features/figures/periods.types.ts";
import { answerTrend } from "#features/figures/trend.model.ts";
import { withScope, type Scope, type Tx } from "#platform/db.ts";
import { distinctKeys, figureKeys } from "./nation-pack.ts";
import { openNation, scaled } from "./nation.ts";
import { median, openStage, time, type Result, type Stage } from "./stage.ts";

const year = { from: "2023-01-01", to: "2023-12-31" };

export async function trend(scale: number, say: (line: string) => void): Promise<Result[]> {
  const stage = await openStage(`nation-${scale}`);
  try {
    const campaign = await openNation(stage.database, scaled(scale), say);
    return [
      await measured(stage, campaign, "20 figures × 12 months, root, kept totals", figureKeys.slice(0, 20), "month", 20),
      await measured(stage, campaign, "3 figures of people × 12 months, root, kept sets", distinctKeys, "month", 10),
      await measured(stage, campaign, "20 figures × 53 weeks, root, kept totals", figureKeys.slice(0, 20), "week", 10),
      await measured(stage, campaign, "the same 20 × 12, as of then: from records", figureKeys.slice(0, 20), "month", 2, true),
    ];
  } finally {
    await stage.close();
  }
}

async function measured(
  { database }: Stage,
  campaign: Campaign,
  what: string,
  keys: readonly string[],
  by: "month" | "week",
  times: number,
  then = false,
): Promise<Result> {
  const whole: Scope = { actor: null, realms: campaign.realms, units: "whole", ledgers: [...campaign.ledgers.keys()] };
  const periods = cutPeriod(year, by);
  const asOf = then ? "2100-01-01T00:00:00Z" : undefined;
  const run = (work: (tx: Tx) => Promise<unknown>) => time(times, () => withScope(database, whole, work), 1);
  const together = await run((tx) => answerTrend(tx, campaign, keys, campaign.root, periods, asOf));
  const apart = await run(async (tx) => {
    for (const period of periods) await answerFigures(tx, campaign, keys, [campaign.root], { ...period, asOf });
  });
  return {
    what,
    value: median(together),
    unit: "ms",
    baseline: { what: "asking each period", value: median(apart) },
    target: { ratioAtMost: 1 },
  };
}
