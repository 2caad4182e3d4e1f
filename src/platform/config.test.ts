import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test("nothing set, or set to nothing, gives the defaults", () => {
  const defaults = {
    databaseUrl: undefined,
    dataDir: resolve("data"),
    logDir: resolve("data/log"),
    auditKeepDays: 1096,
    port: 8080,
    host: "127.0.0.1",
    logLevel: "info",
  };
  expect(readConfig({})).toEqual(defaults);
  expect(readConfig({ PORT: "", DATABASE_URL: " " })).toEqual(defaults);
});

test("every wrong value is named in one error, a password never shown", () => {
  const wrong = { PORT: "99999", LOG_LEVEL: "loud", HOST: "a b", DATABASE_URL: "mysql://u:secret@h/d" };
  expect(() => readConfig(wrong)).toThrow(/DATABASE_URL[^]*PORT[^]*“99999”[^]*1 到 65535[^]*HOST[^]*LOG_LEVEL[^]*“loud”/);
  expect(() => readConfig(wrong)).not.toThrow(/secret/);
});
