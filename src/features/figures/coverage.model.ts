/** Which of several units a figure says something about: those where it has a value other than 0. */
import type { Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { partsOf } from "#kernel/figure-value.ts";
import type { Tx } from "#platform/db.ts";
import { answerValues, sealedLedgers } from "./answers.model.ts";
import type { Question } from "./figures.types.ts";

export interface Coverage {
  figures: { key: string; without: number[] }[];
  /** Units without any of the figures that go by date. */
  silent: number[];
}

/** Coverage by figure, units in the order given. Figures of ledgers kept from the asker are left out. */
export async function answerCoverage(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  units: readonly number[],
  question: Omit<Question, "unit">,
  asker?: Asker,
): Promise<Coverage> {
  const told = keys.filter((key) => !asker || sealedLedgers(campaign, asker, key).length === 0);
  const answers = await answerValues(tx, campaign, told, units, question);
  const has = (unit: number, key: string): boolean => {
    const value = answers.get(unit)?.get(key)?.value ?? null;
    return value !== null && value !== 0 && value !== "";
  };
  // What looks at no date (a plan's deadline, the number of tasks) says nothing of what was done in the period.
  const dated = told.filter((key) => partsOf(campaign, key, question).every((part) => part.request.plan.date.kind !== "none"));
  return {
    figures: told.map((key) => ({ key, without: units.filter((unit) => !has(unit, key)) })),
    silent: units.filter((unit) => !dated.some((key) => has(unit, key))),
  };
}
