/** What encrypting costs a value, against AES-256-GCM of the same bytes with a nonce that is at hand. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { hashesOf, open, seal } from "#platform/cipher.ts";
import { addVersion, readRing, type Cipher } from "#platform/key-ring.ts";
import { median, type Result } from "./stage.ts";

const place = ["entry", 7, "intake", "联系电话"];
const texts = Array.from({ length: 2000 }, (_, at) => `139${String(at * 7919).padStart(8, "0")}`);
const key = randomBytes(32);
const nonce = randomBytes(12);

/** Microseconds for one of the texts, the middle of several rounds. */
function each(run: (text: string, at: number) => unknown, rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const begun = performance.now();
    texts.forEach(run);
    return ((performance.now() - begun) * 1000) / texts.length;
  });
  return median(times);
}

function bare(text: string): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function bareOpened(body: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(body.subarray(-16));
  return Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()]);
}

export function sealing(scale: number, say: (line: string) => void): Promise<Result[]> {
  const rounds = Math.max(5, Math.round(40 * scale));
  const ringOf = (cipher: Cipher) => readRing(addVersion(undefined, { cipher, now: new Date() }), "bench");
  say(`${rounds} rounds of ${texts.length} phone numbers`);
  const ring = ringOf("aes");
  const tokens = texts.map((text) => seal(ring, place, text));
  const bodies = texts.map(bare);
  each(bare, 3);
  const baseline = { what: "bare AES-256-GCM", value: each(bare, rounds) };
  const opened = { what: "bare AES-256-GCM", value: each((_, at) => bareOpened(bodies[at] as Buffer), rounds) };
  const result = (what: string, value: number, against: Result["baseline"]): Result => ({
    what,
    value,
    unit: "µs",
    ...(against ? { baseline: against } : {}),
  });
  const sm4 = ringOf("sm4");
  return Promise.resolve([
    result(
      "a value encrypted",
      each((text) => seal(ring, place, text), rounds),
      baseline,
    ),
    result(
      "a value opened",
      each((_, at) => open(ring, place, tokens[at] as string), rounds),
      opened,
    ),
    result(
      "a value looked for, its hash",
      each((text) => hashesOf(ring, place, text), rounds),
      undefined,
    ),
    result(
      "a value encrypted with SM4",
      each((text) => seal(sm4, place, text), rounds),
      baseline,
    ),
  ]);
}
