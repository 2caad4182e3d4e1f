/** How the quick form of a ledger is laid out, and what of it is sent. Pure. */
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Value } from "#kernel/values/cell.ts";
import { isFilledIn } from "./shown-value.types.ts";

type Values = Record<string, Value>;
/** Of a roll call: who is not there. */
export type Away = Readonly<Record<string, "excused" | "absent">>;

interface Form {
  fields: FieldDefinition[];
  stateField?: string | undefined;
  date?: string | undefined;
  identity: string[];
}

export interface Plan {
  /** The day that dates the record, if the ledger has one that is a day. */
  day: FieldDefinition | undefined;
  /** To be filled in now: what is required and not brought along. */
  first: FieldDefinition[];
  /** Fields that a roll call fills. */
  roll: FieldDefinition[];
  /** Everything else, folded. */
  rest: FieldDefinition[];
}

export function planOf(ledger: Form, again: Values): Plan {
  const filled = ledger.fields.filter((field) => isFilledIn(field, ledger.stateField));
  const day = filled.find(({ name, type }) => name === ledger.date && type === "date");
  const roll = filled.filter(({ attendance }) => attendance !== undefined);
  const open = filled.filter((field) => field !== day && !roll.includes(field));
  const isFirst = ({ name, required }: FieldDefinition): boolean => required && again[name] === undefined;
  return { day, first: open.filter(isFirst), roll, rest: open.filter((field) => !isFirst(field)) };
}

/** What a roll call puts into a field: how many, or who. */
export function fromRoll(field: FieldDefinition, people: readonly { id: number }[], away: Away): Value {
  const counted = people.filter(({ id }) =>
    field.attendance === "due" ? true : field.attendance === "present" ? !away[id] : away[id] === "excused",
  );
  if (field.type === "people") return counted.map(({ id }) => id);
  // Nobody on the roster says nothing about how many there were.
  return people.length === 0 ? null : counted.length;
}

/** Filled values only: an empty field is not sent. */
export const filledIn = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)),
  );
