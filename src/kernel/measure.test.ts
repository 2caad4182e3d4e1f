import { expect, test } from "vitest";
import { fieldSchema, ledgerSchema, type Condition, type Ledger } from "./definitions.ts";
import { planMeasure, stored, valueOfVariable } from "./measure.ts";

const field = (written: object) => fieldSchema.parse({ name: "是否按时", type: "boolean", ...written });

test("是 of a boolean is true; a derived one is compared as it is derived", () => {
  expect([stored(field({}), "是"), stored(field({}), false)]).toEqual(["true", "false"]);
  const derived = field({ derive: "onTime(实际报送时间, 报送时限)" });
  expect([stored(derived, "是"), stored(derived, "否"), stored(derived, true), stored(derived, false)]).toEqual([
    "是",
    "否",
    "是",
    "否",
  ]);
});

const ledger: Ledger = {
  ...ledgerSchema.parse({ key: "research", name: "调研台账", fields: [{ name: "计划年度", type: "integer" }] }),
  columns: ["计划年度"],
};
const prepared = (condition: Condition): boolean =>
  planMeasure({ count: "entries", where: { 计划年度: condition } }, ledger).prepared;

test("what depends on the question's dates is not counted in advance", () => {
  expect(prepared(2023)).toBe(true);
  expect(prepared({ not: [2022, 2021] })).toBe(true);
  expect(prepared("$year")).toBe(false);
  expect(prepared(["$year", 2022])).toBe(false);
  expect(prepared({ not: "$year" })).toBe(false);
  expect(prepared({ from: "$year" })).toBe(false);
});

test("variables take their value from the end of the period", () => {
  const variables = { from: "2022-12-01", to: "2023-05-19", asOf: "2023-06-01T08:00:00Z" };
  expect(["$from", "$to", "$month", "$year", "$asOf"].map((name) => valueOfVariable(name, variables))).toEqual([
    "2022-12-01",
    "2023-05-19",
    "2023-05",
    "2023",
    "2023-06-01",
  ]);
});
