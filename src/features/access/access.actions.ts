/** Signing in and out, and who one is. */
import { z } from "zod";
import { accountAction, anyoneHere, nothing, openAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { done, id } from "#kernel/input.ts";
import { notFound } from "#kernel/problem.ts";
import { changePassword, chooseGrant, findAccount, signIn as begin, signOut as end } from "./access.model.ts";
import { listOwn } from "./grants.model.ts";
import { accountOut, newPassword, sessionOut } from "./access.types.ts";

export const signIn = openAction({
  name: "access.signIn",
  method: "POST",
  path: "/api/session",
  summary: "登录",
  description: "浏览器得到登录凭据的 cookie，答复中的 token 为空；程序用所得 token，以 Authorization: Bearer 发送。",
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
  output: accountOut.extend({
    grants: z
      .array(
        z.object({
          id: z.int(),
          campaign: z.string(),
          campaignName: z.string(),
          role: z.string(),
          roleName: z.string(),
          unit: z.int(),
          unitName: z.string(),
          reach: z.string(),
          to: z.string().nullable(),
        }),
      )
      .meta({ description: "现在可以以哪些岗位办理" }),
    grant: z.int().nullable().meta({ description: "选定以哪一项办理；没有选的以第一项" }),
  }),
  subject: nothing,
  allow: anyoneHere,
  run: ({ account, grant, now, asSystem }) =>
    asSystem("own grants", async (tx) => ({ ...account, grant, grants: await listOwn(tx, account, chinaDay(now)) })),
});

export const work = accountAction({
  name: "access.work",
  method: "PUT",
  path: "/api/session/grant",
  summary: "选定以哪个岗位办理",
  description: "只对这次登录有效。",
  input: z.object({ grant: id }),
  output: done,
  subject: async ({ account, now, asSystem }, { grant }) => {
    const own = await asSystem("own grants", (tx) => listOwn(tx, account, chinaDay(now)));
    const found = own.find((one) => one.id === grant);
    if (!found) throw notFound("这项授权");
    return found;
  },
  allow: anyoneHere,
  async run({ token, asSystem }, { id: grant }) {
    await asSystem("work under a grant", (tx) => chooseGrant(tx, token ?? "", grant));
    return { ok: true as const };
  },
  about: ({ grant }, found) => ({ id: grant, unit: found?.unit }),
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
