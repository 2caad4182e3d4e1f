/**
 * HTTPS on a network without a public authority: an authority of one's own and a server certificate that it signs, kept
 * in the data folder. Devices are told once to trust the authority; the server certificate is renewed without them.
 * Elliptic keys (P-256) and SHA-256, which every browser since 2014 takes; a server certificate lasts 397 days, the
 * longest that browsers accept.
 */
import { createHash, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { X509CertificateGenerator as Generator } from "@peculiar/x509";
import { StartError } from "./start-error.ts";

export interface Certificates {
  /** PEM of the server's key and certificate, and of the authority that signed it. */
  key: string;
  cert: string;
  authority: string;
}

const day = 86_400_000;
const years = { authority: 10 };
const serverDays = 397;
/** Renewed at a start when fewer days than these are left. */
const renewDays = 60;
const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;

const folderOf = (dataDir: string): string => join(dataDir, "tls");
const readText = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });

/** Written whole or not at all, readable by nobody else. */
async function keep(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

/** The certificates in a data folder; undefined when there are none. */
export async function readCertificates(dataDir: string): Promise<Certificates | undefined> {
  const folder = folderOf(dataDir);
  const [key, cert, authority] = await Promise.all(
    ["server.key", "server.crt", "ca.crt"].map((name) => readText(join(folder, name))),
  );
  return key !== undefined && cert !== undefined && authority !== undefined ? { key, cert, authority } : undefined;
}

/** Names and addresses that a server certificate is for. */
export const hostsOf = (cert: string): string[] =>
  (new X509Certificate(cert).subjectAltName ?? "")
    .split(", ")
    .map((one) => one.replace(/^(DNS|IP Address):/, ""))
    .filter(Boolean);

/** SHA-256 of a certificate as it is shown on devices: `AB:CD:…`. */
export const fingerprintOf = (cert: string): string => new X509Certificate(cert).fingerprint256;

export const daysLeft = (cert: string, now: Date): number =>
  Math.floor((Date.parse(new X509Certificate(cert).validTo) - now.getTime()) / day);

/** What this machine is called and reached by on its networks. */
export const ownHosts = (): string[] => [
  ...new Set([
    "localhost",
    "127.0.0.1",
    hostname(),
    ...Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address),
    ),
  ]),
];

const dnsName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Throws a StartError for what is neither an address nor a name. */
function checkHost(host: string): string {
  if (isIP(host) !== 0 || dnsName.test(host)) return host.toLowerCase();
  throw new StartError(`“${host}”不是地址或主机名。请写成 10.0.0.5 或 yibenzhang.example.cn 的样子，不带端口和 http://。`);
}

const pemOf = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString("base64")
    .replace(/.{64}/g, "$&\n")
    .trimEnd()}\n-----END ${label}-----\n`;
/** The bytes in a PEM. */
export const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  pemOf("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", key));
const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
/** Positive, as a serial number must be. */
const serial = (): string => `1${randomBytes(15).toString("hex")}`;

/** The library wants a global of `reflect-metadata` before it is loaded. */
async function library() {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}

/**
 * Makes a server certificate for these hosts (those of the present one if none are given), and the authority if there is
 * none yet. An authority that is there stays: whoever trusts it goes on doing so.
 */
export async function makeCertificates(dataDir: string, hosts: readonly string[], now: Date): Promise<Certificates> {
  const folder = folderOf(dataDir);
  const old = await readCertificates(dataDir);
  const names = [...new Set((hosts.length > 0 ? hosts : old ? hostsOf(old.cert) : ownHosts()).map(checkHost))];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const x509 = await library();
  const { authority, key: authorityKey } = await openAuthority(x509.X509CertificateGenerator, x509, folder, now);
  const issuer = new x509.X509Certificate(authority);
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0] ?? "localhost"}`,
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + serverDays * day - day),
    signingKey: authorityKey as never,
    publicKey: keys.publicKey as never,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(await webcrypto.subtle.exportKey("spki", keys.publicKey)),
    ],
  });
  const made = { key: await keyPem(keys.privateKey), cert: `${cert.toString("pem")}\n`, authority };
  await keep(join(folder, "server.key"), made.key);
  await keep(join(folder, "server.crt"), made.cert);
  return made;
}

/** The authority in a folder with its key, made if there is none. */
async function openAuthority(
  generator: typeof Generator,
  x509: Awaited<ReturnType<typeof library>>,
  folder: string,
  now: Date,
): Promise<{ authority: string; key: webcrypto.CryptoKey }> {
  const [known, kept] = [await readText(join(folder, "ca.crt")), await readText(join(folder, "ca.key"))];
  if (known !== undefined && kept !== undefined)
    return { authority: known, key: await webcrypto.subtle.importKey("pkcs8", derOf(kept), algorithm, false, ["sign"]) };
  const keys = await newKeys();
  const made = await generator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=Yibenzhang ${hostname()} ${createHash("sha256").update(randomBytes(16)).digest("hex").slice(0, 6)}`,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + years.authority * 365 * day),
    keys: keys as never,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(await webcrypto.subtle.exportKey("spki", keys.publicKey)),
    ],
  });
  const authority = `${made.toString("pem")}\n`;
  // The key first: an authority without its key could sign nothing.
  await keep(join(folder, "ca.key"), await keyPem(keys.privateKey));
  await keep(join(folder, "ca.crt"), authority);
  return { authority, key: keys.privateKey };
}

/** The certificates to serve with: made if there are none, and the server's renewed when it soon ends. */
export async function currentCertificates(dataDir: string, now: Date): Promise<Certificates> {
  const found = await readCertificates(dataDir);
  return found && daysLeft(found.cert, now) >= renewDays ? found : makeCertificates(dataDir, [], now);
}
