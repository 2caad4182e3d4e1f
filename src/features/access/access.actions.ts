/** Signing in and out, and who one is. */
import { z } from "zod";
import { accountAction, anyoneHere, nothing, openAction } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { findAccount, signIn as begin, signOut as end } from "./access.model.ts";

const accountOut = z.object({
  id: z.int(),
  login: z.string(),
  name: z.string(),
  unit: z.int().meta({ description: "所在单位的编号" }),
  role: z.string().meta({ description: "岗位，见方案包 roles.yaml" }),
  person: z.int().nullable().meta({ description: "本人的人员编号；单位公用的账号没有" }),
});

export const signIn = openAction({
  name: "access.signIn",
  method: "POST",
  path: "/api/session",
  summary: "登录",
  description: "浏览器得到登录凭据的 cookie；程序用所得 token，以 Authorization: Bearer 发送。",
  input: z.object({ login: z.string().min(1).max(100), password: z.string().min(1).max(200) }),
  output: z.object({
    token: z.string(),
    expiresAt: z.string(),
    seconds: z.int().meta({ description: "登录在多少秒以后过期" }),
    account: accountOut,
  }),
  session: "begins",
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, { login, password }) =>
    call.asSystem("sign in", async (tx) => {
      const known = await findAccount(tx, login);
      if (known) call.knownAs(known);
      return begin(tx, login, password, call.now);
    }),
  about: ({ login }) => ({ id: login }),
});

export const signOut = accountAction({
  name: "access.signOut",
  method: "DELETE",
  path: "/api/session",
  summary: "退出登录",
  input: z.object({}),
  output: done,
  session: "ends",
  subject: nothing,
  allow: anyoneHere,
  run: async (call) => {
    await call.asSystem("sign out", (tx) => end(tx, call.token ?? ""));
    return { ok: true as const };
  },
});

export const me = accountAction({
  name: "access.me",
  method: "GET",
  path: "/api/me",
  summary: "本人账号",
  input: z.object({}),
  output: accountOut,
  subject: nothing,
  allow: anyoneHere,
  run: (call) => Promise.resolve(call.account),
});
