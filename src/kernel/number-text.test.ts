import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkText, exactText, formatValue, numberText, type FigureValue } from "./number-text.ts";

describe("forms", () => {
  test.each<[FigureValue, string, string]>([
    [3742, "余", "3700余"],
    [3046, "余", "3000余"],
    [13, "余", "10余"],
    [3700, "余", "3700"],
    [20, "余", "20"],
    [9, "余", "9"],
    [105, "余", "100余"],
    [100.5, "余", "100余"],
    [-13, "余", "-13"],
    [32400, "万", "3.24万"],
    [32460, "万", "3.25万"],
    [30000, "万", "3万"],
    [9999, "万", "9999"],
    [10050, "万", "1.01万"],
    [-32400, "万", "-3.24万"],
    [32460, "万余", "3.2万余"],
    [32000, "万余", "3.2万"],
    [324600, "万余", "32万余"],
    [3742, "万余", "3700余"],
    [12, "汉", "十二"],
    [0, "汉", "零"],
    [10, "汉", "十"],
    [20, "汉", "二十"],
    [105, "汉", "一百零五"],
    [110, "汉", "一百一十"],
    [1010, "汉", "一千零一十"],
    [10001, "汉", "一万零一"],
    [99999, "汉", "九万九千九百九十九"],
    [100000, "汉", "100000"],
    [1.5, "汉", "1.5"],
    ["12", "汉", "十二"],
    [4, "一要", "一要、二要、三要、四要"],
    [1, "一是", "一是"],
    [0, "一要", "0"],
    [1, "按月", "按月"],
    [0, "按周", "未做到按周"],
    [2, "两", "两"],
    [3, "两", "三"],
    [22, "两", "二十二"],
    ["2023-03-03", "月日", "3月3日"],
    ["2023-03-03T09:30", "月日", "3月3日"],
    ["2023-11-30", "年月日", "2023年11月30日"],
    ["2023-03", "年月", "2023年3月"],
    ["2023-03", "月", "3月"],
    [4, "月", "4月"],
    ["2023-02-27", "年月底", "2023年2月底"],
    ["2023-02-10", "年月底", "2023年2月10日"],
    ["2023-12-31", "年底", "2023年底"],
    ["2023-11-30", "年底", "2023年11月30日"],
    [2023, "年", "2023年"],
    ["2023-12-31", "年", "2023年"],
    ["2023-12-01", "日", "1日"],
    [7, "周", "一周"],
    [14, "周", "两周"],
    [10, "周", "10天"],
    [0, "周", "0天"],
    [24, "增减", "增长24%"],
    [-3.5, "增减", "下降3.5%"],
    [0, "增减", "持平"],
    [1, "每周", "每周"],
    [0, "每半月", "未做到每半月"],
    [27, "1位", "27.0"],
    [0.285, "2位", "0.29"],
    ["下午", "余", "下午"],
    [null, "余", "（无数据）"],
  ])("%j as %s is %s", (value, form, text) => expect(formatValue(value, form)).toBe(text));

  test("an unknown form says which forms there are", () => {
    expect(() => formatValue(1, "约")).toThrow(/“约”不认识，可用：余、万/);
    expect(() => formatValue(1, "toString")).toThrow(/不认识/);
  });
});

test("without a template: value and unit", () => {
  expect(numberText(100.0, "%")).toBe("100%");
  expect(numberText("2023-03-03", "日期")).toBe("2023年3月3日");
  expect(numberText("4月", "月")).toBe("4月");
  expect(numberText(null, "人")).toBe("（无数据）");
  expect(numberText(1e21, "")).toBe("1000000000000000000000");
});

test("other figures and distinct values", () => {
  const sources = { values: ["太原", "成都", "重庆"], figure: (key: string) => (key === "S04-F03" ? 18 : undefined) };
  expect(numberText(7, "次", "{n}次{S04-F03}项", sources)).toBe("7次18项");
  expect(numberText(3, "家", "{values}海关", sources)).toBe("太原、成都、重庆海关");
  expect(numberText(0, "种", "管{values:、管}", { values: [] })).toBe("（无数据）");
  expect(numberText(0, "种", "{n}种：{values}", { values: [] })).toBe("0种：");
  const named = (values: string[]): string => numberText(values.length, "家", "{values:-海关}", { values });
  expect(named(["太原海关", "成都海关", "重庆海关"])).toBe("太原、成都、重庆海关");
  expect(named(["太原海关", "总署机关"])).toBe("太原海关、总署机关");
  expect(named([])).toBe("（无数据）");
  expect(numberText(3, "家", "{values:}等", sources)).toBe("太原成都重庆等");
  expect(numberText(3, "家", "{values:和}", sources)).toBe("太原、成都和重庆");
  expect(numberText(1, "家", "{values:和}", { values: ["太原"] })).toBe("太原");
  expect(numberText(3, "家", "{S04-F03:汉}条", sources)).toBe("十八条");
  expect(() => numberText(1, "", "{X99}", sources)).toThrow("“{X99}”不是已有的指标编号");
});

test("checkText finds every fault", () => {
  expect(checkText("{n:约}人{X1}次{n", (key) => key === "X2")).toEqual([
    expect.stringContaining("形式“约”不认识"),
    "“{X1}”不是已有的指标编号",
    "花括号没有成对",
  ]);
  expect(checkText("{n:余}人，{X2:汉}次，{values}", (key) => key === "X2")).toEqual([]);
});

describe("properties", () => {
  const seed = { seed: 20230303, numRuns: 500 };
  test("余 never claims more than there is, and less than a tenth is left off above 100", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000 }), (n) => {
        const text = formatValue(n, "余");
        const shown = Number(text.replace("余", ""));
        expect(shown).toBeLessThanOrEqual(n);
        expect(text.endsWith("余")).toBe(shown !== n);
        if (n >= 100) expect(n - shown).toBeLessThan(n / 10);
      }),
      seed,
    );
  });
  test("汉 can be read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999 }), (n) => {
        expect(readHanzi(formatValue(n, "汉"))).toBe(n);
      }),
      seed,
    );
  });
  test("万 is within half of its last place", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 1_000_000_000 }), (n) => {
        expect(Math.abs(Number(formatValue(n, "万").replace("万", "")) * 10_000 - n)).toBeLessThanOrEqual(50.001);
      }),
      seed,
    );
  });
  test("the exact text is the number itself", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
        expect(Number(exactText(n))).toBe(n === 0 ? 0 : n);
        expect(exactText(n)).not.toContain("e");
      }),
      seed,
    );
  });
});

function readHanzi(text: string): number {
  let total = 0;
  let digit = 0;
  for (const c of text) {
    const place = { 十: 10, 百: 100, 千: 1000, 万: 10_000 }[c];
    if (place === undefined) digit = "零一二三四五六七八九".indexOf(c);
    else {
      total += (digit === 0 ? 1 : digit) * place;
      digit = 0;
    }
  }
  return total + digit;
}

interface Expected {
  id: string;
  value: FigureValue;
  text: string;
  unit: string;
}

/** How a pack writes the texts that are not simply value and unit. */
function templatesFor({ value, text, unit }: Expected): string[] {
  const forms = ["", "余", "万", "汉", "两", "月日", "年月日", "年月", "年月底", "年底", "周", "增减", "1位", "每日", "每周"];
  const written = forms.map((form) => (form === "" ? "{n}" : `{n:${form}}`));
  return written
    .flatMap((gap, i) => {
      const shown = formatValue(value, forms[i] ?? "");
      const at = text.indexOf(shown);
      return at < 0 ? [] : [text.slice(0, at) + gap + text.slice(at + shown.length)];
    })
    .filter((template) => numberText(value, unit, template) === text);
}

test("every text of the sample reports is a template with the value in it, or names what was counted", () => {
  const samples = [
    "bureau-report",
    "county-plan",
    "customs",
    "dispatched-mfa",
    "district-report",
    "municipality",
    "municipality-messy",
    "province-hn",
    "province-ln",
    "province-zj",
    "region-xj",
  ];
  const literal: string[] = [];
  let expressed = 0;
  for (const sample of samples) {
    const url = new URL(`../../samples/${sample}/expected.json`, import.meta.url);
    const { figures } = JSON.parse(readFileSync(url, "utf8")) as { figures: Expected[] };
    for (const figure of figures) {
      if (templatesFor(figure).length > 0) expressed++;
      else literal.push(`${sample} ${figure.id} ${figure.text}`);
    }
  }
  expect(expressed).toBeGreaterThan(330);
  // Names of the things counted ({values} or the pack's own words) and half of a meeting's name.
  expect(literal).toMatchInlineSnapshot(`
    [
      "bureau-report 004-21 综合组、文秘组、督导组",
      "bureau-report 004-26 临聘、劳务派遣、外包",
      "bureau-report 004-29 把自己摆进去、把职责摆进去、把工作摆进去",
      "county-plan 001-07 领导领学、支部研学、个人自学、检查督学",
      "county-plan 001-11 按月报送",
      "county-plan 001-13 把自己摆进去、把事情摆进去、把问题摆进去",
      "county-plan 001-14 外出报备、就餐报备、婚丧嫁娶报告",
      "county-plan 001-15 信访受理、线索处置、监督检查、案件审理",
      "county-plan 001-16 管思想、管工作、管作风、管纪律",
      "customs S07-F11 太原、成都、重庆海关",
      "dispatched-mfa S06-F11 教育整顿、主题教育和纪律作风专项整顿",
      "district-report 002-07 二十届中央纪委二次全会",
      "province-hn S04-F12 坚持同步学习教育，同步检视整治，同步推进工作",
      "province-zj X03 市县两级和国企、高校",
    ]
  `);
});
