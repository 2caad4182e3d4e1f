/**
 * Rules about the tree itself: where SQL may stand, what files and folders may be called, and that nothing names the
 * machine it was written on. `node scripts/lint-tree.ts [root]`
 */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { run, type Fault } from "./faults.ts";
import { sqlInSource } from "./source-sql.ts";
import { listFiles } from "./tree.ts";
import { waysOut } from "./ways-out.ts";

/** SQL is written in models, in the database folder, in platform, and in the figure engine, which composes it. */
const mayHoldSql =
  /[.]model[.]ts$|[.]test[.]tsx?$|^src\/platform\/|^src\/features\/figures\/|^src\/kernel\/(measure|figure)[a-z-]*[.]ts$|^(database|scripts|test|bench)\//;
const drawer = /(^|\/)(utils?|lib|libs|helpers?|common|misc)\//;
const emptyName = /(manager|helper|service|utils?|impl)$/i;
/** Spelt with brackets, so that this line does not report itself. */
const machinePath = /(?<![\w.])(\/wor[k]\/|\/roo[t]\/|\/hom[e]\/[a-z]+\/|[.][.]\/share[d]\/)/;
const text = /[.](ts|tsx|mjs|sql|yaml|yml|json|md|css|html)$|^[.]ci\//;

/** Faults of the tree below `root`. */
export function lintTree(root: string): Fault[] {
  return listFiles(root).flatMap((file) => [
    ...nameFaults(file),
    ...(text.test(file) && file !== "package-lock.json" ? textFaults(file, readFileSync(join(root, file), "utf8")) : []),
  ]);
}

function nameFaults(file: string): Fault[] {
  const faults: Fault[] = [];
  const name = basename(file);
  const add = (rule: string, message: string): void => void faults.push({ rule, file, message });
  if (/^index[.]([cm]?[jt]s|tsx)$/.test(name)) add("no-barrels", "import what you need from the file that has it");
  if (drawer.test(file))
    add("no-drawers", "a folder is named for what it does; a drawer for everything ends with everything in it");
  if (!/^(src|scripts|test|bench|database)\/.+[.]tsx?$/.test(file)) return faults;
  const stem = name.replace(/[.]tsx?$/, "");
  const kebab = /^[a-z0-9]+([-.][a-z0-9]+)*$/;
  if (!kebab.test(stem) && !(name.endsWith(".tsx") && /^[A-Z][A-Za-z0-9]*([.]test)?$/.test(stem))) {
    add("file-names", "files are kebab-case, components PascalCase");
  }
  if (stem.split(".").some((part) => emptyName.test(part))) {
    add("empty-names", "say what it does instead of Manager, Helper, Service, utils, Impl");
  }
  return faults;
}

function textFaults(file: string, source: string): Fault[] {
  const faults: Fault[] = [];
  source.split("\n").forEach((content, index) => {
    const found = machinePath.exec(content);
    if (found)
      faults.push({
        rule: "no-machine-paths",
        file,
        line: index + 1,
        message: `names ${found[0]}, which other machines do not have`,
      });
  });
  for (const line of waysOut(file, source))
    faults.push({
      rule: "one-way-out",
      file,
      line,
      message: "every connection that the server opens goes through platform/outgoing.ts",
    });
  if (/[.]tsx?$/.test(file) && !mayHoldSql.test(file)) {
    for (const { line } of sqlInSource(source, file)) {
      faults.push({
        rule: "sql-in-models",
        file,
        line,
        message: "SQL stands in *.model.ts, database/, src/platform or the figure engine",
      });
    }
  }
  return faults;
}

if (import.meta.main) await run("tree", lintTree(resolve(process.argv[2] ?? ".")));
