/** Campaigns as the browser needs them: phases, and the definitions of what is kept and counted. */
import { z } from "zod";
import { mayUse, type Asker } from "#kernel/access.ts";
import { accountAction, anyoneHere, campaignAction, nothing } from "#kernel/action.ts";
import { definitionWords } from "#kernel/definition-words.ts";
import { fieldSchema, figureSchema, ledgerSchema, ruleSchema, type Ledger } from "#kernel/definitions.ts";
import { chinaDay } from "#kernel/fields.ts";
import { findCampaign, listCampaigns } from "./campaigns.model.ts";
import { mayRestructure } from "./structure.policy.ts";

const brief = z.object({
  key: z.string(),
  name: z.string(),
  version: z.string().meta({ description: "方案包的版本" }),
  from: z.string(),
  to: z.string().nullable(),
});

export const list = accountAction({
  name: "campaigns.list",
  method: "GET",
  path: "/api/campaigns",
  summary: "本单位参加的活动",
  input: z.object({}),
  output: z.object({ campaigns: z.array(brief) }),
  subject: nothing,
  allow: anyoneHere,
  async run({ tx, account }) {
    const campaigns: z.input<typeof brief>[] = [];
    for (const one of await listCampaigns(tx))
      if ((await findCampaign(tx, one.key))?.realms.includes(account.realm)) campaigns.push(one);
    return { campaigns };
  },
});

export const live = campaignAction({
  name: "campaigns.live",
  method: "GET",
  path: "/api/campaigns/:campaign/live",
  summary: "有变动即告知（server-sent events）",
  description: "本单位和下级有变动时发出事件 changed，不带内容：按原来的接口重新查询即可。约十分钟断开一次，浏览器自动重连。",
  input: z.object({}),
  output: { events: true },
  unattended: true,
  subject: nothing,
  allow: anyoneHere,
  run({ asker: { scope } }) {
    const units = scope.units === "whole" ? undefined : new Set(scope.units);
    return Promise.resolve({
      concerns: ({ realm, unit }) => scope.realms.includes(realm) && (unit === null || (units?.has(unit) ?? true)),
    });
  },
});

const verbs = ["read", "record", "edit", "delete", "export"] as const;
const may = { may: z.array(z.enum(verbs)) };

const readBy = <L extends Ledger>(asker: Asker, ledgers: readonly L[]) =>
  ledgers
    .filter((ledger) => mayUse(asker, ledger, "read") === true)
    .map((ledger) => ({ ...ledger, may: verbs.filter((verb) => mayUse(asker, ledger, verb) === true) }));

export const get = campaignAction({
  name: "campaigns.get",
  method: "GET",
  path: "/api/campaigns/:campaign",
  summary: "一项活动：时间、环节、角色和有哪些台账",
  description: "只列本人可以查看的台账；may 是本人对这本台账可做的事。栏目和口径另问 campaigns.definitions。",
  input: z.object({}),
  output: z.object({
    ...brief.shape,
    today: z.string().meta({ description: "服务器的今天" }),
    reportDate: z.string().nullable(),
    firstWeek: z.string().meta({ description: "第1周的星期一" }),
    unit: z.int().meta({ description: "本人所在单位" }),
    role: z.string(),
    roleName: z.string(),
    may: z.array(z.string()).meta({ description: "本人的岗位还能管什么" }),
    restructures: z.boolean().meta({ description: "本人能否调整单位" }),
    phases: z.array(z.object({ key: z.string(), name: z.string(), from: z.string().optional(), to: z.string().optional() })),
    roles: z.array(z.object({ key: z.string(), name: z.string(), description: z.string().optional() })),
    ledgers: z.array(ledgerSchema.pick({ key: true, name: true, area: true, aliases: true, registers: true }).extend(may)),
  }),
  subject: ({ campaign }) => Promise.resolve(campaign),
  allow: anyoneHere,
  async run({ asker, now }, { key, name, pack, from, to, reportDate, firstWeek }) {
    return {
      key,
      name,
      version: pack.version,
      from,
      to: to ?? null,
      today: chinaDay(now),
      reportDate: reportDate ?? null,
      firstWeek,
      unit: asker.unit,
      role: asker.role.key,
      roleName: asker.role.name,
      may: [...asker.role.may],
      restructures: mayRestructure(asker) === true,
      phases: pack.phases,
      roles: pack.roles,
      ledgers: readBy(asker, pack.ledgers).map((ledger) => ({
        key: ledger.key,
        name: ledger.name,
        area: ledger.area,
        aliases: ledger.aliases,
        registers: ledger.registers,
        may: ledger.may,
      })),
    };
  },
});

/** By itself, because it weighs ten times the rest and a phone's first page needs none of it. */
export const definitions = campaignAction({
  name: "campaigns.definitions",
  method: "GET",
  path: "/api/campaigns/:campaign/definitions",
  summary: "一项活动的台账栏目、办理流程和指标口径",
  description: "只列本人可以查看的台账；may 是本人对这本台账可做的事。",
  input: z.object({}),
  output: z.object({
    ledgers: z.array(
      ledgerSchema.omit({ extends: true, without: true, figures: true }).extend({
        columns: z.array(z.string()),
        fields: z.array(
          fieldSchema.extend({ withheld: z.literal(true).optional().meta({ description: "本人看不到这一栏的内容" }) }),
        ),
        ...may,
      }),
    ),
    figures: z.array(figureSchema.extend({ from: z.string(), words: z.string().meta({ description: "口径，用文字说明" }) })),
    rules: z.array(ruleSchema),
  }),
  subject: ({ campaign }) => Promise.resolve(campaign),
  allow: anyoneHere,
  run({ asker, campaign }, { pack }) {
    return Promise.resolve({
      ledgers: readBy(asker, pack.ledgers),
      figures: pack.figures.map((figure) => ({ ...figure, words: definitionWords(campaign, figure) })),
      rules: pack.rules,
    });
  },
});
