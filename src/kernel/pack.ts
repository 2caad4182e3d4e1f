/**
 * From pack folders to one resolved pack. A pack extends another: ledgers merge field by field, value lists
 * and states are added to (a lower level may add, it may not take the core away), figures, rules and
 * templates of the same key replace. Merging is done on the text as written, so that a default never
 * overwrites what the extended pack says.
 */
import { readFile, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import {
  figureSchema,
  figuresFileSchema,
  ledgerSchema,
  packSchema,
  rolesFileSchema,
  ruleSchema,
  rulesFileSchema,
  templateSchema,
  type FieldDefinition,
  type Ledger,
  type Pack,
  type ReportTemplate,
} from "./definitions.ts";
import { keepUsable, withoutGuards, withoutRoles } from "./inherited.ts";
import { checkPack } from "./pack-check.ts";
import { checkSource, readYaml, type PackProblem, type YamlSource } from "./yaml-source.ts";

type Plain = Record<string, unknown>;

/** The files of one pack folder, read and checked one by one. */
export interface PackFolder {
  directory: string;
  pack: Plain;
  ledgers: { source: YamlSource; value: Plain }[];
  figures: { source: YamlSource; value: Plain; index: number }[];
  rules: { source: YamlSource; value: Plain }[];
  roles: Plain[];
  templates: ReportTemplate[];
  packSource: YamlSource;
}

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
    const base = folder.pack["extends"] as string | undefined;
    if (!base) break;
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
  return readFile(path).then(
    () => true,
    () => false,
  );
}

async function readFolder(directory: string, problems: PackProblem[]): Promise<PackFolder | undefined> {
  const load = async (path: string, name: string): Promise<YamlSource | undefined> => {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const { source, problems: found } = readYaml(name, text);
    problems.push(...found);
    return found.length > 0 ? undefined : source;
  };
  const label = basename(directory);
  const packSource = await load(join(directory, "pack.yaml"), `${label}/pack.yaml`);
  if (!packSource) {
    if (problems.length === 0)
      problems.push({
        file: `${label}/pack.yaml`,
        line: 1,
        path: "",
        reason: `文件夹 ${directory} 里没有 pack.yaml，不是方案包`,
      });
    return undefined;
  }
  problems.push(...checkSource(packSource, packSchema));
  const folder: PackFolder = {
    directory,
    pack: packSource.value as Plain,
    ledgers: [],
    figures: [],
    rules: [],
    roles: [],
    templates: [],
    packSource,
  };
  for (const name of await list(join(directory, "ledgers"), ".yaml")) {
    const source = await load(join(directory, "ledgers", name), `${label}/ledgers/${name}`);
    if (!source) continue;
    // A file that changes an inherited ledger need not repeat its name.
    const found = checkSource(source, ledgerSchema.partial({ name: true }));
    problems.push(...found);
    if (found.length === 0) folder.ledgers.push({ source, value: source.value as Plain });
  }
  const figures = await load(join(directory, "figures.yaml"), `${label}/figures.yaml`);
  if (figures) {
    const found = checkSource(figures, figuresFileSchema);
    problems.push(...found);
    if (found.length === 0)
      folder.figures = ((figures.value as Plain)["figures"] as Plain[]).map((value, index) => ({
        source: figures,
        value,
        index,
      }));
  }
  const rules = await load(join(directory, "rules.yaml"), `${label}/rules.yaml`);
  if (rules) {
    const found = checkSource(rules, rulesFileSchema);
    problems.push(...found);
    if (found.length === 0)
      folder.rules = ((rules.value as Plain)["rules"] as Plain[]).map((value) => ({ source: rules, value }));
  }
  const roles = await load(join(directory, "roles.yaml"), `${label}/roles.yaml`);
  if (roles) {
    const found = checkSource(roles, rolesFileSchema);
    problems.push(...found);
    if (found.length === 0) folder.roles = (roles.value as Plain)["roles"] as Plain[];
  }
  for (const name of await list(join(directory, "templates"), ".md")) {
    const file = `${label}/templates/${name}`;
    const text = await readFile(join(directory, "templates", name), "utf8");
    const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(text);
    if (!match) {
      problems.push({ file, line: 1, path: "", reason: "模板要以 --- 开头的抬头部分开始" });
      continue;
    }
    const { source, problems: found } = readYaml(file, `\n${match[1]}`);
    problems.push(...found, ...(found.length === 0 ? checkSource(source, templateSchema) : []));
    const parsed = templateSchema.safeParse(source.value);
    if (parsed.success)
      folder.templates.push({ ...parsed.data, body: text.slice(match[0].length), file, bodyLine: match[0].split("\n").length });
  }
  return folder;
}

const list = async (directory: string, ending: string): Promise<string[]> =>
  (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(ending)).toSorted();

/** Lines of what was written last, by `ledger:key`, `figure:key`, `rule:key`, for problems found after merging. */
export type Sources = Map<string, { source: YamlSource; path: PropertyKey[] }>;

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
      ledgers.set(name, mergeLedger(baseLedger, value, source, problems));
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
    for (const role of folder.roles) roles.set(String(role["key"]), role);
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
    roles: [...roles.values()].map((value) => rolesFileSchema.shape.roles.element.parse(value)),
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

function mergeLedger(base: Plain | undefined, own: Plain, source: YamlSource, problems: PackProblem[]): Plain {
  if (!base) return own;
  const fields = new Map(((base["fields"] as Plain[] | undefined) ?? []).map((field) => [String(field["name"]), field]));
  for (const name of (own["without"] as string[] | undefined) ?? [])
    if (!fields.delete(name))
      problems.push({
        file: source.file,
        line: source.lineOf(["without"]),
        path: "without",
        reason: `所继承的台账没有栏目“${name}”`,
      });
  for (const field of (own["fields"] as Plain[] | undefined) ?? []) {
    const name = String(field["name"]);
    const old = fields.get(name);
    fields.set(
      name,
      old
        ? {
            ...old,
            ...field,
            ...union(old, field, "aliases"),
            ...union(old, field, "values"),
            synonyms: merged(old, field, "synonyms"),
          }
        : field,
    );
  }
  const gone = (name: unknown): boolean => typeof name === "string" && !fields.has(name);
  const identity = (own["identity"] ?? base["identity"]) as string[] | undefined;
  const result: Plain = {
    ...base,
    ...own,
    ...union(base, own, "aliases"),
    fields: [...fields.values()],
    identity: identity?.some(gone) && !own["identity"] ? [] : identity,
    lifecycle: mergeLifecycle(withoutGuards(base["lifecycle"], gone) as Plain | undefined, own["lifecycle"] as Plain | undefined),
    columns: own["columns"],
  };
  // A field that was left out takes the roles it had with it, unless the file names new ones.
  for (const role of ["unit", "date"]) if (gone(result[role]) && own[role] === undefined) delete result[role];
  if (result["registers"] && own["registers"] === undefined)
    result["registers"] = withoutRoles(result["registers"] as Plain, gone);
  for (const name of ["without", "extends"]) delete result[name];
  return dropUndefined(result);
}

const dropUndefined = (value: Plain): Plain => Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));

function union(base: Plain, own: Plain, name: string): Plain {
  if (base[name] === undefined && own[name] === undefined) return {};
  return {
    [name]: [...new Set([...((base[name] as string[] | undefined) ?? []), ...((own[name] as string[] | undefined) ?? [])])],
  };
}

const merged = (base: Plain, own: Plain, name: string): Plain | undefined =>
  base[name] || own[name] ? { ...(base[name] as Plain), ...(own[name] as Plain) } : undefined;

function mergeLifecycle(base: Plain | undefined, own: Plain | undefined): Plain | undefined {
  if (!base || !own) return own ?? base;
  const transitions = new Map(
    [...((base["transitions"] as Plain[] | undefined) ?? []), ...((own["transitions"] as Plain[] | undefined) ?? [])].map(
      (item) => [String(item["name"]), item],
    ),
  );
  return { initial: own["initial"] ?? base["initial"], ...union(base, own, "states"), transitions: [...transitions.values()] };
}

/** Named value lists filled in, the state field put among the fields, the order of columns settled. */
function finishLedger(value: Plain, lists: Record<string, string[]>, problems: PackProblem[], sources: Sources): Ledger {
  const {
    without: _without,
    extends: _extends,
    figures: _figures,
    columns,
    ...parsed
  } = ledgerSchema.parse(dropUndefined(value));
  const origin = sources.get(`ledger:${parsed.key}`);
  const complain = (path: PropertyKey[], reason: string): void => {
    if (origin)
      problems.push({
        file: origin.source.file,
        line: origin.source.lineOf([...origin.path, ...path]),
        path: path.map(String).join("."),
        reason,
      });
  };
  const fields: FieldDefinition[] = parsed.fields.map((field) => {
    if (!field.values?.some((item) => item.startsWith("$"))) return field;
    const filled = field.values.flatMap((item) => {
      if (!item.startsWith("$")) return [item];
      const found = lists[item.slice(1)];
      if (!found) complain(["fields"], `栏目“${field.name}”用了没有定义的值表“${item}”`);
      return found ?? [];
    });
    return { ...field, values: [...new Set(filled)] };
  });
  const stateField = parsed.lifecycle ? (parsed.stateField ?? "状态") : parsed.stateField;
  if (parsed.lifecycle && stateField) {
    const index = fields.findIndex((field) => field.name === stateField);
    const written = fields[index];
    const state: FieldDefinition = {
      // A state that the official form has no column for is kept all the same, but not printed.
      ...(written ?? { name: stateField, required: false, aliases: [], min: 0, hidden: true, derive: undefined }),
      type: "choice",
      values: parsed.lifecycle.states,
      open: false,
    };
    if (index >= 0) fields[index] = state;
    else fields.push(state);
  }
  const names = fields.filter((field) => !field.hidden).map((field) => field.name);
  for (const name of columns ?? [])
    if (!fields.some((field) => field.name === name)) complain(["columns"], `columns 中的“${name}”不是本台账的栏目`);
  return { ...parsed, fields, ...(stateField ? { stateField } : {}), columns: columns ?? names };
}
