import pg from "pg";
import { BackupError } from "#platform/backup-format.ts";
import { KeyError } from "#platform/key-ring.ts";
import { openKeys } from "#platform/keys.ts";
import { dumpToFile, restoreFromFile, verifyBackupFile } from "#platform/backup-file.ts";
import { readConfig } from "#platform/config.ts";
import { openDatabase } from "#platform/db.ts";
import { appliedMigrations, migrate } from "#platform/migrate.ts";
import { startDatabase } from "#platform/postgres.ts";
import { restartLog } from "#features/audit/opening.model.ts";
import { exits, UsageError, type Call, type Command } from "./command.ts";

export const backup: Command = {
  name: "backup",
  summary: "备份全部数据到一个文件",
  help: `用法：yibenzhang backup 文件
写成完整的一份备份，取自同一时刻；可以在使用中进行。写到一半中断不会留下半份文件。`,
  options: {},
  async run(call) {
    const [file] = call.args;
    if (!file) throw new UsageError(backup.help);
    await withClient(call, async (client) => {
      const summary = await dumpToFile(client, file);
      call.say(
        `已备份到 ${file}：${summary.tables.length}张表，${summary.tables.reduce((sum, table) => sum + table.rows, 0)}行。`,
      );
    });
    return exits.ok;
  },
};

export const restore: Command = {
  name: "restore",
  summary: "由备份文件恢复",
  help: `用法：yibenzhang restore 文件 [--replace]
恢复到空的数据文件夹（用 YIBENZHANG_DATA 指定一个新的）。库中已有数据时须加 --replace，现有数据会全部被备份取代。
先核对备份是否完整，再在一个事务里恢复；中途失败则一切如旧。
加密用的密钥环不在备份里：恢复前先把另存的 keys.json 放进数据文件夹；不相符的会说明缺哪一版。`,
  options: { replace: { type: "boolean" } },
  async run(call) {
    const [file] = call.args;
    if (!file) throw new UsageError(restore.help);
    const { migrations } = await verifyBackupFile(file);
    await withClient(call, async (client, connection) => {
      const database = openDatabase(connection);
      try {
        await migrate(database, migrations);
        const present = await appliedMigrations(database);
        if (present.length > migrations.length)
          throw new BackupError("现有数据库比备份的结构新，不能直接恢复。请在新的数据文件夹中恢复（用 YIBENZHANG_DATA 指定）。");
        const summary = await restoreFromFile(client, file, {
          replace: call.flags["replace"] === true,
          // Settings that a new installation begins with.
          prepared: ['"public"."sign_in_rules"'],
        });
        await migrate(database);
        const { aside, size } = await restartLog(database, readConfig().logDir, `恢复备份 ${summary.createdAt}`, new Date());
        if (aside !== undefined)
          call.say(`封存日志（${size}条）随恢复重新开始，原来的见证移到 ${aside}，请妥为保存：它能证明备份之后还有过哪些记录。`);
        // The ring is not in the backup: whether the one that is here fits is said now and not at the next start.
        await openKeys(database, readConfig()).catch((error: unknown) => {
          if (!(error instanceof KeyError)) throw error;
          call.say(`注意：${error.message}`);
        });
        call.say(
          `已恢复 ${summary.createdAt} 的备份：${summary.tables.length}张表，${summary.tables.reduce((sum, table) => sum + table.rows, 0)}行。`,
        );
      } finally {
        await database.close();
      }
    });
    return exits.ok;
  },
};

async function withClient(call: Call, run: (client: pg.Client, connection: pg.ClientConfig) => Promise<void>): Promise<void> {
  const config = readConfig();
  const server = await startDatabase({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl,
    purpose: "tool",
    log: call.say,
  });
  const client = new pg.Client(server.connection);
  try {
    await client.connect();
    await run(client, server.connection);
  } finally {
    await client.end();
    await server.stop();
  }
}
