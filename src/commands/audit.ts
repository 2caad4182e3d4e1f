import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readConfig } from "#platform/config.ts";
import { readKey } from "#platform/log-key.ts";
import { LogError } from "#platform/witness.ts";
import { checkArchive } from "#features/audit/archive-file.ts";
import { archiveAudit, leastDays } from "#features/audit/archive.model.ts";
import { adoptLog, restartLog } from "#features/audit/opening.model.ts";
import { Problem } from "#kernel/problem.ts";
import { exits, moment, text, UsageError, withDatabase, type Call, type Command } from "./command.ts";

const day = 86_400_000;

export const audit: Command = {
  name: "audit",
  summary: "审计归档和封存日志：归档、核对归档、取回见证、重新开始",
  help: `用法：
  yibenzhang audit archive --out 文件 [--before 日期]   把此前的审计记录移出到归档文件（缺省为保留期以前）
  yibenzhang audit check 文件 [--key 公钥]             核对归档文件，不需要数据库
  yibenzhang audit key                                 显示封存日志的公钥，请抄送审计方保存
  yibenzhang audit adopt                               另一台服务器或见证丢失时，按签名由数据库取回见证
  yibenzhang audit restart --reason 理由               封存日志从现有数据重新开始，原来的见证另存
审计记录保留 YIBENZHANG_AUDIT_KEEP_DAYS 天（缺省1096，不得少于${leastDays}），保留期内的不能归档。

退出码：0 成功；1 失败；2 用法不对；4 归档文件与签名不符。`,
  options: {
    before: { type: "string" },
    out: { type: "string" },
    key: { type: "string" },
    reason: { type: "string" },
    json: { type: "boolean" },
  },
  async run(call) {
    const [action, file] = call.args;
    if (action === "archive") return archive(call);
    if (action === "check" && file) return check(call, file);
    if (action === "key") return showKey(call);
    if (action === "adopt") return adopt(call);
    if (action === "restart") return restart(call);
    throw new UsageError(audit.help);
  },
};

function archive(call: Call): Promise<number> {
  const out = text(call, "out");
  if (!out) throw new UsageError("请用 --out 写归档文件的位置。");
  if (existsSync(out)) throw new UsageError(`${out} 已经有了，请换一个文件名。`);
  const now = new Date();
  const { auditKeepDays } = readConfig();
  const latest = new Date(now.getTime() - auditKeepDays * day).toISOString();
  const named = text(call, "before");
  const before = named === undefined ? latest : moment(call, "before");
  if (before === undefined || before > latest)
    throw new Problem(
      "too_recent",
      422,
      `审计记录要保留${auditKeepDays}天（法定不少于六个月），${latest.slice(0, 10)} 以后的不能归档。请改 --before。`,
    );
  return withDatabase(call, "tool", async (database, log) => {
    if (!log) throw new Problem("no_log_key", 409, "这里没有封存密钥，不能归档。请在原来的服务器上运行。");
    const rows = await archiveAudit(database, log, before, out, now);
    call.say(
      rows === 0
        ? `${before} 以前没有可归档的审计记录。`
        : `已归档${rows}行到 ${out}，并已从库中移出。请另存一份，用 yibenzhang audit check 可随时核对。`,
    );
    return exits.ok;
  });
}

async function check(call: Call, file: string): Promise<number> {
  const found = await checkArchive(file).catch((error: unknown) => {
    if (!(error instanceof LogError)) throw error;
    call.print(`✗ ${error.message}`);
  });
  if (!found) return exits.drift;
  const key = text(call, "key");
  const known = key !== undefined && existsSync(key) ? publicKeyIn(key) : key;
  if (known !== undefined && known !== found.publicKey) {
    call.print(`✗ 归档文件 ${file} 自身完整，但不是这把密钥签的：文件里的公钥是 ${found.publicKey}`);
    return exits.drift;
  }
  const { rows, from, to, head, publicKey } = found;
  if (call.flags["json"]) call.print(JSON.stringify({ rows, from, to, size: head.size, at: head.at, publicKey }, null, 2));
  else
    call.print(
      `归档文件 ${file} 完整，与签名一致：${rows}行审计，${from ?? ""} 至 ${to ?? ""}，封存日志${head.size}条，${head.at} 签名。\n公钥：${publicKey}${known === undefined ? "\n请与另行保存的公钥核对。" : ""}`,
    );
  return exits.ok;
}

/** Base64 of a key's DER, from a file that holds it so or as PEM. */
function publicKeyIn(path: string): string {
  const content = readFileSync(path, "utf8").trim();
  return content.startsWith("-----")
    ? createPublicKey(content).export({ type: "spki", format: "der" }).toString("base64")
    : content;
}

async function showKey(call: Call): Promise<number> {
  const key = await readKey(readConfig().logDir);
  if (!key) throw new Problem("no_log_key", 404, "这里还没有封存密钥，启动一次服务后再看。");
  call.print(key.publicKey);
  return exits.ok;
}

function adopt(call: Call): Promise<number> {
  return withDatabase(call, "tool", async (database) => {
    const size = await adoptLog(database, readConfig().logDir);
    call.say(`已按签名由数据库取回见证，共${size}条。它只能证明取回以后的改动；此前的请与别处保存的签名核对（verify --heads）。`);
    return exits.ok;
  });
}

function restart(call: Call): Promise<number> {
  const reason = text(call, "reason")?.trim();
  if (!reason) throw new UsageError("请用 --reason 写明理由，会记入审计。");
  return withDatabase(call, "tool", async (database) => {
    const { aside, size } = await restartLog(database, readConfig().logDir, reason, new Date());
    call.say(
      `封存日志已从现有数据重新开始（原有${size}条）。${aside === undefined ? "" : `原来的见证移到 ${aside}，请妥为保存。`}`,
    );
    return exits.ok;
  });
}
