/**
 * Dates, months and times as offices write them. Every function is pure, takes text or a number as it stands in the
 * cell, and answers with the ISO form, or says that the date does not exist, or that no date is meant.
 */
import { serialToDate } from "./excel-serial.ts";

export type DateReading =
  | { iso: string }
  /** Well formed but not in the calendar; `iso` is what it would be. */
  | { impossible: string }
  /** A number that lost its last zero, so that it has two meanings. */
  | { ambiguous: [string, string] }
  /** A month where a day is needed. */
  | { monthOnly: string }
  | undefined;

const two = (n: number): string => String(n).padStart(2, "0");

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const day = (year: number, month: number, date: number): DateReading => {
  const iso = `${String(year).padStart(4, "0")}-${two(month)}-${two(date)}`;
  const exists = year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && date >= 1 && date <= daysInMonth(year, month);
  return exists ? { iso } : { impossible: iso };
};

const monthOf = (year: number, month: number): DateReading => {
  const iso = `${String(year).padStart(4, "0")}-${two(month)}`;
  return year >= 1900 && year <= 2199 && month >= 1 && month <= 12 ? { iso } : { impossible: iso };
};

/** Two digits for a year: 23 → 2023, 75 → 1975. */
const fullYear = (digits: string): number =>
  digits.length === 4 ? Number(digits) : Number(digits) + (Number(digits) > 50 ? 1900 : 2000);

const chineseDigits = "〇一二三四五六七八九";
/** 二〇二三年三月十五日 → 2023年3月15日. */
const arabic = (text: string): string =>
  /[一二三四五六七八九十〇]/.test(text)
    ? text
        .replace(/[零○]/g, "〇")
        .replace(/([一二三])?十([一二三四五六七八九])?/g, (_, tens: string | undefined, ones: string | undefined) =>
          String(
            (tens === undefined ? 1 : chineseDigits.indexOf(tens)) * 10 + (ones === undefined ? 0 : chineseDigits.indexOf(ones)),
          ),
        )
        .replace(/[〇一二三四五六七八九]/g, (digit) => String(chineseDigits.indexOf(digit)))
    : text;

/** Half-width, without spaces around the parts, weekday and time of day taken off the end. */
const prepare = (text: string): string =>
  arabic(text.normalize("NFKC").trim())
    .replace(/\(?(星期|周)[\d日天]\)?/, "")
    .replace(
      /(T|\s|日|号)\s*(上午|下午|晚上|早上)?\s*\d{1,2}\s*[:时点]\s*(\d{1,2}\s*分?)?(:\d{1,2}(\.\d+)?)?Z?$/,
      (_, lead: string) => (lead === "日" || lead === "号" ? lead : ""),
    )
    .replace(/\s+/g, "")
    .replace(/。/g, ".")
    .replace(/[~～—–]/g, "-");

/** A number that Excel keeps where a date should stand. */
const fromNumber = (value: number, year: number | undefined): DateReading => {
  if (Number.isInteger(value) && value >= 10_000_000 && value <= 99_999_999) return parseDate(String(value), year);
  if (value >= 20_000 && value < 80_000) {
    const serial = serialToDate(value, false);
    return typeof serial === "object" ? { iso: serial.date.slice(0, 10) } : undefined;
  }
  const parts = /^(\d{1,2})\.(\d{1,2})$/.exec(String(value));
  if (parts === null || year === undefined) return undefined;
  const [month, date] = [Number(parts[1]), Number(parts[2])];
  // 3.10 typed as a number is kept as 3.1.
  if (parts[2]?.length === 1 && date <= 3 && month >= 1 && month <= 12 && date * 10 <= daysInMonth(year, month))
    return { ambiguous: [`${year}-${two(month)}-${two(date)}`, `${year}-${two(month)}-${date}0`] };
  return day(year, month, date);
};

/** A day in any common form as `2023-03-15`; `year` completes 3月15日 and 3.15. */
export function parseDate(cell: string | number, year: number | undefined): DateReading {
  if (typeof cell === "number") return fromNumber(cell, year);
  const text = prepare(cell);
  let m = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (m) return day(Number(m[1]), Number(m[2]), Number(m[3]));
  m = /^(\d{4}|\d{2}(?=年)|1[3-9](?=[./-])|[2-9]\d(?=[./-]))[年./-](\d{1,2})[月./-](\d{1,2})[日号.]?$/.exec(text);
  if (m) return day(fullYear(m[1] ?? ""), Number(m[2]), Number(m[3]));
  m = /^(\d{1,2})[月./-](\d{1,2})[日号]?$/.exec(text);
  if (m) return year === undefined ? undefined : day(year, Number(m[1]), Number(m[2]));
  if (/^\d{5}(\.\d+)?$/.test(text)) return fromNumber(Number(text), year);
  m = /^(\d{4})[年./-](\d{1,2})月?$/.exec(text);
  if (m) {
    const month = monthOf(Number(m[1]), Number(m[2]));
    return month !== undefined && "iso" in month ? { monthOnly: month.iso } : month;
  }
  return undefined;
}

const quarterEnds: Record<string, number> = { 一: 3, 二: 6, 三: 9, 四: 12, "1": 3, "2": 6, "3": 9, "4": 12, 上: 6, 下: 12 };

/** The last month of a quarter or half-year in text without spaces: 2023年第二季度 and 2023年上半年 are 6; the year may be missing. */
export function quarterEnd(text: string): { year: number | undefined; month: number } | undefined {
  const m = /(?:(?<!\d)(\d{4})年?度?)?(?:第?([一二三四1-4])季度|([上下])半年)/.exec(text);
  return m === null
    ? undefined
    : { year: m[1] === undefined ? undefined : Number(m[1]), month: quarterEnds[(m[2] ?? m[3]) as string] as number };
}

/** A month in any common form as `2023-03`; a day gives its month, a quarter its last; `year` completes 3月. */
export function parseMonth(cell: string | number, year: number | undefined): DateReading {
  if (typeof cell === "number") {
    // 1969.10 typed as a number is kept as 1969.1.
    if (/^(19|20|21)\d\d\.1$/.test(String(cell))) return { ambiguous: [`${Math.floor(cell)}-01`, `${Math.floor(cell)}-10`] };
    return cell >= 20_000 && cell < 80_000 ? monthOfDay(fromNumber(cell, year)) : parseMonth(String(cell), year);
  }
  const text = prepare(cell);
  let m = /^(\d{4})(\d{2})$/.exec(text);
  m ??= /^(\d{4}|\d{2}(?=年))[年./-](\d{1,2})月?份?$/.exec(text);
  if (m) return monthOf(fullYear(m[1] ?? ""), Number(m[2]));
  m = /^(\d{1,2})月份?$/.exec(text);
  if (m) return year === undefined ? undefined : monthOf(year, Number(m[1]));
  if (/^(\d{4}年?度?)?(第?[一二三四1-4]季度|[上下]半年)$/.test(text)) {
    const quarter = quarterEnd(text);
    const of = quarter?.year ?? year;
    return quarter === undefined || of === undefined ? undefined : monthOf(of, quarter.month);
  }
  return monthOfDay(parseDate(cell, undefined));
}

const monthOfDay = (reading: DateReading): DateReading =>
  reading !== undefined && "iso" in reading
    ? { iso: reading.iso.slice(0, 7) }
    : reading !== undefined && "monthOnly" in reading
      ? { iso: reading.monthOnly }
      : reading;

/** A time of day in any common form as `09:30`. */
export const parseTime = (text: string): string | undefined => {
  const m =
    /^[\d年月日号.\-/T\s]*?(上午|下午|晚上|早上|中午)?\s*(?<!\d)(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*分?|(半))?(?::\d\d)?$/.exec(
      text.normalize("NFKC").trim(),
    );
  if (m === null) return undefined;
  const hour = Number(m[2]) + ((m[1] === "下午" || m[1] === "晚上") && Number(m[2]) < 12 ? 12 : 0);
  const minute = m[4] === undefined ? Number(m[3] ?? 0) : 30;
  return hour < 24 && minute < 60 ? `${two(hour)}:${two(minute)}` : undefined;
};

/** Two days with a dash or 至 between them as `2023-04-10/2023-07-07`; the second may lack what it shares with the first. */
export const parsePeriod = (cell: string, year: number | undefined): DateReading => {
  const text = cell
    .normalize("NFKC")
    .trim()
    .replace(/\s+/g, "")
    .replace(/^自|止$|期间$/g, "");
  const m =
    /^(.+?)(?:至|到|~|—+|–|--)(.+)$/.exec(text) ??
    /^(.*[日号])-(.+)$/.exec(text) ??
    /^(\d+[./]\d+(?:[./]\d+)?)-(.+)$/.exec(text) ??
    /^(\d{8})-(\d{8})$/.exec(text) ??
    /^(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\d)$/.exec(text);
  if (m === null) return undefined;
  const from = parseDate(m[1] ?? "", year);
  if (from === undefined || !("iso" in from)) return from;
  const rest = m[2] ?? "";
  const short = /^(\d{1,2})[日号]?$/.exec(rest);
  const to = short
    ? day(Number(from.iso.slice(0, 4)), Number(from.iso.slice(5, 7)), Number(short[1]))
    : parseDate(rest, Number(from.iso.slice(0, 4)));
  if (to === undefined || !("iso" in to)) return to;
  return to.iso < from.iso ? undefined : { iso: `${from.iso}/${to.iso}` };
};
