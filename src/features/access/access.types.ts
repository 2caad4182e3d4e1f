/** What is said of accounts and sessions, and what a password must be. */
import { z } from "zod";
import { duties } from "#kernel/duties.ts";

export const accountOut = z.object({
  id: z.int(),
  login: z.string(),
  name: z.string(),
  unit: z.int().meta({ description: "所在单位的编号" }),
  duty: z.enum(duties).nullable().meta({ description: "三员中的哪一员；不是管理员的没有" }),
  person: z.int().nullable().meta({ description: "本人的人员编号；单位公用的账号没有" }),
  temporary: z.boolean().meta({ description: "口令是他人代设的，须先改成自己的" }),
});

export const sessionOut = z.object({
  token: z.string(),
  expiresAt: z.string(),
  seconds: z.int().meta({ description: "登录在多少秒以后过期" }),
  account: accountOut,
});

/** Length is what makes a password hard to guess; rules about its characters only make it hard to remember. */
export const newPassword = z
  .string()
  .max(200)
  .refine((text) => text.replaceAll(/[^\0-\xff]/g, "汉字").length >= 8, "口令至少8个字符，一个汉字算两个");

export const newLogin = z
  .string()
  .trim()
  .min(2)
  .max(50)
  .regex(/^[\p{L}\p{N}._@-]+$/u, "账号只用汉字、字母、数字和 . _ @ -");
