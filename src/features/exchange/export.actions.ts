/** A ledger as a workbook, or as text for programs. */
import { join } from "node:path";
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { campaignIn } from "#kernel/campaign.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, flag, id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { encryptedFields } from "#kernel/sealed-values.ts";
import { mayExportWhole } from "#kernel/unmask.ts";
import { needsReason } from "#features/ledgers/ledgers.types.ts";
import { filterNote, noteOf } from "#features/ledgers/note.model.ts";
import { readableLedger } from "#features/ledgers/ledgers.model.ts";
import { filterInput, readColumns, readFilter, readSorting } from "#features/ledgers/read-filter.model.ts";
import { getUnit } from "#features/units/units.model.ts";
import { exportLedger } from "./export.model.ts";
import { takenBy } from "./taken-by.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const csv = "text/csv; charset=utf-8";

export const download = campaignAction({
  name: "exchange.export",
  method: "GET",
  path: "/api/campaigns/:campaign/ledgers/:ledger/export",
  summary: "导出一本台账",
  description:
    "按规定格式的 .xlsx，或供程序读取的 .csv；blank=true 只要空白表。导出的文件可以原样导回。可只要合乎条件的记录和选定的栏目。",
  input: z.object({
    ledger: z.string(),
    unit: id.optional(),
    state: z.string().optional(),
    from: day.optional(),
    to: day.optional(),
    ...filterInput,
    columns: z.string().max(10_000).optional().meta({ description: "JSON 数组：要哪些栏目，按此顺序；缺省为规定格式的" }),
    format: z.enum(["xlsx", "csv"]).default("xlsx"),
    blank: flag.default(false),
    clear: flag.default(false).meta({ description: "true：加密的栏目不遮盖，须写明理由" }),
    reason: z
      .string()
      .trim()
      .max(1000)
      .optional()
      .meta({ description: "为什么导出；涉及个人和限定知悉的台账必须写明，记入审计" }),
  }),
  output: { file: [xlsx, csv] },
  sensitive: true,
  seconds: 600,
  subject: async (call, { ledger, unit }) => ({
    ledger: readableLedger(call, ledger),
    unit: await getUnit(call.tx, call.asker, unit ?? call.asker.unit),
  }),
  allow: (asker, { ledger }, { blank, clear }) => {
    const verdict = mayUse(asker, ledger, blank ? "read" : "export");
    return verdict === true && clear && encryptedFields(ledger).length > 0 ? mayExportWhole(asker, ledger) : verdict;
  },
  async run(call, { ledger, unit }, { state, from, to, where, sort, order, columns, format, blank, clear, reason }) {
    if (clear && !reason) throw new Problem("reason_needed", 422, "导出不遮盖的内容，请写明理由。");
    if (!blank && needsReason(ledger) && (reason ?? "").length < 2)
      throw new Problem("reason_needed", 422, `《${ledger.name}》涉及个人或限定知悉，导出须写明理由；理由记入审计。`);
    const campaign = campaignIn(call.campaign, unit.realm);
    const path = join(await call.folder(), `export.${format}`);
    const filter = { state, from, to, where: readFilter(call, ledger, where) };
    const { rows } = await exportLedger(call.tx, campaign, ledger, path, {
      filter: { unit: unit.id, ...filter },
      sorting: readSorting(ledger, sort, order),
      columns: columns === undefined ? undefined : readColumns(ledger, columns),
      form: format,
      blank,
      clear,
      organ: unit.id === campaign.root ? campaign.organ : unit.name,
      foot: blank || ledger.sensitivity === "public" ? undefined : takenBy(call.account, call.now),
      now: call.now,
    });
    call.note({ ...noteOf(ledger), rows, ...filterNote(filter) });
    const name = `${ledger.name}${blank ? "（空白表）" : `_${unit.name}_${chinaDay(call.now)}`}.${format}`;
    return { path, name, type: format === "csv" ? csv : xlsx };
  },
  about: ({ ledger, unit, reason }, found) => ({ id: ledger, unit, realm: found?.unit.realm, reason }),
});
