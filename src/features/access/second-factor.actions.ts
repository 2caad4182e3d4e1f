/** The second factor: given at sign-in, set up and taken away by its owner, reset for whoever lost it. */
import { z } from "zod";
import type { Account } from "#kernel/access.ts";
import { accountAction, anyoneHere, campaignAction, nothing, type AccountCall, type Outside } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { done, id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { sessionOut } from "./access.types.ts";
import { aboutAccount, toChange } from "./accounts.ts";
import { proveOwnPassword } from "./prove.ts";
import * as model from "./second-factor.model.ts";
import { mayResetFactor } from "./second-factor.policy.ts";
import { beginSession, endOtherSessions, endSessions, findSession, heldOn, signOut } from "./sessions.model.ts";
import { readRules } from "./sign-in-rules.model.ts";
import { needsSecondFactor } from "./sign-in-rules.types.ts";
import { countTry, forgetTries, tooMany } from "./tries.model.ts";

const code = z.string().trim().min(6).max(30).meta({ description: "身份验证器上的6位数字，或一个备用码" });
const codes = z.object({ codes: z.array(z.string()).meta({ description: "备用码，只在这里显示一次，每个用一次" }) });
const wrongCode = (): Problem =>
  new Problem("wrong_code", 422, "动态验证码不正确或已经用过。请等身份验证器换出下一个再输；手机时间不准的，先校准时间。");
const tryOf = ({ id: account }: Pick<Account, "id">): string => `code of ${account}`;

/** Counts a try at one's own codes before one is looked at: they are only six digits. */
async function countCode({ token, now, from, apart }: Outside): Promise<void> {
  const until = await apart("count a try", async (tx) => {
    const session = token === undefined ? undefined : await findSession(tx, token, now);
    return session && !session.token ? countTry(tx, tryOf(session.account), from.address, await readRules(tx), now) : undefined;
  });
  if (until !== undefined) throw tooMany(until, now);
}

/** Runs what takes a code, and forgets tries once it was right. */
async function withCode<T>(call: AccountCall, reason: string, run: (tx: Tx) => Promise<T | false | undefined>): Promise<T> {
  return call.asSystem(reason, async (tx) => {
    const result = await run(tx);
    if (result === false || result === undefined) throw wrongCode();
    forgetTries(tx, tryOf(call.account));
    return result;
  });
}

export const give = accountAction({
  name: "access.giveCode",
  method: "POST",
  path: "/api/session/code",
  summary: "登录的第二步：输入动态验证码",
  description: "得到新的登录凭据，原来的随即失效。",
  input: z.object({ code }),
  output: sessionOut,
  session: "begins",
  beforehand: ["code"],
  ahead: countCode,
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, given) =>
    withCode(call, "give the code of the second factor", async (tx) => {
      if (!(await model.useCode(tx, call.account.id, given.code, call.now))) return false;
      const way = await signOut(tx, call.token ?? "");
      return beginSession(tx, call.account, call.from, call.now, { proved: true, way });
    }),
});

export const state = accountAction({
  name: "access.secondFactor",
  method: "GET",
  path: "/api/me/second-factor",
  summary: "本人的身份验证器",
  input: z.object({}),
  output: z.object({
    since: z.string().nullable().meta({ description: "何时绑定的；没有绑定为空" }),
    recovery: z.int().meta({ description: "还剩几个备用码" }),
    needed: z.boolean().meta({ description: "本人的岗位登录时须用" }),
  }),
  beforehand: ["enrol"],
  subject: nothing,
  allow: anyoneHere,
  run: ({ account, now, asSystem }) =>
    asSystem("read own second factor", async (tx) => ({
      ...(await model.readFactor(tx, account.id)),
      needed: needsSecondFactor(await heldOn(tx, account.id, chinaDay(now)), await readRules(tx)),
    })),
});

export const begin = accountAction({
  name: "access.beginSecondFactor",
  method: "POST",
  path: "/api/me/second-factor",
  summary: "绑定身份验证器：得到密钥",
  description: "用身份验证器扫 uri 的二维码，再用所得的第一个验证码确认。",
  input: z.object({ password: z.string().min(1).max(200).meta({ description: "本人现在的口令" }) }),
  output: z.object({ secret: z.string(), uri: z.string() }),
  beforehand: ["enrol"],
  ahead: (outside, { password }) => proveOwnPassword(outside, password),
  subject: nothing,
  allow: anyoneHere,
  async run({ account, now, asSystem }) {
    const begun = await asSystem("set up own second factor", (tx) => model.beginFactor(tx, account, now));
    if (!begun) throw new Problem("enrolled_already", 409, "已经绑定了身份验证器。要换一个，请先解除现在的。");
    return begun;
  },
});

export const confirm = accountAction({
  name: "access.confirmSecondFactor",
  method: "POST",
  path: "/api/me/second-factor/confirm",
  summary: "绑定身份验证器：用第一个验证码确认，得到备用码",
  description: "本人在别处的登录随即失效。",
  input: z.object({ code }),
  output: sessionOut.extend(codes.shape),
  session: "begins",
  beforehand: ["enrol"],
  ahead: countCode,
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, given) =>
    withCode(call, "confirm own second factor", async (tx) => {
      const made = await model.confirmFactor(tx, call.account.id, given.code, call.now);
      if (!made) return undefined;
      await endSessions(tx, call.account.id);
      return { ...(await beginSession(tx, call.account, call.from, call.now, { proved: true })), codes: made };
    }),
});

export const renew = accountAction({
  name: "access.renewRecoveryCodes",
  method: "POST",
  path: "/api/me/second-factor/codes",
  summary: "换一组备用码",
  description: "原来的备用码随即作废。",
  input: z.object({ code }),
  output: codes,
  ahead: countCode,
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, given) =>
    withCode(call, "renew own recovery codes", async (tx) =>
      (await model.useCode(tx, call.account.id, given.code, call.now))
        ? { codes: await model.renewRecovery(tx, call.account.id) }
        : false,
    ),
});

export const drop = accountAction({
  name: "access.dropSecondFactor",
  method: "POST",
  path: "/api/me/second-factor/drop",
  summary: "解除身份验证器",
  description: "岗位须用的，下次办事前要重新绑定；本人在别处的登录随即失效。",
  input: z.object({ code }),
  output: done,
  ahead: countCode,
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, given) =>
    withCode(call, "drop own second factor", async (tx) => {
      if (!(await model.useCode(tx, call.account.id, given.code, call.now))) return false;
      await model.dropFactor(tx, call.account.id);
      await endOtherSessions(tx, call.account.id, call.token ?? "");
      return { ok: true as const };
    }),
});

export const reset = campaignAction({
  name: "accounts.resetSecondFactor",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts/:account/second-factor/reset",
  summary: "解除一个账号的身份验证器",
  description: "用于手机丢失又没有备用码的。这个账号的登录随即失效，岗位须用的，本人下次登录时重新绑定。",
  input: z.object({ account: id, reason: z.string().trim().min(2).max(200) }),
  output: done,
  subject: toChange,
  allow: mayResetFactor,
  async run(call, { account: { id: account } }, { reason }) {
    await call.asSystem(`reset second factor of ${account}: ${reason}`, async (tx) => {
      await model.dropFactor(tx, account);
      await endSessions(tx, account);
    });
    return { ok: true as const };
  },
  about: aboutAccount,
});
