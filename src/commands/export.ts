import { withScope } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { exportLedger } from "#features/exchange/export.model.ts";
import { ledgerOf } from "#features/ledgers/ledgers.model.ts";
import { chooseCampaign, chooseUnit, exits, text, UsageError, withDatabase, type Command } from "./command.ts";

export const exportCommand: Command = {
  name: "export",
  summary: "导出一本台账为 Excel 或 CSV",
  help: `用法：yibenzhang export 台账 --out 文件 [选项]
台账写方案包中的 key。导出的文件是规定格式，可以原样导回，不增不改。

  --out 文件         存到哪里
  --unit 单位        名称或编号，含其下级（缺省为全部）
  --csv              CSV，供程序读取
  --blank            空白表，供填报
  --campaign 活动    有多项活动时指明一项

退出码：0 成功；1 失败；2 用法不对。`,
  options: {
    out: { type: "string" },
    unit: { type: "string" },
    csv: { type: "boolean" },
    blank: { type: "boolean" },
    campaign: { type: "string" },
  },
  run(call) {
    const [key, ...more] = call.args;
    const out = text(call, "out");
    if (key === undefined || out === undefined || more.length > 0) throw new UsageError(exportCommand.help);
    return withDatabase(call, "tool", async (database) => {
      const { unit, campaign } = await chooseUnit(database, await chooseCampaign(database, call), text(call, "unit"));
      const ledger = ledgerOf(campaign, key);
      const { rows } = await withScope(database, operator(campaign).scope, (tx) =>
        exportLedger(tx, campaign, ledger, out, {
          filter: { unit: unit.id },
          form: call.flags["csv"] === true ? "csv" : "xlsx",
          blank: call.flags["blank"] === true,
          organ: unit.name,
          now: new Date(),
        }),
      );
      call.print(
        call.flags["blank"] === true ? `已导出《${ledger.name}》空白表：${out}` : `已导出《${ledger.name}》${rows}条：${out}`,
      );
      return exits.ok;
    });
  },
};
