/** What every command has: its options, what it needs of the database, how it ends. */
import { statfsSync } from "node:fs";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { campaignIn, type Campaign } from "#kernel/campaign.ts";
import { Problem } from "#kernel/problem.ts";
import { readConfig, type Config } from "#platform/config.ts";
import { asOwner, isConnectionLost, openDatabase, type Database } from "#platform/db.ts";
import { openKeys } from "#platform/keys.ts";
import { migrate } from "#platform/migrate.ts";
import { startDatabase } from "#platform/postgres.ts";
import { openLog } from "#features/audit/opening.model.ts";
import type { Log } from "#features/audit/sealing.model.ts";
import { getCampaign, listCampaigns } from "#features/campaigns/campaigns.model.ts";
import { findUnitByName } from "#features/units/units.model.ts";

/** Exit codes: stable, for scripts. */
export const exits = { ok: 0, failed: 1, usage: 2, complaints: 3, drift: 4 } as const;

export interface Command {
  name: string;
  summary: string;
  /** Text of `--help`, without the first line. */
  help: string;
  options: ParseArgsOptionsConfig;
  run(call: Call): Promise<number>;
}

export interface Call {
  args: string[];
  flags: Record<string, string | boolean | (string | boolean)[] | undefined>;
  /** Whole answers, on standard output. */
  print: (text: string) => void;
  /** Progress and remarks, on standard error. */
  say: (text: string) => void;
}

export const text = (call: Call, name: string): string | undefined => {
  const value = call.flags[name];
  return typeof value === "string" ? value : undefined;
};

export class UsageError extends Error {}

export function readCall(command: Command, argv: string[]): Call {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { ...command.options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    return {
      args: positionals,
      flags: values,
      print: (line) => void process.stdout.write(`${line}\n`),
      say: (line) => void process.stderr.write(`${line}\n`),
    };
  } catch (error) {
    throw new UsageError(`${inChinese(error as NodeJS.ErrnoException)}\n用 yibenzhang ${command.name} --help 查看用法。`);
  }
}

/** What Node says of options, which it says in English. */
function inChinese({ code = "", message }: NodeJS.ErrnoException): string {
  const option = /'(?:-\w, )?(--?[^' <]+)/.exec(message)?.[1] ?? "";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `没有“${option}”这个选项。`;
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE")
    return /does not take/.test(message) ? `“${option}”后面不写值。` : `“${option}”要写值；值以 - 开头时写成 ${option}=值。`;
  return `参数有误：${message}`;
}

/** Opens the database (starting it if it does not run), brings its tables up to date, and closes it afterwards. */
export async function withDatabase<T>(
  call: Call,
  purpose: "serve" | "tool",
  run: (database: Database, log: Log | undefined) => Promise<T>,
): Promise<T> {
  const config = readConfig();
  const server = await startDatabase({ dataDir: config.dataDir, databaseUrl: config.databaseUrl, purpose, log: call.say });
  const database = openDatabase(server.connection);
  try {
    await migrate(database);
    await openKeys(database, config);
    return await run(database, await takeKey(call, database, config));
  } catch (error) {
    throw isConnectionLost(error) ? connectionLost(config) : error;
  } finally {
    await database.close();
    await server.stop();
  }
}

/** Has what is written from here stamped by the key of the log, and begins the log where there is none. */
export async function takeKey(call: Call, database: Database, { logDir }: Config): Promise<Log | undefined> {
  const log = await openLog(database, logDir, new Date());
  if (log) database.stamp = log.key.stamp;
  else
    call.say(
      `注意：这个数据库已有封存日志，而 ${logDir} 里没有它的密钥。从这里写入的记录不带印记，也不会在这里封存。请从原来的服务器把这个文件夹复制过来；原来的已丢失的，运行 yibenzhang audit restart --reason 理由。`,
    );
  return log;
}

/** A full disk stops the server before it can say so. */
function connectionLost({ dataDir, databaseUrl }: Config): Problem {
  const full = databaseUrl === undefined && spaceIn(dataDir) < 64 << 20;
  return full
    ? new Problem(
        "disk_full",
        507,
        `磁盘空间不足（${dataDir}），数据库停止了，没有做完的已全部撤销，已有数据未受影响。请清理出至少 500 MB 空间后重新运行。`,
      )
    : new Problem(
        "connection_lost",
        503,
        `与数据库的连接中断，没有做完的已全部撤销，已有数据未受影响。请重新运行；若一再发生，请查看${databaseUrl === undefined ? `日志 ${dataDir}/pg.log` : "数据库的日志"}，常见原因是内存或磁盘不足。`,
      );
}

function spaceIn(folder: string): number {
  const { bsize, bavail } = statfsSync(folder);
  return bsize * bavail;
}

/** The campaign named by --campaign, or the only one there is. */
export async function chooseCampaign(database: Database, call: Call): Promise<Campaign> {
  return asOwner(database, "choose campaign", async (tx) => {
    const named = text(call, "campaign");
    if (named) return getCampaign(tx, named);
    const all = await listCampaigns(tx);
    if (all.length === 1 && all[0]) return getCampaign(tx, all[0].key);
    if (all.length === 0) throw new Problem("no_campaign", 404, "还没有装入方案包。请先运行 yibenzhang pack load 方案包文件夹。");
    throw new UsageError(`有${all.length}项活动，请用 --campaign 指明一项：${all.map((one) => one.key).join("、")}`);
  });
}

/** The unit that is asked about, default the top, and the campaign as its realm sees it. */
export async function chooseUnit(
  database: Database,
  whole: Campaign,
  name: string | undefined,
): Promise<{ unit: { id: number; name: string }; campaign: Campaign }> {
  return asOwner(database, "choose unit", async (tx) => {
    if (name === undefined) return { unit: { id: whole.root, name: whole.organ }, campaign: whole };
    const unit = await findUnitByName(tx, whole.realms, name);
    if (!unit) throw new Problem("unknown_unit", 404, `没有单位“${name}”。请核对名称，或写单位编号。`);
    return { unit, campaign: campaignIn(whole, unit.realm) };
  });
}

/** --from and --to: the campaign's first day and `to` unless said otherwise. */
export function period(call: Call, campaign: Campaign, to: string): { from: string; to: string } {
  const asked = { from: day(call, "from", campaign.from), to: day(call, "to", to) };
  if (asked.from > asked.to) throw new UsageError(`--from（${asked.from}）晚于 --to（${asked.to}），请核对期间。`);
  return asked;
}

/** A moment, in Beijing time if it names no other; of a day alone its end. */
export function moment(call: Call, name: string): string | undefined {
  const value = text(call, name);
  if (value === undefined) return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(value);
  const at = parts ? new Date(`${parts[1]}T${parts[2] ?? "23:59:59.999"}${parts[3] ?? "+08:00"}`) : undefined;
  if (!at || Number.isNaN(at.getTime()))
    throw new UsageError(`--${name} 的时刻“${value}”不对，应写成 2023-05-14T18:00:00+08:00 或 2023-05-14 的样子。`);
  return at.toISOString();
}

const dayForm = /^\d{4}-\d{2}-\d{2}$/;
function day(call: Call, name: string, otherwise: string): string {
  const value = text(call, name);
  if (value === undefined) return otherwise;
  if (
    !dayForm.test(value) ||
    Number.isNaN(Date.parse(value)) ||
    new Date(`${value}T00:00:00Z`).toISOString().slice(0, 10) !== value
  )
    throw new UsageError(`--${name} 的日期“${value}”不对，应写成 2023-05-14 的样子。`);
  return value;
}
