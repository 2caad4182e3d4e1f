/** Signing in and out, and who one is. */
import { z } from "zod";
import { accountAction, anyoneHere, nothing, openAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { done, id } from "#kernel/input.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { changePassword } from "./access.model.ts";
import { meOut, newPassword, sessionOut } from "./access.types.ts";
import { listOwn } from "./grants.model.ts";
import { freshPassword, proveOwnPassword, provePassword } from "./prove.ts";
import { beginSession, chooseGrant, signOut as end } from "./sessions.model.ts";
import { maySeeRules } from "./sign-in-rules.policy.ts";
import { forgetTries } from "./tries.model.ts";

export const signIn = openAction({
  name: "access.signIn",
  method: "POST",
  path: "/api/session",
  summary: "登录",
  description:
    "浏览器得到登录凭据的 cookie，答复中的 token 为空；程序用所得 token，以 Authorization: Bearer 发送。所答 first 不为空的，须先办完那一件，才能办其他事项。",
  input: z.object({ login: z.string().min(1).max(100), password: z.string().min(1).max(200) }),
  output: sessionOut,
  session: "begins",
  ahead: (outside, { login, password }) => provePassword(outside, login, password),
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, { login }, account) =>
    call.asSystem("sign in", async (tx) => {
      call.knownAs(account);
      forgetTries(tx, login);
      return beginSession(tx, account, call.from, call.now);
    }),
});

export const signOut = accountAction({
  name: "access.signOut",
  method: "DELETE",
  path: "/api/session",
  summary: "退出登录",
  input: z.object({}),
  output: done.extend({ elsewhere: z.string().nullable().meta({ description: "统一登录的退出地址；没有的为空" }) }),
  session: "ends",
  beforehand: ["code", "enrol", "password"],
  ahead: ({ providers }) => Promise.resolve(providers),
  subject: nothing,
  allow: anyoneHere,
  run: async (call, _subject, _input, providers) => {
    const way = await call.asSystem("sign out", (tx) => end(tx, call.token ?? ""));
    const house = providers?.find(({ key }) => key === way);
    // That another house cannot be reached keeps nobody here.
    return { ok: true as const, elsewhere: (await house?.endUrl().catch(() => null)) ?? null };
  },
});

export const me = accountAction({
  name: "access.me",
  method: "GET",
  path: "/api/me",
  summary: "本人账号",
  input: z.object({}),
  output: meOut.extend({
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
  beforehand: ["code", "enrol", "password"],
  subject: nothing,
  allow: anyoneHere,
  run: ({ account, first, grant, now, asSystem }) =>
    asSystem("own grants", async (tx) => ({
      ...account,
      first,
      rules: maySeeRules(account) === true,
      grant,
      // Who has shown half of who they are is not told what they may.
      grants: first === "code" ? [] : await listOwn(tx, account, chinaDay(now)),
    })),
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
  beforehand: ["password", "enrol"],
  ahead: async (outside, { old, password }) => {
    const proved = await proveOwnPassword(outside, old);
    if (!proved) return undefined;
    const { kept } = proved;
    if (kept === null)
      throw new Problem("directory_password", 409, "您的口令由单位的统一目录管理，请在那里修改，这里随即跟着变。");
    return { kept, fresh: await freshPassword(proved, password, old) };
  },
  subject: nothing,
  allow: anyoneHere,
  run: async (call, _, _given, proved) => {
    if (proved)
      await call.asSystem("change own password", (tx) => changePassword(tx, call.account.id, proved, call.token ?? "", call.now));
    return { ok: true as const };
  },
});
