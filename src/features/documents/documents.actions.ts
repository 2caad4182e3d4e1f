/** Reports: made from a template, listed, checked against the records now. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { anyoneHere, campaignAction, nothing } from "#kernel/action.ts";
import { campaignIn } from "#kernel/campaign.ts";
import { day, flag, id } from "#kernel/input.ts";
import { typedPaperCode } from "#platform/paper-code.ts";
import { getUnit } from "#features/units/units.model.ts";
import { figureDrift } from "./document-shapes.ts";
import { mayHandle } from "./documents.policy.ts";
import { checkReport, keepReport, makeReport, orderOf, readReport, templateOf, verifyReport } from "./make-report.model.ts";
import { getReport, listReports } from "./reports.model.ts";

const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

export const templates = campaignAction({
  name: "reports.templates",
  method: "GET",
  path: "/api/campaigns/:campaign/report-templates",
  summary: "可用的报告模板",
  input: z.object({}),
  output: z.array(z.object({ key: z.string(), name: z.string(), kind: z.string(), title: z.string() })),
  subject: nothing,
  allow: anyoneHere,
  run: async ({ campaign }) => campaign.pack.templates.map(({ key, name, kind, title }) => ({ key, name, kind, title })),
});

const reportOut = z.object({
  id: z.string(),
  code: z.string().meta({ description: "核验码" }),
  template: z.string(),
  title: z.string(),
  unit: z.int(),
  from: z.string(),
  to: z.string(),
  asOf: z.string(),
  createdAt: z.string(),
});

export const list = campaignAction({
  name: "reports.list",
  method: "GET",
  path: "/api/campaigns/:campaign/reports",
  summary: "已生成的报告，新的在前",
  input: z.object({}),
  output: z.array(reportOut),
  subject: nothing,
  allow: anyoneHere,
  run: async ({ tx, campaign }) =>
    (await listReports(tx, campaign)).map(({ id: report, code, template, title, unit, from, to, asOf, createdAt }) => ({
      id: report,
      code,
      template,
      title,
      unit,
      from,
      to,
      asOf,
      createdAt,
    })),
});

const place = {
  unit: id.optional().meta({ description: "含其各级下级；缺省为本单位" }),
  from: day.optional().meta({ description: "期间的第一天，缺省为活动开始" }),
  to: day.optional().meta({ description: "期间的最后一天，缺省为报告日期" }),
  part: z.enum(["report", "annex"]).default("report").meta({ description: "annex：只要指标口径附表" }),
  draft: flag.default(false).meta({ description: "只看样子，不冻结数字" }),
};

export const make = campaignAction({
  name: "reports.make",
  method: "POST",
  path: "/api/campaigns/:campaign/reports",
  summary: "由模板生成 Word 报告，并冻结其中的数字",
  input: z.object({ template: z.string().meta({ description: "方案包中的模板 key" }), ...place }),
  output: { file: [docx] },
  still: true,
  subject: async (call, { unit, template }) => ({
    template: templateOf(call.campaign, template),
    unit: await getUnit(call.tx, call.asker, unit ?? call.asker.unit),
  }),
  allow: anyoneHere,
  async run(call, { template, unit }, input) {
    const campaign = campaignIn(call.campaign, unit.realm);
    const order = orderOf(call, unit.id, template.key, input);
    const made = await makeReport(call.tx, campaign, order);
    if (!input.draft) await keepReport(call.tx, campaign, order, made);
    const path = join(await call.folder(), "report.docx");
    await writeFile(path, input.part === "annex" ? made.annex : made.docx);
    return {
      path,
      name: `${made.title.replaceAll(/\s+/g, "")}${input.part === "annex" ? "-指标口径附表" : ""}.docx`,
      type: docx,
    };
  },
  about: ({ unit, template }, found) => ({ unit, id: template, realm: found?.unit.realm }),
});

export const fill = campaignAction({
  name: "reports.fill",
  method: "POST",
  path: "/api/campaigns/:campaign/reports/own",
  summary: "用自己的 Word 文件做模板生成报告",
  input: z.object(place),
  output: { file: [docx] },
  upload: true,
  still: true,
  touches: "nothing",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: anyoneHere,
  async run(call, unit, input) {
    const { path: own, name } = call.upload as NonNullable<typeof call.upload>;
    const campaign = campaignIn(call.campaign, unit.realm);
    const order = orderOf(call, unit.id, name, input);
    const made = await makeReport(call.tx, campaign, order, await readFile(own));
    if (!input.draft) await keepReport(call.tx, campaign, order, made);
    const path = join(await call.folder(), "report.docx");
    await writeFile(path, input.part === "annex" ? made.annex : made.docx);
    return { path, name, type: docx };
  },
  about: ({ unit }, found) => ({ unit, id: "own", realm: found?.realm }),
});

export const verify = campaignAction({
  name: "reports.verify",
  method: "POST",
  path: "/api/campaigns/:campaign/reports/verify",
  summary: "核对一份报告文件里的数字",
  description: "哪个数字变了，从多少变到多少，因为哪条记录；文件里的字被改过也会指出。",
  input: z.object({}),
  output: z.object({
    report: z.string().nullable(),
    code: z.string().nullable(),
    consistent: z.boolean(),
    figures: z.array(figureDrift),
  }),
  upload: true,
  sensitive: true,
  touches: "nothing",
  subject: nothing,
  allow: anyoneHere,
  async run(call) {
    const { path, name } = call.upload as NonNullable<typeof call.upload>;
    const content = await readFile(path);
    const { report, code, figures } = await call.counting((tx) => verifyReport(tx, call.campaign, content, name, call.asker));
    return { report: report ?? null, code: code ?? null, consistent: figures.every((one) => one.status === "一致"), figures };
  },
});

export const get = campaignAction({
  name: "reports.get",
  method: "GET",
  path: "/api/campaigns/:campaign/reports/:code",
  summary: "按核验码查一份报告的数字和口径",
  input: z.object({ code: z.string() }),
  output: z.object({
    title: z.string(),
    from: z.string(),
    to: z.string(),
    asOf: z.string(),
    figures: z.array(
      z.object({
        position: z.int(),
        figure: z.string(),
        shown: z.string(),
        definition: z.string(),
        records: z.int().nullable().meta({ description: "出自限定知悉范围的台账的，没有" }),
        digest: z.string().nullable(),
      }),
    ),
  }),
  sensitive: true,
  subject: ({ tx, campaign }, { code }) => getReport(tx, campaign, { code }),
  allow: anyoneHere,
  run: async ({ tx, campaign, asker }, found) => ({
    title: found.report.title,
    from: found.report.from,
    to: found.report.to,
    asOf: found.report.asOf,
    figures: await readReport(tx, campaign, asker, found),
  }),
  about: ({ code }, found) => ({ unit: found?.report.unit, id: code, realm: found?.report.realm }),
});

export const check = campaignAction({
  name: "reports.check",
  method: "GET",
  path: "/api/campaigns/:campaign/reports/:code/check",
  summary: "按核验码核对一份报告：每个数字发出时是多少，现在是多少，因为哪条记录",
  input: z.object({ code: z.string().max(40) }),
  output: z.object({
    title: z.string(),
    code: z.string(),
    unit: z.int(),
    unitName: z.string(),
    from: z.string(),
    to: z.string(),
    asOf: z.string(),
    consistent: z.boolean(),
    figures: z.array(
      figureDrift.extend({
        definition: z.string(),
        records: z.int().nullable(),
        unit: z.int(),
        from: z.string(),
        to: z.string(),
      }),
    ),
  }),
  sensitive: true,
  seconds: 60,
  subject: ({ tx, campaign }, { code }) => getReport(tx, campaign, { code: typedPaperCode(code) }),
  allow: mayHandle,
  run: ({ campaign, asker, counting }, found) => counting((tx) => checkReport(tx, campaign, asker, found)),
  about: ({ code }, found) => ({ unit: found?.report.unit, id: code, realm: found?.report.realm }),
});
