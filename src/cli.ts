/** The command line: `yibenzhang COMMAND`. */
import { Problem } from "#kernel/problem.ts";
import { BackupError } from "#platform/backup-format.ts";
import { LogError } from "#platform/witness.ts";
import { StartError } from "#platform/start-error.ts";
import { DocxRefused } from "#features/documents/docx-package.ts";
import { PdfUnavailable } from "#features/documents/to-pdf.ts";
import { exits, readCall, UsageError, type Command } from "./commands/command.ts";
import { audit } from "./commands/audit.ts";
import { backup, restore } from "./commands/backup.ts";
import { certificate } from "./commands/certificate.ts";
import { demo } from "./commands/demo.ts";
import { entry } from "./commands/entry.ts";
import { exportCommand } from "./commands/export.ts";
import { figures } from "./commands/figures.ts";
import { importCommand } from "./commands/import.ts";
import { migrate } from "./commands/migrate.ts";
import { keys } from "./commands/keys.ts";
import { pack } from "./commands/pack.ts";
import { serve } from "./commands/serve.ts";
import { report } from "./commands/report.ts";
import { verify } from "./commands/verify.ts";
import { FileRefused } from "#features/exchange/file-refused.ts";

const commands: Command[] = [
  demo,
  serve,
  pack,
  importCommand,
  exportCommand,
  figures,
  entry,
  report,
  verify,
  audit,
  migrate,
  keys,
  certificate,
  backup,
  restore,
];

const overview = `一本账：录一次，逐级汇总，每个数字都查得到记录。

用法：yibenzhang 命令 [参数]

${commands.map((command) => `  ${command.name.padEnd(12)} ${command.summary}`).join("\n")}

用 yibenzhang 命令 --help 查看一个命令的用法。数据在 ./data（用环境变量 YIBENZHANG_DATA 改），
或在 DATABASE_URL 指明的 PostgreSQL（15 以上）。`;

async function main(argv: string[]): Promise<number> {
  const command = commands.find((one) => one.name === argv[0]);
  if (!command) {
    const help = argv[0] === undefined || argv[0] === "--help" || argv[0] === "-h" || argv[0] === "help";
    (help ? process.stdout : process.stderr).write(`${help ? "" : `没有“${argv[0]}”这个命令。\n\n`}${overview}\n`);
    return help ? exits.ok : exits.usage;
  }
  const call = readCall(command, argv.slice(1));
  if (call.flags["help"]) {
    call.print(`yibenzhang ${command.name}：${command.summary}\n\n${command.help}`);
    return exits.ok;
  }
  return command.run(call);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exits.usage;
  } else if (
    error instanceof Problem ||
    error instanceof StartError ||
    error instanceof FileRefused ||
    error instanceof BackupError ||
    error instanceof LogError ||
    error instanceof DocxRefused ||
    error instanceof PdfUnavailable
  ) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exits.failed;
  } else {
    process.stderr.write(`程序内部错误，请把以下内容报给维护人员：\n${(error as Error).stack ?? String(error)}\n`);
    process.exitCode = exits.failed;
  }
}
