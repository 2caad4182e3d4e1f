/** From checked field values to what is stored of an entry: owner, day, state, data, and what tells it from others. Pure. */
import { hash } from "node:crypto";
import type { Ledger } from "#kernel/definitions.ts";
import { fieldOf, isStored } from "#kernel/fields.ts";
import { encryptedFields, tracedValues } from "#kernel/sealed-values.ts";
import { traceOf } from "#platform/token.ts";
import type { Values } from "./ledgers.types.ts";

export interface Shape {
  unit: number;
  day: string | null;
  state: string | null;
  data: Values;
  /** `data` as JSON, in the order of the ledger's fields. */
  text: string;
  /** Tells the entry from others of the campaign: a digest of ledger, unit and number, 32 hexadecimal digits. */
  identity: string;
  /** The whole content, to see whether a second import brings anything new: a digest as `identity` is. */
  content: string;
}

/** The person whose unit owns an entry that names no unit itself; undefined when it names one, or nobody. */
export function ownerPerson(ledger: Ledger, values: Values): number | undefined {
  if (ledger.unit !== undefined && typeof values[ledger.unit] === "number") return undefined;
  const person = values[ledger.fields.find((field) => field.type === "person")?.name ?? ""];
  return typeof person === "number" ? person : undefined;
}

/**
 * `sender` owns entries that name no unit of their own, `owner` those that it is given for, whatever they name. Values
 * that are not stored (serial numbers, derived ones) are dropped.
 */
export function shapeEntry(ledger: Ledger, values: Values, sender: number, owner?: number): Shape {
  const data: Values = {};
  for (const field of ledger.fields) {
    const value = values[field.name];
    if (
      isStored(ledger, field) &&
      value !== undefined &&
      value !== null &&
      value !== "" &&
      !(Array.isArray(value) && value.length === 0)
    )
      data[field.name] = value;
  }
  const named = ledger.unit === undefined ? undefined : data[ledger.unit];
  const unit = owner ?? (typeof named === "number" ? named : sender);
  const given = ledger.stateField === undefined ? undefined : values[ledger.stateField];
  const state = ledger.lifecycle ? (typeof given === "string" && given !== "" ? given : ledger.lifecycle.initial) : null;
  const text = JSON.stringify(data);
  // A digest outlives the version of the key under which a value was encrypted.
  const lasting = encryptedFields(ledger).length === 0 ? text : JSON.stringify(tracedValues(data));
  const numbers = ledger.identity.map((name) => (name === ledger.stateField ? state : data[name]) ?? null);
  // The first is the number; the others (a version, a month) may be blank.
  const numbered = (numbers[0] ?? null) !== null;
  return {
    unit,
    day: dayOf(ledger, data),
    state,
    data,
    text,
    // The state is not part of it: the same thing one step on is the same thing.
    identity: digest(`${ledger.key} ${unit} ${numbered ? `number ${JSON.stringify(numbers)}` : `content ${lasting}`}`),
    content: digest(`${state ?? ""} ${lasting}`),
  };
}

/** The day on which an entry counts; of a month its first. */
export function dayOf(ledger: Ledger, data: Values): string | null {
  const value = ledger.date === undefined ? undefined : data[ledger.date];
  if (typeof value !== "string") return null;
  return fieldOf(ledger, ledger.date as string)?.type === "month" ? `${value}-01` : value.slice(0, 10);
}

const digest = (text: string): string => hash("sha256", text, "hex").slice(0, 32);

/** What changed from one record to another; a value that is gone is null. */
export function difference(old: Values, next: Values): Values {
  const changes: Values = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)]))
    if (JSON.stringify(traceOf(old[name] ?? null)) !== JSON.stringify(traceOf(next[name] ?? null)))
      changes[name] = next[name] ?? null;
  return changes;
}
