/** Which column of a table brings which field: by heading, group heading, the values below, and what the sender's earlier files taught. */
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { assign } from "./assign.ts";
import type { Cell, Lookups } from "#kernel/values/cell.ts";
import type { Column } from "./exchange.types.ts";
import { headingScore, isSerialHeading, maySerialHeading, plainHeading } from "./headings.ts";
import { isEmptyCell, parseCell } from "#kernel/values/parse-cell.ts";

/** A column of a table before it is known what it brings, with the values of its first rows. */
export interface RawColumn {
  index: number;
  heading: string;
  group: string | null;
  sample: Cell[];
  /** Share of the sample that are known units, once asked for. */
  units?: number;
}

export interface Mapping {
  columns: Column[];
  /** 0–1: how much of the table the ledger explains. */
  coverage: number;
  mapped: number;
  missing: string[];
}

const threshold = 0.5;

const whole = (cell: Cell): boolean =>
  typeof cell === "number" ? Number.isInteger(cell) : typeof cell === "string" && /^\d+$/.test(cell.normalize("NFKC").trim());

const unitShare = (column: RawColumn, lookups: Lookups): number => {
  const texts = column.sample.filter((cell) => typeof cell === "string");
  return (column.units ??= texts.filter((cell) => lookups.unit(cell.trim()) !== undefined).length / Math.max(1, texts.length));
};

/** What the values say for (positive) or against a field; 0 when they say nothing. */
const evidence = (column: RawColumn, field: FieldDefinition, words: number, lookups: Lookups): number => {
  const sample = column.sample.filter((cell) => !isEmptyCell(cell, field));
  if (sample.length === 0) return 0;
  const share = (test: (cell: Cell) => boolean): number => sample.filter(test).length / sample.length;
  const context = { lookups, year: 2023, unit: undefined, unitLedger: "" };
  /** 2月30日 is no day, but is meant as one. */
  const fits = (): number =>
    share((cell) => {
      const reading = parseCell(cell, { ...field, min: -Infinity, max: undefined }, context);
      return "value" in reading || reading.bad.code === "ambiguous" || reading.bad.reason.endsWith("不存在");
    });
  // A heading that leaves no doubt keeps its column, so that its cells are complained of; so do few cells.
  const against = (weight: number): number => (words >= 0.9 ? -0.1 : -weight * Math.min(1, sample.length / 4));
  switch (field.type) {
    case "unit":
    case "organ": {
      const part = unitShare(column, lookups);
      if (part >= 0.5) return 0.25 * part;
      return field.type === "organ" ? 0 : share((cell) => typeof cell === "string") < 0.5 ? against(0.4) : -0.1;
    }
    case "date":
    case "month":
    case "period":
    case "time":
      return fits() >= 0.5 ? 0.12 : against(0.45);
    case "integer":
    case "decimal":
      return fits() >= 0.5 ? 0.12 : against(0.45);
    case "choice":
    case "choices":
    case "boolean":
      return field.type !== "boolean" && (field.open || (field.values ?? []).length === 0) ? 0 : fits() >= 0.5 ? 0.15 : -0.2;
    case "serial":
      return share(whole) >= 0.8 ? 0.15 : -0.6;
    default:
      // Running numbers are no name or content; known units are the unit, unless the heading leaves no doubt.
      if (maySerialHeading(column.heading) && share(whole) >= 0.8) return -0.2;
      return words < 0.97 && unitShare(column, lookups) >= 0.8 ? -0.45 : 0;
  }
};

const score = (column: RawColumn, field: FieldDefinition, ledger: Ledger, lookups: Lookups): number => {
  let words = headingScore(column.heading, column.group, field);
  if (field.type === "serial" && maySerialHeading(column.heading))
    words = Math.max(words, isSerialHeading(column.heading) ? 1 : 0.8);
  // Looking at values is dear, and no value makes up for words this far apart, units aside.
  if (words < 0.2 && field.type !== "unit") return 0;
  const values = evidence(column, field, words, lookups);
  // A column full of known units is the unit field even if its heading is the sender's own word.
  if (field.type === "unit" && values > 0.2) words = Math.max(words, field.name === ledger.unit ? 0.33 : 0.28);
  const total = words + values + (field.name === ledger.unit && words > 0.3 ? 0.02 : 0);
  return total >= threshold ? total : 0;
};

/**
 * The reference that a derived field gives the name of: 人员编号 for 姓名, which is computed as 人员编号.姓名. A sender who
 * fills only the name means that person, so its column brings the reference.
 */
export const namedBy = (ledger: Ledger, field: FieldDefinition): FieldDefinition | undefined => {
  const [, target, attribute] = /^(.+)\.([^.]+)$/.exec(field.derive ?? "") ?? [];
  const found = ledger.fields.find((one) => one.name === target && one.derive === undefined);
  const name = found?.type === "person" ? "姓名" : found?.type === "unit" || found?.type === "organ" ? "名称" : undefined;
  return name === attribute ? found : undefined;
};

/** The best one-to-one mapping of a table's columns to a ledger's fields. */
export const mapColumns = (
  columns: RawColumn[],
  ledger: Ledger,
  lookups: Lookups,
  memory: Record<string, string | null> = {},
): Mapping => {
  // Derived fields and 序号 may stand in the file (an earlier export): they take their column and are ignored.
  const { fields } = ledger;
  const remembered = new Map(Object.entries(memory).map(([heading, field]) => [plainHeading(heading), field]));
  const recall = (column: RawColumn): string | null | undefined =>
    remembered.get(plainHeading((column.group ?? "") + column.heading)) ?? remembered.get(plainHeading(column.heading));
  const isOut = (column: RawColumn): boolean => remembered.has(plainHeading(column.heading)) && recall(column) === null;
  const scores = columns.map((column) => {
    const told = recall(column);
    return fields.map((field) => {
      if (told !== undefined || isOut(column)) return told === field.name ? 10 : 0;
      return score(column, field, ledger, lookups);
    });
  });
  const chosen = assign(scores);
  let explained = 0;
  let mapped = 0;
  const result = columns.map((column, at): Column => {
    const field = fields[chosen[at] ?? -1];
    const worth = Math.min(1, scores[at]?.[chosen[at] ?? -1] ?? 0);
    const serial =
      field === undefined
        ? isSerialHeading(column.heading) || (maySerialHeading(column.heading) && column.sample.every(whole))
        : field.type === "serial";
    explained += serial ? 1 : worth;
    if (field !== undefined && !serial) mapped++;
    const ignored = serial || (field?.derive !== undefined && namedBy(ledger, field) === undefined);
    return {
      index: column.index,
      heading: column.heading,
      group: column.group,
      field: ignored ? null : (field?.name ?? null),
      ignored,
    };
  });
  const brought = new Set(result.map((column) => column.field));
  for (const field of fields)
    if (field.derive !== undefined && brought.has(field.name)) brought.add(namedBy(ledger, field)?.name ?? null);
  const missing = fields
    .filter((field) => field.required && field.derive === undefined && field.default === undefined && !brought.has(field.name))
    .map((field) => field.name);
  const coverage = Math.max(0, explained / Math.max(1, columns.length) - 0.08 * missing.length);
  return { columns: result, coverage, mapped, missing };
};
