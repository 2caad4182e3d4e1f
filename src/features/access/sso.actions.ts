/** Coming in by way of another house (OpenID Connect). */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { anyoneHere, nothing, openAction, type Outside } from "#kernel/action.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import type { OidcProvider } from "#platform/oidc.ts";
import { sessionOut } from "./access.types.ts";
import { beginSession } from "./sessions.model.ts";
import { readRules } from "./sign-in-rules.model.ts";
import { findLinked, keepFlow, takeFlow } from "./sso.model.ts";
import { countTry, forgetTries, tooMany } from "./tries.model.ts";

const provider = z.string().min(1).max(40).meta({ description: "登录入口的代号" });

export const list = openAction({
  name: "sso.list",
  method: "GET",
  path: "/api/sso",
  summary: "可用的统一登录入口",
  input: z.object({}),
  output: z.object({ providers: z.array(z.object({ key: z.string(), name: z.string() })) }),
  ahead: async ({ providers }) => providers.map(({ key, name }) => ({ key, name })),
  subject: nothing,
  allow: anyoneHere,
  run: async (_call, _subject, _input, providers) => ({ providers: providers ?? [] }),
});

function providerOf({ providers }: Outside, key: string): OidcProvider {
  const found = providers.find((one) => one.key === key);
  if (!found) throw notFound("这个登录入口");
  return found;
}

const unavailable = (): Problem =>
  new Problem("provider_unavailable", 503, "统一登录暂时连接不上。请稍后再试，或用账号和口令登录。");

/** Limits how often an address begins: each time costs a row, and a question to the other house. */
async function countBegin({ apart, from, now }: Outside, key: string): Promise<void> {
  const of = `sso ${key} ${from.address}`;
  const until = await apart("count a try", async (tx) => {
    const rules = await readRules(tx);
    const wait = await countTry(tx, of, from.address, { ...rules, accountRate: rules.addressRate }, now);
    forgetTries(tx, of);
    return wait;
  });
  if (until !== undefined) throw tooMany(until, now);
}

export const begin = openAction({
  name: "sso.begin",
  method: "POST",
  path: "/api/sso/:provider/begin",
  summary: "统一登录：得到要前往的地址",
  input: z.object({ provider }),
  output: z.object({ url: z.string(), binding: z.string().meta({ description: "浏览器留着，回来时一起发送" }) }),
  ahead: async (outside, { provider: key }) => {
    const chosen = providerOf(outside, key);
    await countBegin(outside, key);
    return chosen.begin().catch(() => {
      throw unavailable();
    });
  },
  subject: nothing,
  allow: anyoneHere,
  run: async ({ asSystem, now }, _, { provider: key }, { url, checks }) => {
    const binding = randomBytes(24).toString("base64url");
    await asSystem("keep a sign-in that was sent on", (tx) => keepFlow(tx, key, checks, binding, now));
    return { url, binding };
  },
  about: ({ provider: key }) => ({ id: key }),
});

export const finish = openAction({
  name: "sso.finish",
  method: "POST",
  path: "/api/sso/:provider/finish",
  summary: "统一登录：带着回来时的参数登录",
  description: "按已关联的身份，或登录名相同的账号登录；没有账号的不会自动开设。岗位须用动态验证码的照样要用。",
  input: z.object({
    provider,
    query: z.string().max(4000).meta({ description: "回来时地址里问号以后的部分" }),
    binding: z.string().max(100),
  }),
  output: sessionOut,
  session: "begins",
  ahead: async (outside, { provider: key, query, binding }) => {
    const chosen = providerOf(outside, key);
    const { apart, now } = outside;
    const state = new URLSearchParams(query).get("state") ?? "";
    const checks = await apart("take a sign-in that was sent on", (tx) => takeFlow(tx, key, state, binding, now));
    if (!checks)
      throw new Problem("sign_in_stale", 422, "这次登录已经过时，或者不是从这个浏览器开始的。请回到登录页重新点一次。");
    return chosen.finish(query, checks).catch(() => {
      throw new Problem("sign_in_refused", 422, "统一登录没有成功，或者您取消了登录。请回到登录页重试，或用账号和口令登录。");
    });
  },
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, { provider: key }, who) =>
    call.asSystem(`sign in by ${key}`, async (tx) => {
      const account = await findLinked(tx, key, who, call.now);
      if (!account)
        throw new Problem(
          "no_account",
          403,
          "您在统一登录中的身份还没有这里的账号。请联系本单位管理员开账号，登录账号与统一登录的一致。",
        );
      call.knownAs(account);
      return beginSession(tx, account, call.from, call.now, { way: key });
    }),
  about: ({ provider: key }) => ({ id: key }),
});
