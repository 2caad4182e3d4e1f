import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Campaign } from "#kernel/campaign.ts";
import { fieldOf } from "#kernel/fields.ts";
import { Problem } from "#kernel/problem.ts";
import type { Complaint, TableInfo } from "#features/exchange/exchange.types.ts";
import { FileRefused } from "#features/exchange/file-refused.ts";
import { importFile } from "#features/exchange/import.model.ts";
import type { ImportResult } from "#features/exchange/import.types.ts";
import { markedName, markFile } from "#features/exchange/mark-file.ts";
import { tellOnce } from "#platform/live.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { cannotWrite } from "./files.ts";
import { chooseCampaign, chooseUnit, exits, text, UsageError, withDatabase, type Call, type Command } from "./command.ts";

export const importCommand: Command = {
  name: "import",
  summary: "导入 Excel 或 CSV 台账",
  help: `用法：yibenzhang import 文件… [选项]
按文件名、标题和表头认出是哪本台账，逐行检查后记入。每个文件整批成败：有一行不合要求，全部不入；
加 --good-rows 则合格的行先入，不合格的退回。同一文件再导一次，不会重复。

  --dry-run          只看结果（新增、修改、不变、退回各几条），不记入
  --good-rows        合格的行入库，不合格的退回
  --ledger 台账      指明是哪本台账（方案包中的 key），不再自动识别
  --map 表头=栏目    这一列是哪一栏（可写多个；栏目写空为不导入）；记住，下次不用再写
  --unit 单位        以哪个单位的名义填报（缺省为活动主办单位）
  --marked 文件夹    把有问题的文件标红、注明原因后存到这里（缺省为当前文件夹；不需要时写 none）
  --campaign 活动    有多项活动时指明一项
  --json             以 JSON 输出

退出码：0 全部记入（或试导无误）；3 有不合要求的行；1 失败；2 用法不对。`,
  options: {
    "dry-run": { type: "boolean" },
    "good-rows": { type: "boolean" },
    ledger: { type: "string" },
    map: { type: "string", multiple: true },
    unit: { type: "string" },
    marked: { type: "string" },
    campaign: { type: "string" },
    json: { type: "boolean" },
  },
  run(call) {
    if (call.args.length === 0) throw new UsageError(importCommand.help);
    return withDatabase(call, "tool", async (database) => {
      const { unit, campaign } = await chooseUnit(database, await chooseCampaign(database, call), text(call, "unit"));
      const meanings = mapping(call, campaign);
      const answers: object[] = [];
      let complaints = 0;
      let refused = 0;
      for (const path of call.args) {
        const doer = { account: null, unit: unit.id, role: "operator", now: new Date() };
        try {
          const { found, ...result } = await importFile(database, campaign, doer, {
            path,
            ledger: text(call, "ledger"),
            mapping: meanings,
            dryRun: call.flags["dry-run"] === true,
            goodRows: call.flags["good-rows"] === true,
            mayWrite: () => true,
            onProgress: process.stderr.isTTY ? (rows) => void process.stderr.write(`\r已读${rows}行……`) : undefined,
          });
          answers.push(result);
          // A file without any table that is known brings nothing: to scripts that is no success.
          complaints += result.complaints.length + (result.tables.length === 0 ? 1 : 0);
          if (!call.flags["json"]) call.print(summary(result));
          await giveBack(call, path, result.complaints, found).catch((error: unknown) => {
            if (!(error instanceof Problem)) throw error;
            refused++;
            call.say(`标红的《${basename(path)}》没有存成：${error.message}`);
          });
        } catch (error) {
          // One file that cannot be read does not keep the others out.
          if (!(error instanceof FileRefused || error instanceof Problem)) throw error;
          refused++;
          answers.push({ file: basename(path), committed: false, error: { code: error.code, message: error.message } });
          if (!call.flags["json"]) call.print(`没有导入《${basename(path)}》：${error.message}`);
        }
      }
      await foldAll(database, campaign);
      if (!call.flags["dry-run"]) for (const realm of campaign.realms) await tellOnce(database, realm);
      if (call.flags["json"]) call.print(JSON.stringify(answers, null, 2));
      return refused > 0 ? exits.failed : complaints > 0 ? exits.complaints : exits.ok;
    });
  },
};

/** Writes the marked copy of a file with faults, beside where the command runs or where --marked says. */
async function giveBack(call: Call, path: string, complaints: readonly Complaint[], found: readonly TableInfo[]): Promise<void> {
  const folder = text(call, "marked") ?? ".";
  if (complaints.length === 0 || folder === "none") return;
  const marked = join(folder, markedName(basename(path)));
  try {
    await mkdir(folder, { recursive: true });
    await markFile(path, basename(path), found, complaints, new Date(), marked);
  } catch (error) {
    throw cannotWrite(marked, error);
  }
  call.say(`有问题的行已在 ${marked} 中标红并注明原因。`);
}

function mapping(call: Call, campaign: Campaign): Record<string, string | null> {
  const said = call.flags["map"];
  return Object.fromEntries(
    (Array.isArray(said) ? said.map(String) : []).map((item) => {
      const at = item.indexOf("=");
      if (at < 1) throw new UsageError(`--map 的“${item}”不对，应写成 表头=栏目，例如 --map 人数=实到人数`);
      const [heading, field] = [item.slice(0, at), item.slice(at + 1) || null];
      if (field !== null && ![...campaign.ledgers.values()].some((ledger) => fieldOf(ledger, field)))
        throw new UsageError(`--map 的“${field}”不是任何台账的栏目，请核对栏目名称。`);
      return [heading, field];
    }),
  );
}

/** Complaints of one kind in one column that are printed before the rest is counted. */
const mostAlike = 5;

/** 4、5、6、9 as 4—6、9, of which at most eight parts. */
function shortList(rows: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const row of rows) {
    const last = parts.at(-1);
    if (last && row <= last[1] + 1) last[1] = row;
    else parts.push([row, row]);
  }
  const words = parts.slice(0, 8).map(([from, to]) => (from === to ? String(from) : `${from}—${to}`));
  return words.join("、") + (parts.length > 8 ? "等" : "");
}

function summary(result: Omit<ImportResult, "found">): string {
  const verb = result.dryRun ? "试导" : result.committed && result.tables.length > 0 ? "已导入" : "没有导入";
  const lines = [
    `${verb}《${result.file}》：新增${result.added}条，修改${result.changed}条，不变${result.unchanged}条，退回${result.refused}条`,
  ];
  for (const table of result.tables)
    lines.push(
      `  ${table.sheet === null ? "" : `工作表“${table.sheet}” `}第${table.firstRow}—${table.lastRow}行 → 《${table.ledgerName}》 合格${table.valid}行，退回${table.invalid}行`,
    );
  // One fault that runs through a whole column is said a few times, then counted.
  const alike = Map.groupBy(result.complaints, (one) => JSON.stringify([one.sheet, one.column, one.code, one.suggestion]));
  for (const group of alike.values()) {
    const shown = group.length <= mostAlike + 2 ? group : group.slice(0, mostAlike);
    for (const one of shown)
      lines.push(
        `  ✗ ${one.sheet === null ? "" : `${one.sheet} `}第${one.row}行${one.column === null ? "" : ` ${one.column}`}${one.value === null ? "" : `“${one.value}”`}：${one.reason}${one.suggestion === null ? "" : `。${one.suggestion}`}`,
      );
    if (shown.length < group.length)
      lines.push(
        `  ✗ ${group[0]?.sheet == null ? "" : `${group[0].sheet} `}${group[0]?.column ?? "整行"}另有${group.length - shown.length}处同类问题，在第${shortList(group.slice(shown.length).map((one) => one.row))}行。逐处说明见标红的原表，或加 --json。`,
      );
  }
  for (const note of result.notes) lines.push(`  · ${note.sheet === null ? "" : `${note.sheet} `}${note.message}`);
  if (!result.committed && !result.dryRun)
    lines.push("  有不合要求的行，整个文件没有记入。改正后重新导入，或加 --good-rows 先记入合格的行。");
  return lines.join("\n");
}
