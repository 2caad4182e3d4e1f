/**
 * What a tag in a user's own Word template means. Names only, no expressions: figures, fields, the columns of the
 * loop a tag stands in. `{#台账}…{/台账}` repeats for entries, `{#下级单位}…{/下级单位}` for units below,
 * `{#S01-F17}…{/S01-F17}` shows its contents when the figure is above zero, `{^…}` when it is not.
 */
import type { Ledger } from "#kernel/definitions.ts";
import { fieldNames, type FieldName } from "./documents.types.ts";
import { entryColumns } from "./template-check.ts";
import { parseTag } from "./template.ts";

/** As docxtemplater describes a tag; `subparsed` is what a loop holds. */
export interface Part {
  type: string;
  value: string;
  module?: string;
  inverted?: boolean;
  subparsed?: Part[];
}

export interface LedgerName {
  key: string;
  name: string;
  fields: readonly Pick<Ledger["fields"][number], "name">[];
}

export interface Names {
  figures: ReadonlySet<string>;
  ledgers: readonly LedgerName[];
}

export type Loop =
  | { kind: "units" }
  | { kind: "entries"; ledger: LedgerName; where: Record<string, string> }
  | { kind: "figure"; key: string };
export type Value =
  | { kind: "field"; name: FieldName }
  | { kind: "figure"; key: string; form: string }
  | { kind: "column"; name: string };

export const unitsLoop = "下级单位";
const unitName = "单位";

/** `会议台账 会议类型=领导小组会议` → ledger and filter; undefined when there is nothing of that name. */
export function parseLoop(tag: string, names: Names): Loop | undefined {
  const [name = "", ...filters] = tag.trim().split(/\s+/);
  if (name === unitsLoop && filters.length === 0) return { kind: "units" };
  if (names.figures.has(name) && filters.length === 0) return { kind: "figure", key: name };
  const ledger = names.ledgers.find((l) => l.key === name || l.name === name);
  if (ledger === undefined) return undefined;
  const pairs = filters.map((filter) => filter.split("=", 2) as [string, string | undefined]);
  return pairs.every(([, value]) => value !== undefined)
    ? { kind: "entries", ledger, where: Object.fromEntries(pairs) as Record<string, string> }
    : undefined;
}

/** A tag inside `loops`, innermost last; a column of an inner loop hides outer names. */
export function parseValue(tag: string, names: Names, loops: readonly Loop[]): Value | undefined {
  const text = tag.trim();
  for (const loop of loops.toReversed()) {
    if (loop.kind === "units" && text === unitName) return { kind: "column", name: text };
    if (loop.kind === "entries" && (columnsOf(loop.ledger).includes(text) || text === "序号"))
      return { kind: "column", name: text };
  }
  const field = fieldNames.find((name) => name === text);
  if (field !== undefined) return { kind: "field", name: field };
  const figure = parseTag(text);
  return figure?.kind === "figure" && names.figures.has(figure.key) ? figure : undefined;
}

export function columnsOf(ledger: LedgerName): string[] {
  return [...ledger.fields.map((f) => f.name), ...entryColumns];
}

/** Every tag with the loops around it. */
export function walk(
  parts: readonly Part[],
  visit: (part: Part, loops: readonly string[]) => void,
  loops: readonly string[] = [],
): void {
  for (const part of parts) {
    if (part.type !== "placeholder") continue;
    visit(part, loops);
    if (part.subparsed !== undefined) walk(part.subparsed, visit, [...loops, part.value]);
  }
}
