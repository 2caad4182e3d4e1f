/** Tokens of programs: made by whoever's account it is or by the system administrator, listed and revoked. */
import { z } from "zod";
import { accountAction, anyoneHere, campaignAction, nothing } from "#kernel/action.ts";
import { done, id } from "#kernel/input.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { aboutAccount, toChange } from "./accounts.ts";
import * as model from "./tokens.model.ts";
import { mayGiveToken } from "./tokens.policy.ts";
import { mayBeGiven, tokenOut } from "./tokens.types.ts";

const given = {
  name: z.string().trim().min(1).max(100).meta({ description: "给哪个程序用" }),
  actions: z
    .array(z.string().regex(/^[a-zA-Z]+\.[a-zA-Z]+$/))
    .min(1)
    .max(100)
    .nullable()
    .meta({ description: "可以调用的接口名（接口说明里的 operationId）；null 为全部只读接口" }),
  days: z.int().min(1).max(366).meta({ description: "几天内有效" }),
};
const made = z.object({ token: z.string().meta({ description: "令牌，只在这里显示一次；以 Authorization: Bearer 发送" }) });
const listed = z.object({ tokens: z.array(tokenOut) });
const most = 20;

async function make(tx: Tx, wanted: model.NewToken, now: Date): Promise<{ token: string }> {
  const closed = wanted.actions?.find((name) => !mayBeGiven(name));
  if (closed !== undefined) throw new Problem("not_for_tokens", 422, `接口“${closed}”涉及账号和安全，不能给令牌使用。请去掉它。`);
  if ((await model.listTokens(tx, wanted.account)).length >= most)
    throw new Problem("too_many_tokens", 409, `一个账号最多${most}个令牌。请先吊销不用的。`);
  return { token: await model.makeToken(tx, wanted, now) };
}

async function revoke(tx: Tx, account: number, token: number): Promise<{ ok: true }> {
  if (!(await model.revokeToken(tx, account, token))) throw notFound("这个令牌");
  return { ok: true };
}

export const list = accountAction({
  name: "tokens.list",
  method: "GET",
  path: "/api/me/tokens",
  summary: "本人的接口令牌",
  input: z.object({}),
  output: listed,
  subject: nothing,
  allow: anyoneHere,
  run: async ({ account, asSystem }) => ({
    tokens: await asSystem("list own tokens", (tx) => model.listTokens(tx, account.id)),
  }),
});

export const create = accountAction({
  name: "tokens.create",
  method: "POST",
  path: "/api/me/tokens",
  summary: "开一个接口令牌",
  description: "程序用它以本人的账号和权限办事；账号和安全方面的接口一律不能用。",
  input: z.object(given),
  output: made,
  subject: nothing,
  allow: anyoneHere,
  run: ({ account, now, asSystem }, _, wanted) =>
    asSystem("make own token", (tx) => make(tx, { ...wanted, account: account.id, by: account.id }, now)),
  about: ({ name }) => ({ id: name }),
});

export const drop = accountAction({
  name: "tokens.revoke",
  method: "DELETE",
  path: "/api/me/tokens/:token",
  summary: "吊销一个接口令牌",
  input: z.object({ token: id }),
  output: done,
  subject: nothing,
  allow: anyoneHere,
  run: ({ account, asSystem }, _, { token }) => asSystem("revoke own token", (tx) => revoke(tx, account.id, token)),
  about: ({ token }) => ({ id: token }),
});

export const listOf = campaignAction({
  name: "tokens.listOf",
  method: "GET",
  path: "/api/campaigns/:campaign/accounts/:account/tokens",
  summary: "一个账号的接口令牌",
  input: z.object({ account: id }),
  output: listed,
  sensitive: true,
  subject: toChange,
  allow: mayGiveToken,
  run: async ({ asSystem }, { account }) => ({
    tokens: await asSystem(`tokens of ${account.id}`, (tx) => model.listTokens(tx, account.id)),
  }),
  about: aboutAccount,
});

export const createFor = campaignAction({
  name: "tokens.createFor",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts/:account/tokens",
  summary: "给对接的程序开一个接口令牌",
  input: z.object({ account: id, ...given }),
  output: made,
  touches: "nothing",
  subject: toChange,
  allow: mayGiveToken,
  run: ({ asSystem, account: by, now }, { account }, { name, actions, days }) =>
    asSystem(`make a token for ${account.id}: ${name}`, (tx) =>
      make(tx, { account: account.id, name, actions, days, by: by.id }, now),
    ),
  about: aboutAccount,
});

export const dropOf = campaignAction({
  name: "tokens.revokeOf",
  method: "DELETE",
  path: "/api/campaigns/:campaign/accounts/:account/tokens/:token",
  summary: "吊销一个账号的接口令牌",
  input: z.object({ account: id, token: id }),
  output: done,
  touches: "nothing",
  subject: toChange,
  allow: mayGiveToken,
  run: ({ asSystem }, { account }, { token }) =>
    asSystem(`revoke token ${token} of ${account.id}`, (tx) => revoke(tx, account.id, token)),
  about: aboutAccount,
});
