/**
 * From pack folders to one resolved pack. A pack extends another: ledgers merge field by field, value lists
 * and states are added to (a lower level may add, it may not take the core away), figures, rules and
 * templates of the same key replace. Merging is done on the text as written, so that a default never
 * overwrites what the extended pack says.
 */
import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDuty } from "./duties.ts";
import { figureSchema, packSchema, roleSchema, ruleSchema, type Pack, type ReportTemplate } from "./definitions.ts";
import { keepUsable } from "./inherited.ts";
import { checkPack } from "./pack-check.ts";
import { readFolder, type PackFolder } from "./pack-folder.ts";
import { finishLedger, mergeLedger } from "./pack-ledger.ts";
import type { PackProblem, Plain, Sources } from "./yaml-source.ts";

export interface LoadedPack {
  /** Undefined when there are problems. */
  pack: Pack | undefined;
  problems: PackProblem[];
}

/**
 * Reads the pack in `directory` and those it extends (folders beside it, or `findBase`), resolves and checks them.
 * Never throws for bad content: everything wrong is in `problems`.
 */
export async function loadPack(directory: string, findBase?: (key: string) => Promise<string | undefined>): Promise<LoadedPack> {
  const problems: PackProblem[] = [];
  const chain: PackFolder[] = [];
  let next: string | undefined = resolve(directory);
  const seen = new Set<string>();
  while (next) {
    const folder: PackFolder | undefined = await readFolder(next, problems);
    if (!folder) break;
    chain.unshift(folder);
    seen.add(String(folder.pack["key"]));
    const base = folder.pack["extends"];
    if (typeof base !== "string" || base === "") break;
    const at = (reason: string): PackProblem => ({
      file: folder.packSource.file,
      line: folder.packSource.lineOf(["extends"]),
      path: "extends",
      reason,
    });
    if (seen.has(base)) {
      problems.push(at(`方案包互相继承，形成了循环：${[...seen, base].join(" → ")}`));
      break;
    }
    next = (await findBase?.(base)) ?? join(next, "..", base);
    if (!(await exists(join(next, "pack.yaml")))) {
      problems.push(at(`找不到所继承的方案包“${base}”，请把它的文件夹放在本方案包旁边`));
      break;
    }
  }
  if (problems.length > 0 || chain.length === 0) return { pack: undefined, problems };
  const { pack, sources } = resolveChain(chain, problems);
  if (!pack || problems.length > 0) return { pack: undefined, problems };
  problems.push(...checkPack(pack, sources));
  return { pack: problems.length > 0 ? undefined : pack, problems };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function resolveChain(chain: PackFolder[], problems: PackProblem[]): { pack: Pack | undefined; sources: Sources } {
  const sources: Sources = new Map();
  let head: Plain = {};
  const ledgers = new Map<string, Plain>();
  const figures = new Map<string, Plain>();
  const rules = new Map<string, Plain>();
  const roles = new Map<string, Plain>();
  const templates = new Map<string, ReportTemplate>();
  for (const folder of chain) {
    const { extends: _base, values, ...own } = folder.pack;
    head = { ...head, ...own, values: { ...(head["values"] as Plain), ...(values as Plain) } };
    sources.set("pack", { source: folder.packSource, path: [] });
    const kept = folder.pack["ledgers"] as string[] | undefined;
    if (kept) {
      for (const name of kept)
        if (!ledgers.has(name) && !folder.ledgers.some((ledger) => ledger.value["key"] === name))
          problems.push({
            file: folder.packSource.file,
            line: folder.packSource.lineOf(["ledgers"]),
            path: "ledgers",
            reason: `没有台账“${name}”`,
          });
      for (const name of ledgers.keys()) if (!kept.includes(name)) ledgers.delete(name);
    }
    for (const { source, value } of folder.ledgers) {
      const name = String(value["key"]);
      const baseKey = (value["extends"] as string | undefined) ?? name;
      const baseLedger = ledgers.get(baseKey) ?? (value["extends"] ? chainLedger(chain, folder, baseKey) : undefined);
      if (value["extends"] && !baseLedger) {
        problems.push({
          file: source.file,
          line: source.lineOf(["extends"]),
          path: "extends",
          reason: `没有可继承的台账“${baseKey}”`,
        });
        continue;
      }
      if (!baseLedger && !value["name"]) {
        problems.push({ file: source.file, line: 1, path: "name", reason: "缺少“name”（台账名称）" });
        continue;
      }
      const merged = mergeLedger(baseLedger, value, source, problems);
      const lifecycle = merged["lifecycle"] as Plain | undefined;
      const lacking = lifecycle && ["initial", "states"].filter((part) => lifecycle[part] === undefined);
      if (lacking?.length) {
        for (const part of lacking)
          problems.push({
            file: source.file,
            line: source.lineOf(["lifecycle"]),
            path: `lifecycle.${part}`,
            reason: `缺少“${part}”`,
          });
        continue;
      }
      ledgers.set(name, merged);
      sources.set(`ledger:${name}`, { source, path: [] });
      ((value["figures"] as Plain[] | undefined) ?? []).forEach((figure, index) => {
        figures.set(String(figure["key"]), { ...figure, ledger: figure["ledger"] ?? name, from: name });
        sources.set(`figure:${String(figure["key"])}`, { source, path: ["figures", index] });
      });
    }
    const here = new Set<string>();
    for (const { source, value, index } of folder.figures) {
      const name = String(value["key"]);
      if (here.has(name))
        problems.push({
          file: source.file,
          line: source.lineOf(["figures", index, "key"]),
          path: `figures.${name}`,
          reason: `指标编号“${name}”重复`,
        });
      here.add(name);
      figures.set(name, { ...value, from: "figures.yaml" });
      sources.set(`figure:${name}`, { source, path: ["figures", index] });
    }
    folder.rules.forEach(({ source, value }, index) => {
      rules.set(String(value["key"]), value);
      sources.set(`rule:${String(value["key"])}`, { source, path: ["rules", index] });
    });
    // The three administrators come with the program, whatever a pack says of them.
    for (const role of folder.roles)
      if (!isDuty(String(role["key"]))) roles.set(String(role["key"]), { ...roles.get(String(role["key"])), ...role });
    for (const template of folder.templates) templates.set(template.key, template);
  }
  if (problems.length > 0) return { pack: undefined, sources };
  const values = (head["values"] ?? {}) as Record<string, string[]>;
  const { ledgers: _kept, ...rest } = packSchema.parse(head);
  const finished = [...ledgers.values()].map((value) => finishLedger(value, values, problems, sources));
  const folderOf = (file: string | undefined): string | undefined => file?.split("/")[0];
  const inherited = (origin: string): boolean =>
    folderOf(sources.get(origin)?.source.file) !== folderOf(chain.at(-1)?.packSource.file);
  const kept = keepUsable(
    [...figures.values()].map(({ from, ...value }) => ({ ...figureSchema.parse(value), from: String(from) })),
    finished,
    (name) => inherited(`figure:${name}`),
  );
  const pack: Pack = {
    ...rest,
    lineage: chain.map((folder) => String(folder.pack["key"])),
    ledgers: finished,
    figures: kept,
    rules: [...rules.values()]
      .map((value) => ruleSchema.parse(value))
      .filter((rule) => !inherited(`rule:${rule.key}`) || kept.some((figure) => figure.key === rule.figure)),
    roles: [...roles.values()].map((value) => roleSchema.parse(value)),
    templates: [...templates.values()],
  };
  return { pack, sources };
}

/** A ledger that the pack does not keep may still be extended under another key. */
function chainLedger(chain: PackFolder[], until: PackFolder, name: string): Plain | undefined {
  let merged: Plain | undefined;
  for (const folder of chain) {
    const found = folder.ledgers.find((ledger) => ledger.value["key"] === name);
    if (found) merged = mergeLedger(merged, found.value, found.source, []);
    if (folder === until) break;
  }
  return merged;
}
