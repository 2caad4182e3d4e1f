/**
 * HTTPS on a network without a public authority: an authority of one's own and a server certificate that it signs, kept
 * in the data folder. Devices are told once to trust the authority, which may vouch for the names and addresses that it was
 * made for and for nothing else, so that its key is of no use against other sites; the server certificate is renewed
 * without them.
 * Elliptic keys (P-256) and SHA-256, which every browser since 2014 takes; a server certificate lasts 397 days, the
 * longest that browsers accept.
 */
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Server } from "node:tls";
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
/** Renewed when fewer days than these are left. */
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
  const old = await readText(join(folder, "server.crt"));
  const names = [...new Set((hosts.length > 0 ? hosts : old === undefined ? ownHosts() : hostsOf(old)).map(checkHost))];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const x509 = await library();
  const { authority, key: authorityKey } = await openAuthority(x509, folder, names, now);
  const issuer = new x509.X509Certificate(authority);
  const rule = issuer.getExtension(nameConstraints)?.value;
  const strangers = names.filter((host) => rule !== undefined && !Buffer.from(rule).includes(subtree(x509, host)));
  if (strangers.length > 0)
    throw new StartError(
      `${folder} 里的证书机构不能为 ${strangers.join("、")} 签发证书，只能用于生成它时写明的地址。确需换地址的，请删除这个文件夹，再用 --host 写明全部地址重新生成，各设备要重新信任。`,
    );
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    // No host: those stand in the alternative names, and one here would be held against the authority's rule a second time.
    subject: "CN=Yibenzhang server",
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

type Library = Awaited<ReturnType<typeof library>>;

/** RFC 5280, 4.2.1.10. */
const nameConstraints = "2.5.29.30";
const der = (tag: number, ...parts: readonly Uint8Array[]) => {
  const { length } = Buffer.concat(parts);
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), ...parts]);
};
const everything = ["", "0.0.0.0/0", "::/0"];

/** A host, or `everything` of a kind, as a rule of the authority names it. */
function subtree({ GeneralName }: Library, host: string) {
  const version = isIP(host.replace("/0", ""));
  const whole = version === 0 || host.endsWith("/0") ? host : `${host}/${version === 4 ? 32 : 128}`;
  return der(0x30, new Uint8Array(new GeneralName(version === 0 ? "dns" : "ip", whole).rawData));
}

/** A kind of name that is not mentioned would be free: without addresses among the hosts all addresses are excluded, and names likewise. */
function onlyFor(x509: Library, hosts: readonly string[]) {
  const isName = (host: string): boolean => isIP(host) === 0;
  const excluded = everything.filter((one) => (one === "" ? !hosts.some(isName) : hosts.every(isName)));
  const list = (tag: number, some: readonly string[]) =>
    some.length === 0 ? Buffer.alloc(0) : der(tag, ...some.map((host) => subtree(x509, host)));
  return new x509.Extension(nameConstraints, true, der(0x30, list(0xa0, hosts), list(0xa1, excluded)));
}

/** The authority in a folder with its key, made for these hosts if there is none. */
async function openAuthority(
  x509: Library,
  folder: string,
  hosts: readonly string[],
  now: Date,
): Promise<{ authority: string; key: webcrypto.CryptoKey }> {
  const [known, kept] = [await readText(join(folder, "ca.crt")), await readText(join(folder, "ca.key"))];
  if (known !== undefined) {
    const remedy = `请从备份找回原来的 ca.key 放回 ${folder}；找不回的，删除这个文件夹重新生成，各设备要重新信任。`;
    if (kept === undefined) throw new StartError(`有证书机构（ca.crt）却没有它的密钥（ca.key），不能签发服务器证书。${remedy}`);
    if (!new X509Certificate(known).checkPrivateKey(createPrivateKey(kept)))
      throw new StartError(`证书机构（ca.crt）和密钥（ca.key）不是一对，不能签发服务器证书。${remedy}`);
    return { authority: known, key: await webcrypto.subtle.importKey("pkcs8", derOf(kept), algorithm, false, ["sign"]) };
  }
  const keys = await newKeys();
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=Yibenzhang ${hostname()} ${randomBytes(3).toString("hex")}`,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + years.authority * 365 * day),
    keys: keys as never,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      onlyFor(x509, hosts),
      await x509.SubjectKeyIdentifierExtension.create(await webcrypto.subtle.exportKey("spki", keys.publicKey)),
    ],
  });
  const authority = `${made.toString("pem")}\n`;
  // The key first: an authority without its key could sign nothing.
  await keep(join(folder, "ca.key"), await keyPem(keys.privateKey));
  await keep(join(folder, "ca.crt"), authority);
  return { authority, key: keys.privateKey };
}

/**
 * The certificates to serve with: made if there are none, and the server's renewed when it soon ends. What keeps it from
 * being renewed is told to `warn` as long as the old one holds.
 */
export async function currentCertificates(dataDir: string, now: Date, warn: (message: string) => void): Promise<Certificates> {
  const found = await readCertificates(dataDir);
  const left = found ? daysLeft(found.cert, now) : 0;
  if (found && left >= renewDays) return found;
  return makeCertificates(dataDir, [], now).catch((error: unknown) => {
    if (!found || left <= 0 || !(error instanceof StartError)) throw error;
    warn(`服务器证书还有${left}天到期，没能更新：${error.message}`);
    return found;
  });
}

/** What a server needs of them. */
export const secureOptions = ({ key, cert }: Certificates) => ({ key, cert, minVersion: "TLSv1.2" as const });

/**
 * Has a server go on with the current certificates, if those that it was given (`served`) end soon or were made anew by
 * `yibenzhang certificate`; returns those it now has. Under another authority only at its next start.
 */
export async function renewServed(
  server: Server,
  dataDir: string,
  served: Certificates,
  now: Date,
  warn: (message: string) => void,
): Promise<Certificates> {
  const current = await currentCertificates(dataDir, now, warn);
  if (current.cert === served.cert || current.authority !== served.authority) return served;
  server.setSecureContext(secureOptions(current));
  return current;
}
