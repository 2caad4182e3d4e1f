/** Three rows that show how a ledger's form is filled in: made from its fields, so that they import as they stand. Pure. */
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { exportedFields, type ShownEntry } from "./export-ledger.ts";
import type { Value } from "#kernel/values/cell.ts";

const numerals = ["一", "二", "三"] as const;
const people = ["张三", "李四", "王五"] as const;

export interface SampleWorld {
  /** Names of units that there are; may be empty. */
  units: readonly string[];
  /** An ISO day within the campaign. */
  day: string;
}

function valueOf(field: FieldDefinition, index: number, { units, day }: SampleWorld): Value | undefined {
  const numeral = numerals[index] ?? "";
  const unit = units.length === 0 ? undefined : units[index % units.length];
  switch (field.type) {
    case "serial":
    case "entry":
      return undefined;
    case "unit":
      return unit;
    case "organ":
      return field.required ? (unit ?? `示例单位${numeral}`) : undefined;
    case "person":
    case "people":
      return field.required ? people[index] : undefined;
    case "date":
      return day;
    case "month":
      return day.slice(0, 7);
    case "time":
      return "09:30";
    case "period":
      return `${day}/${day}`;
    case "integer":
    case "decimal":
      return Math.max(field.min, Math.min(field.max ?? 10, 10)) + (field.max === undefined ? index : 0);
    case "boolean":
      return index === 0;
    case "choice":
      return field.values?.[index % Math.max(field.values.length, 1)];
    case "choices":
      return field.values?.[0];
    case "text":
    case "longtext":
      return field.required ? `示例${numeral}` : undefined;
  }
}

/** The example rows of a ledger, the second and third unit of a register below the first. */
export function sampleRows(ledger: Ledger, world: SampleWorld): ShownEntry[] {
  const { registers } = ledger;
  return [0, 1, 2].map((index) => {
    const entry: ShownEntry = {};
    for (const field of exportedFields(ledger))
      if (field.derive === undefined && field.name !== "备注") entry[field.name] = valueOf(field, index, world);
    for (const name of ledger.identity) if (entry[name] === undefined) entry[name] = `00${index + 1}`;
    if (ledger.lifecycle) entry[ledger.stateField ?? "状态"] = undefined;
    if (!registers) return entry;
    if (registers.code !== undefined) entry[registers.code] = `${registers.what === "units" ? "DW" : "RY"}00${index + 1}`;
    entry[registers.name] = registers.what === "units" ? `示例单位${numerals[index]}` : people[index];
    if (registers.what === "units" && registers.parent !== undefined)
      entry[registers.parent] = index === 0 ? undefined : `示例单位${numerals[0]}`;
    // Nobody on an example has left.
    if (registers.to !== undefined) entry[registers.to] = undefined;
    return entry;
  });
}
