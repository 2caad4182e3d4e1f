import fc from "fast-check";
import { expect, test } from "vitest";
import { looksMasked, masks, maskText } from "./masks.ts";

test("what is shown of phones, identity numbers and names", () => {
  expect(["13912341234", "0571-88881234", "88881234", "110"].map((text) => maskText("phone", text))).toEqual([
    "139****1234",
    "057****1234",
    "****34",
    "****",
  ]);
  expect(["110101199003071234", "11010119900307123X", "W12345678", "123"].map((text) => maskText("identity", text))).toEqual([
    "110101********1234",
    "110101********123X",
    "********78",
    "********",
  ]);
  expect(["张三", "欧阳三丰", "买买提·艾合买提江", "甲", "𠮷田"].map((text) => maskText("name", text))).toEqual([
    "张*",
    "欧***",
    "买***",
    "*",
    "𠮷*",
  ]);
  expect(maskText("all", "反映某人违规")).toBe("******");
});

test("a masked form is known as one, and hides at least a third of what is long", () => {
  fc.assert(
    fc.property(fc.constantFrom(...masks), fc.string({ unit: "binary", minLength: 1 }), (mask, text) => {
      const shown = maskText(mask, text);
      expect(looksMasked(mask, shown)).toBe(true);
      const kept = [...shown].filter((letter) => letter !== "*").length;
      expect(kept).toBeLessThanOrEqual(([...text].length * 2) / 3);
    }),
    { seed: 20230315, numRuns: 500 },
  );
  expect(looksMasked("phone", "13912341234") || looksMasked("name", "张三") || looksMasked("all", "见附件")).toBe(false);
});
