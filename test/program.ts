/** The program as a person runs it: a process of its own, with exit code and what it prints. */
import { spawn, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const repository = resolve(import.meta.dirname, "..");

export interface Outcome {
  /** Null when it was killed. */
  code: number | null;
  out: string;
  err: string;
}

/** Starts `yibenzhang ARGS`. `env` adds to this process's environment; undefined takes a variable out. */
export function start(
  args: readonly string[],
  env: Record<string, string | undefined>,
): { child: ChildProcess; done: Promise<Outcome> } {
  const child = spawn(process.execPath, [resolve(repository, "src/cli.ts"), ...args], {
    cwd: repository,
    // Where the database is elsewhere, the key ring still has a place of its own.
    env: { ...process.env, DATABASE_URL: undefined, YIBENZHANG_DATA: join(tmpdir(), "yibenzhang-tests-data"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outcome: Outcome = { code: null, out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (outcome.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (outcome.err += text));
  const done = new Promise<Outcome>((finish) => child.once("close", (code) => finish({ ...outcome, code })));
  return { child, done };
}

export const run = (args: readonly string[], env: Record<string, string | undefined>): Promise<Outcome> => start(args, env).done;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
