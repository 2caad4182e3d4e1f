/** Random ledgers and figures: every field type, every operation and combination, every kind of condition. */
import fc from "fast-check";

export const texts = ["轮训班一期", "甲、乙；丙", "会议，学习", "𠮷家", "Ａ类", 'a\'b\\c "d"', "100", "长期学习", "甲"];
export const kinds = ["区纪委监委", "派驻机构", "乡镇街道"];
export const outside = ["市委常委会", "领导小组", "机关党委"];
export const strangers = ["外人甲", "外人乙"];
export const states = ["计划", "已开展", "已归档"];

/** ISO day, so many days after 1 December 2022. */
export const dayAt = (offset: number): string => new Date(Date.UTC(2022, 11, 1 + offset)).toISOString().slice(0, 10);
/** Days of fourteen months, those at the ends of months more often. */
export const someDay = fc.oneof(
  { weight: 3, arbitrary: fc.nat(420).map(dayAt) },
  fc.constantFrom("2022-12-31", "2023-01-01", "2023-02-28", "2023-03-01", "2023-03-31", "2023-04-01", "2023-05-14", "2023-06-30"),
);
export const someMonth = fc.oneof(
  someDay.map((day) => day.slice(0, 7)),
  fc.constantFrom("2023-03", "2023-05"),
);

export interface LedgerChoice {
  date: "日期" | "月份" | null;
  unit: "组织单位" | "承办单位" | null;
  numbered: boolean;
  lifecycle: boolean;
  decimals: number;
}
export const ledgerChoice: fc.Arbitrary<LedgerChoice> = fc.record({
  date: fc.constantFrom("日期" as const, "日期" as const, "月份" as const, null),
  unit: fc.constantFrom("组织单位" as const, "组织单位" as const, "承办单位" as const, null),
  numbered: fc.boolean(),
  lifecycle: fc.boolean(),
  decimals: fc.integer({ min: 0, max: 3 }),
});

export const ledgerKeys = ["first", "second"];

/** The ledger as its file says it. `more` widens the decimals, as a later version of a pack may. */
export function ledgerFile(choice: LedgerChoice, index: number, more: boolean): Record<string, unknown> {
  return {
    key: ledgerKeys[index],
    name: `第${index + 1}台账`,
    ...(choice.unit ? { unit: choice.unit } : {}),
    ...(choice.date ? { date: choice.date } : {}),
    identity: choice.numbered ? ["编号"] : [],
    fields: [
      { name: "编号", required: true },
      { name: "标题" },
      { name: "说明", type: "longtext" },
      { name: "人数", type: "integer", unit: "人", min: -1000 },
      { name: "金额", type: "decimal", decimals: choice.decimals + (more ? 1 : 0), min: -1000 },
      { name: "日期", type: "date" },
      { name: "截止", type: "date" },
      { name: "完成", type: "date" },
      { name: "月份", type: "month" },
      { name: "时刻", type: "time" },
      { name: "起止", type: "period" },
      { name: "是否", type: "boolean" },
      { name: "类型", type: "choice", values: ["甲类", "乙类", "丙类"] },
      { name: "标签", type: "choices", values: ["红", "黄", "蓝"] },
      { name: "组织单位", type: "unit" },
      { name: "承办单位", type: "organ" },
      { name: "人员", type: "person" },
      { name: "参加人员", type: "people" },
      { name: "关联", type: "entry", ledger: ledgerKeys[1 - index] },
      { name: "序号", type: "serial" },
      { name: "周次", derive: "week(日期)" },
      { name: "所在月", derive: "month(日期)" },
      { name: "天数", derive: "days(日期, 完成)" },
      { name: "按期", derive: "onTime(完成, 截止)" },
      { name: "姓名", derive: "人员.姓名" },
      { name: "人员单位", derive: "人员.单位" },
      { name: "单位类型", derive: "组织单位.类型" },
      { name: "上级", derive: "组织单位.上级单位" },
      { name: "关联类型", derive: "关联.类型" },
    ],
    ...(choice.lifecycle
      ? {
          lifecycle: {
            initial: states[0],
            states,
            transitions: [
              { name: "开展", from: [states[0]], to: states[1] },
              { name: "归档", from: [states[1]], to: states[2] },
              { name: "退回", from: [states[1], states[2]], to: states[0] },
            ],
          },
        }
      : {}),
  };
}

/** An object with some of these, each one time in so many. */
const sometimes = (parts: Record<string, [number, fc.Arbitrary<unknown>]>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(
      ...Object.entries(parts).map(([name, [rarity, one]]) =>
        fc.oneof(
          { weight: rarity - 1, arbitrary: fc.constant(null) },
          { weight: 1, arbitrary: one.map((value): [string, unknown] => [name, value]) },
        ),
      ),
    )
    .map((pairs) => Object.fromEntries(pairs.filter((pair) => pair !== null)));
const several = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 2 });
/** One of the forms: a value, a list, and what is asked of it beside. */
const asked = <T extends string | number>(value: fc.Arbitrary<T>, ...more: fc.Arbitrary<object>[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    value,
    several(value),
    value.map((not) => ({ not })),
    several(value).map((not) => ({ not })),
    fc.boolean().map((empty) => ({ empty })),
    ...more,
  );
const bounds = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record({ from: value, to: value }, { requiredKeys: [] }).filter((one) => Object.keys(one).length > 0),
    value.map((above) => ({ above })),
    value.map((below) => ({ below })),
  );
const containing = (...values: string[]): fc.Arbitrary<object> => fc.constantFrom(...values).map((contains) => ({ contains }));
const dayBound = fc.oneof(
  someDay,
  fc.constantFrom("$from", "$to", "$asOf"),
  fc.constantFrom("日期", "截止", "完成").map((field) => ({ field })),
);
const unitNames = fc.constantFrom("单位01", "单位02", "单位03", "U04");
const kindOf = fc.oneof(fc.constantFrom(...kinds), several(fc.constantFrom(...kinds))).map((kind) => ({ kind }));

const conditions: Record<string, fc.Arbitrary<unknown>> = {
  标题: asked(fc.constantFrom(...texts), containing("甲", "学习", "'b"), bounds(fc.constantFrom(...texts))),
  人数: asked(
    fc.integer({ min: -5, max: 30 }),
    bounds(fc.oneof(fc.integer({ min: -5, max: 30 }), fc.constant({ field: "金额" }))),
  ),
  金额: asked(
    fc.integer({ min: -5, max: 30 }),
    bounds(fc.oneof(fc.constantFrom(-1.5, 0, 2.5, 10), fc.constant({ field: "人数" }))),
  ),
  日期: asked(someDay, bounds(dayBound)),
  完成: asked(someDay, bounds(dayBound)),
  月份: asked(fc.oneof(someMonth, fc.constant("$month")), bounds(fc.oneof(someMonth, fc.constant("$month")))),
  时刻: asked(fc.constantFrom("09:30", "14:00"), bounds(fc.constantFrom("09:30", "12:00"))),
  是否: asked(fc.constantFrom("是", "否")),
  类型: asked(fc.constantFrom("甲类", "乙类", "丙类"), containing("甲", "类")),
  标签: asked(fc.constantFrom("红", "黄", "蓝"), containing("红")),
  组织单位: asked(unitNames, kindOf, containing("单位0", "3")),
  承办单位: asked(fc.oneof(unitNames, fc.constantFrom(...outside)), kindOf, containing("单位0", "委")),
  人员: fc.boolean().map((empty) => ({ empty })),
  参加人员: asked(fc.constantFrom(...strangers), containing("外人")),
  状态: asked(fc.constantFrom(...states), containing("已")),
  周次: asked(fc.constantFrom("第1周", "第2周", "第0周")),
  天数: asked(fc.integer({ min: -3, max: 3 }), bounds(fc.integer({ min: -60, max: 60 }))),
  按期: asked(fc.constantFrom("是", "否")),
  单位类型: asked(fc.constantFrom(...kinds)),
  上级: asked(unitNames),
  人员单位: asked(unitNames),
  关联类型: asked(fc.constantFrom("甲类", "乙类")),
};
const where = fc
  .uniqueArray(
    fc
      .constantFrom(...Object.keys(conditions))
      .chain((name) => fc.tuple(fc.constant(name), conditions[name] as fc.Arbitrary<unknown>)),
    { minLength: 1, maxLength: 2, selector: ([name]) => name, size: "small" },
  )
  .map((pairs) => Object.fromEntries(pairs));

const ordered = fc.constantFrom("人数", "金额", "日期", "完成", "月份", "时刻", "标题", "天数", "周次");
const told = fc.constantFrom(
  "标题",
  "类型",
  "人员",
  "姓名",
  "人员单位",
  "组织单位",
  "承办单位",
  "日期",
  "周次",
  "所在月",
  "人数",
  "关联类型",
  "是否",
);
const operations: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ count: "entries" }) },
  { weight: 4, arbitrary: fc.constantFrom("人数", "金额", "天数").map((sum) => ({ sum })) },
  fc.constantFrom("人数", "金额", "天数").map((avg) => ({ avg })),
  fc
    .oneof(told, fc.constantFrom("标签", "参加人员"), fc.uniqueArray(told, { minLength: 2, maxLength: 3 }))
    .map((distinct) => ({ distinct })),
  ordered.map((min) => ({ min })),
  ordered.map((max) => ({ max })),
  ordered.map((latest) => ({ latest })),
  fc.oneof(ordered, fc.constantFrom("类型", "起止")).map((value) => ({ value })),
  fc.constantFrom("标题", "说明", "标签", "参加人员").map((items) => ({ items })),
  fc
    .tuple(
      fc.uniqueArray(told, { minLength: 1, maxLength: 2 }),
      fc.oneof(
        fc.constantFrom({ take: "min" }, { take: "max" }),
        fc.integer({ min: 1, max: 2 }).map((atLeast) => ({ atLeast })),
      ),
    )
    .map(([by, how]) => ({ groups: { by, ...how } })),
);

/** A measure before it is known which fields its ledger has. */
export type MeasureDraft = Record<string, unknown> & { ledger: string };
const shape = { round: [3, fc.integer({ min: 0, max: 3 })], divide: [6, fc.constantFrom(2, 7, 10_000)] } satisfies Parameters<
  typeof sometimes
>[0];
const measure: fc.Arbitrary<MeasureDraft> = fc
  .tuple(
    fc.constantFrom(...ledgerKeys),
    operations,
    sometimes({
      where: [2, where],
      any: [6, fc.array(where, { minLength: 1, maxLength: 2 })],
      date: [3, fc.constantFrom("none", "none", "截止", "月份", "日期")],
      ...shape,
    }),
  )
  .map(([ledger, operation, rest]) => ({ ledger, ...operation, ...rest }));

type OperandDraft = MeasureDraft | number;
const operand: fc.Arbitrary<OperandDraft> = fc.oneof(measure, fc.nat(20));
const dated = fc
  .constantFrom("日期", "完成")
  .chain((name) =>
    fc
      .tuple(fc.constantFrom(...ledgerKeys), fc.constantFrom("min", "max"))
      .map(([ledger, operation]): MeasureDraft => ({ ledger, [operation]: name })),
  );

export interface FigureDrafts {
  plain: Record<string, unknown>[];
  computed: Record<string, unknown>[];
}
const extras = sometimes({
  rollUp: [5, fc.constantFrom("own", "subtree")],
  period: [8, fc.record({ from: someDay, to: fc.constant("2024-03-01") }, { requiredKeys: [] })],
});
const computed = fc
  .tuple(
    fc.oneof(
      fc.record({ of: operand, to: operand, percent: fc.boolean() }).map((ratio) => ({ ratio })),
      fc.record({ now: operand, base: operand }).map((growth) => ({ growth })),
      fc.record({ of: operand, less: operand }).map((difference) => ({ difference })),
      fc.array(operand, { minLength: 1, maxLength: 3 }).map((total) => ({ total })),
      fc.record({ from: fc.oneof(dated, operand), to: dated }).map((span) => ({ days: span })),
      fc.nat(20).map((yearOnYear) => ({ yearOnYear })),
    ),
    extras,
    sometimes(shape),
  )
  .map((parts) => Object.assign({}, ...parts) as Record<string, unknown>);
export const figureDrafts: fc.Arbitrary<FigureDrafts> = fc.record({
  plain: fc.array(
    fc.tuple(measure, extras).map(([one, more]) => ({ ...one, ...more })),
    { minLength: 2, maxLength: 9 },
  ),
  computed: fc.array(computed, { maxLength: 4 }),
});

/** Figures of every pack: what random ones seldom come upon with records that make a difference. */
const always: MeasureDraft[] = ledgerKeys.flatMap((ledger) => [
  { ledger, count: "entries", where: { 月份: "$month" }, date: "none" },
  { ledger, sum: "人数", where: { 月份: { not: "$month" } } },
  { ledger, sum: "金额", date: "none" },
  { ledger, count: "entries", where: { 标题: { from: "𠮷家" } } },
  { ledger, distinct: "人员" },
  { ledger, distinct: "参加人员", date: "none" },
]);

/** Drafts as the file figures.yaml has them: operands by key, and nothing that a ledger lacks. */
export function figuresFile(
  { plain, computed: combined }: FigureDrafts,
  choices: readonly LedgerChoice[],
): Record<string, unknown>[] {
  const fit = <T extends Record<string, unknown>>(draft: T): T => {
    const choice = choices[ledgerKeys.indexOf(String(draft["ledger"]))];
    const drop = (one: unknown): unknown =>
      choice?.lifecycle ? one : Object.fromEntries(Object.entries(one as object).filter(([name]) => name !== "状态"));
    const result: Record<string, unknown> = { ...draft };
    if (draft["where"]) result["where"] = drop(draft["where"]);
    if (draft["any"]) result["any"] = (draft["any"] as unknown[]).map(drop);
    const undatable =
      draft["latest"] !== undefined && (draft["date"] === "none" || (draft["date"] === undefined && !choice?.date));
    return { ...result, ...(undatable ? { date: "截止" } : {}) } as T;
  };
  const operandOf =
    (before: string[]) =>
    (one: unknown): unknown =>
      typeof one === "number"
        ? before[one % before.length]
        : Array.isArray(one)
          ? one.map(operandOf(before))
          : fit(one as MeasureDraft);
  const drafts = [...plain, ...always];
  const keys = drafts.map((_, index) => `P${index}`);
  const files = drafts.map((draft, index) => ({ ...fit(draft as MeasureDraft), key: keys[index], name: `指标${index}` }));
  const more = combined.map((draft, index) => {
    const key = `C${index}`;
    const convert = operandOf([...keys]);
    keys.push(key);
    const entries = Object.entries(draft).map(([name, value]) => {
      if (name === "total" || name === "yearOnYear") return [name, convert(value)];
      if (!["ratio", "growth", "difference", "days"].includes(name)) return [name, value];
      return [
        name,
        Object.fromEntries(Object.entries(value as object).map(([part, one]) => [part, part === "percent" ? one : convert(one)])),
      ];
    });
    return { ...(Object.fromEntries(entries) as Record<string, unknown>), key, name: `合成${index}` };
  });
  return [...files, ...more];
}
