/** What every benchmark stands on: the embedded database on a folder of its own, clocks, and the middle of several runs. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { openDatabase, type Database } from "#platform/db.ts";
import { openKeys } from "#platform/keys.ts";
import { migrate } from "#platform/migrate.ts";
import { startDatabase } from "#platform/postgres.ts";

export interface Stage {
  database: Database;
  connection: pg.ClientConfig;
  close(): Promise<void>;
}

/** bench/data unless BENCH_DATA names another folder. */
export const dataFolder = (name: string): string => join(process.env["BENCH_DATA"] ?? join(import.meta.dirname, "data"), name);

export async function openStage(name: string): Promise<Stage> {
  const dataDir = dataFolder(name);
  mkdirSync(dataDir, { recursive: true });
  const server = await startDatabase({ dataDir, purpose: "tool" });
  const database = openDatabase(server.connection);
  await migrate(database);
  await openKeys(database, { dataDir, keys: undefined, cipher: "aes" });
  return {
    database,
    connection: server.connection,
    async close() {
      await database.close();
      await server.stop();
    },
  };
}

/** One line of the results: a number, the baseline measured in the same run if there is one, and what is wanted. */
export interface Result {
  what: string;
  value: number;
  unit: string;
  /** In the same unit, of the same run. */
  baseline?: { what: string; value: number };
  /** `ratio`: value ÷ baseline at most or at least; `value`: at most. */
  target?: { ratioAtMost?: number; ratioAtLeast?: number; atMost?: number };
}

export const ratioOf = (result: Result): number | undefined => result.baseline && result.value / result.baseline.value;

export function isMet(result: Result): boolean | undefined {
  const { target } = result;
  if (!target) return undefined;
  const ratio = ratioOf(result) ?? Number.NaN;
  return (
    (target.atMost === undefined || result.value <= target.atMost) &&
    (target.ratioAtMost === undefined || ratio <= target.ratioAtMost) &&
    (target.ratioAtLeast === undefined || ratio >= target.ratioAtLeast)
  );
}

/** The value below which `share` of the sorted values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds of each of several runs, after runs that do not count. */
export async function time(runs: number, run: (index: number) => Promise<unknown>, before = 3): Promise<number[]> {
  const times: number[] = [];
  for (let index = -before; index < runs; index++) {
    const begun = performance.now();
    await run(index);
    if (index >= 0) times.push(performance.now() - begun);
  }
  return times;
}

/** A sequence of numbers in [0, 1) that is the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
