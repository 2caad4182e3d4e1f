/** Figures over a row of periods in one go: what each period by itself would be answered. */
import type { Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { evaluate, partsOf, plainValue, type Period } from "#kernel/figure-value.ts";
import type { Tx } from "#platform/db.ts";
import { sealedLedgers } from "./answers.model.ts";
import { measure } from "./figures.model.ts";

/**
 * Values by figure, in the order of `periods`. Figures of ledgers kept from the asker have none: a row of small numbers
 * would tell of single records what their sum may not.
 */
export async function answerTrend(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  unit: number,
  periods: readonly Period[],
  asOf: string | undefined,
  asker?: Asker,
): Promise<Map<string, (number | string | null)[]>> {
  const told = [...new Set(keys)].filter((key) => !asker || sealedLedgers(campaign, asker, key).length === 0);
  const requests = told.flatMap((key) => periods.flatMap((period) => partsOf(campaign, key, period).map((part) => part.request)));
  const values = (await measure(tx, campaign, requests, [unit], asOf)).get(unit);
  return new Map(
    told.map((key) => [
      key,
      periods.map((period) =>
        plainValue(evaluate(campaign, key, period, (one) => values?.get(one.id) ?? { value: null, records: 0 }).value),
      ),
    ]),
  );
}
