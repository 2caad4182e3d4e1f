/**
 * `npm run bench [name…] [-- --scale 0.05]`: measures the product against baselines of the same run, prints figures and
 * ratios, and writes results.json and the table in README.md. Without names: all of them.
 */
import { cpus, totalmem } from "node:os";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inBrowser } from "./browser.ts";
import { sealing as encrypting } from "./cipher.ts";
import { figures } from "./figures.ts";
import { grid } from "./grid.ts";
import { importing } from "./import.ts";
import { live } from "./live.ts";
import { report } from "./report.ts";
import { sealing } from "./sealing.ts";
import { signingIn } from "./sign-in.ts";
import { starting } from "./start.ts";
import { trend } from "./trend.ts";
import { writes } from "./writes.ts";
import { isMet, ratioOf, type Result } from "./stage.ts";

const benchmarks: Record<string, (scale: number, say: (line: string) => void) => Promise<Result[]>> = {
  figures,
  trend,
  import: importing,
  writes,
  sealing,
  live,
  report,
  start: starting,
  "sign-in": signingIn,
  cipher: encrypting,
  grid,
  browser: inBrowser,
};

const { values, positionals } = parseArgs({ options: { scale: { type: "string", default: "1" } }, allowPositionals: true });
const scale = Number(values.scale);
const unknown = positionals.filter((name) => !(name in benchmarks));
if (!(scale > 0 && scale <= 1) || unknown.length > 0) {
  console.error(`usage: node bench/run.ts [${Object.keys(benchmarks).join("|")} …] [--scale 0.05]`);
  process.exit(2);
}

interface Stored {
  at: string;
  scale: number;
  machine: string;
  results: Result[];
}
const file = join(import.meta.dirname, "results.json");
const stored: Record<string, Stored> = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Stored>) : {};
const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
  console.log(`\n${name}`);
  const results = (await benchmarks[name]?.(scale, (line) => console.log(`  ${line}`))) ?? [];
  for (const result of results) console.log(`  ${row(result).join("  ")}`);
  stored[name] = { at: new Date().toISOString().slice(0, 10), scale, machine, results };
  writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`);
}
writeTable();

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function row(result: Result): string[] {
  const { target, baseline } = result;
  const ratio = ratioOf(result);
  const wanted = [
    ...(target?.atMost === undefined ? [] : [`≤ ${target.atMost} ${result.unit}`]),
    ...(target?.ratioAtMost === undefined ? [] : [`≤ ${target.ratioAtMost}×`]),
    ...(target?.ratioAtLeast === undefined ? [] : [`≥ ${digits(target.ratioAtLeast)}×`]),
  ].join(", ");
  const met = isMet(result);
  return [
    result.what,
    `${digits(result.value)} ${result.unit}`,
    baseline ? `${digits(baseline.value)} ${result.unit} (${baseline.what})` : "",
    ratio === undefined ? "" : `${ratio < 0.01 ? ratio.toPrecision(1) : ratio.toFixed(2)}×`,
    wanted,
    met === undefined ? "" : met ? "✓" : "✗",
  ];
}

function writeTable(): void {
  const readme = join(import.meta.dirname, "README.md");
  const lines = Object.entries(stored).flatMap(([name, { at, scale: size, machine: where, results }]) => [
    `\n### ${name} — ${at}, scale ${size}, ${where}\n`,
    "| what | measured | baseline of the same run | ratio | wanted | |",
    "|---|---|---|---|---|---|",
    ...results.map((result) => `| ${row(result).join(" | ")} |`),
  ]);
  const text = readFileSync(readme, "utf8");
  const mark = "<!-- results -->";
  writeFileSync(readme, `${text.slice(0, text.indexOf(mark) + mark.length)}\n${lines.join("\n")}\n`);
}
