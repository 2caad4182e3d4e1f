/** What the server connects to by itself: only what is configured, only to addresses that were checked, within limits. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOutgoing, OutgoingRefused, placeOf } from "./outgoing.ts";

let server: Server;
let port = 0;
const asked: string[] = [];
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  "/echo": (request, response) =>
    void request
      .toArray()
      .then((body) =>
        response.end(`${request.method} ${String(request.headers["x-one"])} ${Buffer.concat(body as Buffer[]).toString()}`),
      ),
  "/away": (_, response) => void response.writeHead(302, { location: "/secret" }).end(),
  "/endless": (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  },
  "/silent": () => undefined,
};
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    (answers[request.url ?? ""] ?? ((_, other) => void other.end("secret")))(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const kindOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "answered",
    (error: unknown) => (error instanceof OutgoingRefused ? error.kind : String(error)),
  );
const here = () => openOutgoing([`127.0.0.1:${port}`], { milliseconds: 2000, bytes: 100_000 });

test("asks what is allowed, with method, headers and body", async () => {
  const answer = await here().fetch(`http://127.0.0.1:${port}/echo`, {
    method: "POST",
    headers: { "x-one": "1" },
    body: new URLSearchParams({ a: "b" }),
  });
  expect([answer.status, await answer.text()]).toEqual([200, "POST 1 a=b"]);
});

test("refuses every other place before it opens a connection", async () => {
  asked.length = 0;
  const other = openOutgoing(["idp.example.cn:443"]);
  for (const address of [
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    "https://idp.example.cn:8443/",
    "http://idp.example.cn/",
    "https://user:word@idp.example.cn/",
    "https://idp.example.cn.evil.cn/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "ftp://idp.example.cn:443/",
  ])
    expect(await kindOf(other.fetch(address)), address).toBe("not_allowed");
  expect(await kindOf(openOutgoing([]).resolve("127.0.0.1", port))).toBe("not_allowed");
  expect(asked).toEqual([]);
});

test("an allowed name that stands for this machine, a cloud's metadata or a special address is refused", async () => {
  for (const address of [
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "100.100.100.200",
    "0.0.0.0",
    "::",
    "fe80::1",
    "255.255.255.255",
    "239.1.1.1",
    "fd00:ec2::254",
  ]) {
    const found = [{ address, family: address.includes(":") ? 6 : 4 }];
    const way = openOutgoing(["idp.example.cn:443"], undefined, () => Promise.resolve(found));
    expect(await kindOf(way.fetch("https://idp.example.cn/")), address).toBe("bad_address");
  }
  for (const address of ["169.254.169.254", "[::ffff:a9fe:a9fe]"])
    expect(await kindOf(openOutgoing([`${address}:80`]).fetch(`http://${address}/`)), address).toBe("bad_address");
  const way = openOutgoing(["idp.example.cn:443"], undefined, () => Promise.resolve([{ address: "10.0.0.5", family: 4 }]));
  expect(await way.resolve("IDP.example.cn.", 443)).toEqual([{ address: "10.0.0.5", family: 4 }]);
});

test("connects to the address that was checked, whatever the name stands for by then", async () => {
  let times = 0;
  const way = openOutgoing([`localhost:${port}`], undefined, () => {
    times++;
    return Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  });
  expect((await way.fetch(`http://localhost:${port}/echo`)).status).toBe(200);
  expect(times).toBe(1);
});

test("follows no redirect, ends what is endless, waits for nobody", async () => {
  asked.length = 0;
  const answer = await here().fetch(`http://127.0.0.1:${port}/away`, { redirect: "follow" });
  expect([answer.status, answer.headers.get("location"), asked]).toEqual([302, "/secret", ["/away"]]);
  expect(await kindOf(here().fetch(`http://127.0.0.1:${port}/endless`))).toBe("too_large");
  const hasty = openOutgoing([`127.0.0.1:${port}`], { milliseconds: 100, bytes: 1000 });
  expect(await kindOf(hasty.fetch(`http://127.0.0.1:${port}/silent`))).toBe("too_slow");
  const stuck = openOutgoing(["a.cn:443"], { milliseconds: 100, bytes: 1000 }, () => new Promise(() => undefined));
  expect(await kindOf(stuck.fetch("https://a.cn/"))).toBe("too_slow");
});

test("a place is a host and a port", () => {
  expect([placeOf("LDAP.example.cn:636"), placeOf("[fd12::1]:389")]).toEqual(["ldap.example.cn 636", "fd12::1 389"]);
  for (const text of ["", "example.cn", "https://example.cn:443", "*:443", "example.cn:0", "example.cn:70000", "a:443/x"])
    expect(placeOf(text), text).toBeUndefined();
});
