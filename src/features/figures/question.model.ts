/** What a question about figures says: unit, period, moment, and which figures. */
import { z } from "zod";
import { seesUntil, type Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { chinaDay } from "#kernel/fields.ts";
import { figureOf, type Period } from "#kernel/figure-value.ts";
import { day, id, moment } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { listChildren } from "#features/units/units.model.ts";
import type { Unit } from "#features/units/units.types.ts";

export const question = {
  unit: id.optional().meta({ description: "含其各级下级；缺省为本单位" }),
  from: day.optional().meta({ description: "期间的第一天，缺省为活动开始" }),
  to: day.optional().meta({ description: "期间的最后一天，缺省为报告日期或今天" }),
  asOf: moment.optional().meta({ description: "按当时的记录算" }),
};

export const keysInput = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .meta({ description: "指标编号，多个用逗号隔开；缺省为全部" });

export interface Moment extends Period {
  asOf?: string | undefined;
}

/** The keys asked for, or all; throws for one that does not exist. */
export function keysOf(campaign: Campaign, asked: string | string[] | undefined): string[] {
  if (asked === undefined) return [...campaign.figures.keys()];
  const keys = [asked].flat().flatMap((one) =>
    one
      .split(",")
      .map((key) => key.trim())
      .filter((key) => key !== ""),
  );
  for (const key of keys) figureOf(campaign, key);
  return keys;
}

export function periodOf(
  campaign: Campaign,
  now: Date,
  asked: { from?: string | undefined; to?: string | undefined; asOf?: string | undefined },
): Moment {
  const from = asked.from ?? campaign.from;
  const to = asked.to ?? campaign.reportDate ?? campaign.to ?? chinaDay(now);
  if (to < from) throw new Problem("bad_days", 422, `期间的最后一天${to}早于第一天${from}，请核对日期。`);
  return { from, to, asOf: asked.asOf };
}

/**
 * The units below a unit, as a reader wants to see them: where it has a single one below it, that one and then the ones
 * below that, so that a figure opens by units and not by the one office that it goes through; of those that the asker sees. `depth` counts from the unit.
 */
export async function listBelow(
  tx: Tx,
  asker: Asker,
  campaign: number,
  unit: number,
  on: string,
): Promise<(Unit & { depth: number })[]> {
  const passed: (Unit & { depth: number })[] = [];
  for (let depth = 1, above = unit; ; depth++) {
    const children = await listChildren(tx, asker.scope.realms, campaign, above, on);
    const found = children.filter((one) => seesUntil(asker, one.id, on)).map((one) => ({ ...one, depth }));
    const [only] = found;
    if (found.length === 1 && only) {
      passed.push(only);
      above = only.id;
    } else return [...passed, ...found];
  }
}
