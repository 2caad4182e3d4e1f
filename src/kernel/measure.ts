/**
 * A measure is one operation over one ledger: the part of a figure that touches records. It is planned once
 * and then read in three ways that must agree: as SQL (`measure-sql.ts`), as a test on one entry in memory
 * (`matches`), and, where it is additive, as an amount per day (`amountOf`) that is kept prepared.
 */
import { createHash } from "node:crypto";
import type { Condition, FieldDefinition, Ledger, Measure, Scalar, Where } from "./definitions.ts";
import { fieldOf, isStored } from "./fields.ts";
import { operationOf } from "./pack-check.ts";

export type Operation = NonNullable<ReturnType<typeof operationOf>>;

/** How a question's period applies: not at all, by the entry's day, or by another date field of it. */
export type DateRule = { kind: "none" } | { kind: "day"; month: boolean } | { kind: "field"; field: string; month: boolean };

export interface MeasurePlan {
  digest: string;
  ledger: Ledger;
  operation: Operation;
  /** What is summed, compared or told apart; empty for `count`. */
  fields: string[];
  where: Where;
  any: Where[];
  date: DateRule;
  groups: Measure["groups"];
  /** Additive and decided by the entry alone, so that day totals can be kept. */
  prepared: boolean;
  /** Tells people apart and is decided by the entry alone, so that the set of a day's people can be kept. */
  sets: boolean;
  /** Places kept of a prepared sum: an amount is stored times 10^decimals. */
  decimals: number;
}

export function planMeasure(measure: Measure, ledger: Ledger): MeasurePlan {
  const operation = operationOf(measure) as Operation;
  const single = measure.sum ?? measure.avg ?? measure.min ?? measure.max ?? measure.latest ?? measure.value ?? measure.items;
  const fields =
    single !== undefined ? [single] : measure.distinct !== undefined ? [measure.distinct].flat() : (measure.groups?.by ?? []);
  const date = dateRule(measure.date ?? ledger.date ?? "none", ledger);
  const where = measure.where ?? {};
  const any = measure.any ?? [];
  const plain = [where, ...any].every((alternatives) =>
    Object.entries(alternatives).every(([name, condition]) => isPlain(ledger, name, condition)),
  );
  const summed = fieldOf(ledger, fields[0] ?? "");
  const additive = operation === "count" || (operation === "sum" && summed !== undefined && isStored(ledger, summed));
  const decimals = operation === "sum" && summed?.type === "decimal" ? (summed.decimals ?? 2) : 0;
  const identity = { ledger: ledger.key, operation, fields, where, any, date, groups: measure.groups ?? null, decimals };
  return {
    digest: createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32),
    ledger,
    operation,
    fields,
    where,
    any,
    date,
    groups: measure.groups,
    prepared: additive && plain && date.kind !== "field",
    sets: operation === "distinct" && fields.length === 1 && summed?.type === "person" && plain && date.kind === "day",
    decimals,
  };
}

function dateRule(name: string, ledger: Ledger): DateRule {
  if (name === "none") return { kind: "none" };
  const month = fieldOf(ledger, name)?.type === "month";
  return name === ledger.date ? { kind: "day", month } : { kind: "field", field: name, month };
}

/** Decided by the entry alone: no reference to a unit's kind, to another record, or to the question's dates. */
function isPlain(ledger: Ledger, name: string, condition: Condition): boolean {
  const field = fieldOf(ledger, name);
  if (!field || field.derive !== undefined || field.type === "unit" || field.type === "organ" || field.type === "person")
    return false;
  if (typeof condition !== "object" || Array.isArray(condition)) return ![condition].flat().some(isVariable);
  const { not, from, to, above, below } = condition;
  return condition.kind === undefined && ![not, from, to, above, below].flat().some(isVariable);
}

export const isVariable = (bound: unknown): bound is string => typeof bound === "string" && bound.startsWith("$");

/** What `$from`, `$to`, `$asOf`, `$month` and `$year` stand for in a question. */
export interface Variables {
  from: string;
  to: string;
  asOf: string;
}
export function valueOfVariable(name: string, variables: Variables): string {
  if (name === "$from") return variables.from;
  if (name === "$to") return variables.to;
  if (name === "$asOf") return variables.asOf.slice(0, 10);
  if (name === "$month") return variables.to.slice(0, 7);
  if (name === "$year") return variables.to.slice(0, 4);
  return name;
}

/** An entry as conditions see it. */
export interface EntryView {
  day: string | null;
  state: string | null;
  data: Record<string, unknown>;
}

export function valueOf(ledger: Ledger, entry: EntryView, name: string): unknown {
  return ledger.lifecycle && name === ledger.stateField ? entry.state : entry.data[name];
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** Whether an entry meets `where` and one of `any`, for plans that are decided by the entry alone. */
export function matches(plan: MeasurePlan, entry: EntryView): boolean {
  const all = (where: Where): boolean =>
    Object.entries(where).every(([name, condition]) =>
      meets(fieldOf(plan.ledger, name) as FieldDefinition, valueOf(plan.ledger, entry, name), condition, (other) =>
        valueOf(plan.ledger, entry, other),
      ),
    );
  return all(plan.where) && (plan.any.length === 0 || plan.any.some(all));
}

/** A condition's value as it is stored for this type of field: 是 of a boolean is `true`, but a derived one (`onTime`) says 是. */
export function stored(field: FieldDefinition, value: Scalar): string {
  if (field.type === "boolean" && field.derive !== undefined)
    return value === true ? "是" : value === false ? "否" : String(value);
  if (field.type === "boolean")
    return value === "是" || value === true ? "true" : value === "否" || value === false ? "false" : String(value);
  return String(value);
}

/** Texts by code point, as the C collation of the database has them; UTF-16 has the characters beyond the first plane elsewhere. */
function order(left: string, right: string): number {
  if (/[\ud800-\udfff]/.test(left + right)) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

export function meets(field: FieldDefinition, value: unknown, condition: Condition, other: (name: string) => unknown): boolean {
  const items = isEmpty(value) ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  if (typeof condition !== "object") return items.includes(stored(field, condition));
  if (Array.isArray(condition)) return condition.some((one) => items.includes(stored(field, one)));
  if (condition.empty !== undefined && condition.empty !== isEmpty(value)) return false;
  if (condition.not !== undefined && [condition.not].flat().some((one) => items.includes(stored(field, one)))) return false;
  if (condition.contains !== undefined && !items.some((item) => item.includes(condition.contains as string))) return false;
  const compare = (bound: string | number | { field: string }): number | undefined => {
    const target = typeof bound === "object" ? other(bound.field) : bound;
    if (isEmpty(value) || isEmpty(target)) return undefined;
    if (typeof value === "number") return value - Number(target);
    return order(String(value), String(target));
  };
  const holds = (bound: string | number | { field: string } | undefined, test: (sign: number) => boolean): boolean => {
    if (bound === undefined) return true;
    const sign = compare(bound);
    return sign !== undefined && test(sign);
  };
  return (
    holds(condition.from, (sign) => sign >= 0) &&
    holds(condition.to, (sign) => sign <= 0) &&
    holds(condition.above, (sign) => sign > 0) &&
    holds(condition.below, (sign) => sign < 0)
  );
}

/** What an entry adds to a prepared measure, times 10^decimals; 0 if it does not count. */
export function amountOf(plan: MeasurePlan, entry: EntryView): number {
  if (plan.date.kind === "day" && entry.day === null) return 0;
  if (!matches(plan, entry)) return 0;
  if (plan.operation === "count") return 1;
  const value = entry.data[plan.fields[0] as string];
  return typeof value === "number" ? Math.round(value * 10 ** plan.decimals) : 0;
}

/** Who an entry is about, for a measure that keeps sets, spelled as `valueSql` spells it; undefined if it does not count. */
export function memberOf(plan: MeasurePlan, unit: number, entry: EntryView): string | undefined {
  const value = entry.data[plan.fields[0] as string];
  if (isEmpty(value) || entry.day === null || !matches(plan, entry)) return undefined;
  return typeof value === "number" ? String(value) : `${unit} ${String(value)}`;
}
