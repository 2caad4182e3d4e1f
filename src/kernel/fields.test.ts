import { expect, test } from "vitest";
import { fieldSchema } from "./definitions.ts";
import { inListOrder } from "./fields.ts";

test("values come in the order of the field's list, others after them as they came", () => {
  const level = fieldSchema.parse({ name: "层级", type: "choice", values: ["省", "市", "县"] });
  expect(inListOrder(["县", "乡", "省", "村", "市"], level)).toEqual(["省", "市", "县", "乡", "村"]);
  expect(inListOrder(["乙", "甲"], fieldSchema.parse({ name: "单位" }))).toEqual(["乙", "甲"]);
});
