import { stat } from "node:fs/promises";
import { loadPack } from "#kernel/pack.ts";
import { loadPackFile, packFileText } from "#kernel/pack-file.ts";
import type { Pack } from "#kernel/definitions.ts";
import { checkTemplate } from "#features/documents/template-check.ts";
import { putPack } from "#features/campaigns/load.model.ts";
import { chooseCampaign, exits, text, UsageError, withDatabase, type Call, type Command } from "./command.ts";
import { prepareFiles } from "./files.ts";

export const pack: Command = {
  name: "pack",
  summary: "检查、装入、导出方案包",
  help: `用法：
  yibenzhang pack check 文件夹或文件 [--json]        检查方案包，逐条说明文件、行号和原因
  yibenzhang pack load 文件夹或文件                  检查后装入；已有的活动换成新版本，旧记录仍按旧版本可读
  yibenzhang pack export [--campaign 活动] --out 文件 把一项活动现用的方案包导成一个文件，可以拿到别处 check、load
退出码：0 无误；3 方案包有问题；2 用法不对。
方案包怎么写，见 docs/packs.md。`,
  options: { json: { type: "boolean" }, campaign: { type: "string" }, out: { type: "string" } },
  async run(call) {
    const [action, directory] = call.args;
    if (action === "export" && !directory) return exportPack(call);
    if (!directory || (action !== "check" && action !== "load")) throw new UsageError(pack.help);
    const loaded = await readPack(call, directory);
    if (!loaded) return exits.complaints;
    if (action === "load") {
      await withDatabase(call, "tool", (database) => putPack(database, loaded, new Date()));
      call.say(`已装入方案包“${loaded.name}” ${loaded.version}。`);
    }
    return exits.ok;
  },
};

async function exportPack(call: Call): Promise<number> {
  const out = text(call, "out");
  if (!out) throw new UsageError("请用 --out 写明导出的文件，例如 --out 方案包.json");
  return withDatabase(call, "tool", async (database) => {
    const campaign = await chooseCampaign(database, call);
    const files = await prepareFiles([{ path: out, content: Buffer.from(packFileText(campaign.pack)) }]);
    await files.keep();
    call.say(`已把“${campaign.name}”的方案包 ${campaign.pack.version} 导出到 ${out}。`);
    return exits.ok;
  });
}

/** The pack in a folder or file; undefined after printing what is wrong with it. */
export async function readPack(call: Call, directory: string): Promise<Pack | undefined> {
  const isFile = await stat(directory).then(
    (found) => found.isFile(),
    () => false,
  );
  const { pack: read, problems } = await (isFile ? loadPackFile : loadPack)(directory);
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
