import { asOwner } from "#platform/db.ts";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { verifyAttachments, verifyEntries } from "#features/ledgers/verify.model.ts";
import { chooseCampaign, exits, withDatabase, type Command } from "./command.ts";

export const verify: Command = {
  name: "verify",
  summary: "核对全库：记录与历史一致，数字与记录一致",
  help: `用法：yibenzhang verify [--campaign 活动] [--json]
把每条记录由其历史重新推出，把每个预先汇总的数字由记录重新数一遍，把每个附件重新核对一遍，列出不一致之处。

退出码：0 全部一致；4 有不一致；1 失败；2 用法不对。`,
  options: { campaign: { type: "string" }, json: { type: "boolean" } },
  run(call) {
    return withDatabase(call, "tool", async (database) => {
      const campaign = await chooseCampaign(database, call);
      const entries = [];
      const cells = [];
      const files = [];
      for (const realm of campaign.realms) {
        entries.push(...(await asOwner(database, "verify entries", (tx) => verifyEntries(tx, campaign, realm))));
        cells.push(...(await asOwner(database, "verify figures", (tx) => verifyCampaignCells(tx, campaign, realm))));
        files.push(...(await asOwner(database, "verify attachments", (tx) => verifyAttachments(tx, campaign, realm))));
      }
      const faults = entries.length + cells.length + files.length;
      if (call.flags["json"]) call.print(JSON.stringify({ consistent: faults === 0, entries, cells, files }, null, 2));
      else {
        for (const fault of entries)
          call.print(`✗ 记录 ${fault.ledger} ${fault.entryId} 与其历史不一致：${fault.differs.join("、")}`);
        for (const fault of cells)
          call.print(`✗ 单位${fault.unit}的预先汇总（第${fault.measure}号）为${fault.kept}，由记录数得${fault.counted}`);
        for (const fault of files) call.print(`✗ 附件《${fault.name}》（记录 ${fault.entryId}）${fault.differs}`);
        call.print(
          faults === 0
            ? "全部一致。"
            : `有${entries.length}条记录、${cells.length}个汇总、${files.length}个附件不一致。汇总可用 yibenzhang pack load 重新装入方案包来重算；记录和附件不一致请联系维护人员，附件可从备份中找回。`,
        );
      }
      return faults === 0 ? exits.ok : exits.drift;
    });
  },
};
