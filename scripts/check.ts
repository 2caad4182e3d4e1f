/**
 * `npm run check`: types, lint, format, import boundaries, SQL, the tree's own rules, dead code. Runs every step even if
 * one fails, so that one run shows all there is to repair.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A step whose `needs` is absent has nothing to look at yet, and says so. */
const steps: { name: string; command: [string, ...string[]]; needs?: string }[] = [
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "types in the browser", command: ["tsc", "-p", "src/web"], needs: "src/web/tsconfig.json" },
  { name: "lint", command: ["oxlint"] },
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "import boundaries", command: ["node", "scripts/lint-boundaries.ts"] },
  { name: "SQL", command: ["node", "scripts/lint-sql.ts"] },
  { name: "tree", command: ["node", "scripts/lint-tree.ts"] },
  // What is dead is seen from the entry points: before there is one, everything is.
  { name: "dead code", command: ["knip", "--no-config-hints"], needs: "src/main.ts" },
];

let failed = 0;
for (const { name, command, needs } of steps) {
  if (needs !== undefined && !existsSync(needs)) {
    console.log(`– ${name}: nothing to look at, ${needs} is not there`);
    continue;
  }
  const begun = performance.now();
  const [program, ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 << 20 });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${status === 0 ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed++;
  console.log([stdout, stderr, error?.message].filter(Boolean).join("\n").trim());
}
console.log(failed === 0 ? "check: all clean" : `check: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
