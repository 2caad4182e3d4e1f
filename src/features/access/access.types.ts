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
});

const first = z
  .enum(["code", "enrol", "password"])
  .nullable()
  .meta({ description: "须先办的事：code 输入动态验证码，enrol 绑定身份验证器，password 设置自己的口令" });
export const meOut = accountOut.extend({ first, rules: z.boolean().meta({ description: "能否查看登录规则" }) });

/** What is handed over on paper, shown once. */
export const slip = z.object({
  login: z.string(),
  name: z.string(),
  unitName: z.string(),
  code: z.string().meta({ description: "激活码，只在这里显示一次；本人凭它设置自己的口令" }),
  until: z.string().meta({ description: "激活码到何时有效" }),
});
export type Slip = z.output<typeof slip>;

/** A session as it is listed. */
export const sessionListed = z.object({
  id: z.string(),
  createdAt: z.string(),
  seenAt: z.string(),
  address: z.string().meta({ description: "从哪个网络地址登录" }),
  agent: z.string().meta({ description: "浏览器或程序自报的名称" }),
});

export const sessionOut = z.object({
  token: z.string(),
  expiresAt: z.string(),
  seconds: z.int().meta({ description: "登录在多少秒以后过期" }),
  first,
  account: accountOut,
});

/** The least that the rules of signing in can ask for; what they do ask is checked where it is kept. */
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
