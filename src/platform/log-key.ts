/**
 * The key of the log: it signs heads (Ed25519, RFC 8032) and stamps rows as written by the program (HMAC-SHA-256 with a key
 * drawn from it by HKDF). It lies in the data folder, never in the database, so that whoever has all rights over the
 * database can neither sign a head nor write a row that bears a stamp.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, hkdfSync, sign, verify } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stamp } from "./db.ts";
import { StartError } from "./start-error.ts";

/** What a log came to at a moment. */
export interface Head {
  /** Which log: a UUID, new whenever one is begun. */
  log: string;
  /** How many leaves it has, and their root. */
  size: number;
  root: Buffer;
  /** ISO 8601, UTC. */
  at: string;
  /** How many of the first leaves were rows that the log began with; null until it is known. */
  base: number | null;
  /** Which transactions the rows so far are of: a snapshot as PostgreSQL writes it; empty at the beginning. */
  snapshot: string;
}

export interface SignedHead extends Head {
  signature: Buffer;
}

export interface LogKey {
  /** DER (SPKI), Base64. */
  publicKey: string;
  sign(head: Head): SignedHead;
  signText(text: string): Buffer;
  stamp: Stamp;
}

/** What is signed of a head. */
export const headText = ({ log, size, root, at, base, snapshot }: Head): string =>
  `yibenzhang log head 1\n${log}\n${size}\n${root.toString("hex")}\n${at}\n${base ?? "-"}\n${snapshot}\n`;

export const isSignedBy = (publicKey: string, text: string, signature: Buffer): boolean =>
  verify(
    null,
    Buffer.from(text),
    createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" }),
    signature,
  );
export const isHeadSignedBy = (publicKey: string, head: SignedHead): boolean =>
  isSignedBy(publicKey, headText(head), head.signature);

/** A head as one line of JSON, as it is kept in files and sent elsewhere. */
export const headLine = ({ root, signature, ...head }: SignedHead): string =>
  JSON.stringify({ ...head, root: root.toString("hex"), signature: signature.toString("base64") });

/** Throws a SyntaxError for what is no head. */
export function readHead(line: string): SignedHead {
  const { log, size, root, at, base, snapshot, signature } = JSON.parse(line) as Record<string, unknown>;
  if (
    typeof log !== "string" ||
    !Number.isSafeInteger(size) ||
    typeof root !== "string" ||
    typeof at !== "string" ||
    !(base === null || Number.isSafeInteger(base)) ||
    typeof snapshot !== "string" ||
    typeof signature !== "string"
  )
    throw new SyntaxError("not a head");
  return {
    log,
    size: size as number,
    root: Buffer.from(root, "hex"),
    at,
    base: base as number | null,
    snapshot,
    signature: Buffer.from(signature, "base64"),
  };
}

const pathOf = (folder: string): string => join(folder, "key.pem");

/** The key in a log's folder; undefined when there is none. A StartError when it may not be read. */
export async function readKey(folder: string): Promise<LogKey | undefined> {
  const pem = await readFile(pathOf(folder), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new StartError(`读不了封存密钥 ${pathOf(folder)}（${error.code}）。请用启动服务的同一用户运行，或改正文件的权限。`);
  });
  return pem === undefined ? undefined : keyOf(pem);
}

/** Makes a key, readable by its owner only; if another process was faster, theirs is the key. */
export async function makeKey(folder: string): Promise<LogKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const fresh = `${pathOf(folder)}.${process.pid}`;
  await writeFile(fresh, pem, { mode: 0o600, flush: true });
  await link(fresh, pathOf(folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(fresh);
  return (await readKey(folder)) as LogKey;
}

function keyOf(pem: string): LogKey {
  const key = createPrivateKey(pem);
  const secret = Buffer.from(key.export({ format: "jwk" }).d as string, "base64url");
  const mac = hmac(Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), "yibenzhang stamp 1", 32)));
  const signText = (text: string): Buffer => sign(null, Buffer.from(text), key);
  return {
    publicKey: createPublicKey(key).export({ type: "spki", format: "der" }).toString("base64"),
    sign: (head) => ({ ...head, signature: signText(headText(head)) }),
    signText,
    stamp: (parts) => mac(JSON.stringify(parts)).subarray(0, 16),
  };
}

/** HMAC-SHA-256 (RFC 2104) with a key of 32 bytes: two calls of a whole digest take half as long as one object of Node's. */
export function hmac(key: Buffer): (text: string) => Buffer {
  const block = Buffer.alloc(64);
  key.copy(block);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = block.map((byte) => byte ^ 0x5c);
  return (text) =>
    hash("sha256", Buffer.concat([outer, hash("sha256", Buffer.concat([inner, Buffer.from(text)]), "buffer")]), "buffer");
}
