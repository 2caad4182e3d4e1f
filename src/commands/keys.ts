import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "#platform/config.ts";
import type { Database } from "#platform/db.ts";
import { addVersion } from "#platform/key-ring.ts";
import { dropKey, keyFile, rotateKeys } from "#platform/keys.ts";
import { encryptStored } from "#features/campaigns/encrypting.model.ts";
import { listKeyUse, type KeyUse } from "#platform/key-use.ts";
import { chinaMinute } from "#kernel/fields.ts";
import { Problem } from "#kernel/problem.ts";
import { exits, UsageError, withDatabase, type Call, type Command } from "./command.ts";

export const keys: Command = {
  name: "keys",
  summary: "加密用的密钥：查看、核对、更换、停用",
  help: `用法：
  yibenzhang keys list               各版密钥，哪一版现用
  yibenzhang keys check              逐表数出各版密钥还加密着多少处内容
  yibenzhang keys rotate [--hash]    换一版新的密钥，并把现有记录改用它加密；可在使用中进行，中断了再运行一次
  yibenzhang keys retire 版次        停用一版旧密钥；还有内容用它的，不予停用
  yibenzhang keys new                另行生成一份密钥环，打印出来，供自有保管设施使用；不改动现有的
密钥环在数据文件夹的 keys.json（或环境变量 YIBENZHANG_KEYS 所指），不在备份文件里：请另行保管。
--hash 连同查找用的散列密钥一起更换，密钥可能泄露时用。YIBENZHANG_CIPHER=sm4 时新的一版用国密 SM4。

退出码：0 成功；1 失败；2 用法不对；4 有内容所用的密钥不在密钥环里。`,
  options: { hash: { type: "boolean" }, json: { type: "boolean" } },
  async run(call) {
    const [what, version, ...more] = call.args;
    if (more.length > 0 || (version !== undefined) !== (what === "retire")) throw new UsageError(keys.help);
    if (what === "new") {
      call.print(addVersion(undefined, { cipher: readConfig().cipher, now: new Date() }).trimEnd());
      return exits.ok;
    }
    if (what === "list") return withDatabase(call, "tool", (database) => list(call, database));
    if (what === "check") return withDatabase(call, "tool", (database) => check(call, database));
    if (what === "rotate") return withDatabase(call, "tool", (database) => rotate(call, database));
    if (what === "retire") return withDatabase(call, "tool", (database) => retire(call, database, Number(version)));
    throw new UsageError(keys.help);
  },
};

const names = { aes: "AES-256-GCM", sm4: "SM4" } as const;

function list(call: Call, { keys: { ring } }: Database): Promise<number> {
  const all = [...ring.versions.values()].toSorted((one, other) => one.version - other.version);
  const rows = all.map(({ version, cipher, made }) => ({
    version,
    cipher: names[cipher],
    made,
    current: version === ring.current.version,
  }));
  if (call.flags["json"]) call.print(JSON.stringify(rows, null, 2));
  else {
    call.print(`密钥环：${keyFile(readConfig()) ?? "环境变量 YIBENZHANG_KEYS"}`);
    for (const { version, cipher, made, current } of rows)
      call.print(`  第${version}版  ${cipher}  ${chinaMinute(new Date(made))}${current ? "  现用" : ""}`);
  }
  return Promise.resolve(exits.ok);
}

const words: Record<string, string> = {
  entries: "记录",
  entry_events: "记录的历史",
  drafts: "草稿",
  accounts: "账号",
};

const tablesOf = ({ tables }: KeyUse): string =>
  [...tables].map(([table, tokens]) => `${words[table] ?? table}${tokens}处`).join("，");

async function check(call: Call, database: Database): Promise<number> {
  const uses = await listKeyUse(database);
  const { versions } = database.keys.ring;
  const missing = [...uses.keys()].filter((version) => !versions.has(version));
  for (const version of [...new Set([...versions.keys(), ...uses.keys()])].toSorted((one, other) => one - other)) {
    const use = uses.get(version);
    call.print(`第${version}版${versions.has(version) ? "" : "（密钥环里没有）"}：${use ? tablesOf(use) : "没有内容用它"}`);
  }
  return missing.length === 0 ? exits.ok : exits.drift;
}

async function rotate(call: Call, database: Database): Promise<number> {
  const config = readConfig();
  const version = await rotateKeys(database, config, { cipher: config.cipher, renewHash: call.flags["hash"] === true });
  call.say(`已换用第${version}版密钥（${names[config.cipher]}）。请现在就把密钥环另存一份：${keyFile(config)}`);
  call.say("正在把现有记录改用新密钥加密，可以随时中断；服务运行着的，它也会自己接着做完……");
  // By then a service that is running has looked at the ring, and reads what is written with the new version.
  await sleep(3000);
  const { written, unreadable } = await encryptStored(database, { again: true });
  call.print(
    `第${version}版密钥已启用，${written}条记录和草稿改用了它。${unreadable > 0 ? `有${unreadable}处无法解密，没有改动。` : ""}`,
  );
  return unreadable > 0 ? exits.drift : exits.ok;
}

async function retire(call: Call, database: Database, version: number): Promise<number> {
  const { ring } = database.keys;
  if (!ring.versions.has(version))
    throw new Problem("no_key", 404, `密钥环里没有第${version}版。用 yibenzhang keys list 查看有哪几版。`);
  if (version === ring.current.version)
    throw new Problem("current_key", 409, `第${version}版正在使用，不能停用。请先运行 yibenzhang keys rotate 换一版。`);
  const use = (await listKeyUse(database)).get(version);
  if (use)
    throw new Problem(
      "key_in_use",
      409,
      `还有内容用第${version}版密钥加密（${tablesOf(use)}），停用后就读不出来了，没有停用。记录可用 yibenzhang keys rotate 改用新密钥；历史是留痕，不改写，要等它按保存期限归档或清除。`,
    );
  await dropKey(database, readConfig(), version);
  call.print(`第${version}版密钥已停用。另存的密钥环里也请一并换成现在这份。`);
  return exits.ok;
}
