/**
 * One cell into the value that is stored, or what is wrong with it. Pure: the same cell, field and context always give
 * the same answer, so callers may remember answers for cells that repeat.
 *
 * Values: dates `2023-03-15`, months `2023-03`, times `09:30`, periods `from/to`, numbers, booleans, text; units and
 * known people by id; `choices` and `people` as lists. `value: null` means an empty cell.
 */
import type { FieldDefinition, FieldType } from "#kernel/definitions.ts";
import { readToken } from "#platform/token.ts";
import type { Cell, ComplaintCode, Lookups, Value } from "./cell.ts";
import { parseDate, parseMonth, parsePeriod, parseTime, type DateReading } from "./parse-date.ts";
import { inUnit, parseNumber } from "./parse-number.ts";

export interface Bad {
  code: ComplaintCode;
  reason: string;
  suggestion: string | null;
}
export type CellReading = { value: Value } | { bad: Bad };

export interface CellContext {
  lookups: Lookups;
  /** Completes dates written without a year. */
  year: number | undefined;
  /** The row's own unit, in which a person without a number is looked up. */
  unit: number | undefined;
  /** What the sender knows the list of units as: 《…台账》. */
  unitLedger: string;
  /** What the column's heading says its numbers count: 万元. */
  headingUnit?: string | undefined;
}

const bad = (code: ComplaintCode, reason: string, suggestion: string | null = null): CellReading => ({
  bad: { code, reason, suggestion },
});

/** Text that only says that there is nothing. */
const dashes = /^[-—–－―/／\\_.…、]{1,4}$/;
const none = /^(无|暂无|没有|未填|空|n\/?a|null)$/i;
const formulaError = /^#(N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|GETTING_DATA|SPILL!)$/;

const textual: ReadonlySet<FieldType> = new Set(["text", "longtext"]);

/** What is written in a few characters; the patterns that read it take their time with long texts. */
const brief: ReadonlySet<FieldType> = new Set([
  "integer",
  "decimal",
  "date",
  "month",
  "period",
  "time",
  "boolean",
  "choice",
  "person",
]);

const inOneLine = (text: string): string =>
  text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");

export const isEmptyCell = (cell: Cell, field: FieldDefinition): boolean => {
  if (cell === null) return true;
  if (typeof cell !== "string") return false;
  const text = cell.trim();
  if (text.length > 4) return false;
  if (text === "" || dashes.test(text)) return true;
  if (!none.test(text) || textual.has(field.type) || field.type === "boolean") return false;
  return !(field.values ?? []).includes(text) && field.synonyms?.[text] === undefined;
};

const written = (cell: Exclude<Cell, null>): string =>
  typeof cell === "object" ? cell.date.replace("T", " ") : typeof cell === "boolean" ? (cell ? "是" : "否") : String(cell).trim();

const dated = (reading: DateReading, what: string, example: string): CellReading => {
  if (reading === undefined) return bad("bad_date", `不是${what}`, `请写成 ${example}`);
  if ("iso" in reading) return { value: reading.iso };
  if ("impossible" in reading) return bad("bad_date", `${what}${reading.impossible}不存在`);
  if ("monthOnly" in reading)
    return bad("bad_date", `只有年月（${reading.monthOnly}），缺少日`, `请写成 ${reading.monthOnly}-01 的样子`);
  const [first, second] = reading.ambiguous;
  return bad("ambiguous", `数字格式的日期可能是${first}，也可能是${second}`, `请写成 ${first} 或 ${second}`);
};

/** What is counted: 人数 for 人, 字数 for 字; else the field itself. */
const counted = (field: FieldDefinition): string => (/^[一-鿿]$/.test(field.unit ?? "") ? `${field.unit}数` : field.name);

const number = (cell: string | number, field: FieldDefinition, heading: string | undefined): CellReading => {
  const reading = parseNumber(cell);
  const example = `请只填数字，如 45${field.unit ?? ""}`;
  if (reading === undefined) return bad("bad_number", `${field.name}不是数字`, example);
  const { unit } = reading;
  const value = inUnit(reading, field.unit ?? "", heading);
  if (unit === "%" && field.unit !== "%") return bad("bad_number", `${field.name}不应是百分数`, example);
  if (value < 0 && field.min >= 0) return bad("negative", `${counted(field)}为负数`, `请核对，应填 ${field.min} 或更大的数`);
  if (value < field.min) return bad("bad_value", `${field.name}小于${field.min}`);
  if (field.max !== undefined && value > field.max) return bad("too_large", `${field.name}大于${field.max}`);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return bad("too_large", `${field.name}过大`);
  if (field.type === "integer" && !Number.isInteger(value)) return bad("bad_number", `${field.name}应为整数`);
  const places = /\.(\d+)/.exec(String(value))?.[1]?.length ?? 0;
  if (field.decimals !== undefined && places > field.decimals)
    return bad("bad_number", `${field.name}最多${field.decimals}位小数`);
  return { value };
};

const yes = /^(是|有|√|✓|✔|☑|对|y|yes|true|1|已.{0,4})$/i;
const no = /^(否|无|没有|不是|×|✕|✗|✘|x|☒|错|n|no|false|0|未.{0,4})$/i;

const boolean = (text: string, field: FieldDefinition): CellReading => {
  const plain = (field.synonyms?.[text] ?? text).normalize("NFKC").replace(/\s|[(].*[)]$/g, "");
  if (yes.test(plain)) return { value: true };
  if (no.test(plain)) return { value: false };
  return bad("bad_value", `${field.name}应填“是”或“否”`, "是、否");
};

/** A spelling without what makes no difference: width, case, spaces, marks between words. */
const plainForm = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s、,，。.·"“”'‘’《》〈〉\-—_/]/g, "");
const withoutBracket = (text: string): string => plainForm(text).replace(/\(.*\)$/, "");

const oneOf = (text: string, field: FieldDefinition): string | undefined => {
  // No value of a list is longer, and taking brackets off a long text takes long.
  if (text.length > 200) return undefined;
  const values = field.values ?? [];
  if (values.includes(text)) return text;
  const synonyms = field.synonyms ?? {};
  const direct = synonyms[text];
  if (direct !== undefined) return direct;
  const plain = plainForm(text);
  const found =
    values.find((value) => plainForm(value) === plain) ?? Object.entries(synonyms).find(([key]) => plainForm(key) === plain)?.[1];
  if (found !== undefined) return found;
  // 否（长期病休） stands for the value 否（注明原因）.
  const bases = values.filter((value) => withoutBracket(value) === withoutBracket(text));
  return bases.length === 1 && bases[0] !== undefined ? bases[0] : undefined;
};

const choice = (text: string, field: FieldDefinition): CellReading => {
  const value = oneOf(text, field);
  if (value !== undefined) return { value };
  if (field.open || (field.values ?? []).length === 0) return { value: text };
  return bad(
    "bad_value",
    `“${text.slice(0, 40)}”不在${field.name}的可选范围内`,
    `可填：${(field.values ?? []).slice(0, 12).join("、")}`,
  );
};

const listMarks = /[、，,;；/／\n]+/;
const items = (text: string): string[] => {
  const marked = text.split(listMarks);
  // Names are separated by spaces only when nothing else separates them; 张 三 is one name.
  const parts =
    marked.length > 1 || !/[一-鿿·]{2}\s+[一-鿿·]{2}/.test(text)
      ? marked.map((part) => part.replace(/(?<=[一-鿿])\s+(?=[一-鿿])/g, ""))
      : text.split(/\s+/);
  return [...new Set(parts.map((part) => part.trim().replace(/等$/, "")).filter((part) => part !== "" && !none.test(part)))];
};

const choices = (text: string, field: FieldDefinition): CellReading => {
  const whole = oneOf(text, field);
  if (whole !== undefined) return { value: [whole] };
  const value: string[] = [];
  for (const item of items(text)) {
    const one = choice(item, field);
    if ("bad" in one) return one;
    value.push(String(one.value));
  }
  return { value };
};

const unit = (text: string, field: FieldDefinition, context: CellContext): CellReading => {
  const found = context.lookups.unit(text);
  if (found !== undefined) return { value: found.id };
  if (field.type === "organ") return { value: text };
  const similar = context.lookups.similarUnits(text).slice(0, 3);
  return bad(
    "unknown_unit",
    `所填单位不在《${context.unitLedger}》中`,
    similar.length > 0 ? `是否为：${similar.join("、")}` : null,
  );
};

const personCode = /^[A-Za-z]{0,4}[-]?\d{3,18}[Xx]?$/;

/** By number if there is one (alone, or beside the name), else by name within the row's unit, else the name as written. */
const person = (text: string, context: CellContext): CellReading => {
  const half = text.normalize("NFKC").trim();
  const code = personCode.test(half) ? half : /[(\s]([A-Za-z]{0,4}\d{3,18})\)?$/.exec(half)?.[1];
  if (code !== undefined) {
    const found = context.lookups.person({ code });
    return found === undefined || found === "ambiguous"
      ? bad("unknown_person", `人员编号${code}不在人员名册中`)
      : { value: found.id };
  }
  const name = half.replace(/\s+/g, "");
  const found = context.unit === undefined ? undefined : context.lookups.person({ name, unit: context.unit });
  if (found === "ambiguous") return bad("ambiguous", `本单位有多名“${name}”，无法确定是哪一位`, "请在姓名后注明人员编号");
  return { value: found?.id ?? text };
};

const people = (text: string, context: CellContext): CellReading => {
  const value: (string | number)[] = [];
  for (const item of items(text)) {
    const one = person(item, context);
    if ("bad" in one) return one;
    value.push(one.value as string | number);
  }
  return { value };
};

/** The value of a cell in a field, `null` when empty, or what is wrong. Never throws. */
export const parseCell = (cell: Cell, field: FieldDefinition, context: CellContext): CellReading => {
  if (cell === null || isEmptyCell(cell, field)) return { value: null };
  const text = written(cell);
  const meant = field.synonyms?.[text];
  if (meant === "") return { value: null };
  // Values of a list are looked up below, with their looser spellings.
  if (meant !== undefined && meant !== text && field.values === undefined && field.type !== "boolean")
    return parseCell(meant, { ...field, synonyms: undefined }, context);
  if (text.charCodeAt(0) === 35 && formulaError.test(text))
    return bad("bad_value", `公式出错（${text}），没有结果`, "请改正公式，或直接填写数值");
  // Neither half a surrogate pair nor NUL can be stored.
  if (text.includes("\ufffd") || text.includes("\0") || !text.isWellFormed())
    return bad("bad_value", "含有无法识别的字符（编码错误）", "请重新输入这一格，或用 Excel 另存为 .xlsx 后上传");
  if (readToken(text)) return bad("bad_value", `${field.name}与系统存放加密内容的写法相同，不能保存`, "请填写内容本身");
  const longest = Math.min(field.maxLength ?? 32_767, brief.has(field.type) ? 200 : 32_767);
  if (text.length > longest) return bad("too_long", `${field.name}超过${longest}字`, `请压缩到${longest}字以内`);
  const plain = typeof cell === "number" ? cell : text;
  switch (field.type) {
    case "integer":
    case "decimal":
      return typeof cell === "object" || typeof cell === "boolean"
        ? bad("bad_number", `${field.name}不是数字`, `请只填数字，如 45${field.unit ?? ""}`)
        : number(plain, field, context.headingUnit);
    case "date":
      return typeof cell === "object"
        ? { value: cell.date.slice(0, 10) }
        : dated(parseDate(plain, context.year), "日期", "2023-03-15 或 2023年3月15日");
    case "month":
      return typeof cell === "object"
        ? { value: cell.date.slice(0, 7) }
        : dated(parseMonth(plain, context.year), "月份", "2023-03 或 2023年3月");
    case "period":
      return dated(parsePeriod(text, context.year), "日期", "2023年4月10日至7月7日");
    case "time": {
      const value = parseTime(text);
      return value === undefined ? bad("bad_value", `${field.name}不是时间`, "请写成 09:30") : { value };
    }
    case "boolean":
      return boolean(text, field);
    case "choice":
      return choice(text, field);
    case "choices":
      return choices(text, field);
    case "unit":
    case "organ":
      return unit(text, field, context);
    case "person":
      return person(text, context);
    case "people":
      return people(text, context);
    case "text":
      return { value: text.includes("\n") || text.includes("\r") ? inOneLine(text) : text };
    case "longtext":
      return { value: text.replace(/\r\n?/g, "\n") };
    case "entry":
      return { value: text };
    case "serial":
      return { value: null };
  }
};
