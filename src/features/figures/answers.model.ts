/** Figures as people read them: value, counting word, text form. */
import { mayUse, type Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import { isWithheld } from "#kernel/withheld.ts";
import { figuresInText } from "#kernel/pack-check.ts";
import { evaluate, figureOf, partsOf, plainValue } from "#kernel/figure-value.ts";
import { numberText } from "#kernel/number-text.ts";
import type { Tx } from "#platform/db.ts";
import { measure } from "./figures.model.ts";
import { distinctValues } from "./records.model.ts";
import type { FigureAnswer, Question } from "./figures.types.ts";

/** Ledgers that a figure counts and the asker may not read, or not the fields of them that it looks at: by the rights of `present`, where a former version counts. */
export function sealedLedgers(campaign: Campaign, asker: Asker, key: string, present = campaign): Ledger[] {
  const plans = partsOf(campaign, key, { from: campaign.from, to: campaign.from }).map((part) => part.request.plan);
  const kept = plans.filter(({ ledger, fields, where, any }) => {
    const now = present.ledgers.get(ledger.key) ?? ledger;
    if (mayUse(asker, now, "read") !== true) return true;
    const named = [...fields, ...[where, ...any].flatMap((one) => Object.keys(one))];
    return named.some((name) => {
      const field = fieldOf(now, name) ?? fieldOf(ledger, name);
      return field !== undefined && isWithheld(present, asker.role, now, field);
    });
  });
  return [...new Set(kept.map(({ ledger }) => ledger))];
}

/** What stands for a value that may not be told. */
export const sealedText = "不显示";
const sealedNote = "出自限定知悉范围的台账，只显示3以上的数";
/** Of ledgers kept from the asker only numbers are told, and none so small that it points at someone. */
const mayTell = (value: number | string | null): boolean => typeof value === "number" && value >= 3;

interface Told {
  value: number | string | null;
  note?: string | undefined;
}

/** Values alone of several figures at several units, by unit and figure, for an asker who may know them all. */
export async function answerValues(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  units: readonly number[],
  question: Omit<Question, "unit">,
): Promise<Map<number, Map<string, Told>>> {
  const requests = keys.flatMap((key) => partsOf(campaign, key, question).map((part) => part.request));
  const measured = await measure(tx, campaign, requests, units, question.asOf);
  return new Map(
    [...measured].map(([unit, values]) => [
      unit,
      new Map(
        keys.map((key) => {
          const none = { value: null, records: 0, note: "没有数据" };
          const { value, note } = evaluate(campaign, key, question, (request) => values.get(request.id) ?? none);
          return [key, { value: plainValue(value), note }];
        }),
      ),
    ]),
  );
}

/**
 * Answers for several figures at several units, by unit and then in the order of `keys`. With an asker, what they may
 * not know is left out here, for every way out alike.
 */
export async function answerFigures(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  units: readonly number[],
  question: Omit<Question, "unit">,
  asker?: Asker,
): Promise<Map<number, FigureAnswer[]>> {
  const named = [...new Set([...keys, ...keys.flatMap((key) => figuresInText(figureOf(campaign, key).text ?? ""))])];
  const valued = await answerValues(tx, campaign, named, units, question);
  const sealed = new Set(asker ? named.filter((key) => sealedLedgers(campaign, asker, key).length > 0) : []);
  const answers = new Map<number, FigureAnswer[]>();
  for (const [unit, found] of valued) {
    const shown: FigureAnswer[] = [];
    for (const key of keys) {
      const figure = figureOf(campaign, key);
      const { value: plain, note } = found.get(key) ?? { value: null, note: undefined };
      const span = {
        from: figure.period?.from ?? question.from,
        to: figure.period?.to ?? question.to,
        asOf: question.asOf ?? null,
      };
      if (sealed.has(key) && !mayTell(plain)) {
        shown.push({ key, name: figure.name, value: null, unit: figure.unit, text: sealedText, note: sealedNote, ...span });
        continue;
      }
      const first = partsOf(campaign, key, question)[0];
      const names =
        first && !sealed.has(key) && figure.text?.includes("{values")
          ? await distinctValues(tx, campaign, first.request, unit, question.asOf)
          : [];
      shown.push({
        key,
        name: figure.name,
        value: plain,
        unit: figure.unit,
        text: numberText(plain, figure.unit, figure.text, {
          values: names,
          figure: (other) => {
            const its = found.get(other)?.value ?? null;
            return sealed.has(other) && !mayTell(its) ? null : its;
          },
        }),
        note: note ?? null,
        ...span,
      });
    }
    answers.set(unit, shown);
  }
  return answers;
}
