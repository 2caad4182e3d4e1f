/** Numbers as offices write them: 45人, 1,234, 3.2万字, ５８００, －8, 98.1%. */
import Big from "big.js";

export interface NumberReading {
  value: number;
  /** The word behind the number, empty if none. */
  unit: string;
  /** A word of size (万, 亿) stood behind the digits, and `value` includes it. */
  sized: boolean;
}

const powers: Record<string, number> = { 百: 100, 千: 1_000, 万: 10_000, 百万: 1_000_000, 千万: 10_000_000, 亿: 100_000_000 };

/**
 * The exact number a text means, or `undefined` if it is none or only about (约45, 3700余). Never rounds: text with
 * more than 15 significant digits, which JSON numbers cannot hold, is none either.
 */
export const parseNumber = (cell: string | number): NumberReading | undefined => {
  if (typeof cell === "number")
    return Number.isFinite(cell) ? { value: Number(cell.toPrecision(15)), unit: "", sized: false } : undefined;
  const text = cell.normalize("NFKC").replace(/\s+/g, "");
  const m =
    /^(?:共计?|¥|￥)?([+\-−﹣负])?¥?(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?(百万|千万|[百千万亿])?([^\d.,+\-余多约]{0,8})$/.exec(text);
  if (m === null || (m[2] === undefined && m[3] === undefined)) return undefined;
  const digits = `${(m[2] ?? "0").replaceAll(",", "")}${m[3] ?? ""}`;
  if (digits.replace(/^0+|\./g, "").length > 15) return undefined;
  const size = new Big(digits).times(powers[m[4] ?? ""] ?? 1);
  const negative = m[1] !== undefined && m[1] !== "+" && !size.eq(0);
  return { value: (negative ? size.neg() : size).toNumber(), unit: m[5] ?? "", sized: m[4] !== undefined };
};

const measured = (unit: string): { size: number; base: string } => {
  const m = /^(百万|千万|[千万亿])(.*)$/.exec(unit);
  return { size: powers[m?.[1] ?? ""] ?? 1, base: m?.[2] ?? unit };
};

/** The unit that a heading ends with in brackets: 预算金额（万元）, 经费（单位：元）. */
export const headingUnit = (heading: string): string | undefined =>
  /[（(](?:单位[：:])?([^（()）]{1,6})[)）]$/.exec(heading.replace(/\s+/g, ""))?.[1];

/**
 * What was read, in units of the field: 5.52万元 is 5.52 where 万元 are counted and 55200 where 元 are. A number
 * without a word of its own is in the heading's unit, if that counts the same thing in another size.
 */
export const inUnit = (reading: NumberReading, unit: string, heading: string | undefined): number => {
  const due = measured(unit);
  const own = measured(reading.unit);
  const above = measured(heading ?? unit);
  const plain = reading.unit === "" && !reading.sized;
  const size = plain
    ? above.base === due.base
      ? above.size
      : due.size
    : reading.sized || own.base === due.base
      ? own.size
      : due.size;
  return size === due.size ? reading.value : new Big(reading.value).times(size).div(due.size).toNumber();
};
