/** What the installation asks of whoever signs in. */
import { z } from "zod";
import type { First } from "#kernel/access.ts";

const role = z.string().min(1).max(50);
const whole = (min: number, max: number, description: string) => z.int().min(min).max(max).meta({ description });

export const rulesShape = {
  passwordLength: whole(8, 64, "口令至少几个字符，一个汉字算两个"),
  forbidden: z.array(z.string().trim().min(2).max(50)).max(200).meta({ description: "口令里不许出现的词，如单位简称" }),
  passwordDays: whole(0, 3650, "口令多少天后须更换；0为不限"),
  tries: whole(3, 100, "连续输错几次后锁定"),
  lockMinutes: whole(1, 1440, "锁定多少分钟"),
  accountRate: whole(5, 1000, "一个账号每分钟最多登录几次"),
  addressRate: whole(10, 100_000, "一个网络地址每分钟最多登录几次"),
  idleMinutes: whole(5, 1440, "多少分钟没有操作后退出"),
  sessionHours: whole(1, 720, "一次登录最长几小时"),
  secondFactor: z.array(role).max(100).meta({ description: "登录须用动态验证码的岗位" }),
  activationDays: whole(1, 90, "激活码几天内有效"),
};
export const rulesOut = z.object(rulesShape);
export type SignInRules = z.output<typeof rulesOut>;

/** Whether whoever holds these roles or duties signs in with a second factor. Roles of sealed matters stand in the rules. */
export const needsSecondFactor = (held: readonly string[], { secondFactor }: Pick<SignInRules, "secondFactor">): boolean =>
  held.some((one) => secondFactor.includes(one));

/** What a session has shown, and its account has. */
export interface Shown {
  /** Its duty, and the roles of grants that it holds. */
  held: readonly string[];
  /** The account has a second factor, and the session gave its code. */
  enrolled: boolean;
  proved: boolean;
  /** There is a password here, and when its owner chose it, ISO; one that was handed over has no moment. */
  hasPassword: boolean;
  passwordAt: string | null;
}

/** What is to be done before anything else. */
export function firstOf(
  { held, enrolled, proved, hasPassword, passwordAt }: Shown,
  rules: Pick<SignInRules, "passwordDays" | "secondFactor">,
  now: Date,
): First | null {
  if (enrolled && !proved) return "code";
  const old =
    passwordAt !== null && rules.passwordDays > 0 && Date.parse(passwordAt) < now.getTime() - rules.passwordDays * 86_400_000;
  if (hasPassword && (passwordAt === null || old)) return "password";
  return !enrolled && needsSecondFactor(held, rules) ? "enrol" : null;
}
