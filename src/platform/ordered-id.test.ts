import { expect, test } from "vitest";
import { orderedId } from "./ordered-id.ts";

test("ids of one moment are well formed, differ and sort in the order in which they were made", () => {
  const ids = Array.from({ length: 10_000 }, () => orderedId(1_680_000_000_000));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a clock that goes back does not put later ids first", () => {
  const first = orderedId(Date.now() + 60_000);
  expect(orderedId(0) > first).toBe(true);
});
