/**
 * How an encrypted text stands in the database: `§v1.a3.…`, with the cipher (a: AES, s: SM4), the version of the key, and
 * nonce and content in base64url. What someone types is never one: whoever reads input refuses what looks so.
 */

const form = /^§v1\.([as])(\d{1,4})\.([\w-]{20,})$/;
const section = 0xa7;

/** Characters of a token's content that are the keyed hash of its text: 96 bits. */
export const hashLength = 16;

/** Parts of a token; undefined of anything else. */
export function readToken(value: unknown): { cipher: "aes" | "sm4"; version: number; body: string } | undefined {
  if (typeof value !== "string" || value.charCodeAt(0) !== section) return undefined;
  const [, cipher, version, body] = form.exec(value) ?? [];
  if (body === undefined) return undefined;
  return { cipher: cipher === "a" ? "aes" : "sm4", version: Number(version), body };
}

export const isToken = (value: unknown): value is string => readToken(value) !== undefined;

export const writeToken = (cipher: "aes" | "sm4", version: number, body: Buffer): string =>
  `§v1.${cipher === "aes" ? "a" : "s"}${version}.${body.toString("base64url")}`;

/** The value itself, or of a token what stays the same under every version of the key: for comparing values. */
export function traceOf<V>(value: V): V | string {
  const token = readToken(value);
  return token ? `§${token.body.slice(0, hashLength)}` : value;
}
