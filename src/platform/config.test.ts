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
    outgoing: [],
    logLevel: "info",
    keys: undefined,
    cipher: "aes",
    proxies: [],
    signInFile: resolve("data/sign-in.yaml"),
  };
  expect(readConfig({})).toEqual(defaults);
  expect(readConfig({ PORT: "", DATABASE_URL: " " })).toEqual(defaults);
});

test("every wrong value is named in one error, a password never shown", () => {
  const wrong = { PORT: "99999", LOG_LEVEL: "loud", HOST: "a b", DATABASE_URL: "mysql://u:secret@h/d" };
  expect(() => readConfig(wrong)).toThrow(/DATABASE_URL[^]*PORT[^]*“99999”[^]*1 到 65535[^]*HOST[^]*LOG_LEVEL[^]*“loud”/);
  expect(() => readConfig(wrong)).not.toThrow(/secret/);
});

test("places that the server may connect to are hosts with ports", () => {
  const places = ["ldap.example.cn:636", "10.0.0.5:8443", "[fd12::1]:389"];
  expect(readConfig({ YIBENZHANG_OUTGOING: "ldap.example.cn:636，10.0.0.5:8443 [fd12::1]:389" }).outgoing).toEqual(places);
  for (const wrong of ["example.cn", "https://example.cn:443", "*:443"])
    expect(() => readConfig({ YIBENZHANG_OUTGOING: wrong })).toThrow(/YIBENZHANG_OUTGOING[^]*主机:端口/);
});
