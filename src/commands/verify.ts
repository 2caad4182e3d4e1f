import { readFileSync } from "node:fs";
import { readConfig } from "#platform/config.ts";
import { asOwner } from "#platform/db.ts";
import { readHead, type SignedHead } from "#platform/log-key.ts";
import { checkLog } from "#features/audit/log-check.model.ts";
import { rowWords } from "#features/audit/log-faults.ts";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { verifyAttachments, verifyEntries } from "#features/ledgers/verify.model.ts";
import { chooseCampaign, exits, text, UsageError, withDatabase, type Command } from "./command.ts";

export const verify: Command = {
  name: "verify",
  summary: "核对全库：记录与历史一致，数字与记录一致，历史和审计没有被动过",
  help: `用法：yibenzhang verify [--campaign 活动] [--heads 文件] [--json]
把每条记录由其历史重新推出，把每个预先汇总的数字由记录重新数一遍，把每个附件重新核对一遍，列出不一致之处。
先封存还没有封存的历史和审计，再按封存日志和数据文件夹里的见证逐行核对，指出改动、删除、插入和调换的每一行。

  --heads 文件   另与别处保存的签名核对：一行一个，就是发送到别处的那些 JSON

退出码：0 全部一致；4 有不一致；1 失败；2 用法不对。`,
  options: { campaign: { type: "string" }, heads: { type: "string" }, json: { type: "boolean" } },
  run(call) {
    return withDatabase(call, "tool", async (database) => {
      const posted = readHeads(text(call, "heads"));
      const campaign = await chooseCampaign(database, call);
      const entries = [];
      const cells = [];
      const files = [];
      for (const realm of campaign.realms) {
        entries.push(...(await asOwner(database, "verify entries", (tx) => verifyEntries(tx, campaign, realm))));
        cells.push(...(await asOwner(database, "verify figures", (tx) => verifyCampaignCells(tx, campaign, realm))));
        files.push(...(await asOwner(database, "verify attachments", (tx) => verifyAttachments(tx, campaign, realm))));
      }
      const log = await checkLog(database, readConfig().logDir, new Date(), posted);
      const faults = entries.length + cells.length + files.length + log.count;
      if (call.flags["json"]) call.print(JSON.stringify({ consistent: faults === 0, entries, cells, files, log }, null, 2));
      else {
        for (const fault of entries)
          call.print(`✗ 记录 ${fault.ledger} ${fault.entryId} 与其历史不一致：${fault.differs.join("、")}`);
        for (const fault of cells)
          call.print(`✗ 单位${fault.unit}的预先汇总（第${fault.measure}号）为${fault.kept}，由记录数得${fault.counted}`);
        for (const fault of files) call.print(`✗ 附件《${fault.name}》（记录 ${fault.entryId}）${fault.differs}`);
        for (const fault of log.faults)
          call.print(fault.row ? `✗ ${rowWords(fault.row)}${fault.text}` : `✗ 封存日志：${fault.text}`);
        if (log.count > log.faults.length) call.print(`✗ 另有${log.count - log.faults.length}处与封存日志不符，没有一一列出。`);
        call.say(
          `封存日志共${log.size}条${log.at === null ? "" : `，${log.at} 签名，根 ${log.root}`}。${log.removed > 0 ? `依规移出${log.removed}条。` : ""}${log.missed > 0 ? `见证落后${log.missed}条，已按签名补齐。` : ""}${log.waiting > 0 ? `还有${log.waiting}条没有封存，最早的是${log.since}。` : ""}`,
        );
        call.print(
          faults === 0
            ? "全部一致。"
            : `有${entries.length}条记录、${cells.length}个汇总、${files.length}个附件不一致，${log.count}处与封存日志不符。汇总可用 yibenzhang pack load 重新装入方案包来重算；记录和附件不一致请联系维护人员，附件可从备份中找回；与封存日志不符的，请保留现场，按《运行和维护》的“核对”办理。`,
        );
      }
      return faults === 0 ? exits.ok : exits.drift;
    });
  },
};

/** Heads that were kept elsewhere, one a line. */
function readHeads(path: string | undefined): SignedHead[] {
  if (path === undefined) return [];
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`读不了 --heads 的文件 ${path}，请核对路径和权限。`);
  }
  return content
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => {
      try {
        return readHead(line);
      } catch {
        throw new UsageError(`${path} 第${index + 1}行不是封存的签名。请写成发送到别处的那种 JSON，一行一个。`);
      }
    });
}
