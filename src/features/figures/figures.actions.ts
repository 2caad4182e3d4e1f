/** Figures and the records behind them. */
import { z } from "zod";
import { mayCount } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { figureOf } from "#kernel/figure-value.ts";
import { flag, pageInput } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getUnit } from "#features/units/units.model.ts";
import { answerFigures, sealedLedgers } from "./answers.model.ts";
import { answerCoverage } from "./coverage.model.ts";
import { cutPeriod, stepFor } from "./periods.types.ts";
import { keysInput, keysOf, listBelow, periodOf, question } from "./question.model.ts";
import { digestOf, listRecords } from "./records.model.ts";
import { answerTrend } from "./trend.model.ts";

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

export const ask = campaignAction({
  name: "figures.ask",
  method: "GET",
  path: "/api/campaigns/:campaign/figures",
  summary: "查数字",
  description: "children=true 时另列各下级单位，成为单位和指标的表；只有一个下级的，接着列它的下级，depth 是层次。",
  input: z.object({
    ...question,
    keys: keysInput,
    children: flag.default(false),
  }),
  output: z.object({
    from: z.string(),
    to: z.string(),
    asOf: z.string().nullable(),
    units: z.array(z.object({ unit: z.int(), name: z.string(), depth: z.int(), figures: z.array(figureOut) })),
  }),
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: mayCount,
  async run({ tx, now, campaign, asker, counting }, unit, input) {
    const period = periodOf(campaign, now, input);
    const keys = keysOf(campaign, input.keys);
    const below = input.children ? await listBelow(tx, asker, campaign.id, unit.id, period.to) : [];
    const units = [{ ...unit, depth: 0 }, ...below];
    const ids = units.map((one) => one.id);
    const answers = await counting(() => answerFigures(tx, campaign, keys, ids, period, asker));
    return {
      from: period.from,
      to: period.to,
      asOf: period.asOf ?? null,
      units: units.map(({ id, name, depth }) => ({ unit: id, name, depth, figures: answers.get(id) ?? [] })),
    };
  },
  about: ({ unit }) => ({ unit }),
});

const steps = 400;

export const trend = campaignAction({
  name: "figures.trend",
  method: "GET",
  path: "/api/campaigns/:campaign/figures/trend",
  summary: "数字的走势：按日、周或月",
  description: "每一段与单独查这一段的数字相同；出自限定知悉范围台账的指标不列。一次最多400段。",
  input: z.object({
    ...question,
    keys: keysInput,
    by: z.enum(["day", "week", "month"]).optional().meta({ description: "缺省随期间长短；周从星期一起，首尾两段以期间为限" }),
  }),
  output: z.object({
    by: z.enum(["day", "week", "month"]),
    asOf: z.string().nullable(),
    periods: z.array(z.object({ from: z.string(), to: z.string() })),
    figures: z.array(z.object({ key: z.string(), values: z.array(z.union([z.number(), z.string()]).nullable()) })),
  }),
  seconds: 60,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: mayCount,
  async run({ tx, now, campaign, asker, counting }, unit, input) {
    const period = periodOf(campaign, now, input);
    const by = input.by ?? stepFor(period);
    const periods = cutPeriod(period, by, steps);
    if (periods.length > steps)
      throw new Problem("too_many_steps", 422, `这段期间超过${steps}段，请缩短期间，或改按周、按月查看。`, { steps });
    const keys = keysOf(campaign, input.keys);
    const found = await counting(() => answerTrend(tx, campaign, keys, unit.id, periods, period.asOf, asker));
    return {
      by,
      asOf: period.asOf ?? null,
      periods,
      figures: [...found].map(([key, values]) => ({ key, values })),
    };
  },
  about: ({ unit }) => ({ unit }),
});

export const coverage = campaignAction({
  name: "figures.coverage",
  method: "GET",
  path: "/api/campaigns/:campaign/figures/coverage",
  summary: "下级单位中哪些已有数字",
  description: "下级中，期间内这个数字有值且不为0的，算已有。单位按机构顺序排列；出自限定知悉范围台账的指标不列。",
  input: z.object({ ...question, keys: keysInput }),
  output: z.object({
    units: z.array(z.object({ unit: z.int(), name: z.string(), kind: z.string().nullable() })),
    figures: z.array(z.object({ key: z.string(), without: z.array(z.int()).meta({ description: "还没有数字的单位" }) })),
    silent: z.array(z.int()).meta({ description: "期间内，所问的按日期统计的指标都没有数字的单位" }),
  }),
  seconds: 60,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: mayCount,
  async run({ tx, now, campaign, asker, counting }, unit, input) {
    const period = periodOf(campaign, now, input);
    const below = await listBelow(tx, asker, campaign.id, unit.id, period.to);
    const units = below.filter(({ depth }) => depth === below.at(-1)?.depth);
    const ids = units.map((one) => one.id);
    return {
      units: units.map(({ id, name, kind }) => ({ unit: id, name, kind })),
      ...(await counting(() => answerCoverage(tx, campaign, keysOf(campaign, input.keys), ids, period, asker))),
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
  allow: (asker, { hidden }) =>
    hidden.length === 0
      ? mayCount(asker)
      : `这个数字出自限定知悉范围的台账，不能查看背后的记录。需要查看的，请联系上级办公室授权。`,
  // Found as they are counted, so that they are the figure whatever else the asker reads.
  run: ({ campaign, counting, note }, { unit, period }, { figure, limit, offset, digest }) =>
    counting(async (tx) => {
      const place = { unit, ...period };
      const found = await listRecords(tx, campaign, figure, place, { limit: limit + 1, offset });
      const ledgers = [...new Set(found.map(({ ledger }) => campaign.ledgers.get(ledger)?.name ?? ledger))];
      note({ ...(ledgers.length > 0 ? { ledger: ledgers.join("、") } : {}), rows: Math.min(found.length, limit) });
      return {
        records: found.slice(0, limit),
        more: found.length > limit,
        digest: digest ? await digestOf(tx, campaign, figure, place) : null,
      };
    }),
  about: ({ figure, unit }, found) => ({ id: figure, unit, realm: found?.realm }),
});
