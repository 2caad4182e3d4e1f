/** What the definition of a ledger says about one field, and the few computed (`derive`) forms. */
import type { FieldDefinition, FieldType, Ledger } from "./definitions.ts";

/** `derive` parsed: an attribute of what another field refers to, or a function of dates in the same record. */
export type Derivation =
  | { kind: "attribute"; field: string; attribute: string }
  | { kind: "days" | "onTime"; from: string; to: string }
  | { kind: "week" | "month" | "year"; date: string };

const unitAttributes = ["编号", "名称", "类型", "层级", "上级单位"] as const;
const personAttributes = ["编号", "姓名", "单位", "部门", "职务"] as const;

/** The derivation that `derive` spells, or a Chinese reason why it is none. `ledgers` finds the target of an `entry` field. */
export function parseDerive(
  text: string,
  fields: readonly FieldDefinition[],
  ledgers: (key: string) => Ledger | undefined,
): Derivation | string {
  const find = (name: string): FieldDefinition | undefined => fields.find((field) => field.name === name);
  const call = /^(days|onTime|week|month|year)\(\s*([^,()]+?)\s*(?:,\s*([^,()]+?)\s*)?\)$/.exec(text);
  if (call) {
    const [, name, first, second] = call as unknown as [
      string,
      "days" | "onTime" | "week" | "month" | "year",
      string,
      string | undefined,
    ];
    for (const part of [first, second])
      if (part !== undefined && find(part)?.type !== "date") return `derive 中的“${part}”不是本台账的日期栏目`;
    if (name === "days" || name === "onTime")
      return second ? { kind: name, from: first, to: second } : `${name} 要写两个日期栏目`;
    return { kind: name, date: first };
  }
  const dot = text.lastIndexOf(".");
  const target = dot > 0 ? find(text.slice(0, dot)) : undefined;
  const attribute = text.slice(dot + 1);
  if (!target)
    return `derive 的写法不对：“${text}”。可写“栏目.属性”、days(起, 止)、onTime(日期, 时限)、week(日期)、month(日期)、year(日期)`;
  const known =
    target.type === "person"
      ? (personAttributes as readonly string[])
      : target.type === "unit" || target.type === "organ"
        ? (unitAttributes as readonly string[])
        : target.type === "entry"
          ? (ledgers(target.ledger ?? "")?.fields.map((field) => field.name) ?? [])
          : undefined;
  if (!known) return `“${target.name}”不是单位、人员或记录引用，没有属性可取`;
  return known.includes(attribute)
    ? { kind: "attribute", field: target.name, attribute }
    : `“${target.name}”没有属性“${attribute}”，可用：${known.join("、")}`;
}

const numbers = new Set<FieldType>(["integer", "decimal"]);
export const isNumber = (field: FieldDefinition): boolean =>
  numbers.has(field.type) || field.derive?.startsWith("days(") === true;
/** Stored in an entry's data: not the serial number, not derived, not the state. */
export const isStored = (ledger: Ledger, field: FieldDefinition): boolean =>
  field.type !== "serial" && field.derive === undefined && !(ledger.lifecycle && field.name === ledger.stateField);

export const fieldOf = (ledger: Ledger, name: string): FieldDefinition | undefined =>
  ledger.fields.find((field) => field.name === name);

/** The Monday of the week in which `day` lies. */
export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Whole days from one ISO day to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

/** Beijing time at a moment, to the minute: 2023-03-15 09:30. The clock of every organ that reads it. */
export const chinaMinute = (moment: Date): string =>
  new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");

/** The day in China at a moment. */
export const chinaDay = (moment: Date): string => chinaMinute(moment).slice(0, 10);
