import { expect, test } from "vitest";
import { recordId } from "./record-id.ts";

test("ids are version 7 and sort in the order in which they were made, whatever the clock does", () => {
  const now = Date.UTC(2023, 2, 15);
  const ids = Array.from({ length: 10_000 }, (_, index) => recordId(index < 9000 ? now : now - 5000));
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(10_000);
  expect(ids.toSorted()).toEqual(ids);
  expect(recordId(now + 60_000) > (ids.at(-1) ?? "")).toBe(true);
});
