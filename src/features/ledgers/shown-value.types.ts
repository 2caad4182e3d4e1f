/** Values of entries as people read them, and which fields are typed in. */
import type { FieldDefinition } from "#kernel/definitions.ts";

export interface Names {
  units: Readonly<Record<string, string>>;
  people: Readonly<Record<string, string>>;
}
type Item = string | number | boolean;

/** Names for units and people, 是 and 否, the unit of measure; an empty text for nothing. */
export function shownValue(field: FieldDefinition, value: Item | readonly Item[] | null | undefined, names: Names): string {
  if (value === undefined || value === null) return "";
  const known =
    field.type === "unit" || field.type === "organ"
      ? names.units
      : field.type === "person" || field.type === "people"
        ? names.people
        : undefined;
  const word = (item: Item): string =>
    typeof item === "boolean" ? (item ? "是" : "否") : (known?.[String(item)] ?? String(item));
  return [value].flat().map(word).join("、");
}

interface Shown {
  state: string | null;
  values: Readonly<Record<string, Item | readonly Item[] | null>>;
  computed: Readonly<Record<string, string | null>>;
}

/** What a column shows of an entry; the state stands beside its values. */
export const shownIn = (
  { stateField }: { stateField?: string | undefined },
  field: FieldDefinition,
  { state, values, computed }: Shown,
  names: Names,
): string => shownValue(field, field.name === stateField ? state : (values[field.name] ?? computed[field.name]), names);

/** Fields that someone fills in: the state is reached by a step, serial numbers and what is derived come by themselves. */
export const isFilledIn = (field: FieldDefinition, stateField: string | undefined): boolean =>
  field.type !== "serial" && field.derive === undefined && field.name !== stateField;
