import { asOwner } from "#platform/db.ts";
import { loadPack } from "#kernel/pack.ts";
import type { Pack } from "#kernel/definitions.ts";
import { checkTemplate } from "#features/documents/template-check.ts";
import { storePack } from "#features/campaigns/campaigns.model.ts";
import { exits, UsageError, withDatabase, type Call, type Command } from "./command.ts";

export const pack: Command = {
  name: "pack",
  summary: "检查、装入、导出方案包",
  help: `用法：
  yibenzhang pack check 文件夹 [--json]     检查方案包，逐条说明文件、行号和原因
  yibenzhang pack load 文件夹               检查后装入；已有的活动换成新版本，旧记录仍按旧版本可读
退出码：0 无误；3 方案包有问题；2 用法不对。
方案包怎么写，见 docs/packs.md。`,
  options: { json: { type: "boolean" } },
  async run(call) {
    const [action, directory] = call.args;
    if (!directory || (action !== "check" && action !== "load")) throw new UsageError(pack.help);
    const loaded = await readPack(call, directory);
    if (!loaded) return exits.complaints;
    if (action === "load") {
      await withDatabase(call, "tool", (database) =>
        asOwner(database, `load pack ${loaded.key}`, (tx) => storePack(tx, loaded, new Date())),
      );
      call.say(`已装入方案包“${loaded.name}” ${loaded.version}。`);
    }
    return exits.ok;
  },
};

/** The pack in a folder; undefined after printing what is wrong with it. */
export async function readPack(call: Call, directory: string): Promise<Pack | undefined> {
  const { pack: read, problems } = await loadPack(directory);
  const known = { figures: new Set(read?.figures.map((figure) => figure.key)), ledgers: read?.ledgers ?? [] };
  for (const template of read?.templates ?? [])
    problems.push(...checkTemplate(template, known).map((one) => ({ ...one, path: "" })));
  const loaded = problems.length === 0 ? read : undefined;
  if (call.flags["json"]) call.print(JSON.stringify({ ok: loaded !== undefined, problems }, null, 2));
  else for (const { file, line, path, reason } of problems) call.print(`${file}:${line} ${path ? `${path} ` : ""}${reason}`);
  if (!loaded) {
    call.say(`方案包有${problems.length}处问题，没有装入。请按上面的文件和行号改正。`);
    return undefined;
  }
  if (!call.flags["json"])
    call.say(
      `方案包“${loaded.name}” ${loaded.version} 无误：${loaded.ledgers.length}本台账，${loaded.figures.length}项指标，${loaded.templates.length}个报告模板。`,
    );
  return loaded;
}
