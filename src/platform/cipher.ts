/**
 * Encryption of short texts in the manner of a synthetic IV (the idea of RFC 5297): the nonce is a keyed hash of the text
 * and of the place it belongs to. So equal texts of one place give equal tokens, by which they are found without being
 * read; nothing else is learnt but their length in steps of 16 bytes, and no nonce is ever used for two texts. The place
 * is authenticated too: a token that is moved to another field or realm, or altered, does not open.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { KeyError, type KeyRing, type KeyVersion } from "./key-ring.ts";
import { hashLength, readToken, writeToken } from "./token.ts";

/** What a text belongs to, from the kind of thing down to the field. */
export type Place = readonly (string | number)[];

const bytesOf = (place: Place): Buffer => Buffer.from(JSON.stringify(place));
const nonceBytes = 12;
const tagBytes = 16;
const block = 16;

/** Text, a mark, and zeros to a whole number of blocks (ISO/IEC 9797-1, method 2). */
function padded(content: Buffer): Buffer {
  const whole = Buffer.alloc((Math.floor(content.length / block) + 1) * block);
  content.copy(whole);
  whole[content.length] = 0x80;
  return whole;
}

/** Undefined of what no text was made into. */
function unpadded(whole: Buffer): Buffer | undefined {
  const end = whole.lastIndexOf(0x80);
  return end < 0 || whole.subarray(end + 1).some((byte) => byte !== 0) ? undefined : whole.subarray(0, end);
}

/** HMAC over place and content, each told from the other by its length. */
function syntheticNonce({ nonce, cipher }: KeyVersion, place: Buffer, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(place.length);
  return createHmac(cipher === "aes" ? "sha256" : "sm3", nonce)
    .update(length)
    .update(place)
    .update(content)
    .digest();
}

function encrypt(key: KeyVersion, place: Buffer, content: Buffer): Buffer {
  const hash = syntheticNonce(key, place, content);
  if (key.cipher === "sm4") {
    const iv = hash.subarray(0, block);
    const cipher = createCipheriv("sm4-ctr", key.encrypt, iv);
    return Buffer.concat([iv, cipher.update(padded(content)), cipher.final()]);
  }
  const nonce = hash.subarray(0, nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key.encrypt, nonce);
  cipher.setAAD(place);
  return Buffer.concat([nonce, cipher.update(padded(content)), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when it is not what was encrypted for this place. */
function decrypt(key: KeyVersion, place: Buffer, body: Buffer): Buffer | undefined {
  try {
    if (key.cipher === "sm4") {
      const iv = body.subarray(0, block);
      const content = unpadded(createDecipheriv("sm4-ctr", key.encrypt, iv).update(body.subarray(block)));
      return content && timingSafeEqual(syntheticNonce(key, place, content).subarray(0, block), iv) ? content : undefined;
    }
    const decipher = createDecipheriv("aes-256-gcm", key.encrypt, body.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(place);
    decipher.setAuthTag(body.subarray(-tagBytes));
    return unpadded(Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]));
  } catch {
    return undefined;
  }
}

const sealBytes = ({ current }: KeyRing, place: Place, content: Buffer): string =>
  writeToken(current.cipher, current.version, encrypt(current, bytesOf(place), content));

function openBytes(ring: KeyRing, place: Place, value: string): Buffer {
  const token = readToken(value);
  const key = token && ring.versions.get(token.version);
  if (token && key?.cipher !== token.cipher)
    throw new KeyError(
      `内容用第${token.version}版密钥加密，现有密钥环中没有这一版。请把含有这一版的 keys.json 放回数据文件夹，再重新启动。`,
    );
  const content = key && decrypt(key, bytesOf(place), Buffer.from(token.body, "base64url"));
  if (!content)
    throw new KeyError(
      `这一处加密的内容被改动过，或是从别处移来的，无法解密${token ? `（第${token.version}版密钥）` : ""}。请从备份中找回，并查明经过。`,
    );
  return content;
}

/** The token of a text at a place, with the current key. */
export const seal = (ring: KeyRing, place: Place, text: string): string => sealBytes(ring, place, Buffer.from(text));

/** The text of a token. Throws a `KeyError` when its key is missing, or it was altered or moved. */
export const open = (ring: KeyRing, place: Place, token: string): string => openBytes(ring, place, token).toString();

/** Keyed hashes that tokens of a text at a place may begin with, under all versions of the ring. */
export function hashesOf(ring: KeyRing, place: Place, text: string): string[] {
  const hash = (key: KeyVersion): string =>
    syntheticNonce(key, bytesOf(place), Buffer.from(text)).toString("base64url").slice(0, hashLength);
  return [...new Set([...ring.versions.values()].map(hash))];
}

/** A secret of the program's own, such as that of a second factor: its token says nothing, not even of another equal one. */
export const sealSecret = (ring: KeyRing, purpose: string, secret: Buffer): string =>
  sealBytes(ring, ["secret", purpose], Buffer.concat([randomBytes(block), secret]));

/** What `sealSecret` was given. Throws a `KeyError` as `open` does. */
export const openSecret = (ring: KeyRing, purpose: string, token: string): Buffer =>
  openBytes(ring, ["secret", purpose], token).subarray(block);
