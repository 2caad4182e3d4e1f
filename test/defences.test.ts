/** What the web side holds against whoever reaches it, whatever is asked: headers, sites that are not ours, broken messages. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServer } from "../src/main.ts";
import { createWorld, password, type World } from "./world.ts";

let world: World;
let app: FastifyInstance;
let port = 0;
const pages = mkdtempSync(join(tmpdir(), "pages-"));
const api = "/api/campaigns/trial";
beforeAll(async () => {
  world = await createWorld();
  writeFileSync(join(pages, "index.html"), '<meta name="csp-nonce" content="nonce" /><script src="/a.js"></script>');
  writeFileSync(join(pages, "a.js"), "1");
  app = await createServer(world.database, { clock: () => world.time.now, logLevel: "silent", web: pages });
  await app.listen({ host: "127.0.0.1", port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await app?.close();
  await world?.close();
  rmSync(pages, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}
async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
  agent?: Agent,
): Promise<Answer> {
  const sent = request({ host: "127.0.0.1", port, method, path, headers, timeout: 5000, ...(agent ? { agent } : {}) });
  sent.on("timeout", () => sent.destroy(new Error("no answer")));
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: Buffer.concat((await answer.toArray()) as Buffer[]).toString(),
  };
}
/** What a server says to bytes as they are. */
async function say(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
}
const html = { accept: "text/html" };

describe("headers", () => {
  test("stand on every answer, also on what goes wrong", async () => {
    for (const [path, headers] of [
      ["/", html],
      ["/c/trial/figures", html],
      ["/a.js", {}],
      ["/api/me", {}],
      ["/api/nowhere", {}],
      ["/openapi.json", {}],
      ["/docs", {}],
      ["/healthz", {}],
      ["/nothing-here", {}],
      ["/%zz", {}],
    ] as const) {
      const { headers: said } = await ask("GET", path, headers);
      expect(said, path).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
        "permissions-policy": expect.stringContaining("camera=()"),
        "content-security-policy": expect.stringMatching(
          /^default-src 'none'.*base-uri 'none'; object-src 'none'; frame-ancestors 'none'$/,
        ),
      });
      expect(said["strict-transport-security"], path).toBeUndefined();
      for (const telling of ["server", "x-powered-by", "access-control-allow-origin", "etag"])
        if (path.startsWith("/api")) expect(said[telling], `${telling} of ${path}`).toBeUndefined();
      const script = /script-src [^;]*/.exec(String(said["content-security-policy"]))?.[0] ?? "script-src 'self'";
      expect(script, path).toBe("script-src 'self'");
    }
    const overHttps = await app.inject({ url: "/api/me", headers: { "x-forwarded-proto": "https" } });
    expect(overHttps.headers["strict-transport-security"]).toBe("max-age=31536000; includeSubDomains");
  });

  test("let a page take no style that its text brings, with a new number each time", async () => {
    const numbers = await Promise.all(
      ["/", "/index.html", "/c/trial/figures"].map(async (path) => {
        const { headers, body } = await ask("GET", path, html);
        const number = /content="([^"]+)"/.exec(body)?.[1] ?? "";
        const policy = String(headers["content-security-policy"]);
        expect(policy).toContain(`style-src 'self' 'nonce-${number}'`);
        expect(policy).not.toContain("unsafe-inline");
        return number;
      }),
    );
    expect(new Set(numbers).size).toBe(3);
  });

  test("keep what is private out of every cache, and what is lasting in", async () => {
    const east = await world.as("east");
    for (const path of [`${api}/ledgers/study/entries`, "/api/me", `${api}/ledgers/study/export?format=csv`])
      expect((await east.get(path)).headers["cache-control"], path).toBe("no-store");
    expect((await ask("GET", "/api/me")).headers["cache-control"]).toBe("no-store");
    expect((await ask("GET", "/")).headers["cache-control"]).toBe("no-cache");
  });
});

describe("a browser", () => {
  const login = (headers: object) =>
    app.inject({
      method: "POST",
      url: "/api/session",
      payload: { login: "east", password },
      headers: { host: "a.cn", ...headers },
    });
  test("gets its session as a cookie that no script reads, and in no other way", async () => {
    const own = await login({ "sec-fetch-site": "same-origin" });
    expect(own.json()).toMatchObject({ token: "" });
    const cookie = String(own.headers["set-cookie"]);
    expect(cookie).toMatch(/^session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(own.body).not.toContain(/=([\w-]{43})/.exec(cookie)?.[1]);
    const secure = await login({ "sec-fetch-site": "same-origin", "x-forwarded-proto": "https" });
    expect(String(secure.headers["set-cookie"])).toMatch(
      /^__Host-session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await login({})).json().token).toMatch(/^[\w-]{43}$/);
  });

  test("is not led by another site, by another method or by an answer to its script", async () => {
    for (const site of ["cross-site", "same-site"])
      expect((await login({ "sec-fetch-site": site })).json(), site).toMatchObject({ status: 403, code: "cross_site" });
    expect((await login({ origin: "http://evil.cn", cookie: "session=x" })).statusCode).toBe(403);
    const asked = await app.inject({
      method: "OPTIONS",
      url: "/api/session",
      headers: { origin: "http://evil.cn", "access-control-request-method": "DELETE" },
    });
    expect(asked.statusCode).toBe(404);
    expect(Object.keys(asked.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    const east = await world.signIn("east");
    const overridden = await app.inject({
      method: "GET",
      url: "/api/me",
      headers: { "x-http-method-override": "DELETE", "x-method-override": "DELETE" },
    });
    expect(overridden.statusCode).toBe(401);
    expect((await east.get("/api/me")).status).toBe(200);
    // A form of another site can send no type that is read.
    for (const type of ["text/plain", "application/x-www-form-urlencoded"])
      expect((await ask("POST", "/api/session", { "content-type": type }, '{"login":"east"}')).status, type).toBe(415);
  });

  test("is sent to no other host, whatever address or Host header it comes with", async () => {
    for (const path of ["//evil.cn", "/\\evil.cn", "//evil.cn/%2e%2e", "/c//evil.cn", "/docs//evil.cn/.."]) {
      const { headers } = await ask("GET", path, { ...html, host: "evil.cn", "x-forwarded-host": "evil.cn" });
      expect(headers.location ?? "/", path).toMatch(/^\/(?![/\\])/);
    }
  });

  test("reads no file but those of the build", async () => {
    for (const path of [
      "/../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/package.json",
      "/....//package.json",
      "/..\\package.json",
      "/a.js/../../package.json",
      "/%00",
      "/.env",
    ]) {
      const said = await say(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      expect(said, path).toMatch(/^HTTP\/1\.1 (400|403|404) /);
      expect(said).not.toContain('yibenzhang",');
    }
  });
});

describe("a message that is broken", () => {
  test("is refused in the usual form", async () => {
    const bad = async (path: string, headers: Record<string, string>, body: string | Buffer) => {
      const { status, headers: said, body: text } = await ask("POST", path, headers, body);
      expect(said["content-type"]).toMatch(/^application\/problem\+json/);
      return [status, (JSON.parse(text) as { code: string }).code];
    };
    const jsonType = { "content-type": "application/json" };
    expect(await bad("/api/%zz", jsonType, "{}")).toEqual([400, "bad_request"]);
    expect(await bad("/api/session", { ...jsonType, "content-encoding": "gzip" }, gzipSync("{}"))).toEqual([400, "bad_body"]);
    expect(await bad("/api/session", jsonType, '{"__proto__":{"x":1}}')).toEqual([400, "bad_body"]);
    expect(await bad("/api/setup/pack", { "content-type": "multipart/form-data" }, "x")).toEqual([400, "bad_body"]);
    expect(await bad("/api/setup/pack", { "content-type": "multipart/form-data; boundary=b" }, "--b\r\n")).toEqual([
      400,
      expect.any(String),
    ]);
  });

  test("holds up nobody who comes by the same connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const type of [
      "multipart/form-data",
      "multipart/form-data; boundary=b",
      "text/plain",
      "application/json",
      "application/octet-stream",
    ])
      for (const path of ["/api/setup/pack", "/api/session", "/nowhere"]) {
        const first = await ask("POST", path, { "content-type": type }, "x".repeat(900_000), agent).catch(
          (error: Error) => error,
        );
        if (!(first instanceof Error)) expect(first.status).toBeGreaterThanOrEqual(400);
        expect((await ask("GET", "/healthz", {}, undefined, agent)).status, `${type} ${path}`).toBe(200);
      }
    agent.destroy();
  });

  test("cannot be two, and its head has to come soon", async () => {
    const twice =
      "POST /api/session HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    expect(await say(twice)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await say("GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await say(`GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await say("TRACE /api/me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 404 /);
    const { headersTimeout, requestTimeout } = app.server;
    expect([headersTimeout, requestTimeout]).toEqual([20_000, 300_000]);
  });
});

test("one session has so many streams open, and no more", async () => {
  const { body } = await world.anonymous.send("POST", "/api/session", { login: "east", password });
  const open = async () => {
    const sent = request({ host: "127.0.0.1", port, path: `${api}/live`, headers: { authorization: `Bearer ${body.token}` } });
    sent.end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  };
  const first = await open();
  const ended = once(first.resume(), "end");
  const others = await Promise.all(Array.from({ length: 20 }, open));
  await ended;
  expect(others.every((answer) => !answer.readableEnded)).toBe(true);
  for (const answer of others) answer.destroy();
});

test("what a spreadsheet would run leaves as text and comes back as it was", async () => {
  const east = await world.as("east");
  const texts = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "'=1",
    "''-x",
    "＝1+1",
    "'quoted",
    "-5",
    '正常,“引”"号"',
    '="a"\n=b',
  ];
  const unit = world.units.east;
  for (const [index, 主题] of texts.entries()) {
    const values = { 活动编号: `Z-${index}`, 活动日期: "2023-04-03", 组织单位: unit, 主题 };
    expect((await east.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, { values })).status).toBe(200);
  }
  const csv = (await east.get(`${api}/ledgers/study/export?format=csv`)).raw;
  for (const field of csv.toString().split(/[,\r\n]/)) expect(field).not.toMatch(/^"?[=+@＝]|^"?-\D/);
  const back = await east.upload(
    `${api}/imports`,
    { name: "集中学习台账.csv", content: csv },
    { ledger: "study", dryRun: "true" },
  );
  expect(back.body).toMatchObject({ added: 0, changed: 0, refused: 0, unchanged: texts.length });
});
