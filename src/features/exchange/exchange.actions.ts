/** Workbooks in: brought in, marked, listed, taken back. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { mayUse, sees } from "#kernel/access.ts";
import { anyoneHere, campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import { campaignIn } from "#kernel/campaign.ts";
import { flag, id, pageInput } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { accountNames } from "#features/units/account-names.model.ts";
import { getUnit } from "#features/units/units.model.ts";
import type { Unit } from "#features/units/units.types.ts";
import type { TableInfo } from "./exchange.types.ts";
import { FileRefused } from "./file-refused.ts";
import { importWithin } from "./import.model.ts";
import type { ImportResult } from "./import.types.ts";
import { markWorkbook } from "./mark-workbook.ts";
import { getImport, listImports, undoImport } from "./undo.model.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const fileInput = {
  unit: id.optional().meta({ description: "以哪个单位的名义填报，缺省为本单位" }),
  ledger: z.string().optional().meta({ description: "指明是哪本台账，不再自动识别" }),
  mapping: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: "JSON：表头 → 栏目，null 为不导入这一列；按填报单位记住，下次不必再指明" }),
};

const mappingSchema = z.record(z.string().max(200), z.string().max(100).nullable());

function mappingOf(text: string | undefined): Record<string, string | null> {
  if (text === undefined) return {};
  try {
    return mappingSchema.parse(JSON.parse(text));
  } catch {
    throw new Problem("bad_mapping", 400, 'mapping 不合格，应是 JSON，例如 {"参会人数":"实到人数","备注2":null}。');
  }
}

const complaintOut = z.object({
  file: z.string(),
  sheet: z.string().nullable(),
  row: z.int(),
  column: z.string().nullable(),
  cell: z.string().nullable(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullable(),
  code: z.string(),
  reason: z.string(),
  suggestion: z.string().nullable(),
});

/** Reads the uploaded file in the sender's name. */
function read(
  { upload, campaign, asker, now, asSystem }: CampaignCall,
  { id: unit, realm }: Unit,
  options: {
    ledger: string | undefined;
    mapping: Record<string, string | null>;
    dryRun: boolean;
    goodRows: boolean;
    onTable?: (table: TableInfo) => void;
  },
): Promise<ImportResult> {
  const { path, name } = upload as NonNullable<typeof upload>;
  return asSystem(`import for unit ${unit}`, (tx) =>
    importWithin(
      tx,
      campaignIn(campaign, realm),
      { account: asker.account?.id ?? null, unit, role: asker.role.key, now },
      {
        path,
        name,
        ...options,
        mayWrite: (one) => sees(asker, one),
        whole: asker.scope.units === "whole",
        refuses: (ledger) => {
          const verdict = mayUse(asker, ledger, "record");
          return verdict === true ? undefined : verdict;
        },
      },
    ),
  ).catch((error: unknown) => {
    throw error instanceof FileRefused ? new Problem("file_refused", 422, error.message) : error;
  });
}

export const load = campaignAction({
  name: "exchange.import",
  method: "POST",
  path: "/api/campaigns/:campaign/imports",
  summary: "导入 Excel 或 CSV 台账",
  description: "整个文件一起成败；dryRun 只看结果，goodRows 先入合格的行。同一文件再导一次不会重复。",
  input: z.object({ ...fileInput, dryRun: flag.default(false), goodRows: flag.default(false) }),
  output: z.object({
    importId: z.string(),
    file: z.string(),
    committed: z.boolean(),
    dryRun: z.boolean(),
    added: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    tables: z.array(
      z.object({
        sheet: z.string().nullable(),
        table: z.int(),
        ledger: z.string(),
        ledgerName: z.string(),
        headerRows: z.array(z.int()),
        firstRow: z.int(),
        lastRow: z.int(),
        columns: z.record(z.string(), z.string().nullable()),
        valid: z.int(),
        invalid: z.int(),
        added: z.int(),
        changed: z.int(),
        unchanged: z.int(),
        skipped: z.array(z.object({ row: z.int(), why: z.string() })),
      }),
    ),
    complaints: z.array(complaintOut),
    notes: z.array(z.object({ sheet: z.string().nullable(), code: z.string(), message: z.string() })),
  }),
  upload: true,
  seconds: 600,
  touches: "realm",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: anyoneHere,
  run: (call, unit, { ledger, mapping, dryRun, goodRows }) =>
    read(call, unit, { ledger, mapping: mappingOf(mapping), dryRun, goodRows }),
  about: ({ unit }, found) => ({ unit, id: "import", realm: found?.realm }),
});

export const mark = campaignAction({
  name: "exchange.mark",
  method: "POST",
  path: "/api/campaigns/:campaign/imports/marked",
  summary: "取回标注了问题的工作簿",
  description: "试导一遍，不记入；有问题的格子标红，原因写在“导入意见”一栏。只适用于 .xlsx。",
  input: z.object(fileInput),
  output: { file: [xlsx] },
  upload: true,
  seconds: 600,
  touches: "nothing",
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: anyoneHere,
  async run(call, unit, { ledger, mapping }) {
    const { path, name } = call.upload as NonNullable<typeof call.upload>;
    if (!/\.xlsx$/i.test(name))
      throw new Problem(
        "cannot_mark",
        422,
        "只有 .xlsx 能标注问题。请用 Excel 另存为 .xlsx 后重新提交，或按导入结果所列行号改正。",
      );
    const tables: TableInfo[] = [];
    const onTable = (table: TableInfo): void => void tables.push(table);
    const result = await read(call, unit, { ledger, mapping: mappingOf(mapping), dryRun: true, goodRows: false, onTable });
    const out = join(await call.folder(), "marked.xlsx");
    await markWorkbook(path, tables, result.complaints, createWriteStream(out));
    return { path: out, name: name.replace(/\.xlsx$/i, "（已标注）.xlsx"), type: xlsx };
  },
  about: ({ unit }, found) => ({ unit, id: "mark", realm: found?.realm }),
});

export const list = campaignAction({
  name: "exchange.imports",
  method: "GET",
  path: "/api/campaigns/:campaign/imports",
  summary: "导入过的文件，新的在前",
  input: z.object(pageInput),
  output: z.object({
    imports: z.array(
      z.object({
        id: z.string(),
        unit: z.int(),
        unitName: z.string(),
        actorName: z.string().nullable(),
        at: z.string(),
        file: z.string(),
        added: z.int(),
        changed: z.int(),
        unchanged: z.int(),
        refused: z.int(),
        undoneAt: z.string().nullable().meta({ description: "撤销的时刻；未撤销的为空" }),
      }),
    ),
    more: z.boolean(),
  }),
  subject: nothing,
  allow: anyoneHere,
  async run({ tx, campaign, asSystem }, _, { limit, offset }) {
    const found = await listImports(tx, campaign, { limit: limit + 1, offset });
    const actors = found.map(({ actor }) => actor).filter((actor) => actor !== null);
    const names = await asSystem("names of those who imported", (owner) => accountNames(owner, actors));
    return {
      imports: found.slice(0, limit).map(({ id: key, unit, unitName, actor, at, file, result, undoneAt }) => ({
        id: key,
        unit,
        unitName,
        actorName: names.get(actor ?? 0) ?? null,
        at,
        file,
        ...result,
        undoneAt,
      })),
      more: found.length > limit,
    };
  },
});

export const undo = campaignAction({
  name: "exchange.undo",
  method: "POST",
  path: "/api/campaigns/:campaign/imports/:import/undo",
  summary: "撤销一次导入",
  description: "新增的删除，修改的恢复原样；此后又有人改过的不动，只报条数。撤销后同一文件可以再导。",
  input: z.object({ import: z.uuid() }),
  output: z.object({ deleted: z.int(), restored: z.int(), kept: z.int() }),
  seconds: 600,
  touches: "realm",
  subject: ({ tx, campaign }, input) => getImport(tx, campaign, input.import),
  allow: (asker, { unit }) =>
    asker.unit === unit || asker.scope.units === "whole" || "这次导入由别的单位办理，请由该单位或活动主办单位撤销。",
  run: (call, found) =>
    call.asSystem(`undo import ${found.id}`, (tx) =>
      undoImport(
        tx,
        campaignIn(call.campaign, found.realm),
        found,
        { account: call.account.id, unit: call.asker.unit, role: call.asker.role.key, now: call.now },
        // Whoever brought it in may take it back.
        (ledger) => found.actor === call.account.id || mayUse(call.asker, ledger, "delete"),
      ),
    ),
  about: (input, found) => ({ id: input.import, unit: found?.unit, realm: found?.realm }),
});
