/** Signing in and out, and who one is. */
import { z } from "zod";
import { accountAction, anyoneHere, nothing, openAction } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { changePassword, findAccount, signIn as begin, signOut as end } from "./access.model.ts";
import { accountOut, newPassword, sessionOut } from "./access.types.ts";

export const signIn = openAction({
  name: "access.signIn",
  method: "POST",
  path: "/api/session",
  summary: "登录",
  description: "浏览器得到登录凭据的 cookie；程序用所得 token，以 Authorization: Bearer 发送。",
  input: z.object({ login: z.string().min(1).max(100), password: z.string().min(1).max(200) }),
  output: sessionOut,
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

export const ownPassword = accountAction({
  name: "access.changePassword",
  method: "POST",
  path: "/api/me/password",
  summary: "修改本人口令",
  description: "同一账号在别处的登录随即失效。",
  input: z.object({ old: z.string().min(1).max(200), password: newPassword }),
  output: done,
  subject: nothing,
  allow: anyoneHere,
  run: async (call, _, { old, password }) => {
    await call.asSystem("change own password", (tx) => changePassword(tx, call.account.id, old, password, call.token ?? ""));
    return { ok: true as const };
  },
});
