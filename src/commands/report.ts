import { basename, dirname, extname, join as joinPath } from "node:path";
import type { Campaign } from "#kernel/campaign.ts";
import { withScope, type Database } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { keepReport, makeReport, verifyReport } from "#features/documents/make-report.model.ts";
import { toPdf } from "#features/documents/to-pdf.ts";
import type { FigureDrift } from "#features/documents/verify.model.ts";
import { prepareFiles, readWhole } from "./files.ts";
import { chooseCampaign, chooseUnit, exits, period, text, UsageError, withDatabase, type Call, type Command } from "./command.ts";
import { eventText } from "./event-text.ts";

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
      const { unit, campaign: own } = await chooseUnit(database, campaign, text(call, "unit"));
      await writeReport(call, database, own, {
        template: what,
        unit: unit.id,
        ...period(call, own, own.reportDate ?? own.to ?? own.from),
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
export async function writeReport(call: Call, database: Database, campaign: Campaign, request: ReportRequest): Promise<void> {
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
  let files: Awaited<ReturnType<typeof prepareFiles>> | undefined;
  const made = await withScope(
    database,
    operator(campaign).scope,
    async (tx) => {
      const filled = await makeReport(tx, campaign, order, own);
      const contents = [
        { path: request.out, content: filled.docx },
        { path: annexPath, content: filled.annex },
      ];
      if (call.flags["pdf"] === true) {
        const { pdf, substituted } = await toPdf(filled.docx);
        contents.push({ path: `${stem}.pdf`, content: pdf });
        if (substituted.length > 0) call.say(`PDF 中以下字体本机没有，已用其他字体代替：${substituted.join("、")}`);
      }
      files = await prepareFiles(contents);
      if (call.flags["draft"] !== true) await keepReport(tx, campaign, order, filled);
      return filled;
    },
    true,
  ).catch(async (error: unknown) => {
    await files?.drop();
    throw error;
  });
  await files?.keep();
  const { code } = made.identity;
  if (call.flags["json"])
    call.print(
      JSON.stringify(
        { report: made.identity.report, code, out: request.out, annex: annexPath, figures: made.marks.length },
        null,
        2,
      ),
    );
  else call.say(`已生成 ${request.out}（${made.marks.length}处数字，核验码 ${code}）和 ${annexPath}`);
}

async function verify(call: Call, database: Database, campaign: Campaign, file: string): Promise<number> {
  const docx = await readWhole(file);
  const {
    report: id,
    code,
    figures,
  } = await withScope(database, operator(campaign).scope, (tx) => verifyReport(tx, campaign, docx, file));
  const bad = figures.filter((one) => one.status !== "一致");
  if (call.flags["json"]) call.print(JSON.stringify({ report: id, code, consistent: bad.length === 0, figures }, null, 2));
  else {
    call.print(
      `核验码 ${code ?? "（无）"}：${figures.length}处数字，${figures.length - bad.length}处一致，${bad.length}处有变化`,
    );
    for (const one of bad) for (const line of describe(one)) call.print(line);
  }
  return bad.length === 0 ? exits.ok : exits.drift;
}

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
    for (const event of cause.events) lines.push(`      ${eventText(event)}`);
  }
  if (one.causes.length > 20) lines.push(`    ……共${one.causes.length}条记录`);
  return lines;
}
