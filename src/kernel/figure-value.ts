/**
 * From measures to figures: which measures over which periods a figure needs, and its value from theirs.
 * Arithmetic is exact decimal; rounding is half up (half away from zero).
 */
import { Big } from "big.js";
import type { Campaign } from "./campaign.ts";
import type { FigureDefinition, Ledger, Measure, Operand } from "./definitions.ts";
import { daysBetween } from "./fields.ts";
import { planMeasure, type MeasurePlan } from "./measure.ts";
import { Problem } from "./problem.ts";

Big.DP = 30;
Big.RM = Big.roundHalfUp;

export interface Period {
  from: string;
  to: string;
}

/** One measure over one period: what the database is asked. */
export interface Request extends Period {
  id: string;
  plan: MeasurePlan;
  own: boolean;
}

/** What came back: an exact number or a text, how many records it looked at, and what to mind. */
export interface MeasureValue {
  value: Big | string | null;
  records: number;
  note?: string;
}

type FigureNode = { figure: FigureDefinition; period: Period };

/** Everything a figure needs, by part. A plain figure has one part with no name. */
export interface Part {
  name: string | null;
  request: Request;
}

const plans = new WeakMap<Measure, MeasurePlan>();

function planOf(campaign: Campaign, measure: Measure, ledgerKey: string | undefined): MeasurePlan {
  const known = plans.get(measure);
  if (known) return known;
  const ledger = campaign.ledgers.get(measure.ledger ?? ledgerKey ?? "") as Ledger;
  const plan = planMeasure(measure, ledger);
  plans.set(measure, plan);
  return plan;
}

export function figureOf(campaign: Campaign, key: string): FigureDefinition {
  const figure = campaign.figures.get(key);
  if (!figure) throw new Problem("unknown_figure", 404, `没有指标“${key}”。可用 yibenzhang figures 查看全部指标。`, { key });
  return figure;
}

const periodOf = (figure: FigureDefinition, asked: Period): Period => ({
  from: figure.period?.from ?? asked.from,
  to: figure.period?.to ?? asked.to,
});

function request(campaign: Campaign, node: FigureNode, measure: Measure): Request {
  const plan = planOf(campaign, measure, node.figure.ledger);
  const own = node.figure.rollUp === "own";
  return { id: `${plan.digest}|${node.period.from}|${node.period.to}|${own}`, plan, own, ...node.period };
}

/** The same day one year earlier; 29 February becomes 28 February. */
export function yearBefore(day: string): string {
  const earlier = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  return earlier.endsWith("-02-29") ? `${earlier.slice(0, 8)}28` : earlier;
}

const partNames: Record<string, [string, string]> = {
  ratio: ["分子", "分母"],
  growth: ["本期", "基期"],
  difference: ["被减数", "减数"],
  days: ["起", "止"],
};

/** Parts of a figure down to its measures, in the order in which they are written. */
export function partsOf(campaign: Campaign, key: string, asked: Period): Part[] {
  const figure = figureOf(campaign, key);
  return parts(campaign, { figure, period: periodOf(figure, asked) }, null);
}

function parts(campaign: Campaign, node: FigureNode, name: string | null): Part[] {
  const { figure, period } = node;
  const of = (operand: Operand, label: string | null, when: Period = period): Part[] => {
    if (typeof operand !== "string") return [{ name: label, request: request(campaign, { figure, period: when }, operand) }];
    const other = figureOf(campaign, operand);
    return parts(campaign, { figure: other, period: periodOf(other, when) }, label ?? other.name);
  };
  const pair = (kind: string, first: Operand, second: Operand): Part[] => [
    ...of(first, partNames[kind]?.[0] ?? null),
    ...of(second, partNames[kind]?.[1] ?? null),
  ];
  if (figure.ratio) return pair("ratio", figure.ratio.of, figure.ratio.to);
  if (figure.growth) return pair("growth", figure.growth.now, figure.growth.base);
  if (figure.difference) return pair("difference", figure.difference.of, figure.difference.less);
  if (figure.days) return pair("days", figure.days.from, figure.days.to);
  if (figure.total)
    return figure.total.flatMap((operand, index) => of(operand, typeof operand === "string" ? null : `第${index + 1}项`));
  if (figure.yearOnYear)
    return [
      ...of(figure.yearOnYear, "本期"),
      ...of(figure.yearOnYear, "上年同期", { from: yearBefore(period.from), to: yearBefore(period.to) }),
    ];
  return [{ name, request: request(campaign, node, figure) }];
}

export type Answers = (request: Request) => MeasureValue;

/** Value of a figure from the values of its measures. */
export function evaluate(
  campaign: Campaign,
  key: string,
  asked: Period,
  answers: Answers,
): { value: Big | string | null; note?: string } {
  const figure = figureOf(campaign, key);
  return value(campaign, { figure, period: periodOf(figure, asked) }, answers);
}

function value(campaign: Campaign, node: FigureNode, answers: Answers): { value: Big | string | null; note?: string } {
  const { figure, period } = node;
  const of = (operand: Operand, when: Period = period): { value: Big | string | null; note?: string } => {
    if (typeof operand !== "string") {
      const found = answers(request(campaign, { figure, period: when }, operand));
      return { ...found, value: finish(operand, found.value) };
    }
    const other = figureOf(campaign, operand);
    return value(campaign, { figure: other, period: periodOf(other, when) }, answers);
  };
  const number = (operand: Operand, when?: Period): Big | null => {
    const found = of(operand, when).value;
    return found instanceof Big ? found : typeof found === "string" && /^-?\d+(\.\d+)?$/.test(found) ? new Big(found) : null;
  };
  const divided = (first: Big | null, second: Big | null, times: number, less: number): { value: Big | null; note?: string } => {
    if (first === null || second === null) return { value: null };
    if (second.eq(0)) return { value: null, note: "分母为0，无法计算" };
    return { value: first.div(second).minus(less).times(times) };
  };
  const result = ((): { value: Big | string | null; note?: string } => {
    if (figure.ratio) return divided(number(figure.ratio.of), number(figure.ratio.to), figure.ratio.percent ? 100 : 1, 0);
    if (figure.growth) return divided(number(figure.growth.now), number(figure.growth.base), 100, 1);
    if (figure.yearOnYear)
      return divided(
        number(figure.yearOnYear),
        number(figure.yearOnYear, { from: yearBefore(period.from), to: yearBefore(period.to) }),
        100,
        1,
      );
    if (figure.difference) {
      const [first, second] = [number(figure.difference.of), number(figure.difference.less)];
      return { value: first && second ? first.minus(second) : null };
    }
    if (figure.total) {
      let sum = new Big(0);
      for (const operand of figure.total) sum = sum.plus(number(operand) ?? 0);
      return { value: sum };
    }
    if (figure.days) {
      const [from, to] = [of(figure.days.from).value, of(figure.days.to).value];
      if (from === null || to === null) return { value: null };
      const ends = [from, to].map(String);
      if (!ends.every((end) => /^\d{4}-\d{2}(-\d{2})?$/.test(end))) return { value: null, note: "起止不都是日期，无法计算天数" };
      return { value: new Big(daysBetween(ends[0] as string, ends[1] as string)) };
    }
    return answers(request(campaign, node, figure));
  })();
  return { ...result, value: finish(figure, result.value) };
}

function finish(
  measure: { divide?: number | undefined; round?: number | undefined },
  found: Big | string | null,
): Big | string | null {
  if (!(found instanceof Big)) return found;
  const scaled = measure.divide === undefined ? found : found.div(measure.divide);
  return measure.round === undefined ? scaled : scaled.round(measure.round, Big.roundHalfUp);
}

/** A value for JSON: numbers as numbers; text that is a plain number as a number too. */
export function plainValue(found: Big | string | null): number | string | null {
  if (found === null) return null;
  if (typeof found !== "string") return found.toNumber();
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(found) ? Number(found) : found;
}

/** All measures that a campaign's figures use and that are kept prepared (as amounts or as sets), once each. */
export function preparedPlans(campaign: Campaign): MeasurePlan[] {
  const found = new Map<string, MeasurePlan>();
  const period = { from: campaign.from, to: campaign.to ?? campaign.from };
  for (const key of campaign.figures.keys())
    for (const part of partsOf(campaign, key, period))
      if (part.request.plan.prepared || part.request.plan.sets) found.set(part.request.plan.digest, part.request.plan);
  return [...found.values()];
}
