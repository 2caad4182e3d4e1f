/** Accounts of units: made with a password that is shown once, changed, disabled, their sessions ended. */
import { z } from "zod";
import { duties } from "#kernel/duties.ts";
import { anyoneHere, campaignAction, nothing } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { done, id, pageInput } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getPerson } from "#features/people/people.model.ts";
import { getUnit } from "#features/units/units.model.ts";
import { accountOut, newLogin, sessionListed, slip, type Slip } from "./access.types.ts";
import { clearPassword, slipsFor } from "./activation.model.ts";
import * as model from "./accounts.model.ts";
import { aboutAccount, allowChange, roleOf, toChange, toSee } from "./accounts.ts";
import { addGrant } from "./grants.model.ts";
import { mayAppoint, mayChange, mayGive, mayManageAccounts, mayManageGrants } from "./grants.policy.ts";
import { mayResetFactors } from "./second-factor.policy.ts";
import { endSessions as endSession, listSessions } from "./sessions.model.ts";
import { mayGiveTokens } from "./tokens.policy.ts";

const name = z.string().trim().min(1).max(100);
const role = z.string().min(1).max(50).meta({ description: "岗位，见方案包 roles.yaml" });

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
        roles: z.array(z.string()).meta({ description: "在这项活动中的岗位" }),
        disabled: z.boolean(),
        waiting: z.string().nullable().meta({ description: "本人还没有用的激活码到何时有效" }),
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
      const found = await model.listAccounts(tx, campaign, asker, now, {
        limit,
        offset,
        ...(unit === undefined ? {} : { unit }),
        ...(text === undefined ? {} : { text }),
        ...(wanted === undefined ? {} : { role: wanted }),
      });
      const { roles: known, ledgers } = campaign.pack;
      const rolesOf = (keys: readonly string[]) => known.filter(({ key }) => keys.includes(key));
      return {
        ...found,
        accounts: found.accounts.map((one) => ({ ...one, may: mayChange(asker, one, rolesOf(one.roles), ledgers) === true })),
      };
    });
  },
  about: ({ unit }, found) => ({ unit, realm: found?.realm }),
});

export const create = campaignAction({
  name: "accounts.create",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts",
  summary: "新开账号，得到激活码",
  description: "一次可以开多个，一起成败。",
  input: z.object({
    accounts: z
      .array(
        z.strictObject({
          login: newLogin,
          name,
          unit: id,
          role: role.optional().meta({ description: "随账号一起授予的岗位，管本单位及其下级；不写则另行授权" }),
          duty: z.enum(duties).optional().meta({ description: "设为三员之一；管理员账号没有岗位" }),
          person: id.optional().meta({ description: "本人的人员编号；单位公用的账号不写" }),
        }),
      )
      .min(1)
      .max(200),
  }),
  output: z.object({ accounts: z.array(slip.extend({ id: z.int() })) }),
  subject: async ({ tx, asker, campaign, asSystem }, { accounts }) => {
    const units = new Map<number, Awaited<ReturnType<typeof getUnit>>>();
    for (const { unit, person } of accounts) {
      if (!units.has(unit)) units.set(unit, await getUnit(tx, asker, unit));
      if (person !== undefined) await getPerson(tx, asker, person);
    }
    await asSystem("hold who asks", (own) => model.holdAsker(own, asker));
    const roles = new Map(
      accounts.flatMap((one) => (one.role === undefined ? [] : [[one.role, roleOf({ campaign }, one.role)]])),
    );
    return { units, roles, ledgers: campaign.pack.ledgers };
  },
  allow: (asker, { roles, ledgers }, { accounts }) =>
    [
      mayManageAccounts(asker),
      ...(accounts.some(({ duty }) => duty !== undefined) ? [mayAppoint(asker)] : []),
      ...[...roles.values()].map((one) => mayGive(asker, one, ledgers)),
    ].find((verdict) => verdict !== true) ?? true,
  async run(call, { units }, { accounts }) {
    if (accounts.some((one) => one.duty !== undefined && one.role !== undefined))
      throw new Problem("duty_and_role", 422, "三员的账号不能同时有岗位。请只设其一，或另开一个账号。");
    const made = accounts.map(({ person, duty, ...one }) => ({
      ...one,
      realm: units.get(one.unit)?.realm ?? call.account.realm,
      ...(person === undefined ? {} : { person }),
      ...(duty === undefined ? {} : { duty }),
    }));
    const slips = await call.asSystem("create accounts", async (tx) => {
      await model.refuseTaken(
        tx,
        made.map(({ login }) => login),
      );
      const added = await model.addAccounts(tx, made, call.now);
      for (const [index, { role: given, unit, realm }] of made.entries())
        if (given !== undefined)
          await addGrant(
            tx,
            {
              realm,
              campaign: call.campaign.id,
              account: added[index],
              role: given,
              unit,
              reach: "subtree",
              from: chinaDay(call.now),
              giver: call.account.id,
              reason: "开设账号时授予",
            },
            call.now,
          );
      return slipsFor(tx, added, call.now);
    });
    return {
      accounts: slips,
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
  summary: "修改账号的名称、单位或本人",
  input: z.object({
    account: id,
    name: name.optional(),
    unit: id.optional(),
    person: id.nullable().optional(),
  }),
  output: done,
  subject: toChange,
  allow: allowChange,
  async run(call, { account }, given) {
    const unit = given.unit === undefined ? account : await getUnit(call.tx, call.asker, given.unit);
    if (typeof given.person === "number") await getPerson(call.tx, call.asker, given.person);
    const next = {
      id: account.id,
      name: given.name ?? account.name,
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
  summary: "换发激活码，原口令作废",
  description: "用于忘记口令的。这个账号的登录随即失效，本人凭激活码设置新口令。",
  input: z.object({ account: id }),
  output: slip,
  subject: toChange,
  allow: allowChange,
  run: (call, { account: { id: account } }) =>
    call.asSystem(`new way in for ${account}`, async (tx) => {
      await clearPassword(tx, account);
      await endSession(tx, account);
      return (await slipsFor(tx, [account], call.now))[0] as Slip;
    }),
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
  output: z.object({ sessions: z.array(sessionListed) }),
  sensitive: true,
  subject: toSee,
  allow: allowChange,
  run: async (call, { account: { id: account } }) => ({
    sessions: await call.asSystem(`sessions of ${account}`, (tx) => listSessions(tx, account, call.now)),
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
    await call.asSystem(`end sessions of ${account}`, (tx) => endSession(tx, account, session));
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
    may: z.boolean().meta({ description: "本人能否管理账号" }),
    gives: z.boolean().meta({ description: "本人能否授权" }),
    resetsFactors: z.boolean().meta({ description: "可以解除别人的身份验证器" }),
    givesTokens: z.boolean().meta({ description: "可以给别的账号开接口令牌" }),
    roles: z.array(z.object({ key: z.string(), name: z.string(), description: z.string().optional() })),
  }),
  subject: nothing,
  allow: anyoneHere,
  run: ({ asker, campaign: { pack } }) =>
    Promise.resolve({
      may: mayManageAccounts(asker) === true,
      gives: mayManageGrants(asker) === true,
      resetsFactors: mayResetFactors(asker) === true,
      givesTokens: mayGiveTokens(asker) === true,
      roles: pack.roles.filter((one) => mayGive(asker, one, pack.ledgers) === true),
    }),
});
