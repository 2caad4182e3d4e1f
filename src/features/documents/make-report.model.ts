/** A report from a template to its files, and a report's file back to what has become of its figures. */
import { basename, extname } from "node:path";
import type { Asker } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { campaignFor } from "#kernel/withheld.ts";
import { Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { getCampaignAt } from "#features/campaigns/campaigns.model.ts";
import { findUnit } from "#features/units/units.model.ts";
import { sealedLedgers, sealedText } from "#features/figures/answers.model.ts";
import { annexDocx } from "./annex-docx.ts";
import { DocxRefused } from "./docx-package.ts";
import type { FigureAnswer, FigureMark, OfficialDocument, ReportIdentity } from "./documents.types.ts";
import { officialDocx } from "./official-docx.ts";
import { readDocx } from "./read-docx.ts";
import { freezeReport, getReport, newIdentity, type FrozenFigure, type FrozenReport } from "./reports.model.ts";
import { definitionVersion, openResolver, type Behind, type ReportOrder } from "./resolver.model.ts";
import { fillTemplate } from "./template-fill.ts";
import { fillUserTemplate, TemplateRefused } from "./user-template.ts";
import { verifyFigures, type FigureDrift } from "./verify.model.ts";

export interface MadeReport {
  identity: ReportIdentity;
  title: string;
  docx: Buffer;
  annex: Buffer;
  marks: readonly FigureMark[];
  behind: ReadonlyMap<FigureAnswer, Behind>;
}

/** Fills a template of the pack, or a user's own Word file (`own`, named by the order's template). Nothing is kept yet. */
export async function makeReport(tx: Tx, campaign: Campaign, order: ReportOrder, own?: Buffer): Promise<MadeReport> {
  const identity = newIdentity();
  const { resolver, behind } = await openResolver(tx, campaign, order);
  let document: Pick<OfficialDocument, "title" | "organ" | "date">;
  let made: Awaited<ReturnType<typeof officialDocx>>;
  if (own) {
    const names = { figures: new Set(campaign.figures.keys()), ledgers: [...campaign.ledgers.values()] };
    made = await fillUserTemplate(own, basename(order.template), names, resolver, identity).catch((error: unknown) => {
      throw naming(order.template, error);
    });
    document = { title: basename(order.template, extname(order.template)), organ: resolver.organ, date: order.to };
  } else {
    const filled = await fillTemplate(templateOf(campaign, order.template), resolver);
    document = filled;
    made = await officialDocx(filled, identity);
  }
  return {
    identity,
    title: document.title,
    docx: made.docx,
    annex: await annexDocx(document, identity, made.marks),
    marks: made.marks,
    behind,
  };
}

/** What is asked for, over the campaign's own days unless others are named. */
export function orderOf(
  { campaign, asker, now, counting }: Pick<CampaignCall, "campaign" | "asker" | "now" | "counting">,
  unit: number,
  template: string,
  input: { from?: string | undefined; to?: string | undefined },
): ReportOrder {
  const from = input.from ?? campaign.from;
  const to = input.to ?? campaign.reportDate ?? campaign.to ?? campaign.from;
  if (to < from) throw new Problem("bad_days", 422, `期间的最后一天${to}早于第一天${from}，请核对日期。`);
  return { template, unit, from, to, actor: asker.account?.id ?? null, now, asker, counting };
}

/** Keeps a made report's figures as they are given out. */
export const keepReport = (
  tx: Tx,
  campaign: Campaign,
  order: ReportOrder,
  { identity, title, marks, behind }: MadeReport,
): Promise<void> => freezeReport(tx, campaign, order, identity, title, marks, behind);

export function templateOf(campaign: Campaign, key: string): Campaign["pack"]["templates"][number] {
  const template = campaign.pack.templates.find((one) => one.key === key);
  if (!template)
    throw new Problem(
      "unknown_template",
      404,
      `没有报告模板“${key}”。可用：${campaign.pack.templates.map((one) => one.key).join("、") || "无"}；也可以用自己的 .docx 模板文件。`,
    );
  return template;
}

/** Checks the figures in a report's Word file, called `name`, against the records now. What `asker` may not know is left out. */
export async function verifyReport(
  tx: Tx,
  campaign: Campaign,
  docx: Buffer,
  name: string,
  asker?: Asker,
): Promise<{ report: string | undefined; code: string | undefined; figures: FigureDrift[] }> {
  const read = await readDocx(docx).catch((error: unknown) => {
    throw naming(name, error);
  });
  if (!read.report && !read.code)
    throw new Problem(
      "not_a_report",
      422,
      `${name} 里没有本系统的报告标识，无法核对。请用系统生成的原文件（另存为其他格式会丢失标识）。`,
    );
  const { report, figures } = await getReport(tx, campaign, { id: read.report, code: read.code }).catch((error: unknown) => {
    throw error instanceof Problem && error.code === "not_found" ? unknownReport(name, read.code) : error;
  });
  const at = await getCampaignAt(tx, campaign, report.packId);
  const frozenCampaign = asker ? campaignFor(at, asker) : at;
  const inFile = new Map(read.figures.flatMap(({ n, now }) => (now === undefined ? [] : [[n, now] as const])));
  const drifts = await verifyFigures(tx, frozenCampaign, report, figures, inFile, currentVersion(campaign));
  return {
    report: read.report,
    code: read.code,
    figures: asker ? drifts.map((one) => (isKept(frozenCampaign, campaign, asker, one) ? withheld(one) : one)) : drifts,
  };
}

/** A report checked by its code alone, for whoever may see it: what stood in it, what would stand there now, and why. */
export async function checkReport(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  { report, figures }: { report: FrozenReport; figures: readonly FrozenFigure[] },
) {
  const frozenCampaign = campaignFor(await getCampaignAt(tx, campaign, report.packId), asker);
  const drifts = await verifyFigures(tx, frozenCampaign, report, figures, undefined, currentVersion(campaign));
  const unit = await findUnit(tx, [report.realm], report.unit);
  const { title, code, from, to, asOf } = report;
  return {
    title,
    code,
    unit: report.unit,
    unitName: unit?.name ?? "",
    from,
    to,
    asOf,
    consistent: drifts.every((one) => one.status === "一致"),
    figures: drifts.map((drift, index) => {
      const frozen = figures[index] as FrozenFigure;
      const kept = isKept(frozenCampaign, campaign, asker, drift);
      const { unit: of, definition } = frozen;
      const records = kept ? null : frozen.records;
      const told = kept ? withheld(drift) : drift;
      return { ...told, definition: definition.words, records, unit: of, from: frozen.from, to: frozen.to };
    }),
  };
}

const currentVersion =
  (campaign: Campaign) =>
  (key: string): string | undefined => {
    const figure = campaign.figures.get(key);
    return figure && definitionVersion(campaign, figure);
  };

/** A report's figures as they were given out, as far as the asker may know them. */
export async function readReport(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  { report, figures }: { report: FrozenReport; figures: readonly FrozenFigure[] },
) {
  const frozenCampaign = await getCampaignAt(tx, campaign, report.packId);
  return figures.map((one) => {
    const kept = isKept(frozenCampaign, campaign, asker, one);
    const { position, figure, definition } = one;
    const { shown, records, digest } = kept ? { shown: sealedText, records: null, digest: null } : one;
    return { position, figure, shown, definition: definition.words, records, digest };
  });
}

/** Whether a report's figure counts ledgers that the asker may not read now. */
const isKept = (frozen: Campaign, now: Campaign, asker: Asker, { figure }: { figure: string }): boolean =>
  sealedLedgers(frozen, asker, figure, now).length > 0;

/** Of such a figure it is told whether it holds, not what it is or why: by the code of a report no more than elsewhere. */
const withheld = (drift: FigureDrift): FigureDrift => ({
  ...drift,
  frozen: null,
  now: null,
  shown: sealedText,
  shownNow: sealedText,
  causes: [],
});

/** What is wrong with a user's Word file, with its name. */
function naming(name: string, error: unknown): unknown {
  if (error instanceof TemplateRefused)
    return new Problem(
      "bad_template",
      422,
      `模板 ${name} 有${error.problems.length}处问题，没有生成报告：\n${error.problems.map(({ reason }) => `  ${reason}`).join("\n")}`,
    );
  return error instanceof DocxRefused ? new Problem("bad_docx", 422, `${name}：${error.message}`) : error;
}

const unknownReport = (name: string, code: string | undefined): Problem =>
  new Problem(
    "unknown_report",
    404,
    `${name} 的核验码${code ? `“${code}”` : ""}不在本系统中：它可能由另一套系统生成，或属于另一项活动（用 --campaign 指明），或数据已恢复到它生成之前。请到生成它的系统中核对。`,
  );
