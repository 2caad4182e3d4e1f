/**
 * The house rules are only worth something if breaking one is noticed: every rule has a planted fault below
 * `test/fixtures/`, and the tree as it stands has none.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { features, rules } from "../scripts/boundary-rules.ts";
import type { Fault } from "../scripts/faults.ts";
import { lintBoundaries } from "../scripts/lint-boundaries.ts";
import { lintSql } from "../scripts/lint-sql.ts";
import { lintTree } from "../scripts/lint-tree.ts";

const root = resolve(import.meta.dirname, "..");
const planted = join(root, "test/fixtures/boundaries");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const scratch = mkdtempSync(join(tmpdir(), "house-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const places = (faults: Fault[]): string[] =>
  faults.map(({ rule, file, line }) => `${rule} ${file}${line ? `:${line}` : ""}`).toSorted();

/** Runs a tool by the Node that runs the tests, whatever Node the machine has. */
function tool(cwd: string, name: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin(name), ...args], { cwd, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

describe("imports point one way", () => {
  it("reports each planted fault and nothing else", { timeout: 60_000 }, async () => {
    expect(places(await lintBoundaries(planted))).toEqual([
      "browser-keeps-off-platform src/web/takes-platform.ts",
      "browser-reaches-server src/web/reaches-node.ts",
      "browser-reaches-server src/web/reaches-postgres.ts",
      "browser-takes-only-types src/web/takes-model.ts",
      "contract-is-types src/web/api/contract.ts",
      "feature-by-its-model-or-types src/features/learning/learning.actions.ts",
      "feature-imports-web src/features/units/units.policy.ts",
      "feature-not-in-the-list src/features/gossip/gossip.actions.ts",
      "feature-order-units src/features/units/units.actions.ts",
      "imports-resolve src/kernel/lost.ts",
      "kernel-imports-only-platform src/kernel/knows-exams.ts",
      "no-cycles src/kernel/egg.ts",
      "nothing-imports-main src/features/people/people.actions.ts",
      "only-main-and-cli-list-features src/third-list.ts",
      "platform-imports-nothing-above src/platform/knows-product.ts",
      "server-imports-web src/main.ts",
    ]);
  });

  it("refuses to every feature the one to its right", { timeout: 60_000 }, async () => {
    const tree = join(scratch, "order");
    for (const [index, feature] of features.entries()) {
      const next = features[index + 1];
      mkdirSync(join(tree, "src/features", feature), { recursive: true });
      const imports =
        next === undefined ? "" : `import { name } from "../${next}/${next}.types.ts";\nexport const right = name;\n`;
      writeFileSync(join(tree, `src/features/${feature}/${feature}.types.ts`), `export const name = "${feature}";\n`);
      writeFileSync(join(tree, `src/features/${feature}/${feature}.model.ts`), imports);
    }
    writeFileSync(join(tree, "package.json"), "{}");
    const expected = features
      .slice(0, -1)
      .map((feature) => `feature-order-${feature} src/features/${feature}/${feature}.model.ts`);
    expect(places(await lintBoundaries(tree))).toEqual(expected.toSorted());
  });

  it("has a planted fault for every rule", async () => {
    const reported = new Set((await lintBoundaries(planted)).map(({ rule }) => rule));
    const names = rules.ruleSet?.forbidden?.map(({ name }) => name ?? "") ?? [];
    expect(names.filter((name) => !reported.has(name) && !name.startsWith("feature-order-"))).toEqual([]);
  });

  it("says so when it has read nothing", async () => {
    const tree = join(scratch, "blind");
    mkdirSync(join(tree, "src"), { recursive: true });
    writeFileSync(join(tree, "src/main.ts"), "export const alone = 1;\n");
    expect(places(await lintBoundaries(tree))).toEqual(["nothing-read src"]);
  });

  it("finds none in the tree", { timeout: 60_000 }, async () => {
    expect(await lintBoundaries(root)).toEqual([]);
  });
});

describe("the tree", () => {
  it("reports each planted fault and nothing else", () => {
    expect(places(lintTree(planted))).toEqual([
      "empty-names src/kernel/unit-manager.ts",
      "file-names src/kernel/CamelCase.ts",
      "no-barrels src/kernel/index.ts",
      "no-drawers src/kernel/utils/drawer.ts",
      "no-machine-paths src/kernel/CamelCase.ts:1",
      "one-way-out src/platform/calls-out.ts:1",
      "one-way-out src/platform/calls-out.ts:11",
      "one-way-out src/platform/calls-out.ts:2",
      "one-way-out src/platform/calls-out.ts:3",
      "one-way-out src/platform/calls-out.ts:5",
      "one-way-out src/platform/calls-out.ts:6",
      "sql-in-models src/features/exams/exams.actions.ts:4",
      "sql-in-models src/features/exams/exams.actions.ts:5",
      "sql-in-models src/features/exams/exams.actions.ts:6",
    ]);
  });

  it("has no fault", { timeout: 60_000 }, () => {
    expect(lintTree(root)).toEqual([]);
  });
});

describe("SQL stays distributable", () => {
  it("reports each planted fault and nothing else", () => {
    const faults = "database/migrations/0002-faults.sql";
    const model = "src/features/ledgers/ledgers.model.ts";
    expect(places(lintSql(planted))).toEqual([
      `local-keys ${faults}:14`,
      `local-keys ${faults}:8`,
      `name-length ${faults}:12`,
      `name-unique ${faults}:7`,
      `no-insert-select ${faults}:20`,
      `no-insert-select ${faults}:22`,
      `no-insert-select ${model}:3`,
      `no-inserting-cte ${faults}:23`,
      `no-inserting-cte ${model}:4`,
      `no-rules ${faults}:18`,
      `no-set-config ${faults}:19`,
      `no-set-config ${model}:2`,
      `no-triggers ${faults}:17`,
      `realm-first ${faults}`,
      `realm-first ${faults}:11`,
      `realm-first ${faults}:13`,
      `realm-first ${faults}:15`,
      `realm-first ${faults}:3`,
      `realm-first ${faults}:4`,
      `realm-first ${faults}:5`,
    ]);
  });

  it("holds in the migrations and the source", { timeout: 60_000 }, () => {
    expect(lintSql(root)).toEqual([]);
  });
});

describe("code", () => {
  it("is refused for each planted lint fault", { timeout: 60_000 }, () => {
    const copy = join(scratch, "lint"); // outside the tree, where the configuration ignores fixtures
    cpSync(join(root, "test/fixtures/lint"), copy, { recursive: true });
    const { status, output } = tool(copy, "oxlint", "-c", join(root, ".oxlintrc.json"), "-f", "unix", ".");
    expect(status).toBe(1);
    const reported = [...output.matchAll(/\((?<rule>[a-z-]+)\)|\/(?<slashed>[a-z-]+)\]/g)].map(
      ({ groups }) => groups?.["rule"] ?? groups?.["slashed"],
    );
    const expected = [
      "await-thenable",
      "ban-ts-comment",
      "eqeqeq",
      "no-cycle",
      "no-disabled-tests",
      "no-explicit-any",
      "no-floating-promises",
      "no-focused-tests",
      "no-misused-promises",
      "no-warning-comments",
      "only-throw-error",
      "switch-exhaustiveness-check",
    ];
    expect(reported).toEqual(expect.arrayContaining(expected));
  });

  it("that nobody reaches is reported, a file, an export or a dependency", { timeout: 60_000 }, () => {
    const { status, output } = tool(
      join(root, "test/fixtures/dead-code"),
      "knip",
      "--config",
      join(root, "knip.json"),
      "--no-config-hints",
    );
    expect(status).toBe(1);
    for (const dead of ["src/orphan.ts", "neverImported", "nobody-imports-this"]) expect(output).toContain(dead);
    expect(output).not.toMatch(/src\/(main|cli)[.]ts/);
  });

  it("has one format", { timeout: 60_000 }, () => {
    const copy = join(scratch, "format");
    mkdirSync(copy);
    writeFileSync(join(copy, "askew.ts"), "export  const askew = 'quoted'\n");
    expect(tool(copy, "oxfmt", "-c", join(root, ".oxfmtrc.json"), "--check", ".").status).toBe(1);
  });
});

describe("dependencies", () => {
  const declared = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>;
  const versions = { ...declared["dependencies"], ...declared["devDependencies"] };
  const record = readFileSync(join(root, "docs/decisions/0002-dependencies.md"), "utf8");
  const rows = [...record.matchAll(/^\| `(?<name>[^`]+)` \| (?<version>\S+) \| (?<licence>[^|]+) \| (?<what>[^|]+) \|$/gm)];

  it("are each in the record with the version that is installed, and no others", () => {
    expect(Object.fromEntries(rows.map(({ groups }) => [groups?.["name"], groups?.["version"]]))).toEqual(versions);
  });

  it("are pinned, and their licences are what the record says", () => {
    for (const { groups } of rows) {
      const { name = "", licence = "", version = "" } = groups ?? {};
      expect(version).toMatch(/^\d+[.]\d+[.]\d+/);
      const manifest = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as { license?: string };
      expect(`${name} ${licence.trim()}`).toBe(`${name} ${manifest.license}`);
    }
  });
});
