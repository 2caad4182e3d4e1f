/** Figures side by side: how they differ, and how their texts are read. Pure. */

export type Value = number | string | null;

/** Binary fractions leave dust that nobody wrote. */
const clean = (value: number): number => Number(value.toPrecision(12));

export const addUp = (values: readonly number[]): number => clean(values.reduce((sum, one) => sum + one, 0));

export interface Difference {
  by: number;
  /** Rounded to one place; null where the earlier value is 0. */
  percent: number | null;
}

/** How a value differs from an earlier one; undefined where one of them is no number. */
export function differ(now: Value, before: Value): Difference | undefined {
  if (now !== null && now === before) return { by: 0, percent: 0 };
  if (typeof now !== "number" || typeof before !== "number") return undefined;
  const by = clean(now - before);
  return { by, percent: before === 0 ? null : Math.round((1000 * by) / Math.abs(before)) / 10 };
}

/** A value exactly, with its counting word. */
export const exactly = (value: Value, unit: string): string =>
  value === null
    ? "—"
    : unit === "日期" || (typeof value === "string" && value.endsWith(unit))
      ? String(value)
      : `${value}${unit}`;

/** Whether a text gives the value exactly: 3700余人 does not. */
export const says = (text: string, value: Value): boolean =>
  value === null || typeof value === "string" || splitText(text)?.number.replace(/%$/, "") === String(value);

/** A figure's text as a number and what it is of, where it begins with one: a number is read faster when its unit stands smaller. */
export function splitText(text: string): { number: string; unit: string } | undefined {
  const [, number = "", unit = ""] = /^([-−]?\d[\d.,]*(?:万|亿)?余?%?)(\D*)$/.exec(text) ?? [];
  return number === "" ? undefined : { number, unit };
}

/** A name in two parts where it ends in brackets, which are kept together on a line. */
export function splitName(name: string): [name: string, brackets: string] {
  const [, first = name, brackets = ""] = /^(.+?)(（[^（）]+）)$/.exec(name) ?? [];
  return [first, brackets];
}

/** Numbers before words, and nothing last, for sorting columns. */
export function order(left: Value, right: Value): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), "zh");
}
