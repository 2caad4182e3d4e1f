/** Codes that people read from paper or a screen and type: `ABCD-EFGH-JKMN`. */
import { randomInt } from "node:crypto";

// None that look alike.
const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** A code as people type it: small letters, spaces, other dashes or none. */
export const typedPaperCode = (typed: string): string =>
  (typed.toUpperCase().match(/[0-9A-Z]/g) ?? []).join("").replace(/^(.{4})(.{4})(.+)$/, "$1-$2-$3");

/** The code of twelve numbers, each taken by its remainder. */
export const paperCode = (numbers: readonly number[]): string =>
  typedPaperCode(numbers.map((number) => letters[number % letters.length]).join(""));

/** One that nobody can guess: 59 bits. */
export const randomPaperCode = (): string => paperCode(Array.from({ length: 12 }, () => randomInt(letters.length)));
