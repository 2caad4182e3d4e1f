import { expect, test } from "vitest";
import { fieldSchema } from "./definitions.ts";
import { stored } from "./measure.ts";

const field = (written: object) => fieldSchema.parse({ name: "是否按时", type: "boolean", ...written });

test("是 of a boolean is true; a derived one is compared as it is derived", () => {
  expect([stored(field({}), "是"), stored(field({}), false)]).toEqual(["true", "false"]);
  const derived = field({ derive: "onTime(实际报送时间, 报送时限)" });
  expect([stored(derived, "是"), stored(derived, "否"), stored(derived, true), stored(derived, false)]).toEqual(["是", "否", "是", "否"]);
});
