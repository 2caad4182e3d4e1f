import { appliedMigrations } from "#platform/migrate.ts";
import { exits, withDatabase, type Command } from "./command.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "把数据库结构更新到最新",
  help: `用法：yibenzhang migrate
启动任何命令时都会自动更新；单独运行用于升级前后查看。列出已执行的迁移。

退出码：0 成功；1 失败；2 用法不对。`,
  options: {},
  run: (call) =>
    withDatabase(call, "tool", async (database) => {
      for (const name of await appliedMigrations(database)) call.print(name);
      return exits.ok;
    }),
};
