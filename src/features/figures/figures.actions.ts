/** Figures and the records behind them. */
import { z } from "zod";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { chinaDay } from "#kernel/fields.ts";
import { figureOf } from "#kernel/figure-value.ts";
import { day, flag, id, moment, pageInput } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getUnit, listChildren } from "#features/units/units.model.ts";
import { answerFigures, sealedLedgers } from "./answers.model.ts";
import { digestOf, listRecords } from "./records.model.ts";

const question = {
  unit: id.optional().meta({ description: "含其各级下级；缺省为本单位" }),
  from: day.optional().meta({ description: "期间的第一天，缺省为活动开始" }),
  to: day.optional().meta({ description: "期间的最后一天，缺省为报告日期或今天" }),
  asOf: moment.optional().meta({ description: "按当时的记录算" }),
};

const figureOut = z.object({
  key: z.string(),
  name: z.string(),
  value: z.union([z.number(), z.string()]).nullable(),
  unit: z.string().meta({ description: "计量单位" }),
  text: z.string().meta({ description: "公文写法" }),
  note: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  asOf: z.string().nullable(),
});

interface Period {
  from: string;
  to: string;
  asOf?: string | undefined;
}

function periodOf(
  campaign: Campaign,
  now: Date,
  asked: { from?: string | undefined; to?: string | undefined; asOf?: string | undefined },
): Period {
  const from = asked.from ?? campaign.from;
  const to = asked.to ?? campaign.reportDate ?? campaign.to ?? chinaDay(now);
  if (to < from) throw new Problem("bad_days", 422, `期间的最后一天${to}早于第一天${from}，请核对日期。`);
  return { from, to, asOf: asked.asOf };
}

export const ask = campaignAction({
  name: "figures.ask",
  method: "GET",
  path: "/api/campaigns/:campaign/figures",
  summary: "查数字",
  description: "children=true 时另列各下级单位，成为单位和指标的表。",
  input: z.object({
    ...question,
    keys: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .meta({ description: "指标编号，多个用逗号隔开；缺省为全部" }),
    children: flag.default(false),
  }),
  output: z.object({
    from: z.string(),
    to: z.string(),
    asOf: z.string().nullable(),
    units: z.array(z.object({ unit: z.int(), name: z.string(), figures: z.array(figureOut) })),
  }),
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: anyoneHere,
  async run({ tx, now, campaign, asker }, unit, input) {
    const period = periodOf(campaign, now, input);
    const keys =
      input.keys === undefined
        ? [...campaign.figures.keys()]
        : [input.keys].flat().flatMap((one) =>
            one
              .split(",")
              .map((key) => key.trim())
              .filter((key) => key !== ""),
          );
    for (const key of keys) figureOf(campaign, key);
    const below = input.children ? await listChildren(tx, asker.scope.realms, campaign.id, unit.id, period.to) : [];
    const units = [unit, ...below];
    const answers = await answerFigures(
      tx,
      campaign,
      keys,
      units.map((one) => one.id),
      period,
      asker,
    );
    return {
      from: period.from,
      to: period.to,
      asOf: period.asOf ?? null,
      units: units.map((one) => ({
        unit: one.id,
        name: one.name,
        figures: answers.get(one.id) ?? [],
      })),
    };
  },
  about: ({ unit }) => ({ unit }),
});

export const records = campaignAction({
  name: "figures.records",
  method: "GET",
  path: "/api/campaigns/:campaign/figures/:figure/records",
  summary: "一个数字背后的记录，分页",
  description: "条件与查数字相同；所列记录的 amount 合起来就是这个数字。digest=true 时另给全部记录的条数和摘要。",
  input: z.object({ figure: z.string(), ...question, ...pageInput, digest: flag.default(false) }),
  output: z.object({
    records: z.array(
      z.object({
        entryId: z.string(),
        ledger: z.string(),
        version: z.int(),
        unitId: z.int(),
        unit: z.string(),
        number: z.string().nullable(),
        day: z.string().nullable(),
        state: z.string().nullable(),
        amount: z.number().nullable(),
        value: z.string().nullable(),
        part: z.string().nullable(),
      }),
    ),
    more: z.boolean(),
    digest: z.object({ records: z.int(), digest: z.string() }).nullable(),
  }),
  sensitive: true,
  seconds: 60,
  subject: async ({ tx, now, campaign, asker }, input) => {
    const unit = await getUnit(tx, asker, input.unit ?? asker.unit);
    figureOf(campaign, input.figure);
    const period = periodOf(campaign, now, input);
    return { unit: unit.id, realm: unit.realm, period, hidden: sealedLedgers(campaign, asker, input.figure) };
  },
  allow: (_, { hidden }) =>
    hidden.length === 0 || `这个数字出自限定知悉范围的台账，不能查看背后的记录。需要查看的，请联系上级办公室授权。`,
  async run({ tx, campaign }, { unit, period }, { figure, limit, offset, digest }) {
    const place = { unit, ...period };
    const found = await listRecords(tx, campaign, figure, place, { limit: limit + 1, offset });
    return {
      records: found.slice(0, limit),
      more: found.length > limit,
      digest: digest ? await digestOf(tx, campaign, figure, place) : null,
    };
  },
  about: ({ figure, unit }, found) => ({ id: figure, unit, realm: found?.realm }),
});
