import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hmac, isHeadSignedBy, makeKey, readHead, readKey, type LogKey } from "./log-key.ts";
import { keepPosting } from "./log-post.ts";
import { emptyRoot } from "./merkle.ts";
import { statSync } from "node:fs";

let folder = "";
let key: LogKey;
let server: Server;
let url = "";
const bodies: string[] = [];
/** How the next requests are answered; 200 after them. */
const answers: number[] = [];
let told: (() => void) | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-post-"));
  key = await makeKey(folder);
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += String(piece)));
    request.on("end", () => {
      const status = answers.shift() ?? 200;
      if (status === 200) bodies.push(body);
      response.writeHead(status, { location: "/elsewhere" }).end();
      if (status === 200) told?.();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/heads`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const head = (size: number) =>
  key.sign({ log: "l", size, root: emptyRoot, at: "2026-01-01T00:00:00.000Z", base: 0, snapshot: "1:1:" });
const received = (): Promise<void> => new Promise((done) => (told = done));

it("a key is its owner's only, made once, and signs", async () => {
  expect(statSync(join(folder, "key.pem")).mode & 0o777).toBe(0o600);
  const again = await Promise.all([makeKey(folder), readKey(folder)]);
  expect(again.map((one) => one?.publicKey)).toEqual([key.publicKey, key.publicKey]);
  expect(isHeadSignedBy(key.publicKey, head(3))).toBe(true);
  expect(isHeadSignedBy(key.publicKey, { ...head(3), size: 4 })).toBe(false);
  expect(await readKey(join(folder, "none"))).toBeUndefined();
});

it("a stamp is HMAC-SHA-256", () => {
  const secret = Buffer.alloc(32, 5);
  for (const text of ["", "一本账", "x".repeat(200)])
    expect(hmac(secret)(text)).toEqual(createHmac("sha256", secret).update(text).digest());
});

it("sends the newest head once, after failures and redirections too, and nobody waits", async () => {
  const errors: string[] = [];
  const posting = keepPosting(url, key.publicKey, (error) => errors.push((error as Error).message), 1);
  answers.push(500, 302);
  let arrived = received();
  posting.offer(head(1));
  await arrived;
  expect(errors).toHaveLength(2);
  expect(errors[0]).toMatch(/封存签名没有发送到 127\.0\.0\.1:\d+，稍后再试/);
  posting.offer(head(1));
  arrived = received();
  posting.offer(head(2));
  await arrived;
  await posting.stop();
  const heads = bodies.map((body) => readHead(body));
  expect(heads.map(({ size }) => size)).toEqual([1, 2]);
  expect(heads.every((one) => isHeadSignedBy(key.publicKey, one))).toBe(true);
  expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ publicKey: key.publicKey });
});

it("stops while nobody answers", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const posting = keepPosting(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, key.publicKey, () => undefined);
  const asked = once(silent, "request");
  posting.offer(head(1));
  await asked;
  await posting.stop();
  silent.closeAllConnections();
  silent.close();
});
