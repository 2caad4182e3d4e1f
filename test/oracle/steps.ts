/** Random work on ledgers: what is written, moved and asked, as numbers that shrink. Indices are taken modulo what there is. */
import fc from "fast-check";
import { outside, someDay, someMonth, states, strangers, texts } from "./definitions.ts";

const index = fc.nat(40);
export type PersonDraft = number | string;
export type UnitDraft = number | string;

export interface ValueDrafts {
  标题?: string;
  说明?: string;
  人数?: number;
  /** Thousandths are cut to the places that the ledger has. */
  金额?: number;
  日期?: string;
  截止?: string;
  完成?: string;
  月份?: string;
  时刻?: string;
  起止?: string;
  是否?: boolean;
  类型?: string;
  标签?: string[];
  组织单位: number;
  承办单位?: UnitDraft;
  人员?: PersonDraft;
  参加人员?: PersonDraft[];
  关联?: number;
  状态?: string;
}
const text = fc.constantFrom(...texts);
const somebody = fc.oneof(index, fc.constantFrom(...strangers));
export const valueDrafts: fc.Arbitrary<ValueDrafts> = fc.record(
  {
    组织单位: index,
    标题: text,
    说明: text,
    人数: fc.integer({ min: -5, max: 60 }),
    金额: fc.integer({ min: -20_000, max: 20_000 }),
    日期: someDay,
    截止: someDay,
    完成: someDay,
    月份: someMonth,
    时刻: fc.constantFrom("09:30", "14:00", "16:45"),
    起止: fc.constantFrom("2023-04-10/2023-07-07", "2023-05-01/2023-05-31"),
    是否: fc.boolean(),
    类型: fc.constantFrom("甲类", "乙类", "丙类"),
    标签: fc.uniqueArray(fc.constantFrom("红", "黄", "蓝"), { minLength: 1 }),
    承办单位: fc.oneof(index, fc.constantFrom(...outside)),
    人员: somebody,
    参加人员: fc.uniqueArray(somebody, { minLength: 1, maxLength: 3 }),
    关联: index,
    状态: fc.constantFrom(...states),
  },
  { requiredKeys: ["组织单位"] },
);

export type Step =
  | { do: "record"; ledger: number; sender: number; values: ValueDrafts }
  | { do: "change"; record: number; values: ValueDrafts; clear: string[] }
  | { do: "delete" | "advance"; record: number }
  | { do: "import"; ledger: number; rows: { values: ValueDrafts; again?: number | undefined }[]; fold: boolean }
  | { do: "move"; unit: number; parent: number; day: string; kind: string }
  | { do: "merge"; unit: number; into: number; day: string }
  | { do: "found"; parent: number; kind: number }
  | { do: "transfer"; person: number; unit: number; day: string }
  | { do: "fold"; limit: number }
  | { do: "recount" | "reload" }
  | { do: "ask"; from: string; to: string; then: number | null; looks: number[] };

const optional = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined, freq: 1 });
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({ do: fc.constant("record" as const), ledger: fc.nat(1), sender: index, values: valueDrafts }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("change" as const),
        record: index,
        values: valueDrafts,
        clear: fc.subarray(["人数", "金额", "日期", "月份", "标签", "人员"], { maxLength: 2 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "advance" as const, "advance" as const), record: index }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("import" as const),
        ledger: fc.nat(1),
        rows: fc.array(fc.record({ values: valueDrafts, again: optional(index) }), { minLength: 1, maxLength: 12 }),
        fold: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("move" as const),
        unit: index,
        parent: index,
        day: someDay,
        kind: fc.constantFrom("隶属", "隶属", "派驻", "汇总"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("merge" as const), unit: index, into: index, day: someDay }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("found" as const), parent: index, kind: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("transfer" as const), person: index, unit: index, day: someDay }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("fold" as const), limit: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("recount" as const, "reload" as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("ask" as const),
        from: fc.oneof(someDay, fc.constantFrom("2022-12-01", "2023-01-15")),
        to: fc.oneof(someDay, fc.constantFrom("2023-12-31", "2023-03-31", "2023-05-14")),
        then: fc.option(index, { nil: null, freq: 2 }),
        looks: fc.array(fc.nat(10_000), { maxLength: 12 }),
      }),
    },
  ),
  { minLength: 4, maxLength: 34, size: "max" },
);
