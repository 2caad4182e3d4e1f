/** What our own linters find, and how they say it. */

/** One breach of a house rule. `file` is relative to the tree that was linted, `line` counts from 1. */
export type Fault = { rule: string; file: string; line?: number; message: string };

export function describe({ rule, file, line, message }: Fault): string {
  return `${file}${line === undefined ? "" : `:${line}`}  ${message}  [${rule}]`;
}

/** Prints the faults of a linter started by hand and sets the exit code. */
export async function run(what: string, linter: Fault[] | Promise<Fault[]>): Promise<void> {
  const faults = await linter;
  for (const fault of faults) console.log(describe(fault));
  if (faults.length === 0) return;
  console.log(`${what}: ${faults.length} faults`);
  process.exitCode = 1;
}
