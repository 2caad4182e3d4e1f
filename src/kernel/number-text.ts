/**
 * Numbers and dates as officials write them: a text template and a value make the words that stand in a
 * report. A template is ordinary text with gaps in braces: `{n}` the value, `{n:form}` the value in a form,
 * `{KEY}` or `{KEY:form}` another figure, `{values}` the distinct values behind a count. The counting word
 * follows the gap (`{n:余}人` → 3700余人). All arithmetic is decimal, so 0.285 never turns into 0.28499….
 *
 * A form that would make the words untrue gives way: a number that is already round gets no 余, a day that is
 * not at the end of its month is written in full and not as 月底.
 */
import Big from "big.js";

export type FigureValue = number | string | null;

export interface TextSources {
  /** Distinct values behind the figure, for `{values}`. */
  values?: readonly string[];
  /** Another figure's value; undefined when there is no such figure. */
  figure?: (key: string) => FigureValue | undefined;
}

/** What stands where there is no value. */
export const noValue = "（无数据）";

const digits = "零一二三四五六七八九";
const gap = /\{([^{}:]*)(?::([^{}]*))?\}/g;

/**
 * Fill a figure's text template. Without a template: the value and the unit, a date in full.
 * @throws RangeError, in Chinese, for an unknown form or figure.
 */
export function numberText(value: FigureValue, unit = "", template?: string, sources: TextSources = {}): string {
  if (value === null && (template === undefined || /\{n[}:]/.test(template))) return noValue;
  if (template === undefined) return plain(value, unit);
  // A text that only names the values has nothing to say when there are none.
  if (sources.values?.length === 0 && template.includes("{values") && !/\{n[}:]/.test(template)) return noValue;
  return template.replace(gap, (_whole, name: string, form: string | undefined) => {
    if (name === "values") return namesText(sources.values ?? [], form ?? "、");
    const found = name === "n" ? value : sources.figure?.(name);
    if (found === undefined) throw new RangeError(`文字形式“${template}”里的“{${name}}”不是已有的指标编号`);
    return formatValue(found, form ?? "");
  });
}

/**
 * Names in a row, with a separator between all; `和` and `及` stand before the last only (甲、乙和丙), and `-海关` writes
 * an ending that all have once (太原、成都海关).
 */
function namesText(names: readonly string[], form: string): string {
  if (form === "和" || form === "及")
    return names.length < 2 ? names.join("") : `${names.slice(0, -1).join("、")}${form}${names.at(-1) ?? ""}`;
  if (!form.startsWith("-")) return names.join(form);
  const ending = form.slice(1);
  const shared = ending !== "" && names.length > 0 && names.every((name) => name.endsWith(ending) && name !== ending);
  return shared ? `${names.map((name) => name.slice(0, -ending.length)).join("、")}${ending}` : names.join("、");
}

/** Everything wrong with a text template, in Chinese; empty when it can be used. */
export function checkText(template: string, known: (figure: string) => boolean): string[] {
  const problems: string[] = [];
  for (const [whole, name = "", form] of template.matchAll(gap)) {
    if (name === "values") continue;
    if (name !== "n" && !known(name)) problems.push(`“${whole}”不是已有的指标编号`);
    if (form !== undefined && !Object.hasOwn(forms, form))
      problems.push(`“${whole}”的形式“${form}”不认识，可用：${Object.keys(forms).join("、")}`);
  }
  if (/[{}]/.test(template.replace(gap, ""))) problems.push("花括号没有成对");
  return problems;
}

/** One value in one form; the empty form is the exact value. A value that the form is not for stays exact. */
export function formatValue(value: FigureValue, form: string): string {
  if (value === null) return noValue;
  if (form === "") return exactText(value);
  const write = Object.hasOwn(forms, form) ? forms[form] : undefined;
  if (write === undefined) throw new RangeError(`数字形式“${form}”不认识，可用：${Object.keys(forms).join("、")}`);
  return write(value) ?? exactText(value);
}

/** The exact value: no grouping, no trailing zeros, no exponent. */
export function exactText(value: FigureValue): string {
  if (value === null) return noValue;
  return typeof value === "number" ? trim(new Big(value)) : value;
}

function plain(value: FigureValue, unit: string): string {
  const date = dateOf(value);
  if (date !== undefined)
    return date.day === undefined ? `${date.year}年${date.month}月` : `${date.year}年${date.month}月${date.day}日`;
  const text = exactText(value);
  return unit === "日期" || (typeof value === "string" && text.endsWith(unit)) ? text : text + unit;
}

/** undefined: the form is not for this value. */
type Form = (value: FigureValue) => string | undefined;

/** Of a smallest count per day, week …: kept when no day, no week went without. */
function kept(word: string): Form {
  return ofNumber((n) => (n.gte(1) ? word : `未做到${word}`));
}

/** 一要、二要、三要: one to ninety-nine; other numbers stay exact. */
function numbered(n: Big, word: string): string | undefined {
  if (n.lt(1) || n.gt(99) || hanzi(n) === undefined) return undefined;
  return Array.from({ length: n.toNumber() }, (_item, i) => `${hanzi(new Big(i + 1)) ?? ""}${word}`).join("、");
}

const forms: Readonly<Record<string, Form>> = {
  余: ofNumber((n) => leading(n)),
  万: ofNumber((n) => (n.abs().gte(10_000) ? `${trim(n.div(10_000).round(2, Big.roundHalfUp))}万` : undefined)),
  万余: ofNumber((n) => {
    if (n.lt(10_000)) return leading(n);
    const [floor, more] = twoLeading(n);
    return `${trim(floor.div(10_000))}万${more ? "余" : ""}`;
  }),
  汉: ofNumber((n) => hanzi(n)),
  两: ofNumber((n) => (n.eq(2) ? "两" : hanzi(n))),
  "1位": ofNumber((n) => n.round(1, Big.roundHalfUp).toFixed(1)),
  "2位": ofNumber((n) => n.round(2, Big.roundHalfUp).toFixed(2)),
  增减: ofNumber((n) => (n.eq(0) ? "持平" : `${n.gt(0) ? "增长" : "下降"}${trim(n.abs())}%`)),
  周: ofNumber((n) => {
    if (n.lte(0) || !n.mod(7).eq(0)) return `${trim(n)}天`;
    const weeks = n.div(7);
    return `${weeks.eq(2) ? "两" : (hanzi(weeks) ?? trim(weeks))}周`;
  }),
  每日: kept("每日"),
  每周: kept("每周"),
  每半月: kept("每半月"),
  每月: kept("每月"),
  按周: kept("按周"),
  按月: kept("按月"),
  /** As many items as a plan names without their text: 一要、二要、三要. */
  一要: ofNumber((n) => numbered(n, "要")),
  一是: ofNumber((n) => numbered(n, "是")),
  年月日: ofDate(({ year, month, day }) => (day === undefined ? undefined : `${year}年${month}月${day}日`)),
  月日: ofDate(({ month, day }) => (day === undefined ? undefined : `${month}月${day}日`)),
  年月: ofDate(({ year, month }) => `${year}年${month}月`),
  年: (value) => {
    const date = dateOf(value);
    return date === undefined ? ofNumber((n) => `${trim(n)}年`)(value) : `${date.year}年`;
  },
  月: (value) => {
    const date = dateOf(value);
    return date === undefined ? ofNumber((n) => `${trim(n)}月`)(value) : `${date.month}月`;
  },
  日: ofDate(({ day }) => (day === undefined ? undefined : `${day}日`)),
  /** 底: the last ten days of a month, as 下旬 counts. */
  年月底: ofDate(({ year, month, day }) => `${year}年${month}月${day === undefined ? "" : day > 20 ? "底" : `${day}日`}`),
  年底: ofDate(({ year, month, day }) =>
    month === 12 ? `${year}年底` : `${year}年${month}月${day === undefined ? "" : `${day}日`}`,
  ),
};

function ofNumber(write: (n: Big) => string | undefined): Form {
  return (value) => {
    const n = numberOf(value);
    return n === undefined ? undefined : write(n);
  };
}

function ofDate(write: (date: { year: number; month: number; day: number | undefined }) => string | undefined): Form {
  return (value) => {
    const date = dateOf(value);
    return date === undefined ? undefined : write(date);
  };
}

function numberOf(value: FigureValue): Big | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? new Big(value) : undefined;
  return value !== null && /^-?\d+(\.\d+)?$/.test(value) ? new Big(value) : undefined;
}

function dateOf(value: FigureValue): { year: number; month: number; day: number | undefined } | undefined {
  const found = typeof value === "string" ? /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ].*)?)?$/.exec(value) : null;
  if (found === null) return undefined;
  return { year: Number(found[1]), month: Number(found[2]), day: found[3] === undefined ? undefined : Number(found[3]) };
}

/** toFixed without an argument never uses an exponent. */
function trim(n: Big): string {
  const text = n.toFixed();
  return text === "-0" ? "0" : text;
}

function leading(n: Big): string | undefined {
  if (n.lt(10)) return undefined;
  const [floor, more] = n.lt(100) ? floorTo(n, 10) : twoLeading(n);
  return `${trim(floor)}${more ? "余" : ""}`;
}

/** Floored to its leading two digits, and whether anything was left off. */
function twoLeading(n: Big): [Big, boolean] {
  return floorTo(n, 10 ** (n.round(0, Big.roundDown).toFixed().length - 2));
}

function floorTo(n: Big, step: number): [Big, boolean] {
  const floor = n.div(step).round(0, Big.roundDown).times(step);
  return [floor, !floor.eq(n)];
}

/** 0–99999 in Chinese numerals: 十二, 一百零五, 一万零一十. */
function hanzi(n: Big): string | undefined {
  if (n.lt(0) || n.gt(99_999) || !n.round(0, Big.roundDown).eq(n)) return undefined;
  const text = n.toFixed();
  if (text === "0") return "零";
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const digit = Number(text[i]);
    const place = text.length - 1 - i;
    if (digit !== 0) out += digits.charAt(digit) + (["", "十", "百", "千", "万"][place] ?? "");
    else if (/[1-9]/.test(text.slice(i + 1)) && !out.endsWith("零")) out += "零";
  }
  return n.lt(20) ? out.replace(/^一十/, "十") : out;
}
