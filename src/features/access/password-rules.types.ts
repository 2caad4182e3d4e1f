/**
 * What a password must not be, after NIST SP 800-63B-4, 3.1.1.2: short, common, made of the account's own words or of
 * words that the house forbids. No rules about kinds of characters, which only make passwords hard to remember.
 */
import type { Account } from "#kernel/access.ts";
import { Problem } from "#kernel/problem.ts";
import { commonPasswords } from "./common-passwords.ts";
import type { SignInRules } from "./sign-in-rules.types.ts";

/** Full-width letters are letters, capitals are small ones. */
const plain = (text: string): string => text.normalize("NFKC").toLowerCase();
const lengthOf = (text: string): number => text.replaceAll(/[^\0-\xff]/g, "汉字").length;
/** Without what people put at the end to satisfy rules. */
const stem = (text: string): string => text.replace(/[\d\W_]+$/u, "");
const runs = ["01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/** Why a password will not do, or undefined. Longer than a forbidden word by half it may hold one. */
export function passwordFault(
  password: string,
  { login, name }: Pick<Account, "login" | "name">,
  { passwordLength, forbidden }: Pick<SignInRules, "passwordLength" | "forbidden">,
): string | undefined {
  const text = plain(password);
  if (lengthOf(text) < passwordLength) return `口令至少${passwordLength}个字符，一个汉字算两个，请加长。`;
  if (commonPasswords.has(text) || new Set(text).size <= 2 || runs.some((run) => run.includes(text)))
    return "这个口令太常见，容易被猜中，请另设一个，例如几个不相干的词连在一起。";
  for (const word of [login, name].map(plain))
    if (word.length >= 2 && text.includes(word) && lengthOf(text) - lengthOf(word) < passwordLength)
      return "口令里不要用账号或姓名，请另设一个。";
  const given = forbidden.map(plain).find((word) => text.includes(word));
  if (given !== undefined) return `口令里不要用“${given}”，请另设一个。`;
  if (commonPasswords.has(stem(text)) && text.length - stem(text).length <= 8)
    return "这个口令太常见，容易被猜中，请另设一个，例如几个不相干的词连在一起。";
  return undefined;
}

/** Throws when a new password will not do. */
export function checkPassword(...given: Parameters<typeof passwordFault>): void {
  const fault = passwordFault(...given);
  if (fault !== undefined) throw new Problem("weak_password", 422, fault);
}
