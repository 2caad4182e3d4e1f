/**
 * The key ring: versions of keys of which the newest encrypts and all read. It is a small JSON text kept outside the
 * database, so that who has only the database or a backup of it has nothing to read it with. From the secret of a version
 * come keys for one use each (HKDF, RFC 5869). The secret for keyed hashes is handed on from one version to the next, so
 * that a value is found under whatever version it was written, unless a rotation renews it too.
 */
import { createHmac, getCiphers, getHashes, hkdfSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { StartError } from "./start-error.ts";

/** AES-256-GCM (NIST SP 800-38D) and SM4-CTR with HMAC-SM3 (GB/T 32907, GB/T 32905). */
export const ciphers = ["aes", "sm4"] as const;
export type Cipher = (typeof ciphers)[number];

export interface KeyVersion {
  version: number;
  cipher: Cipher;
  /** ISO moment. */
  made: string;
  encrypt: Buffer;
  /** Makes nonces, which are keyed hashes of what is encrypted. */
  nonce: Buffer;
  /** Tells this version from another of the same number; says nothing of the key. */
  check: string;
}

export interface KeyRing {
  current: KeyVersion;
  versions: ReadonlyMap<number, KeyVersion>;
}

/** Something about keys that keeps the program from reading or writing; the message names the version and the remedy. */
export class KeyError extends StartError {
  override name = "KeyError";
}

const secret = z.base64().refine((text) => Buffer.from(text, "base64").length === 32);
const fileSchema = z.strictObject({
  format: z.literal(1),
  current: z.int().min(1),
  keys: z
    .array(
      z.strictObject({
        version: z.int().min(1).max(9999),
        made: z.iso.datetime(),
        cipher: z.enum(ciphers),
        secret,
        hash: secret,
      }),
    )
    .min(1),
});
type RingFile = z.infer<typeof fileSchema>;

const derive = (from: string, use: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync("sha256", Buffer.from(from, "base64"), Buffer.alloc(0), `yibenzhang ${use}`, bytes));

function deriveVersion({ version, made, cipher, secret: own, hash }: RingFile["keys"][number]): KeyVersion {
  if (cipher === "sm4" && !(getCiphers().includes("sm4-ctr") && getHashes().includes("sm3")))
    throw new KeyError(
      `第${version}版密钥用的是国密 SM4，本机的 Node.js 没有 SM4 和 SM3。请改用带有这两种算法的 Node.js（随程序安装的即有）。`,
    );
  const check = createHmac("sha256", derive(own, "check", 32))
    .update(`${version} ${cipher} `)
    .update(derive(hash, "check of hash", 32));
  return {
    version,
    cipher,
    made,
    encrypt: derive(own, `encrypt ${cipher}`, cipher === "aes" ? 32 : 16),
    nonce: derive(hash, `nonce ${cipher}`, 32),
    check: check.digest("hex").slice(0, 32),
  };
}

/** The ring that a text holds. Throws a `KeyError` that does not quote it. */
export function readRing(text: string, where: string): KeyRing {
  const file = parseFile(text, where);
  const versions = new Map(file.keys.map((key) => [key.version, deriveVersion(key)]));
  const current = versions.get(file.current);
  if (!current || versions.size !== file.keys.length) throw damaged(where);
  return { current, versions };
}

const damaged = (where: string): KeyError =>
  new KeyError(`密钥环（${where}）不完整或被改动过，无法使用。请用另存的一份恢复；没有它就读不出加密的内容。`);

function parseFile(text: string, where: string): RingFile {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw damaged(where);
  }
}

/** The text of a ring with a further version, which becomes current; without a text of a first ring. */
export function addVersion(
  text: string | undefined,
  { cipher, now, renewHash = false }: { cipher: Cipher; now: Date; renewHash?: boolean },
): string {
  const file = text === undefined ? undefined : parseFile(text, "原有");
  const random = (): string => randomBytes(32).toString("base64");
  const before = file?.keys.find((key) => key.version === file.current);
  const version = Math.max(0, ...(file?.keys.map((key) => key.version) ?? [])) + 1;
  const hash = before && !renewHash ? before.hash : random();
  const added = { version, made: now.toISOString(), cipher, secret: random(), hash };
  const next: RingFile = { format: 1, current: version, keys: [...(file?.keys ?? []), added] };
  readRing(JSON.stringify(next), "新的");
  return `${JSON.stringify(next, null, 2)}\n`;
}

/** The text of a ring without one of its versions. */
export function withoutVersion(text: string, version: number): string {
  const file = parseFile(text, "原有");
  const next: RingFile = { ...file, keys: file.keys.filter((key) => key.version !== version) };
  readRing(JSON.stringify(next), "新的");
  return `${JSON.stringify(next, null, 2)}\n`;
}
