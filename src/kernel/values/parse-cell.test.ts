/** Cells as people write them, into values or complaints; properties hold for any text. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldSchema, fieldTypes, type FieldDefinition } from "#kernel/definitions.ts";
import type { Cell, Lookups } from "./cell.ts";
import { parseCell, type CellContext, type CellReading } from "./parse-cell.ts";

const field = (source: Record<string, unknown>): FieldDefinition => fieldSchema.parse({ name: "栏目", ...source });
const lookups: Lookups = {
  campaign: { from: "2023-03-03", to: undefined, reportDate: "2023-05-14" },
  unit: (name) => (name === "甲单位" ? { id: 7, name } : undefined),
  similarUnits: () => ["甲单位"],
  person: ({ code, name, unit }) =>
    code === "P00001"
      ? { id: 1, name: "张三" }
      : code !== undefined
        ? undefined
        : unit !== 7
          ? undefined
          : name === "张三"
            ? { id: 1, name }
            : name === "李四"
              ? "ambiguous"
              : undefined,
};
const context: CellContext = { lookups, year: 2023, unit: 7, unitLedger: "单位名册" };
const read = (cell: Cell, source: Record<string, unknown>): CellReading => parseCell(cell, field(source), context);
const value = (cell: Cell, source: Record<string, unknown>): unknown => {
  const reading = read(cell, source);
  return "value" in reading ? reading.value : `${reading.bad.code} ${reading.bad.reason}`;
};

describe("dates", () => {
  test.each<[Cell, string]>([
    ["2023年3月15日", "2023-03-15"],
    ["2023.3.15", "2023-03-15"],
    ["2023/3/15", "2023-03-15"],
    ["2023-03-15", "2023-03-15"],
    ["20230315", "2023-03-15"],
    [20230315, "2023-03-15"],
    ["3月15日", "2023-03-15"],
    ["3.15", "2023-03-15"],
    [3.15, "2023-03-15"],
    ["3/15", "2023-03-15"],
    [" ２０２３年３月１５日 ", "2023-03-15"],
    ["2023 年 3 月 15 日", "2023-03-15"],
    ["2023-03-15 09:30", "2023-03-15"],
    ["2023年3月15日上午9时30分", "2023-03-15"],
    ["2023年3月15日（星期三）", "2023-03-15"],
    ["二〇二三年三月十五日", "2023-03-15"],
    ["二○二三年十二月三十一日", "2023-12-31"],
    ["23.3.15", "2023-03-15"],
    ["2023年3月15号", "2023-03-15"],
    [45000, "2023-03-15"],
    ["45000", "2023-03-15"],
    [{ date: "2023-03-15T15:00" }, "2023-03-15"],
    ["2024-02-29", "2024-02-29"],
    ["2月30日", "bad_date 日期2023-02-30不存在"],
    ["2023.2.30", "bad_date 日期2023-02-30不存在"],
    ["20230230", "bad_date 日期2023-02-30不存在"],
    ["2023年2月30日", "bad_date 日期2023-02-30不存在"],
    ["2023-13-01", "bad_date 日期2023-13-01不存在"],
    ["2023-02-29", "bad_date 日期2023-02-29不存在"],
    ["2023年3月", "bad_date 只有年月（2023-03），缺少日"],
    [3.1, "ambiguous 数字格式的日期可能是2023-03-01，也可能是2023-03-10"],
    ["3.1", "2023-03-01"],
    ["下周三", "bad_date 不是日期"],
    ["3月10日-12日", "bad_date 不是日期"],
    [true, "bad_date 不是日期"],
  ])("%j → %s", (cell, due) => expect(value(cell, { type: "date" })).toBe(due));

  test.each<[Cell, string]>([
    ["1969.01", "1969-01"],
    ["1969年3月", "1969-03"],
    ["197603", "1976-03"],
    [197603, "1976-03"],
    ["1976-3", "1976-03"],
    ["5月", "2023-05"],
    ["2023年5月份", "2023-05"],
    ["1976.03.15", "1976-03"],
    [{ date: "1976-03-01" }, "1976-03"],
    [1969.12, "1969-12"],
    [1969.1, "ambiguous 数字格式的日期可能是1969-01，也可能是1969-10"],
    ["1969.13", "bad_date 月份1969-13不存在"],
    ["2023年第二季度", "2023-06"],
    ["2022年1季度", "2022-03"],
    ["四季度", "2023-12"],
    ["2023年上半年", "2023-06"],
    ["四季", "bad_date 不是月份"],
  ])("month %j → %s", (cell, due) => expect(value(cell, { type: "month" })).toBe(due));

  test.each<[string, string]>([
    ["2023年4月10日至7月7日", "2023-04-10/2023-07-07"],
    ["2023.4.10-2023.7.7", "2023-04-10/2023-07-07"],
    ["4月10日—12日", "2023-04-10/2023-04-12"],
    ["2023-04-10/2023-07-07", "2023-04-10/2023-07-07"],
    ["20230410-20230707", "2023-04-10/2023-07-07"],
    ["4月10日至2月30日", "bad_date 日期2023-02-30不存在"],
  ])("period %s → %s", (cell, due) => expect(value(cell, { type: "period" })).toBe(due));

  test.each([
    ["9:30", "09:30"],
    ["下午3时", "15:00"],
    ["14时30分", "14:30"],
    ["9点半", "09:30"],
  ])("time %s → %s", (cell, due) => expect(value(cell, { type: "time" })).toBe(due));

  const days = fc
    .date({ min: new Date("1960-01-01"), max: new Date("2100-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  const wide = (text: string): string => text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

  test("every day in every form comes back", () => {
    fc.assert(
      fc.property(days, fc.constantFrom("", " ", "  "), (iso, space) => {
        const [year, month, day] = iso.split("-").map(Number) as [number, number, number];
        const forms = [
          iso,
          `${year}年${month}月${day}日`,
          `${year}.${month}.${day}`,
          `${year}/${month}/${day}`,
          iso.replaceAll("-", ""),
          `${year}-${month}-${day}`,
          iso.replaceAll("-", "."),
          `${iso} 09:30`,
          `${iso}T09:30:00`,
          `${year} 年 ${month} 月 ${day} 日`,
        ];
        for (const form of forms)
          for (const text of [form, wide(form)]) expect(value(`${space}${text}${space}`, { type: "date" })).toBe(iso);
        const short = parseCell(`${month}月${day}日`, field({ type: "date" }), { ...context, year });
        expect(short).toEqual({ value: iso });
        const serial = Date.parse(iso) / 86_400_000 + 25_569;
        if (serial >= 20_000) expect(value(serial, { type: "date" })).toBe(iso);
        expect(value(`${year}年${month}月`, { type: "month" })).toBe(iso.slice(0, 7));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("a day that is not in the calendar is never accepted", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1900, max: 2199 }),
        fc.integer({ min: 0, max: 99 }),
        fc.integer({ min: 0, max: 99 }),
        fc.constantFrom("-", ".", "/", "年"),
        (year, month, day, mark) => {
          const exists = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
          const text = mark === "年" ? `${year}年${month}月${day}日` : `${year}${mark}${month}${mark}${day}`;
          const reading = read(text, { type: "date" });
          expect("value" in reading).toBe(exists);
          if ("bad" in reading)
            expect(reading.bad).toMatchObject({
              code: "bad_date",
              reason: `日期${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}不存在`,
            });
        },
      ),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe("numbers", () => {
  test.each<[Cell, string, string, unknown]>([
    [3.2, "元", "万元", 32_000],
    ["3.2", "万元", "元", 0.00032],
    ["3.2万元", "万元", "元", 3.2],
    [3.2, "元", "人", 3.2],
    [3.2, "万元", "万元", 3.2],
  ])("%j for %s under a heading that says %s", (cell, unit, heading, due) => {
    const reading = parseCell(cell, field({ type: "decimal", unit }), { ...context, headingUnit: heading });
    expect(reading).toEqual({ value: due });
  });

  test("a word that a field takes for nothing, or for another value", () => {
    const score = { type: "decimal", synonyms: { 缺考: "", 满分: "100" } };
    expect([value("缺考", score), value("满分", score), value("缺席", score)]).toEqual([null, 100, "bad_number 栏目不是数字"]);
    expect(value("未结", { type: "date", synonyms: { 未结: "" } })).toBe(null);
    expect(value("不详", { type: "choice", values: ["是", "否"], synonyms: { 不详: "" } })).toBe(null);
  });

  test.each<[Cell, Record<string, unknown>, unknown]>([
    ["45人", { type: "integer", unit: "人" }, 45],
    ["3.2万字", { type: "integer", unit: "字" }, 32_000],
    ["1.4万字", { type: "integer", unit: "字" }, 14_000],
    ["５８００字", { type: "integer", unit: "字" }, 5800],
    ["1,234", { type: "integer" }, 1234],
    ["1，234", { type: "integer" }, 1234],
    ["98.1%", { type: "decimal", unit: "%" }, 98.1],
    ["0.1", { type: "decimal" }, 0.1],
    [0.1 + 0.2, { type: "decimal" }, 0.3],
    ["1.23亿元", { type: "decimal" }, 123_000_000],
    ["5.52万元", { type: "decimal", unit: "万元" }, 5.52],
    ["5.52万", { type: "decimal", unit: "万元" }, 5.52],
    ["0.3亿元", { type: "decimal", unit: "万元" }, 3000],
    ["352元", { type: "decimal", unit: "万元" }, 0.0352],
    ["5.52", { type: "decimal", unit: "万元" }, 5.52],
    ["5.52万元", { type: "decimal", unit: "元" }, 55_200],
    [-59, { type: "integer", unit: "人" }, "negative 人数为负数"],
    ["-8人", { type: "integer", unit: "人" }, "negative 人数为负数"],
    ["－8", { type: "integer", unit: "人" }, "negative 人数为负数"],
    ["-12000字", { type: "integer", unit: "字" }, "negative 字数为负数"],
    ["-1", { type: "integer" }, "negative 栏目为负数"],
    ["-1.5", { type: "decimal", min: -10 }, -1.5],
    ["1.5", { type: "integer" }, "bad_number 栏目应为整数"],
    ["1.25", { type: "decimal", decimals: 1 }, "bad_number 栏目最多1位小数"],
    ["约45人", { type: "integer" }, "bad_number 栏目不是数字"],
    ["3700余人", { type: "integer" }, "bad_number 栏目不是数字"],
    ["12,34", { type: "integer" }, "bad_number 栏目不是数字"],
    ["45%", { type: "integer", unit: "人" }, "bad_number 栏目不应是百分数"],
    ["12345678901234567890", { type: "integer" }, "bad_number 栏目不是数字"],
    ["101", { type: "integer", max: 100 }, "too_large 栏目大于100"],
    [{ date: "2023-03-10" }, { type: "integer" }, "bad_number 栏目不是数字"],
    ["#REF!", { type: "integer" }, "bad_value 公式出错（#REF!），没有结果"],
  ])("%j %j → %j", (cell, source, due) => expect(value(cell, source)).toBe(due));
});

describe("words", () => {
  test.each<[Cell, Record<string, unknown>, unknown]>([
    ["√", { type: "boolean" }, true],
    ["×", { type: "boolean" }, false],
    ["有", { type: "boolean" }, true],
    ["无", { type: "boolean" }, false],
    ["否（借调）", { type: "boolean" }, false],
    [true, { type: "boolean" }, true],
    ["也许", { type: "boolean" }, "bad_value 栏目应填“是”或“否”"],
    ["研讨", { type: "choice", values: ["交流研讨"], synonyms: { 研讨: "交流研讨" } }, "交流研讨"],
    ["交流 研讨", { type: "choice", values: ["交流研讨"] }, "交流研讨"],
    ["否", { type: "choice", values: ["是", "否（注明原因）"] }, "否（注明原因）"],
    ["其他", { type: "choice", values: ["交流研讨"] }, "bad_value “其他”不在栏目的可选范围内"],
    ["其他", { type: "choice", values: ["交流研讨"], open: true }, "其他"],
    ["无", { type: "choice", values: ["有", "无"] }, "无"],
    ["甲、乙", { type: "choices", values: ["甲", "乙"] }, ["甲", "乙"]],
    ["甲单位", { type: "unit" }, 7],
    ["乙单位", { type: "unit" }, "unknown_unit 所填单位不在《单位名册》中"],
    ["乙部门", { type: "organ" }, "乙部门"],
    ["张三", { type: "person" }, 1],
    ["张三（P00001）", { type: "person" }, 1],
    ["P00001", { type: "person" }, 1],
    ["P99999", { type: "person" }, "unknown_person 人员编号P99999不在人员名册中"],
    ["王五", { type: "person" }, "王五"],
    ["李四", { type: "person" }, "ambiguous 本单位有多名“李四”，无法确定是哪一位"],
    ["张三、王五，赵六;钱 七", { type: "people" }, [1, "王五", "赵六", "钱七"]],
    ["张三 王五", { type: "people" }, [1, "王五"]],
    ["无", { type: "people" }, null],
    ["／", { type: "integer" }, null],
    ["——", { type: "date" }, null],
    ["无", { type: "date" }, null],
    ["无", { type: "text" }, "无"],
    ["—", { type: "text" }, null],
    ["一行\r\n二行", { type: "text" }, "一行 二行"],
    ["一行\r\n二行", { type: "longtext" }, "一行\n二行"],
    ["甲\ufffd", { type: "text" }, "bad_value 含有无法识别的字符（编码错误）"],
    ["长".repeat(32_768), { type: "text" }, "too_long 栏目超过32767字"],
  ])("%j %j → %j", (cell, source, due) => expect(value(cell, source)).toEqual(due));
});

test("any cell in any field gives a value or a complaint, never throws", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...Array.from("0123456789年月日.-/ 万亿％%()（），、至半时分:一二十〇P-－无")) }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constant({ date: "2023-03-10T15:00" }),
  );
  fc.assert(
    fc.property(cell, fc.constantFrom(...fieldTypes), (any, type) => {
      const reading = read(any, { type, values: type.startsWith("choice") ? ["甲"] : undefined });
      if ("bad" in reading) expect(reading.bad.reason).not.toBe("");
      else if (type === "date" && typeof reading.value === "string")
        expect(new Date(`${reading.value}T00:00:00Z`).toISOString().slice(0, 10)).toBe(reading.value);
      else if (type === "integer" && reading.value !== null) expect(Number.isSafeInteger(reading.value)).toBe(true);
    }),
    { seed: 3, numRuns: 5000 },
  );
});
