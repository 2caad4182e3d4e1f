/** HTTPS with an authority of one's own: real TLS clients, renewal, what devices are told, and a service worker in a browser. */
import { createHash, generateKeyPairSync, webcrypto, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { request as plainRequest, type ClientRequest, type IncomingMessage, type Server } from "node:http";
import { createServer as createServerOver, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Server as TlsServer, TLSSocket } from "node:tls";
import type { FastifyInstance } from "fastify";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDoor } from "#platform/authority-page.ts";
import {
  currentCertificates,
  derOf,
  fingerprintOf,
  hostsOf,
  makeCertificates,
  renewServed,
  type Certificates,
} from "#platform/certificates.ts";
import { createServer } from "../src/main.ts";
import { createWorld, password, type World } from "./world.ts";

let folder: string;
let world: World;
let tls: Certificates;
let port: number;
let door: Server;
let app: FastifyInstance;
const warned: string[] = [];
const warn = (message: string): void => void warned.push(message);
const now = new Date();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "https-"));
  world = await createWorld();
  tls = await makeCertificates(folder, ["127.0.0.1", "office.intranet.cn"], now);
  const web = resolve(import.meta.dirname, "../dist/web");
  // A browser's clock is this machine's.
  app = await createServer(world.database, { tls, logLevel: "silent", ...(existsSync(web) ? { web } : {}) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  port = (app.server.address() as AddressInfo).port;
  door = openDoor(tls.authority, port).listen(0, "127.0.0.1");
});
afterAll(async () => {
  door?.close();
  await app?.close();
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  status: number | undefined;
  headers: IncomingMessage["headers"];
  body: Buffer;
}
async function read(asked: ClientRequest, body?: string): Promise<Answer> {
  asked.end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return {
    status: response.statusCode,
    headers: response.headers,
    body: Buffer.concat((await response.toArray()) as Buffer[]),
  };
}
const ask = (path: string, more: object = {}, body?: string): Promise<Answer> =>
  read(request({ host: "127.0.0.1", port, path, ca: tls.authority, agent: false, ...more }), body);
const atDoor = (path: string, host?: string): Promise<Answer> => {
  const options = { host: "127.0.0.1", port: (door.address() as AddressInfo).port, path, agent: false };
  return read(plainRequest({ ...options, ...(host === undefined ? {} : { headers: { host } }) }));
};

test("who trusts the authority is let in by address and by name, others are not", async () => {
  expect((await ask("/healthz")).status).toBe(200);
  expect((await ask("/healthz", { servername: "office.intranet.cn" })).status).toBe(200);
  await expect(ask("/healthz", { ca: [] })).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  await expect(ask("/healthz", { servername: "other.cn" })).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  const body = JSON.stringify({ login: "office", password });
  const headers = { "content-type": "application/json", origin: `https://127.0.0.1:${port}` };
  const signedIn = await ask("/api/session", { method: "POST", headers }, body);
  expect(signedIn.status).toBe(200);
  expect(String(signedIn.headers["set-cookie"])).toMatch(/^__Host-session=.*Secure/);
});

test("keys are nobody else's, and the server's certificate is renewed under the same authority", async () => {
  for (const name of await readdir(join(folder, "tls")))
    expect({ name, mode: (await stat(join(folder, "tls", name))).mode & 0o777 }).toEqual({ name, mode: 0o600 });
  expect(hostsOf(tls.cert)).toEqual(["127.0.0.1", "office.intranet.cn"]);
  expect(await currentCertificates(folder, now, warn)).toEqual(tls);
  const next = await currentCertificates(folder, new Date(now.getTime() + 360 * 86_400_000), warn);
  expect(next.authority).toBe(tls.authority);
  expect(next.cert).not.toBe(tls.cert);
  expect(hostsOf(next.cert)).toEqual(hostsOf(tls.cert));
  const authority = new X509Certificate(next.authority);
  expect(authority.ca).toBe(true);
  expect(new X509Certificate(next.cert).verify(authority.publicKey)).toBe(true);
  const lasts = Date.parse(new X509Certificate(next.cert).validTo) - Date.parse(new X509Certificate(next.cert).validFrom);
  expect(lasts / 86_400_000).toBeLessThanOrEqual(398);
  await expect(makeCertificates(folder, ["http://10.0.0.5"], now)).rejects.toThrow("不是地址或主机名");
});

test("the authority vouches for the hosts it was made for and for no other", async () => {
  await expect(makeCertificates(folder, ["127.0.0.1", "bank.cn"], now)).rejects.toThrow("不能为 bank.cn 签发证书");
  // Nor when somebody else has its key.
  const pose = async (made: string, type: "dns" | "ip", value: string): Promise<Answer> => {
    const authority = await readFile(join(made, "tls/ca.crt"), "utf8");
    const server = createServerOver(await forged(made, authority, type, value), (_, response) => response.end());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port: at } = server.address() as AddressInfo;
    return ask("/", { port: at, ca: authority, ...(type === "dns" ? { servername: value } : {}) }).finally(() => server.close());
  };
  expect((await pose(folder, "ip", "127.0.0.1")).status).toBe(200);
  await expect(pose(folder, "ip", "10.9.8.7")).rejects.toThrow("permitted subtree violation");
  await expect(pose(folder, "dns", "bank.cn")).rejects.toThrow("permitted subtree violation");
  const [names, addresses] = [join(folder, "names"), join(folder, "addresses")];
  await makeCertificates(names, ["office.intranet.cn"], now);
  await expect(pose(names, "ip", "127.0.0.1")).rejects.toThrow("excluded subtree violation");
  await makeCertificates(addresses, ["127.0.0.1", "fe80::1"], now);
  await expect(pose(addresses, "dns", "bank.cn")).rejects.toThrow("excluded subtree violation");
});

/** A certificate that the authority's own code would not make, by its key. */
async function forged(made: string, authority: string, type: "dns" | "ip", value: string) {
  const x509 = await import("@peculiar/x509");
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const signing = derOf(await readFile(join(made, "tls/ca.key"), "utf8"));
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = keys.publicKey.export({ type: "spki", format: "der" });
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: "0101",
    subject: "CN=Somebody else",
    issuer: new x509.X509Certificate(authority).subject,
    notBefore: now,
    notAfter: new Date(now.getTime() + 86_400_000),
    signingKey: (await webcrypto.subtle.importKey("pkcs8", signing, curve, false, ["sign"])) as never,
    publicKey: (await webcrypto.subtle.importKey("spki", spki, curve, true, ["verify"])) as never,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" } as never,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type, value }])],
  });
  return { key: keys.privateKey.export({ type: "pkcs8", format: "pem" }), cert: cert.toString("pem") };
}

test("an authority without its key is not taken for none", async () => {
  const made = await mkdtemp(join(tmpdir(), "https-lost-"));
  const first = await makeCertificates(made, ["10.0.0.5"], now);
  await rename(join(made, "tls/ca.key"), join(made, "kept"));
  expect((await currentCertificates(made, now, warn)).cert).toBe(first.cert);
  await expect(makeCertificates(made, [], now)).rejects.toThrow("没有它的密钥（ca.key）");
  // Nobody is locked out before the last day.
  const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
  expect((await currentCertificates(made, later(389.5), warn)).cert).toBe(first.cert);
  expect(warned).toEqual([expect.stringMatching(/还有6天到期，没能更新：.*没有它的密钥/)]);
  await expect(currentCertificates(made, later(400), warn)).rejects.toThrow("没有它的密钥");
  expect(await readFile(join(made, "tls/ca.crt"), "utf8")).toBe(first.authority);
  await copyFile(join(folder, "tls/ca.key"), join(made, "tls/ca.key"));
  await expect(makeCertificates(made, [], now)).rejects.toThrow("不是一对");
  await copyFile(join(made, "kept"), join(made, "tls/ca.key"));
  expect(hostsOf((await makeCertificates(made, [], now)).cert)).toEqual(["10.0.0.5"]);
  await rm(made, { recursive: true });
});

test("devices are given the certificate with its fingerprint and told how; plain http leads to https and nowhere else", async () => {
  const pem = await readFile(join(folder, "tls/ca.crt"), "utf8");
  for (const got of [await ask("/ca.crt"), await atDoor("/ca.crt")]) {
    expect(got.headers["content-type"]).toBe("application/x-x509-ca-cert");
    expect(new X509Certificate(got.body).fingerprint256).toBe(fingerprintOf(pem));
  }
  for (const page of [await ask("/ca"), await atDoor("/ca")]) {
    const text = page.body.toString();
    expect(text).toContain(fingerprintOf(pem));
    for (const device of ["安卓手机", "iOS", "Windows", "麒麟", "统信"]) expect(text).toContain(device);
  }
  const led = await atDoor("/c/trial/figures?unit=1", "office.intranet.cn:8081");
  expect([led.status, led.headers.location]).toEqual([308, `https://office.intranet.cn:${port}/c/trial/figures?unit=1`]);
  expect((await atDoor("//elsewhere.cn/", "office.intranet.cn")).headers.location).toBe(`https://office.intranet.cn:${port}/`);
  expect((await atDoor("/", "a b")).status).toBe(400);
  // What is said to it without encryption has been heard already.
  expect((await atDoor("/api/session", "office.intranet.cn")).status).toBe(403);
  expect((await ask("/healthz")).headers["strict-transport-security"]).toBe("max-age=31536000; includeSubDomains");
});

test("a browser signs in over https and keeps a service worker", { timeout: 60_000 }, async () => {
  const key = new X509Certificate(tls.cert).publicKey.export({ type: "spki", format: "der" });
  const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: process.env["CHROMIUM"] ?? program ?? "chromium",
    args: ["--no-sandbox", `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`],
  });
  const [page = await context.newPage()] = context.pages();
  await page.goto(`https://127.0.0.1:${port}/`);
  await page.getByLabel("账号").fill("office");
  await page.getByLabel("口令").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/c/**");
  expect(
    await page.evaluate<string>("navigator.serviceWorker.ready.then(({ active }) => new URL(active.scriptURL).protocol)"),
  ).toBe("https:");
  await context.close();
});

test("a server that runs for long goes on with a new certificate", async () => {
  const shown = async (): Promise<string> => {
    const asked = request({ host: "127.0.0.1", port, path: "/healthz", agent: false, rejectUnauthorized: false });
    asked.end();
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    response.resume();
    return (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
  };
  const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
  const server = app.server as unknown as TlsServer;
  // Those that the folder holds by now.
  const served = await renewServed(server, folder, tls, now, warn);
  expect(await renewServed(server, folder, served, later(200), warn)).toBe(served);
  expect(await shown()).toBe(fingerprintOf(served.cert));
  const next = await renewServed(server, folder, served, later(760), warn);
  expect(next.cert).not.toBe(served.cert);
  expect(await shown()).toBe(fingerprintOf(next.cert));
});
