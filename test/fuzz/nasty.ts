/** Values that nobody means well with: of every type, huge, nested, and texts that parsers and databases stumble over. */
import fc, { type Arbitrary } from "fast-check";

const texts = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udc00文",
  "e\u0301\u0301\u0301",
  "\u202e文件.exe",
  "\u2066\u2069\u200b\ufeff",
  "👨‍👩‍👧‍👦🇨🇳",
  "\uffff\ufffe",
  "ﷺ".repeat(50),
  "Ａ＝１",
  "=1+1",
  "' or 1=1 --",
  "'; drop table entries; --",
  "\\",
  "%",
  "_",
  "%00",
  "../../../../etc/passwd",
  "..\\..\\boot.ini",
  "<script>alert(1)</script>",
  "{{7*7}}${7*7}",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "NaN",
  "Infinity",
  "1e400",
  "0x10",
  "-0",
  "9007199254740993",
  "99999999999999999999999999999999999999",
  "2023-02-30",
  "0000-00-00",
  "+275760-09-13",
  "9999-12-31",
  "10000-01-01",
  "2023-06-15T24:00:00Z",
  "00000000-0000-0000-0000-000000000000",
  "[]",
  "{}",
  '{"__proto__":{"x":1}}',
  "a".repeat(20_001),
  "文".repeat(9000),
  "(a+)+$".repeat(20),
  "a,".repeat(500),
  "\r\nset-cookie: x=1",
];
const numbers = [0, -0, -1, 1, 0.1, 1e-320, 1e308, -1e308, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 2 ** 63, 1e21, 4294967296];

const deep = (depth: number, array: boolean): unknown => {
  let value: unknown = 1;
  for (let at = 0; at < depth; at++) value = array ? [value] : { a: value };
  return value;
};

export const nastyText: Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }) },
);

export const nasty: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: nastyText },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...numbers, null, true, false) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, [[]], [null], { length: 3 }, { toString: 1 }, { $ne: 1 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(nastyText, fc.integer()), { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.dictionary(nastyText, fc.oneof(nastyText, fc.integer()), { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(30, 1000), fc.boolean()).map(([depth, array]) => deep(depth, array)) },
  { weight: 1, arbitrary: fc.constantFrom(3000).map((length) => Array.from({ length }, (_, index) => index)) },
);

/** Bodies that are no sound JSON, or no JSON at all, or JSON that says a thing twice. */
export const nastyBodies: readonly (Buffer | string)[] = [
  "",
  " ",
  "{",
  '{"a":',
  "null",
  '"x"',
  "1",
  "[]",
  "[1,2",
  "\ufeff{}",
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"values":{"__proto__":{"x":1}},"version":1}',
  '{"unit":1,"unit":2,"values":{},"values":[]}',
  "[".repeat(100_000),
  '{"a":'.repeat(50_000),
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `{"values":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`,
  `{"reason":"${"文".repeat(300_000)}"}`,
  `[${"1,".repeat(400_000)}1]`,
  `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join()}}`,
  '{"version":1e999,"values":{"实到人数":123456789012345678901234567890}}',
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.alloc(2000),
  "a=1&b=2",
  "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
];
