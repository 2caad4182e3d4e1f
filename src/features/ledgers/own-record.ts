/** What a person reads of records in which they are named. Pure. */
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { isStored } from "#kernel/fields.ts";
import { headline } from "./headline.types.ts";
import type { Values } from "./ledgers.types.ts";
import { shownValue, type Names } from "./shown-value.types.ts";

const namesPeople = ({ type }: FieldDefinition): boolean => type === "person" || type === "people";

/** Fields that may name someone who is then told of it: none of what only named people may know. */
export const tellingFields = (ledger: Ledger): FieldDefinition[] =>
  ledger.sensitivity === "restricted"
    ? []
    : ledger.fields.filter((field) => namesPeople(field) && isStored(ledger, field) && field.sensitivity !== "restricted");

/** In which fields an entry names a person. */
export const placesOf = (ledger: Ledger, data: Values, person: number): string[] =>
  tellingFields(ledger)
    .filter(({ name }) => [data[name]].flat().includes(person))
    .map(({ name }) => name);

// Among many, a person needs to know what it was, not what was said of the others.
const plain = new Set<FieldDefinition["type"]>(["date", "month", "period", "time", "choice", "unit", "organ"]);

/** Fields without other people: all of a record about this person alone, else what and when it was. */
const ownFields = (ledger: Ledger, places: readonly string[]): FieldDefinition[] => {
  const alone = ledger.fields.some(({ name, type }) => type === "person" && places.includes(name));
  return ledger.fields
    .filter((field) => !namesPeople(field) && isStored(ledger, field) && field.sensitivity !== "restricted")
    .filter((field) => alone || field.required || plain.has(field.type));
};

/** The fields of which a person may say that they are wrong: what they read of the record, and where it names them. */
export const ownFieldNames = (ledger: Ledger, places: readonly string[]): string[] => [
  // What is asked for is kept as it is written, which an encrypted field's content must not be.
  ...ownFields(ledger, places)
    .filter(({ encrypted }) => !encrypted)
    .map(({ name }) => name),
  ...places,
];

/** What a record is called to someone who reads these of its fields. */
export function ownTitle(ledger: Ledger, data: Values, places: readonly string[]): string {
  const fields = ownFields(ledger, places);
  return headline({ fields, identity: ledger.identity.filter((name) => fields.some((field) => field.name === name)) }, data);
}

/** Field by field. */
export const ownLines = (
  ledger: Ledger,
  data: Values,
  places: readonly string[],
  names: Names,
): { name: string; text: string }[] =>
  ownFields(ledger, places)
    .filter(({ name }) => data[name] !== undefined)
    .map((field) => ({ name: field.name, text: shownValue(field, data[field.name], names) + (field.unit ?? "") }));
