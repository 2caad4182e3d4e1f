import { describe, expect, test } from "vitest";
import { ledgerSchema, type Ledger, type Where } from "./definitions.ts";
import { planMeasure } from "./measure.ts";

const ledger: Ledger = {
  ...ledgerSchema.parse({ key: "plan", name: "学习计划", fields: [{ name: "月份", type: "month" }, { name: "主体" }] }),
  columns: [],
};
const prepared = (where: Where): boolean => planMeasure({ count: "entries", where }, ledger).prepared;

describe("day totals are kept only for what an entry decides alone", () => {
  test("a fixed value", () => expect(prepared({ 主体: "全体", 月份: ["2023-03", "2023-04"] })).toBe(true));
  test.each<[string, Where]>([
    ["equal to a date of the question", { 月份: "$month" }],
    ["one of several, a date of the question among them", { 月份: ["2023-03", "$month"] }],
    ["not the date of the question", { 月份: { not: "$month" } }],
    ["not later than the question", { 月份: { to: "$month" } }],
  ])("%s", (_name, where) => expect(prepared(where)).toBe(false));
});
