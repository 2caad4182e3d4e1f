/** Figures as people read them: value, counting word, text form. */
import type { Campaign } from "#kernel/campaign.ts";
import { figuresInText } from "#kernel/pack-check.ts";
import { evaluate, figureOf, partsOf, plainValue } from "#kernel/figure-value.ts";
import { numberText } from "#kernel/number-text.ts";
import type { Tx } from "#platform/db.ts";
import { distinctValues, measure } from "./figures.model.ts";
import type { FigureAnswer, Question } from "./figures.types.ts";

/** Answers for several figures at several units, by unit and then in the order of `keys`. */
export async function answerFigures(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  units: readonly number[],
  question: Omit<Question, "unit">,
): Promise<Map<number, FigureAnswer[]>> {
  const named = [...new Set([...keys, ...keys.flatMap((key) => figuresInText(figureOf(campaign, key).text ?? ""))])];
  const requests = named.flatMap((key) => partsOf(campaign, key, question).map((part) => part.request));
  const measured = await measure(tx, campaign, requests, units, question.asOf);
  const answers = new Map<number, FigureAnswer[]>();
  for (const [unit, values] of measured) {
    const found = new Map(
      named.map((key) => [
        key,
        evaluate(campaign, key, question, (request) => values.get(request.id) ?? { value: null, records: 0, note: "没有数据" }),
      ]),
    );
    const shown: FigureAnswer[] = [];
    for (const key of keys) {
      const figure = figureOf(campaign, key);
      const { value, note } = found.get(key) ?? { value: null };
      const plain = plainValue(value);
      const first = partsOf(campaign, key, question)[0];
      const names =
        first && figure.text?.includes("{values") ? await distinctValues(tx, campaign, first.request, unit, question.asOf) : [];
      shown.push({
        key,
        name: figure.name,
        value: plain,
        unit: figure.unit,
        text: numberText(plain, figure.unit, figure.text, {
          values: names,
          figure: (other) => plainValue(found.get(other)?.value ?? null),
        }),
        note: note ?? null,
        from: figure.period?.from ?? question.from,
        to: figure.period?.to ?? question.to,
        asOf: question.asOf ?? null,
      });
    }
    answers.set(unit, shown);
  }
  return answers;
}
