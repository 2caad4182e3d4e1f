/** A pack written down in a test: goes through the same files and the same checks as one written by an office. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pack } from "#kernel/definitions.ts";
import { loadPack } from "#kernel/pack.ts";

export interface SmallPack {
  key: string;
  ledgers: Record<string, unknown>[];
  figures?: Record<string, unknown>[];
  roles?: Record<string, unknown>[];
  /** Report templates: file name → text. */
  templates?: Record<string, string>;
  /** Anything else of pack.yaml. */
  head?: Record<string, unknown>;
}

/** The pack as loaded from its files. Throws with every complaint of the checks. JSON is YAML. */
export async function smallPack({ key, ledgers, figures = [], roles, templates = {}, head = {} }: SmallPack): Promise<Pack> {
  const folder = await mkdtemp(join(tmpdir(), "yibenzhang-pack-"));
  try {
    const campaign = { name: "教育整顿", organ: "市教育整顿领导小组办公室", from: "2023-03-03", to: "2023-12-31" };
    await writeFile(join(folder, "pack.yaml"), JSON.stringify({ key, name: "小方案", version: "1.0.0", campaign, ...head }));
    await writeFile(join(folder, "figures.yaml"), JSON.stringify({ figures }));
    if (roles) await writeFile(join(folder, "roles.yaml"), JSON.stringify({ roles }));
    await mkdir(join(folder, "templates"));
    for (const [name, text] of Object.entries(templates)) await writeFile(join(folder, "templates", name), text);
    await mkdir(join(folder, "ledgers"));
    for (const ledger of ledgers)
      await writeFile(join(folder, "ledgers", `${String(ledger["key"])}.yaml`), JSON.stringify(ledger));
    const { pack, problems } = await loadPack(folder);
    if (!pack) throw new Error(problems.map((one) => `${one.file}:${one.line} ${one.path} ${one.reason}`).join("\n"));
    return pack;
  } finally {
    await rm(folder, { recursive: true });
  }
}
