import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashesOf, open, openSecret, seal, sealSecret } from "./cipher.ts";
import { addVersion, KeyError, readRing, withoutVersion, type Cipher } from "./key-ring.ts";
import { hashLength, isToken, readToken, traceOf } from "./token.ts";

const letters = (letter: string): string => Buffer.alloc(32, letter).toString("base64");
const ringOf = (cipher: Cipher) =>
  readRing(
    JSON.stringify({
      format: 1,
      current: 1,
      keys: [{ version: 1, made: "2023-01-01T00:00:00.000Z", cipher, secret: letters("s"), hash: letters("h") }],
    }),
    "test",
  );
const place = ["entry", 7, "intake", "联系电话"];
const anyText = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());

test("a token is AES-256-GCM with a nonce that is HMAC-SHA-256 of place and text", () => {
  const subkey = (letter: string, use: string) =>
    Buffer.from(hkdfSync("sha256", Buffer.alloc(32, letter), "", `yibenzhang ${use}`, 32));
  const where = Buffer.from(JSON.stringify(place));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(where.length);
  const nonce = createHmac("sha256", subkey("h", "nonce aes")).update(length).update(where).update("13912345678").digest();
  const cipher = createCipheriv("aes-256-gcm", subkey("s", "encrypt aes"), nonce.subarray(0, 12)).setAAD(where);
  const content = Buffer.concat([Buffer.from("13912345678"), Buffer.from([0x80, 0, 0, 0, 0])]);
  const body = Buffer.concat([nonce.subarray(0, 12), cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  expect(seal(ringOf("aes"), place, "13912345678")).toBe(`§v1.a1.${body.toString("base64url")}`);
});

test("tokens stay what they are from one version of the program to the next", () => {
  expect(seal(ringOf("aes"), place, "13912345678")).toMatchInlineSnapshot(
    `"§v1.a1._6g6cVxlZorzMNgemPjqNCttMtzGLuXsQEPjn-yY9r02ClAChNmJ44EeF2E"`,
  );
  expect(seal(ringOf("sm4"), place, "13912345678")).toMatchInlineSnapshot(`"§v1.s1.TjXKckOdh-FrNU7zKxEoV22DBDp0ug38FbTxeD7KowU"`);
});

describe.each(["aes", "sm4"] as const)("%s", (cipher) => {
  const ring = ringOf(cipher);

  test("any text comes back, and is found by its keyed hash", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const token = seal(ring, place, text);
        expect(isToken(token)).toBe(true);
        expect(open(ring, place, token)).toBe(text);
        expect(hashesOf(ring, place, text)).toEqual([readToken(token)?.body.slice(0, hashLength)]);
      }),
      { seed: 20230315, numRuns: 300 },
    );
  });

  test("equal texts of one place are equal, others differ; the length shows in steps of 16 bytes only", () => {
    expect(seal(ring, place, "张三")).toBe(seal(ring, place, "张三"));
    expect(seal(ring, place, "张三")).not.toBe(seal(ring, place, "张四"));
    expect(seal(ring, place, "张三")).not.toBe(seal(ring, ["entry", 8, "intake", "联系电话"], "张三"));
    expect(seal(ring, place, "张三").length).toBe(seal(ring, place, "欧阳三丰").length);
  });

  test("what is altered or moved does not open, and says so", () => {
    const token = seal(ring, place, "13912345678");
    for (let at = "§v1.a1.".length; at < token.length; at++) {
      const other = token[at] === "A" ? "B" : "A";
      const altered = token.slice(0, at) + other + token.slice(at + 1);
      // The last letter of base64 may hold bits that say nothing.
      if (Buffer.from(altered.slice(7), "base64url").equals(Buffer.from(token.slice(7), "base64url"))) continue;
      expect(() => open(ring, place, altered)).toThrow("被改动过");
    }
    for (const other of [
      ["entry", 8, "intake", "联系电话"],
      ["entry", 7, "intake", "身份证号"],
      ["draft", 7, "intake", "联系电话"],
    ])
      expect(() => open(ring, other, token)).toThrow("从别处移来");
    expect(() => open(ring, place, token.slice(0, 20))).toThrow(KeyError);
  });

  test("small secrets say nothing, not even that two are equal", () => {
    const secret = Buffer.from("12345678901234567890");
    const token = sealSecret(ring, "totp 5", secret);
    expect(token).not.toBe(sealSecret(ring, "totp 5", secret));
    expect(openSecret(ring, "totp 5", token)).toEqual(secret);
    expect(() => openSecret(ring, "totp 6", token)).toThrow(KeyError);
  });
});

describe("rotating", () => {
  const now = new Date("2023-03-15T00:00:00Z");
  const first = addVersion(undefined, { cipher: "aes", now });
  const old = readRing(first, "first");
  const token = seal(old, place, "13912345678");

  test("what an older version wrote is read and found; the same text keeps its trace", () => {
    const ring = readRing(addVersion(first, { cipher: "aes", now }), "second");
    const next = seal(ring, place, "13912345678");
    expect([open(ring, place, token), open(ring, place, next)]).toEqual(["13912345678", "13912345678"]);
    expect(next).not.toBe(token);
    expect(traceOf(next)).toBe(traceOf(token));
    expect(hashesOf(ring, place, "13912345678")).toHaveLength(1);
  });

  test("another cipher or a new hash gives other traces, and both are looked for", () => {
    for (const how of [{ cipher: "sm4" as const }, { cipher: "aes" as const, renewHash: true }]) {
      const ring = readRing(addVersion(first, { ...how, now }), "second");
      expect(open(ring, place, token)).toBe("13912345678");
      expect(hashesOf(ring, place, "13912345678")).toHaveLength(2);
    }
  });

  test("without its version a token is not read, and which one is missing is said", () => {
    const second = addVersion(first, { cipher: "aes", now });
    expect(() => open(readRing(withoutVersion(second, 1), "third"), place, token)).toThrow("没有这一版");
    expect(() => open(readRing(withoutVersion(second, 1), "third"), place, token)).toThrow("第1版");
    expect(() => withoutVersion(second, 2)).toThrow(KeyError);
  });

  test("a ring that is cut short or altered is refused without being quoted", () => {
    for (const text of [first.slice(0, -20), "{}", first.replace('"current": 1', '"current": 3'), ""])
      expect(() => readRing(text, "/data/keys.json")).toThrow("密钥环（/data/keys.json）不完整或被改动过");
  });
});

test("what people type is no token", () => {
  for (const text of [
    "§v1",
    "§3.1 条",
    "§v1.a1.abc",
    "v1.a1.aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "§v1.b1.aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ])
    expect(isToken(text)).toBe(false);
});
