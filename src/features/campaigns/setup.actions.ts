/**
 * The first run: whoever holds the code that the server printed on its console chooses a pack and makes the first
 * account, both in one transaction; from then on the code is void, and everything else is done signed in.
 */
import { z } from "zod";
import { anyoneHere, campaignAction, nothing, openAction } from "#kernel/action.ts";
import { day } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { dutyRoles } from "#kernel/access.ts";
import { duties, type Duty } from "#kernel/duties.ts";
import { addAccounts } from "#features/access/accounts.model.ts";
import { slipsFor } from "#features/access/activation.model.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { newLogin, newPassword, sessionOut, slip } from "#features/access/access.types.ts";
import { checkPassword } from "#features/access/password-rules.types.ts";
import { beginSession } from "#features/access/sessions.model.ts";
import { readRules } from "#features/access/sign-in-rules.model.ts";
import { mayManagePacks } from "./campaigns.policy.ts";
import { storePack } from "./load.model.ts";
import { checkOut, packBrief, readSentPack, withFacts, type CheckTemplate } from "./packs.actions.ts";
import { checkCode, getChoice, keepPack, listChoices, needsSetUp, readProgress, useCode } from "./setup.model.ts";

const code = z.string().min(1).max(50).meta({ description: "服务器启动时在控制台上显示的设置码" });
const title = z.string().trim().min(1).max(100);

const logins: Record<Duty, string> = { system_admin: "system", security_admin: "security", auditor: "audit" };
const administratorLogins = new Set(Object.values(logins));

export const state = openAction({
  name: "setup.state",
  method: "GET",
  path: "/api/setup",
  summary: "系统是否还没有启用",
  input: z.object({}),
  output: z.object({ needed: z.boolean() }),
  subject: nothing,
  allow: anyoneHere,
  run: async ({ asSystem }) => ({ needed: await asSystem("whether anyone has an account", needsSetUp) }),
});

export const choices = openAction({
  name: "setup.packs",
  method: "POST",
  path: "/api/setup/packs",
  summary: "可供选择的方案包",
  input: z.object({ code }),
  output: z.object({
    packs: z.array(
      z.object({
        key: z.string(),
        name: z.string(),
        version: z.string(),
        description: z.string().optional(),
        campaign: z.object({ name: z.string(), organ: z.string().optional(), from: z.string(), to: z.string().optional() }),
      }),
    ),
  }),
  subject: ({ asSystem }, input) => asSystem("check the setup code", (tx) => checkCode(tx, input.code)),
  allow: anyoneHere,
  run: async ({ asSystem }) => ({ packs: await asSystem("list packs", listChoices) }),
});

export const begin = openAction({
  name: "setup.begin",
  method: "POST",
  path: "/api/setup",
  summary: "启用：定下方案包、活动、第一个账号和三员",
  description: "一起成败；成功以后设置码作废，并以这个账号登录。",
  input: z.object({
    code,
    pack: z.string().min(1).max(100),
    campaign: z.strictObject({ name: title, organ: title, from: day, to: day.nullable().optional() }),
    account: z.strictObject({
      login: newLogin.refine((login) => !administratorLogins.has(login), "这个账号留给系统、安全保密或审计管理员，请换一个"),
      name: title,
      password: newPassword,
    }),
  }),
  output: sessionOut.extend({
    campaign: z.string(),
    administrators: z
      .array(slip.extend({ duty: z.enum(duties) }))
      .meta({ description: "三员的账号和激活码，只在这里显示一次：分别交给三个人" }),
  }),
  session: "begins",
  seconds: 120,
  subject: ({ asSystem }, input) => asSystem("check the setup code", (tx) => checkCode(tx, input.code)),
  allow: anyoneHere,
  async run(call, _, given) {
    const session = await call.asSystem("set up", async (tx) => {
      const chosen = await getChoice(tx, given.pack);
      if (chosen.campaign?.realms?.length)
        throw new Problem(
          "several_realms",
          422,
          "这个方案包分设几个辖区，要逐个辖区装入。请由维护人员先在服务器上用 yibenzhang pack load 装入，或另选一个方案包。",
        );
      const facts = withFacts(chosen, { ...given.campaign, reportDate: null, firstWeek: null });
      const campaign = await storePack(tx, { ...chosen, campaign: facts }, call.now);
      checkPassword(given.account.password, given.account, await readRules(tx));
      const role = campaign.pack.roles.find(({ may }) => may.includes("packs"));
      if (!role)
        throw new Problem("no_office", 422, "这个方案包没有能管理方案包的岗位（roles.yaml 的 may 含 packs），不能启用。");
      const { realm, root: unit } = campaign;
      const account = await seatAccount(tx, campaign, { ...given.account, realm, unit, role: role.key }, call.now);
      const appointed = duties.map((duty) => ({
        duty,
        login: logins[duty],
        name: dutyRoles[duty].name,
      }));
      const ids = await addAccounts(
        tx,
        appointed.map((one) => ({ ...one, realm, unit })),
        call.now,
      );
      const slips = await slipsFor(tx, ids, call.now);
      await useCode(tx);
      call.knownAs(account);
      const administrators = slips.map((one, index) => ({ ...one, duty: duties[index] as Duty }));
      return { ...(await beginSession(tx, account, call.from, call.now)), campaign: campaign.key, administrators };
    });
    return session;
  },
  about: ({ account }) => ({ id: account.login }),
});

export const progress = campaignAction({
  name: "setup.progress",
  method: "GET",
  path: "/api/campaigns/:campaign/progress",
  summary: "启用以来已有多少单位、人员、导入和账号",
  input: z.object({}),
  output: z.object({ units: z.int(), people: z.int(), imports: z.int(), accounts: z.int() }),
  subject: nothing,
  allow: mayManagePacks,
  run: ({ asSystem, campaign }) => asSystem("progress of setting up", (tx) => readProgress(tx, campaign.realms, campaign.id)),
});

export const sentPack = (checkTemplate: CheckTemplate) =>
  openAction({
    name: "setup.check",
    method: "POST",
    path: "/api/setup/pack",
    summary: "上传方案包，检查无误后可供选择",
    input: z.object({ code }),
    output: checkOut,
    upload: true,
    subject: ({ asSystem }, input) => asSystem("check the setup code", (tx) => checkCode(tx, input.code)),
    allow: anyoneHere,
    async run(call) {
      const { pack, problems } = await readSentPack(call, checkTemplate);
      if (pack && !pack.campaign)
        throw new Problem(
          "no_campaign",
          422,
          `方案包“${pack.name}”没有写 campaign（活动名称和起止日期），只能被继承。请选择继承它的方案包。`,
        );
      if (pack) await call.asSystem("keep a pack", (tx) => keepPack(tx, pack, call.now));
      return { pack: pack ? packBrief(pack) : null, problems };
    },
    about: () => ({ id: "pack" }),
  });
