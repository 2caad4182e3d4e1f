import { expect, test } from "vitest";
import { deviceOf } from "./device.ts";

test("what a request was made with is said as people know it", () => {
  const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
  expect(deviceOf(`${windows} Chrome/140.0.0.0 Safari/537.36`)).toBe("Chrome 140 · Windows");
  expect(deviceOf(`${windows} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.1`)).toBe("Edge 140 · Windows");
  expect(deviceOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E Safari/604.1")).toBe(
    "Safari 18 · iOS",
  );
  expect(deviceOf("Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile MicroMessenger/8.0.49")).toBe("微信 8 · Android");
  expect(deviceOf("curl/8.5.0")).toBe("curl/8.5.0");
  expect(deviceOf(`${"x".repeat(300)} <script>`)).toBe("x".repeat(40));
  expect(deviceOf("")).toBeUndefined();
});
