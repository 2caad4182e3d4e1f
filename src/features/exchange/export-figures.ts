/** Units and their figures as a workbook: a row a unit, the one asked about first; what each figure counts on a second sheet. */
import type { Campaign } from "#kernel/campaign.ts";
import { definitionWords } from "#kernel/definition-words.ts";
import { figureOf } from "#kernel/figure-value.ts";
import type { Cell } from "#kernel/values/cell.ts";
import type { FigureAnswer } from "#features/figures/figures.types.ts";
import type { Moment } from "#features/figures/question.model.ts";
import type { Workbook } from "./write-workbook.ts";

interface UnitRow {
  name: string;
  figures: readonly FigureAnswer[];
}

const minute = (time: Date | string): string =>
  new Date(new Date(time).getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");

/** Numbers as numbers, so that they can be worked with; what is no number as it is read. */
const cell = ({ value, text }: FigureAnswer): Cell => (typeof value === "number" ? value : value === null ? null : text);

export function figuresWorkbook(
  campaign: Campaign,
  rows: readonly UnitRow[],
  period: Moment,
  now: Date,
  foot?: string,
): Workbook {
  const [whole] = rows;
  const shown = whole?.figures ?? [];
  const title = `${whole?.name ?? ""}数字表`;
  const moment = period.asOf === undefined ? `${minute(now)}的记录` : `${minute(period.asOf)}时的记录（不是现在的）`;
  const note = `统计期间：${period.from}至${period.to}        按${moment}统计        导出时间：${minute(now)}`;
  return {
    title,
    created: now,
    sheets: [
      {
        name: "数字",
        title,
        note,
        columns: [
          { heading: "单位", width: 32, style: "text" },
          ...shown.map(({ name, unit }) => ({ heading: unit === "" ? name : `${name}（${unit}）`, width: 16, style: "number" })),
        ],
        rows: rows.map(({ name, figures }, index) => ({
          cells: [index === 0 && rows.length > 1 ? `${name}（合计）` : name, ...figures.map(cell)],
        })),
        frozenColumns: 1,
        foot,
      },
      {
        name: "口径",
        title: "指标口径",
        note,
        columns: [
          { heading: "编号", width: 14, style: "text" },
          { heading: "指标", width: 34, style: "long" },
          { heading: "计量单位", width: 10, style: "text" },
          { heading: "口径", width: 80, style: "long" },
          { heading: "公文写法", width: 24, style: "long" },
          { heading: "说明", width: 24, style: "long" },
        ],
        rows: shown.map(({ key, name, unit, text, note: why }) => ({
          cells: [key, name, unit, definitionWords(campaign, figureOf(campaign, key)), text, why],
        })),
      },
    ],
  };
}
