/** The audit as a file, for the auditor's own keeping. */
import { join } from "node:path";
import { z } from "zod";
import { campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import { chinaDay, chinaMinute } from "#kernel/fields.ts";
import { answerAudit, auditInput, filterFor, type AuditOut, type Deeds } from "#features/audit/audit-asked.model.ts";
import { listAudit } from "#features/audit/audit.model.ts";
import { auditReaders, type AuditFilter, type Place } from "#features/audit/audit.types.ts";
import { takenBy } from "./taken-by.ts";
import { writeCsv } from "./write-csv.ts";
import { writeWorkbook } from "./write-workbook.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const csv = "text/csv; charset=utf-8";
const most = 100_000;
const batch = 1000;

const headings = ["时间", "账号", "姓名", "单位", "岗位", "做了什么", "台账", "编号", "来源地址", "设备", "结果", "理由"];
const widths = [18, 14, 14, 24, 16, 46, 24, 16, 16, 20, 24, 30];

const cellsOf = (row: AuditOut): (string | null)[] => [
  chinaMinute(new Date(row.at)),
  row.login,
  row.who,
  row.home,
  row.role,
  row.deed,
  row.ledger,
  row.number ?? row.subject,
  row.address,
  row.device,
  row.result,
  row.reason,
];

export const auditExport = (deeds: Deeds) =>
  campaignAction({
    name: "audit.export",
    method: "GET",
    path: "/api/campaigns/:campaign/audit/export",
    summary: "导出审计记录",
    description: `条件与查看相同，新的在前，一次最多${most}行。须写明理由；导出本身也记入审计。`,
    input: z.object({
      ...auditInput,
      format: z.enum(["xlsx", "csv"]).default("xlsx"),
      reason: z.string().trim().min(2, "请写明导出的理由").max(500),
    }),
    output: { file: [xlsx, csv] },
    sensitive: true,
    seconds: 120,
    subject: nothing,
    allow: ({ role }) => auditReaders[role.key] !== undefined || "审计记录只有审计员可以导出。需要核查的，请联系审计员。",
    async run(call, _, { format, reason, ...asked }) {
      const filter = await filterFor(call, deeds, asked);
      const path = join(await call.folder(), `audit.${format}`);
      const rows = await call.asSystem("导出审计记录", async () => {
        if (format === "csv") return (await writeCsv(path, headings, cells(call, deeds, filter))).rows;
        const sheet = {
          name: "审计记录",
          title: "审计记录",
          note: `导出时间：${chinaMinute(call.now)}        导出人：${call.account.name}        理由：${reason}`,
          columns: headings.map((heading, index) => ({ heading, width: widths[index] ?? 16, style: "text" })),
          rows: sheetRows(cells(call, deeds, filter)),
          frozenColumns: 1,
          foot: takenBy(call.account, call.now),
        };
        return (await writeWorkbook(path, { title: "审计记录", created: call.now, sheets: [sheet] })).rows[0] ?? 0;
      });
      call.note({ rows, reason });
      return { path, name: `审计记录_${chinaDay(call.now)}.${format}`, type: format === "csv" ? csv : xlsx };
    },
  });

/** Page by page, so that it does not matter how many there are. */
async function* cells(call: CampaignCall, deeds: Deeds, filter: AuditFilter): AsyncGenerator<(string | null)[]> {
  let before: Place | undefined;
  for (let read = 0; read < most; read += batch) {
    const rows = await listAudit(call.tx, filter, Math.min(batch, most - read), before);
    for (const row of await answerAudit(call, call.tx, deeds, rows)) yield cellsOf(row);
    before = rows.at(-1);
    if (rows.length < batch) return;
  }
}

async function* sheetRows(lines: AsyncIterable<(string | null)[]>) {
  for await (const line of lines) yield { cells: line };
}
