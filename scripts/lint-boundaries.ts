/**
 * Reports every import that points the wrong way. `node scripts/lint-boundaries.ts [root]`
 *
 * Two passes over one graph: the rules of `boundary-rules.ts`, import by import; then, for every browser file, a walk
 * along the imports that still exist at run time, because a harmless import may lead to PostgreSQL three files later.
 */
import { resolve } from "node:path";
import { cruise, type ICruiseResult, type IModule } from "dependency-cruiser";
import { browser, resolution, rules, test } from "./boundary-rules.ts";
import { run, type Fault } from "./faults.ts";

const serverOnly = /(^|\/)node_modules\/pg(-[a-z-]+)?\/|[.]model[.]ts$|^src\/platform\//;

/** Faults of the tree below `root` (a folder with `src/` and the `package.json` that holds the import aliases). */
export async function lintBoundaries(root: string): Promise<Fault[]> {
  const { output } = await cruise(["src"], { ...rules, baseDir: root }, resolution);
  if (typeof output === "string") throw new Error("dependency-cruiser answered with text, not with a graph");
  return [...byRule(output), ...byReach(output.modules), ...blindness(output.modules)];
}

function byRule({ summary }: ICruiseResult): Fault[] {
  const why = new Map(rules.ruleSet?.forbidden?.map(({ name, comment }) => [name, comment]));
  return summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    file: from,
    message: `imports ${to}: ${why.get(rule.name)}`,
  }));
}

function byReach(modules: IModule[]): Fault[] {
  const bySource = new Map(modules.map((module) => [module.source, module]));
  const isBrowser = new RegExp(browser);
  const isTest = new RegExp(test);
  return modules
    .filter(({ source }) => isBrowser.test(source) && !isTest.test(source))
    .flatMap(({ source }) => {
      const path = pathToServer(source, bySource);
      return path ? [{ rule: "browser-reaches-server", file: source, message: `reaches the server by ${path.join(" → ")}` }] : [];
    });
}

/** Shortest chain of run-time imports from a browser file to something that only a server has. */
function pathToServer(start: string, bySource: Map<string, IModule>): string[] | undefined {
  const seen = new Set([start]);
  const queue: string[][] = [[start]];
  for (let path = queue.shift(); path; path = queue.shift()) {
    for (const dependency of bySource.get(path.at(-1) ?? "")?.dependencies ?? []) {
      const next = dependency.resolved;
      if (dependency.dependencyTypes.includes("type-only") || seen.has(next)) continue;
      if (dependency.coreModule || serverOnly.test(next)) return [...path, next];
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return undefined;
}

/** A parser that cannot read TypeScript finds no imports and no faults. */
function blindness(modules: IModule[]): Fault[] {
  const read = modules.filter(({ source }) => /^src\/.*[.]tsx?$/.test(source));
  const imports = read.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  if (read.length > 0 && imports > 0) return [];
  return [
    { rule: "nothing-read", file: "src", message: `${read.length} files and ${imports} imports read: the parser does not work` },
  ];
}

if (import.meta.main) await run("import boundaries", lintBoundaries(resolve(process.argv[2] ?? ".")));
