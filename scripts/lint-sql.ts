/**
 * Conventions that keep the schema distributable, read from the migrations and from the SQL in the source. Plain
 * PostgreSQL shows no fault when one is broken, a cluster does. `node scripts/lint-sql.ts [root]`
 *
 * A bulk load by the owner's role, after the application's own check, may use INSERT … SELECT: it carries the comment
 * `-- lint: owner bulk` and a reason.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run, type Fault } from "./faults.ts";
import { sqlInSource } from "./source-sql.ts";
import { declared, type Declared, type Key } from "./sql-schema.ts";
import { blank, statements, type Statement } from "./sql-text.ts";
import { listFiles } from "./tree.ts";

const migrations = "database/migrations";
/** A cluster appends `_<shard number>` to a name, and PostgreSQL cuts names at 63 bytes. */
const longestName = 50;

const forbidden: { rule: string; pattern: RegExp; bulk?: true; message: string }[] = [
  {
    rule: "no-set-config",
    pattern: /\bset_config\s*\(/i,
    message: "set_config() does not reach the nodes of a cluster: use SET LOCAL in app_begin",
  },
  {
    rule: "no-insert-select",
    pattern:
      /\binsert\s+into\s+[\w."$]+\s*(?:as\s+\w+\s*)?(?:\([^()]*\)\s*)?(?:overriding\s+\w+\s+value\s+)?\(*\s*(?:select|with|table)\b/i,
    bulk: true,
    message: "INSERT … SELECT fails under row-level security on a cluster: use VALUES with many rows",
  },
  {
    rule: "no-inserting-cte",
    pattern: /\bas\s+(?:not\s+)?(?:materialized\s+)?\(\s*insert\s+into\b|\bwith\s(?:[^;]*\))\s*insert\s+into\b/i,
    bulk: true,
    message: "an insert inside or behind WITH is ten times slower on a cluster: write separate statements",
  },
  {
    rule: "no-triggers",
    pattern: /\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b/i,
    message: "no triggers on a cluster: the action writes what follows",
  },
  {
    rule: "no-rules",
    pattern: /\bcreate\s+(?:or\s+replace\s+)?rule\b/i,
    message: "no rules on a cluster: the action writes what follows",
  },
];

/** Faults of the tree below `root`. */
export function lintSql(root: string): Fault[] {
  const folder = join(root, migrations);
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".sql"))
        .toSorted()
    : [];
  const inFiles = files.map((file) => ({ file: `${migrations}/${file}`, sql: readFileSync(join(folder, file), "utf8") }));
  return [
    ...inFiles.flatMap(({ file, sql }) => wordFaults(file, statements(sql), at(sql))),
    ...schemaFaults(inFiles),
    ...sourceFaults(root),
  ];
}

function sourceFaults(root: string): Fault[] {
  const sources = listFiles(root).filter((file) => /^src\/.+[.]tsx?$/.test(file) && !/[.]test[.]tsx?$/.test(file));
  return sources.flatMap((file) =>
    sqlInSource(readFileSync(join(root, file), "utf8"), file).flatMap(({ text, line }) =>
      wordFaults(file, statements(text), () => line),
    ),
  );
}

function wordFaults(file: string, list: Statement[], lineOf: (offset: number) => number): Fault[] {
  return list.flatMap(({ code, start, bulk }) =>
    forbidden.flatMap(({ rule, pattern, bulk: allowed, message }) => {
      if (allowed && bulk) return [];
      const found = pattern.exec(code);
      return found ? [{ rule, file, line: lineOf(start + found.index), message }] : [];
    }),
  );
}

type Placed<T> = T & { file: string; line: number };

function schemaFaults(files: { file: string; sql: string }[]): Fault[] {
  const faults: Fault[] = [];
  const keys: Placed<Key>[] = [];
  const marks = new Map<string, string | undefined>();
  const taken = new Map<string, string>();
  for (const { file, sql } of files) {
    const lineOf = at(sql);
    for (const parts of statements(sql).map(declared)) {
      for (const [name, table] of taken) if (parts.drops.includes(name) || parts.drops.includes(table)) taken.delete(name);
      for (const { table, column } of parts.marks) marks.set(table, column);
      faults.push(...nameFaults(parts, taken, file, lineOf));
      keys.push(...parts.keys.map((key) => ({ ...key, file, line: lineOf(key.at) })));
    }
  }
  for (const [table, column] of marks) {
    const first = keys.find((key) => key.table === table);
    if (column !== undefined && column !== "realm_id") {
      faults.push({
        rule: "realm-first",
        file: first?.file ?? migrations,
        message: `${table} is distributed by ${column}: the realm decides where a row lives`,
      });
    }
  }
  return [...faults, ...keys.flatMap((key) => keyFaults(key, marks))];
}

/** How PostgreSQL ends a name that it chooses itself. */
const suffix = {
  "primary key": "pkey",
  unique: "key",
  "foreign key": "fkey",
  index: "idx",
  "search index": "idx",
  check: "check",
  exclude: "excl",
} as const;

function nameFaults({ keys }: Declared, taken: Map<string, string>, file: string, lineOf: (offset: number) => number): Fault[] {
  return keys.flatMap(({ kind, table, name, columns, at: offset }): Fault[] => {
    const place = { file, line: lineOf(offset) };
    const actual = name ?? [table, ...(kind === "primary key" ? [] : columns), suffix[kind]].join("_");
    if (actual.length > longestName) {
      return [
        {
          rule: "name-length",
          ...place,
          message: `${actual} has ${actual.length} characters, ${longestName} are allowed: give it a short name`,
        },
      ];
    }
    if (name === undefined) return [];
    const other = taken.get(name);
    taken.set(name, table);
    return other
      ? [{ rule: "name-unique", ...place, message: `${name} is already a name, on ${other}: errors are mapped by name` }]
      : [];
  });
}

function keyFaults(key: Placed<Key>, marks: Map<string, string | undefined>): Fault[] {
  const { kind, table, columns, references, file, line } = key;
  const fault = (rule: string, message: string): Fault[] => [{ rule, file, line, message: `${kind} of ${table}: ${message}` }];
  const isDistributed = (of: string): boolean => marks.get(of) !== undefined;
  const isReference = (of: string): boolean => marks.has(of) && !isDistributed(of);
  if (kind === "foreign key" && references !== undefined) {
    if (isDistributed(table) && isReference(references)) return [];
    if (isDistributed(table) && !isDistributed(references))
      return fault("local-keys", `${references} lives on the main connection only`);
    if (!isDistributed(table) && isDistributed(references))
      return fault("local-keys", `${references} is distributed, ${table} is not`);
  }
  if (!isDistributed(table) || kind === "check" || kind === "search index" || columns[0] === "realm_id") return [];
  return fault("realm-first", `begins with ${columns[0] ?? "nothing"}, not with realm_id`);
}

/** The line of the first word at or after an offset, counted from 1. */
function at(sql: string): (offset: number) => number {
  const code = blank(sql);
  return (offset) => sql.slice(0, offset + Math.max(0, code.slice(offset).search(/\S/))).split("\n").length;
}

if (import.meta.main) await run("SQL", lintSql(resolve(process.argv[2] ?? ".")));
