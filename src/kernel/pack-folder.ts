/** One pack folder, read and checked file by file; how folders go together is `pack.ts`. */
import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  figuresFileSchema,
  ledgerFileSchema,
  packSchema,
  rolesFileSchema,
  rulesFileSchema,
  templateSchema,
  type ReportTemplate,
} from "./definitions.ts";
import { checkSource, readYaml, type PackProblem, type Plain, type YamlSource } from "./yaml-source.ts";

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

/** Reads a folder; what is wrong with its files is added to `problems`. Undefined if it is no pack at all. */
export async function readFolder(directory: string, problems: PackProblem[]): Promise<PackFolder | undefined> {
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
    pack: plainOf(packSource.value),
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
    const found = checkSource(source, ledgerFileSchema);
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

/** A file that is no list of names and values was complained of; reading goes on to find the other faults. */
const plainOf = (value: unknown): Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Plain) : {};

const list = async (directory: string, ending: string): Promise<string[]> =>
  (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(ending)).toSorted();
