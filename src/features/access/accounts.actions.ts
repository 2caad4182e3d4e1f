/** Accounts of units: made with a password that is shown once, changed, disabled, their sessions ended. */
import { z } from "zod";
import { anyoneHere, campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import { done, id, pageInput } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getPerson } from "#features/people/people.model.ts";
import { getUnit } from "#features/units/units.model.ts";
import { accountOut, newLogin } from "./access.types.ts";
import * as model from "./accounts.model.ts";
import { mayChange, mayGrant, mayManageAccounts } from "./accounts.policy.ts";
import { aboutAccount, allowChange, standingIn, toChange, toSee } from "./accounts.ts";

const name = z.string().trim().min(1).max(100);
const role = z.string().min(1).max(50).meta({ description: "岗位，见方案包 roles.yaml" });
const handedOver = z.string().meta({ description: "一次性口令，只在这里显示一次；本人首次登录时须改成自己的" });

export const list = campaignAction({
  name: "accounts.list",
  method: "GET",
  path: "/api/campaigns/:campaign/accounts",
  summary: "本单位和下级的账号",
  input: z.object({
    unit: id.optional().meta({ description: "只列这个单位及其下级的" }),
    text: z.string().trim().min(1).max(100).optional().meta({ description: "账号、名称或单位中的文字" }),
    role: role.optional(),
    ...pageInput,
  }),
  output: z.object({
    total: z.int(),
    accounts: z.array(
      accountOut.extend({
        unitName: z.string(),
        personName: z.string().nullable(),
        disabled: z.boolean(),
        createdAt: z.string(),
        sessions: z.int().meta({ description: "现在有几处登录" }),
        seenAt: z.string().nullable().meta({ description: "最近一次使用" }),
        may: z.boolean().meta({ description: "本人能否管理这个账号" }),
      }),
    ),
  }),
  sensitive: true,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: mayManageAccounts,
  async run({ now, campaign, asker, asSystem }, _, { unit, text, role: wanted, limit, offset }) {
    return asSystem("list accounts", async (tx) => {
      const standing = await standingIn(tx, campaign);
      const found = await model.listAccounts(tx, campaign, asker, now, {
        limit,
        offset,
        ...(unit === undefined ? {} : { unit }),
        ...(text === undefined ? {} : { text }),
        ...(wanted === undefined ? {} : { role: wanted }),
      });
      return { ...found, accounts: found.accounts.map((one) => ({ ...one, may: mayChange(asker, one, standing) === true })) };
    });
  },
  about: ({ unit }, found) => ({ unit, realm: found?.realm }),
});

function checkRole({ campaign }: CampaignCall, wanted: string): void {
  if (!campaign.pack.roles.some(({ key }) => key === wanted))
    throw new Problem("unknown_role", 422, `方案包里没有岗位“${wanted}”。请从 roles.yaml 所列的岗位中选择。`);
}

export const create = campaignAction({
  name: "accounts.create",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts",
  summary: "新开账号，得到一次性口令",
  description: "一次可以开多个，一起成败。",
  input: z.object({
    accounts: z
      .array(
        z.strictObject({
          login: newLogin,
          name,
          unit: id,
          role,
          person: id.optional().meta({ description: "本人的人员编号；单位公用的账号不写" }),
        }),
      )
      .min(1)
      .max(200),
  }),
  output: z.object({ accounts: z.array(z.object({ id: z.int(), login: z.string(), name: z.string(), password: handedOver })) }),
  subject: async ({ tx, asker, campaign, asSystem }, { accounts }) => {
    const units = new Map<number, Awaited<ReturnType<typeof getUnit>>>();
    for (const { unit, person } of accounts) {
      if (!units.has(unit)) units.set(unit, await getUnit(tx, asker, unit));
      if (person !== undefined) await getPerson(tx, asker, person);
    }
    const standing = await asSystem("judge roles", async (own) => {
      await model.holdAsker(own, asker);
      return standingIn(own, campaign);
    });
    return { units, standing };
  },
  allow: (asker, { standing }, { accounts }) =>
    accounts.map((one) => mayGrant(asker, one.role, standing)).find((verdict) => verdict !== true) ?? true,
  async run(call, { units }, { accounts }) {
    for (const one of accounts) checkRole(call, one.role);
    const made = accounts.map(({ person, ...one }) => ({
      ...one,
      realm: units.get(one.unit)?.realm ?? call.account.realm,
      password: model.oncePassword(),
      ...(person === undefined ? {} : { person }),
    }));
    const ids = await call.asSystem("create accounts", async (tx) => {
      await model.refuseTaken(
        tx,
        made.map(({ login }) => login),
      );
      return model.addAccounts(tx, made, call.now);
    });
    return {
      accounts: made.map(({ login, name: of, password }, index) => ({ id: ids[index] as number, login, name: of, password })),
    };
  },
  about: ({ accounts }, found) => ({
    id: accounts.map(({ login }) => login).join("、"),
    unit: accounts[0]?.unit,
    realm: found?.units.get(accounts[0]?.unit ?? 0)?.realm,
  }),
});

export const change = campaignAction({
  name: "accounts.change",
  method: "PATCH",
  path: "/api/campaigns/:campaign/accounts/:account",
  summary: "修改账号的名称、单位、岗位或本人",
  input: z.object({
    account: id,
    name: name.optional(),
    unit: id.optional(),
    role: role.optional(),
    person: id.nullable().optional(),
  }),
  output: done,
  subject: toChange,
  allow: (asker, found, input) => {
    const may = allowChange(asker, found);
    return may === true && input.role !== undefined ? mayGrant(asker, input.role, found.standing) : may;
  },
  async run(call, { account }, given) {
    if (given.role !== undefined) checkRole(call, given.role);
    const unit = given.unit === undefined ? account : await getUnit(call.tx, call.asker, given.unit);
    if (typeof given.person === "number") await getPerson(call.tx, call.asker, given.person);
    const next = {
      id: account.id,
      name: given.name ?? account.name,
      role: given.role ?? account.role,
      person: given.person === undefined ? account.person : given.person,
      realm: unit.realm,
      unit: given.unit ?? account.unit,
    };
    await call.asSystem(`change account ${account.id}`, (tx) => model.changeAccount(tx, next));
    return { ok: true as const };
  },
  about: aboutAccount,
});

export const reset = campaignAction({
  name: "accounts.resetPassword",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts/:account/password",
  summary: "重设口令，得到一次性口令",
  description: "这个账号的登录随即失效。",
  input: z.object({ account: id }),
  output: z.object({ login: z.string(), name: z.string(), password: handedOver }),
  subject: toChange,
  allow: allowChange,
  async run(call, { account: { id: account, login, name: of } }) {
    const password = model.oncePassword();
    await call.asSystem(`reset password of ${account}`, (tx) => model.resetPassword(tx, account, password));
    return { login, name: of, password };
  },
  about: aboutAccount,
});

const turning = <const N extends "accounts.disable" | "accounts.enable">(
  action: N,
  path: "disable" | "enable",
  summary: string,
) =>
  campaignAction({
    name: action,
    method: "POST",
    path: `/api/campaigns/:campaign/accounts/:account/${path}` as const,
    summary,
    input: z.object({ account: id }),
    output: done,
    subject: toChange,
    allow: allowChange,
    async run(call, { account: { id: account } }) {
      await call.asSystem(`${path} account ${account}`, (tx) => model.setDisabled(tx, account, path === "disable"));
      return { ok: true as const };
    },
    about: aboutAccount,
  });

export const disable = turning("accounts.disable", "disable", "停用账号，它的登录随即失效");
export const enable = turning("accounts.enable", "enable", "恢复停用的账号");

export const sessions = campaignAction({
  name: "accounts.sessions",
  method: "GET",
  path: "/api/campaigns/:campaign/accounts/:account/sessions",
  summary: "一个账号现在的登录",
  input: z.object({ account: id }),
  output: z.object({ sessions: z.array(z.object({ id: z.string(), createdAt: z.string(), seenAt: z.string() })) }),
  sensitive: true,
  subject: toSee,
  allow: allowChange,
  run: async (call, { account: { id: account } }) => ({
    sessions: await call.asSystem(`sessions of ${account}`, (tx) => model.listSessions(tx, account, call.now)),
  }),
  about: aboutAccount,
});

export const endSessions = campaignAction({
  name: "accounts.endSessions",
  method: "DELETE",
  path: "/api/campaigns/:campaign/accounts/:account/sessions",
  summary: "结束一个账号的一处或全部登录",
  input: z.object({ account: id, session: z.string().max(40).optional().meta({ description: "不写则全部结束" }) }),
  output: done,
  subject: toChange,
  allow: allowChange,
  async run(call, { account: { id: account } }, { session }) {
    await call.asSystem(`end sessions of ${account}`, (tx) => model.endSessions(tx, account, session));
    return { ok: true as const };
  },
  about: aboutAccount,
});

export const roles = campaignAction({
  name: "accounts.roles",
  method: "GET",
  path: "/api/campaigns/:campaign/account-roles",
  summary: "本人可以授予的岗位",
  input: z.object({}),
  output: z.object({
    may: z.boolean(),
    roles: z.array(z.object({ key: z.string(), name: z.string(), description: z.string().optional() })),
  }),
  subject: nothing,
  allow: anyoneHere,
  async run({ asker, campaign, asSystem }) {
    const standing = await asSystem("judge roles", (tx) => standingIn(tx, campaign));
    return {
      may: mayManageAccounts(asker) === true,
      roles: campaign.pack.roles.filter(({ key }) => mayGrant(asker, key, standing) === true),
    };
  },
});
