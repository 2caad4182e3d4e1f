/** What a figure counts, in Chinese words made from its definition: 口径 as shown on hover and in a report's annex. */
import type { Campaign } from "./campaign.ts";
import type { Condition, FigureDefinition, Measure, Operand, Where } from "./definitions.ts";
import { isVariable } from "./measure.ts";

export function definitionWords(campaign: Campaign, figure: FigureDefinition): string {
  const computed = words(campaign, figure);
  return figure.description ? `${figure.description.replace(/。$/, "")}。算法：${computed}` : computed;
}

function words(campaign: Campaign, figure: FigureDefinition): string {
  const of = (operand: Operand): string => {
    if (typeof operand !== "string") return measureWords(campaign, { ...operand, ledger: operand.ledger ?? figure.ledger });
    const other = campaign.figures.get(operand);
    return other ? `“${other.name}”` : operand;
  };
  const tail = finishWords(figure);
  if (figure.ratio)
    return `${of(figure.ratio.of)}，除以${of(figure.ratio.to)}${figure.ratio.percent ? "，化为百分数" : ""}${tail}。`;
  if (figure.growth) return `${of(figure.growth.now)}，比${of(figure.growth.base)}增长的百分数${tail}。`;
  if (figure.difference) return `${of(figure.difference.of)}，减去${of(figure.difference.less)}${tail}。`;
  if (figure.total) return `以下各项之和：${figure.total.map(of).join("；")}${tail}。`;
  if (figure.days) return `从${of(figure.days.from)}，到${of(figure.days.to)}的天数${tail}。`;
  if (figure.yearOnYear) return `${of(figure.yearOnYear)}与上年同期相比增长的百分数${tail}。`;
  return `${measureWords(campaign, figure)}。`;
}

function finishWords({ divide, round }: { divide?: number | undefined; round?: number | undefined }): string {
  return `${divide === undefined ? "" : `，除以${divide}`}${round === undefined ? "" : round === 0 ? "，四舍五入取整数" : `，保留${round}位小数`}`;
}

function measureWords(campaign: Campaign, measure: Measure): string {
  const ledger = campaign.ledgers.get(measure.ledger ?? "");
  const conditions = whereWords(measure.where ?? {});
  const any = measure.any?.map((where) => whereWords(where).join("且")).join("，或者");
  const date = measure.date ?? ledger?.date ?? "none";
  const chosen = [...(date === "none" ? [] : [`「${date}」在统计期间内`]), ...conditions, ...(any ? [`（${any}）`] : [])];
  return `《${ledger?.name ?? measure.ledger ?? ""}》中${chosen.length === 0 ? "全部记录" : `${chosen.join("、")}的记录`}，${operationWords(measure)}${finishWords(measure)}`;
}

function operationWords(measure: Measure): string {
  if (measure.count) return "计条数";
  if (measure.sum) return `对「${measure.sum}」求和`;
  if (measure.avg) return `求「${measure.avg}」的平均值`;
  if (measure.distinct) return `按「${[measure.distinct].flat().join("」和「")}」去重计数`;
  if (measure.min) return `取「${measure.min}」的最小值`;
  if (measure.max) return `取「${measure.max}」的最大值`;
  if (measure.latest) return `取日期最晚一条的「${measure.latest}」`;
  if (measure.value) return `取「${measure.value}」的值`;
  if (measure.items) return `数「${measure.items}」所列的项数`;
  const { by = [], take, atLeast } = measure.groups ?? {};
  const grouped = `按「${by.join("」×「")}」分组计条数`;
  return atLeast === undefined ? `${grouped}，取${take === "max" ? "最大" : "最小"}值` : `${grouped}，数不少于${atLeast}条的组`;
}

const variables: Record<string, string> = { $from: "期间首日", $to: "期间末日", $asOf: "统计时点", $month: "期间末月" };

export function whereWords(where: Where): string[] {
  return Object.entries(where).flatMap(([name, condition]) => conditionWords(condition).map((text) => `「${name}」${text}`));
}

function conditionWords(condition: Condition): string[] {
  if (Array.isArray(condition)) return [`为${condition.join("、")}之一`];
  if (typeof condition !== "object") return [`为${String(condition)}`];
  const shown = (bound: string | number | { field: string }): string =>
    typeof bound === "object" ? `「${bound.field}」` : isVariable(bound) ? (variables[bound] ?? bound) : String(bound);
  const parts: string[] = [];
  if (condition.not !== undefined) parts.push(`不是${[condition.not].flat().join("、")}`);
  if (condition.empty !== undefined) parts.push(condition.empty ? "为空" : "已填写");
  if (condition.contains !== undefined) parts.push(`含“${condition.contains}”`);
  if (condition.kind !== undefined) parts.push(`属于${[condition.kind].flat().join("、")}`);
  if (condition.from !== undefined) parts.push(`不早于（不小于）${shown(condition.from)}`);
  if (condition.to !== undefined) parts.push(`不晚于（不大于）${shown(condition.to)}`);
  if (condition.above !== undefined) parts.push(`大于${shown(condition.above)}`);
  if (condition.below !== undefined) parts.push(`小于${shown(condition.below)}`);
  return parts;
}
