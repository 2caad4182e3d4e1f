/**
 * What a new record begins with: what the unit wrote the last time, as far as it is likely to hold again. Days, numbers of
 * people, who was there, and what tells one record from another never are; a line of text is when it keeps coming back.
 */
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { namesEvidence, type Values } from "./ledgers.types.ts";

const steady = new Set<FieldDefinition["type"]>(["choice", "choices", "unit", "organ", "person", "boolean"]);
const wordy = new Set<FieldDefinition["type"]>(["text", "decimal", "time"]);
const shared = new Set<string | undefined>(["public", "internal", undefined]);

/** Values for a new record from the unit's latest ones, newest first. */
export function carriedOver(ledger: Ledger, latest: readonly Values[]): Values {
  const [last] = latest;
  if (!last) return {};
  const carried = (field: FieldDefinition): boolean => {
    const value = last[field.name];
    if (
      value === undefined ||
      field.encrypted ||
      field.withheld ||
      field.derive !== undefined ||
      field.name === ledger.stateField
    )
      return false;
    if (ledger.identity[0] === field.name || field.name === ledger.date || !shared.has(field.sensitivity)) return false;
    // Evidence is of one day.
    if (namesEvidence(field.name)) return false;
    if (steady.has(field.type)) return true;
    if (!wordy.has(field.type)) return false;
    const text = JSON.stringify(value);
    const times = latest.filter((values) => JSON.stringify(values[field.name]) === text).length;
    return times >= 2 || (latest.length === 1 && !field.required);
  };
  return Object.fromEntries(ledger.fields.filter(carried).map(({ name }) => [name, last[name] as Values[string]]));
}
