import { withScope } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { digestOf, listRecords } from "#features/figures/records.model.ts";
import { chooseCampaign, chooseUnit, exits, moment, period, text, withDatabase, type Command } from "./command.ts";

export const figures: Command = {
  name: "figures",
  summary: "查数字，追到每一条记录",
  help: `用法：yibenzhang figures [指标编号…] [选项]
不写编号则列出全部指标。

  --unit 单位        名称或编号，含其下级（缺省为全部）
  --from 日期        期间的第一天（缺省为活动开始）
  --to 日期          期间的最后一天（缺省为方案包的报告日期）
  --as-of 时刻       按当时的记录算，如 2023-05-14T18:00:00+08:00，或 2023-05-14（当日终了；缺省为现在）
  --records          列出每个数字背后的记录；所列记录合起来就是这个数字
  --campaign 活动    有多项活动时指明一项
  --json             以 JSON 输出

退出码：0 成功；1 失败；2 用法不对。`,
  options: {
    unit: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    "as-of": { type: "string" },
    records: { type: "boolean" },
    campaign: { type: "string" },
    json: { type: "boolean" },
  },
  run(call) {
    return withDatabase(call, "tool", async (database) => {
      const { unit, campaign } = await chooseUnit(database, await chooseCampaign(database, call), text(call, "unit"));
      const question = {
        ...period(call, campaign, campaign.reportDate ?? campaign.to ?? new Date().toISOString().slice(0, 10)),
        asOf: moment(call, "as-of"),
      };
      const keys = call.args.length > 0 ? call.args : [...campaign.figures.keys()];
      const answers = await withScope(database, operator(campaign).scope, async (tx) => {
        const found = (await answerFigures(tx, campaign, keys, [unit.id], question)).get(unit.id) ?? [];
        return call.flags["records"] !== true
          ? found
          : Promise.all(
              found.map(async (answer) => ({
                ...answer,
                ...(await digestOf(tx, campaign, answer.key, { unit: unit.id, ...question })),
                list: await listRecords(tx, campaign, answer.key, { unit: unit.id, ...question }, { limit: 200_000, offset: 0 }),
              })),
            );
      });
      if (call.flags["json"])
        call.print(JSON.stringify({ campaign: campaign.key, unit: unit.name, ...question, figures: answers }, null, 2));
      else {
        call.print(`${campaign.name}　${unit.name}　${question.from} 至 ${question.to}`);
        for (const answer of answers) {
          call.print(
            `${answer.key.padEnd(10)} ${answer.name}　${answer.text}${answer.text === `${answer.value}${answer.unit}` ? "" : `（${answer.value ?? "无"}）`}${answer.note ? `　※${answer.note}` : ""}`,
          );
          if ("list" in answer)
            for (const record of answer.list)
              call.print(
                `    ${[record.part, record.day, record.unit, record.number, record.value, record.amount === null ? null : `计${record.amount}`, `${record.ledger} ${record.entryId} 第${record.version}版`].filter((part) => part !== null).join("　")}`,
              );
        }
      }
      return exits.ok;
    });
  },
};
