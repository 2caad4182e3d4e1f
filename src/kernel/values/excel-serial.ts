/** Excel's numbers for days and times, and which number formats mean a date (ECMA-376 part 1, 18.8.30). */
import type { Cell } from "./cell.ts";

/** What a number format does with a number. */
export type NumberKind = "number" | "date" | "time" | "percent";

const builtin = (id: number): NumberKind => {
  if (id === 9 || id === 10) return "percent";
  if ((id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return "date";
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)) return "time";
  return "number";
};

/** The kind of a number format, by its code (`yyyy"年"m"月"d"日"`) or, without code, by its built-in number. */
export const numberKind = (id: number, code?: string): NumberKind => {
  if (code === undefined || code === "") return builtin(id);
  const bare = (code.split(";")[0] ?? "")
    .replace(/"[^"]*"|\\.|_.|\*./g, (quoted) => (/[年月日]/.test(quoted) ? "d" : /[时分秒]/.test(quoted) ? "h" : ""))
    .replace(/\[(h+|m+|s+)\]/gi, "h")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/general|e[+-]/gi, "");
  if (/[yde年月日]/i.test(bare) || /^[^hs]*m[^hs]*$/i.test(bare)) return "date";
  if (/[hs时分秒]|上午|am\/pm/i.test(bare)) return "time";
  return bare.includes("%") ? "percent" : "number";
};

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/**
 * A serial number as ISO day, or ISO minute when it has a time of day; a bare time of day as `09:30`.
 * `epoch1904` for workbooks of the 1904 date system. `undefined` outside 1900–9999.
 */
export const serialToDate = (serial: number, epoch1904: boolean): { date: string } | string | undefined => {
  if (!(serial >= 0) || serial > 2_958_465) return undefined;
  const minutes = Math.round((serial - Math.floor(serial)) * 1440);
  if (serial < 1 && !epoch1904) return serial === 0 ? undefined : `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  // The 1900 system counts a 29 February 1900 that never was.
  const days = Math.floor(serial) + (minutes === 1440 ? 1 : 0) + (epoch1904 ? 1462 : serial < 60 ? 1 : 0);
  const moment = new Date((days - 25_569) * 86_400_000);
  const day = `${String(moment.getUTCFullYear()).padStart(4, "0")}-${two(moment.getUTCMonth() + 1)}-${two(moment.getUTCDate())}`;
  return { date: minutes % 1440 === 0 ? day : `${day}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` };
};

/** A function from a number and its format's kind to a cell; equal days share one object, since columns repeat them. */
export const numberReader = (epoch1904: boolean): ((value: number, kind: NumberKind) => Cell) => {
  const days = new Map<number, Cell>();
  return (value, kind) => {
    if (kind === "number") return value;
    if (kind === "percent") return `${Number((value * 100).toPrecision(15))}%`;
    let cell = days.get(value);
    if (cell === undefined) {
      cell = serialToDate(value, epoch1904) ?? value;
      if (days.size < 20_000) days.set(value, cell);
    }
    return cell;
  };
};
