import { basename, dirname, extname, join as joinPath } from "node:path";
import type { Campaign } from "#kernel/campaign.ts";
import type { ReportTemplate } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import { withScope, type Database } from "#platform/db.ts";
import { operator } from "#features/access/access.model.ts";
import { getCampaignAt } from "#features/campaigns/campaigns.model.ts";
import { DocxRefused } from "#features/documents/docx-package.ts";
import { annexDocx } from "#features/documents/annex-docx.ts";
import type { OfficialDocument } from "#features/documents/documents.types.ts";
import { officialDocx } from "#features/documents/official-docx.ts";
import { readDocx } from "#features/documents/read-docx.ts";
import { definitionVersion, freezeReport, getReport, newIdentity, openResolver } from "#features/documents/reports.model.ts";
import { fillTemplate } from "#features/documents/template-fill.ts";
import { toPdf } from "#features/documents/to-pdf.ts";
import { fillUserTemplate, TemplateRefused } from "#features/documents/user-template.ts";
import { verifyFigures, type FigureDrift } from "#features/documents/verify.model.ts";
import { prepareFiles, readWhole } from "./files.ts";
import { chooseCampaign, chooseUnit, exits, period, text, UsageError, withDatabase, type Call, type Command } from "./command.ts";

export const report: Command = {
  name: "report",
  summary: "由模板生成报告，核对报告里的数字",
  help: `用法：
  yibenzhang report 模板 --out 文件.docx [选项]     生成报告和指标口径附表，并冻结其中的数字
  yibenzhang report verify 文件.docx [--json]       核对：哪个数字变了，从多少变到多少，因为哪条记录
  yibenzhang report list                            列出可用的模板
模板写方案包中的 key，或您自己的 .docx 模板文件。

  --unit 单位        报告范围，含其下级（缺省为全部）
  --from 日期        期间的第一天（缺省为活动开始）
  --to 日期          期间的最后一天（缺省为方案包的报告日期）
  --out 文件         生成的 Word 文件；附表存为同名的“-指标口径附表.docx”
  --pdf              另存 PDF（需装有 LibreOffice 或 WPS）
  --draft            不冻结，只看样子
  --campaign 活动    有多项活动时指明一项
  --json             以 JSON 输出

退出码：0 成功（核对时：全部一致）；4 核对有变化；1 失败；2 用法不对。`,
  options: {
    unit: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    out: { type: "string" },
    pdf: { type: "boolean" },
    draft: { type: "boolean" },
    campaign: { type: "string" },
    json: { type: "boolean" },
  },
  run(call) {
    const [what, file] = call.args;
    if (!what) throw new UsageError(report.help);
    return withDatabase(call, "tool", async (database) => {
      const campaign = await chooseCampaign(database, call);
      if (what === "list") {
        for (const template of campaign.pack.templates)
          call.print(`${template.key.padEnd(20)} ${template.kind}　${template.name}`);
        return exits.ok;
      }
      if (what === "verify") {
        if (!file) throw new UsageError(report.help);
        return verify(call, database, campaign, file);
      }
      const out = text(call, "out");
      if (!out) throw new UsageError("请用 --out 写明生成的文件，例如 --out 情况汇报.docx");
      const unit = await chooseUnit(database, campaign, text(call, "unit"));
      await makeReport(call, database, campaign, {
        template: what,
        unit: unit.id,
        ...period(call, campaign, campaign.reportDate ?? campaign.to ?? campaign.from),
        out,
      });
      return exits.ok;
    });
  },
};

export interface ReportRequest {
  template: string;
  unit: number;
  from: string;
  to: string;
  out: string;
}

/**
 * Fills a template, freezes its figures and writes the Word file and its annex. The files are on disk before the
 * figures are frozen and get their names after: whenever it is interrupted, no file stands there that is not whole
 * or whose figures were not kept.
 */
export async function makeReport(call: Call, database: Database, campaign: Campaign, request: ReportRequest): Promise<void> {
  const identity = newIdentity();
  const order = {
    template: request.template,
    unit: request.unit,
    from: request.from,
    to: request.to,
    actor: null,
    now: new Date(),
  };
  const stem = joinPath(dirname(request.out), basename(request.out, extname(request.out)));
  const annexPath = `${stem}-指标口径附表.docx`;
  const own = extname(request.template).toLowerCase() === ".docx" ? await readWhole(request.template) : undefined;
  const template = campaign.pack.templates.find((one) => one.key === request.template);
  if (!own && !template)
    throw new Problem(
      "unknown_template",
      404,
      `没有报告模板“${request.template}”。可用：${campaign.pack.templates.map((one) => one.key).join("、") || "无"}；也可以写自己的 .docx 模板文件。`,
    );
  let files: Awaited<ReturnType<typeof prepareFiles>> | undefined;
  let figures = 0;
  const fill = withScope(
    database,
    operator(campaign).scope,
    async (tx) => {
      const { resolver, unitOf } = await openResolver(tx, campaign, order);
      let document: Pick<OfficialDocument, "title" | "organ" | "date">;
      let made: Awaited<ReturnType<typeof officialDocx>>;
      if (own) {
        const names = { figures: new Set(campaign.figures.keys()), ledgers: [...campaign.ledgers.values()] };
        made = await fillUserTemplate(own, basename(request.template), names, resolver, identity).catch((error: unknown) => {
          throw naming(request.template, error);
        });
        document = { title: basename(request.template, extname(request.template)), organ: resolver.organ, date: request.to };
      } else {
        const filled = await fillTemplate(template as ReportTemplate, resolver);
        document = filled;
        made = await officialDocx(filled, identity);
      }
      const contents = [
        { path: request.out, content: made.docx },
        { path: annexPath, content: await annexDocx(document, identity, made.marks) },
      ];
      if (call.flags["pdf"] === true) {
        const { pdf, substituted } = await toPdf(made.docx);
        contents.push({ path: `${stem}.pdf`, content: pdf });
        if (substituted.length > 0) call.say(`PDF 中以下字体本机没有，已用其他字体代替：${substituted.join("、")}`);
      }
      figures = made.marks.length;
      files = await prepareFiles(contents);
      if (call.flags["draft"] !== true) await freezeReport(tx, campaign, order, identity, document.title, made.marks, unitOf);
    },
    true,
  );
  await fill.catch(async (error: unknown) => {
    await files?.drop();
    throw error;
  });
  await files?.keep();
  if (call.flags["json"])
    call.print(
      JSON.stringify({ report: identity.report, code: identity.code, out: request.out, annex: annexPath, figures }, null, 2),
    );
  else call.say(`已生成 ${request.out}（${figures}处数字，核验码 ${identity.code}）和 ${annexPath}`);
}

/** What is wrong with a user's Word file, with its name. */
function naming(path: string, error: unknown): unknown {
  if (error instanceof TemplateRefused)
    return new Problem(
      "bad_template",
      422,
      `模板 ${path} 有${error.problems.length}处问题，没有生成报告：\n${error.problems.map(({ reason }) => `  ${reason}`).join("\n")}`,
    );
  return error instanceof DocxRefused ? new Problem("bad_docx", 422, `${path}：${error.message}`) : error;
}

async function verify(call: Call, database: Database, campaign: Campaign, file: string): Promise<number> {
  const read = await readDocx(await readWhole(file)).catch((error: unknown) => {
    throw naming(file, error);
  });
  if (!read.report && !read.code)
    throw new Problem(
      "not_a_report",
      422,
      `${file} 里没有本系统的报告标识，无法核对。请用系统生成的原文件（另存为其他格式会丢失标识）。`,
    );
  const drifts = await withScope(database, operator(campaign).scope, async (tx) => {
    const { report: frozen, figures } = await getReport(tx, campaign, { id: read.report, code: read.code }).catch(
      (error: unknown) => {
        throw error instanceof Problem && error.code === "not_found" ? unknownReport(file, read.code) : error;
      },
    );
    const frozenCampaign = await getCampaignAt(tx, campaign, frozen.packId);
    const inFile = new Map(read.figures.map((figure) => [figure.n, figure.now ?? ""]));
    return verifyFigures(tx, frozenCampaign, frozen, figures, inFile, (key) => {
      const figure = campaign.figures.get(key);
      return figure && definitionVersion(campaign, figure);
    });
  });
  const bad = drifts.filter((one) => one.status !== "一致");
  if (call.flags["json"])
    call.print(JSON.stringify({ report: read.report, code: read.code, consistent: bad.length === 0, figures: drifts }, null, 2));
  else {
    call.print(
      `核验码 ${read.code ?? "（无）"}：${drifts.length}处数字，${drifts.length - bad.length}处一致，${bad.length}处有变化`,
    );
    for (const one of bad) for (const line of describe(one)) call.print(line);
  }
  return bad.length === 0 ? exits.ok : exits.drift;
}

const unknownReport = (file: string, code: string | undefined): Problem =>
  new Problem(
    "unknown_report",
    404,
    `${file} 的核验码${code ? `“${code}”` : ""}不在本系统中：它可能由另一套系统生成，或属于另一项活动（用 --campaign 指明），或数据已恢复到它生成之前。请到生成它的系统中核对。`,
  );

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const actions: Record<string, string> = { record: "登记", edit: "修改", import: "导入", delete: "删除", restore: "恢复" };

function describe(one: FigureDrift): string[] {
  const head =
    one.status === "有变化"
      ? `从“${one.shown}”（${one.frozen ?? "无"}）变为“${one.shownNow}”（${one.now ?? "无"}）`
      : one.status === "文稿被改"
        ? `系统给出“${one.shown}”，文件里是“${one.inFile}”`
        : "数值未变，但所计记录有变化";
  const lines = [
    `✗ ${one.figure} ${one.name}：${head}${one.definitionChanged ? "（口径此后已有新版本，此处按原口径核对）" : ""}`,
  ];
  for (const cause of one.causes.slice(0, 20)) {
    lines.push(`    ${cause.change}：《${cause.ledger}》${cause.number ?? cause.entryId}（${cause.unit}）`);
    for (const event of cause.events) {
      const changed = Object.entries(event.changes).map(([name, value]) => `${name}→${value === null ? "（空）" : shown(value)}`);
      lines.push(
        `      ${event.at.slice(0, 16)} ${actions[event.action] ?? event.action}${event.reason ? `，理由：${event.reason}` : ""}${event.version > 1 && changed.length > 0 ? `：${changed.join("，")}` : ""}`,
      );
    }
  }
  if (one.causes.length > 20) lines.push(`    ……共${one.causes.length}条记录`);
  return lines;
}
