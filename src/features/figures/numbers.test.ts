import { expect, test } from "vitest";
import { addUp, differ, exactly, order, splitName, splitText } from "./numbers.types.ts";
import { cutPeriod, dayAfter, stepFor } from "./periods.types.ts";

test("differences carry no dust, and say when there is nothing to divide by", () => {
  expect(differ(0.3, 0.1)).toEqual({ by: 0.2, percent: 200 });
  expect(differ(5, 0)).toEqual({ by: 5, percent: null });
  expect(differ(-2, -4)).toEqual({ by: 2, percent: 50 });
  expect(differ("2023-03-01", 4)).toBeUndefined();
  expect(differ(null, 4)).toBeUndefined();
  expect(addUp([0.1, 0.2])).toBe(0.3);
});

test("texts are split into the number and what it is of", () => {
  expect(splitText("28568人次")).toEqual({ number: "28568", unit: "人次" });
  expect(splitText("3700余人")).toEqual({ number: "3700余", unit: "人" });
  expect(splitText("246.3万字")).toEqual({ number: "246.3万", unit: "字" });
  expect(splitText("98.8%")).toEqual({ number: "98.8%", unit: "" });
  expect(splitText("3月15日前")).toBeUndefined();
  expect(splitName("场次：区纪委（不含乡镇）")).toEqual(["场次：区纪委", "（不含乡镇）"]);
  expect(splitName("场次")).toEqual(["场次", ""]);
  expect(exactly(3742, "人")).toBe("3742人");
  expect(exactly("2023-03-03", "日期")).toBe("2023-03-03");
});

test("nothing comes last", () => {
  expect([null, 3, "乙", 1].toSorted(order).at(-1)).toBe(null);
  expect([3, 1, 2].toSorted(order)).toEqual([1, 2, 3]);
});

test("periods are cut without gaps, over leap days and years", () => {
  for (const by of ["day", "week", "month"] as const) {
    const cut = cutPeriod({ from: "2023-12-20", to: "2024-03-03" }, by);
    expect([cut[0]?.from, cut.at(-1)?.to]).toEqual(["2023-12-20", "2024-03-03"]);
    cut.slice(1).forEach((one, index) => expect(one.from).toBe(dayAfter(cut[index]?.to as string, 1)));
  }
  expect(stepFor({ from: "2023-03-01", to: "2023-03-31" })).toBe("day");
  expect(stepFor({ from: "2023-03-01", to: "2023-12-31" })).toBe("week");
  expect(stepFor({ from: "2020-01-01", to: "2023-12-31" })).toBe("month");
});
