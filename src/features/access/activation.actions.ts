/** Accounts from the roster, codes handed out anew, and the owner who activates with one. */
import { z } from "zod";
import { anyoneHere, campaignAction, nothing, openAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { id } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { getUnit, listSubtree } from "#features/units/units.model.ts";
import { newLogin, newPassword, sessionOut, slip } from "./access.types.ts";
import * as accounts from "./accounts.model.ts";
import { roleOf } from "./accounts.ts";
import { addGrant, rolesOf } from "./grants.model.ts";
import { mayChange, mayGive, mayManageAccounts } from "./grants.policy.ts";
import * as model from "./activation.model.ts";
import { freshPassword } from "./prove.ts";
import { beginSession } from "./sessions.model.ts";
import { readRules } from "./sign-in-rules.model.ts";
import { countTry, forgetTries, tooMany } from "./tries.model.ts";

const code = z.string().trim().min(1).max(50).meta({ description: "纸条上的激活码" });
const wrong = (): Problem =>
  new Problem(
    "wrong_activation",
    422,
    "账号或激活码不正确，或者激活码已用过、已过期。请核对纸条；过期的请向发放的办公室换一张。",
  );

export const activate = openAction({
  name: "access.activate",
  method: "POST",
  path: "/api/activation",
  summary: "凭激活码设置口令并登录",
  input: z.object({ login: z.string().trim().min(1).max(100), code, password: newPassword }),
  output: sessionOut,
  session: "begins",
  ahead: async ({ now, from, knownAs, apart }, given) => {
    const { until, found, rules } = await apart("count a try", async (tx) => {
      const read = await readRules(tx);
      const wait = await countTry(tx, given.login, from.address, read, now);
      return { rules: read, until: wait, found: await model.holdCode(tx, given.login, given.code, now) };
    });
    if (until !== undefined) throw tooMany(until, now);
    if (!found) throw wrong();
    knownAs(found);
    return freshPassword({ account: found, rules }, given.password);
  },
  subject: nothing,
  allow: anyoneHere,
  run: (call, _, given, kept) =>
    call.asSystem("activate an account", async (tx) => {
      const account = await model.holdCode(tx, given.login, given.code, call.now);
      if (!account) throw wrong();
      call.knownAs(account);
      forgetTries(tx, given.login);
      await model.setPassword(tx, account.id, kept, call.now);
      return beginSession(tx, account, call.from, call.now);
    }),
});

/** A login for a person of the roster: their number if it will do as one, else one that says no more than that. */
function loginFor({ id: person, code: number }: model.RosterPerson, taken: ReadonlySet<string>): string {
  const parsed = newLogin.safeParse(number?.toLowerCase());
  const base = parsed.success ? parsed.data.slice(0, 44) : `r${person}`;
  for (let more = 1; ; more++) {
    const login = more === 1 ? base : `${base}-${more}`;
    if (!taken.has(login)) return login;
  }
}

const perCall = 200;

export const fromRoster = campaignAction({
  name: "accounts.fromRoster",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts/roster",
  summary: "为花名册上还没有账号的人开账号，得到激活码",
  description: `一次最多${perCall}人，按人员编号往后；更多的用所答 after 再调用，直到 left 为0。登录账号取人员编号。`,
  input: z.object({
    unit: id.meta({ description: "这个单位及其下级的人员" }),
    role: z.string().min(1).max(50).optional().meta({ description: "授予的岗位，管本人单位及其下级；不写则只有人人都有的岗位" }),
    after: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    limit: z.int().min(0).max(perCall).default(perCall).meta({ description: "0只问还有多少人" }),
  }),
  output: z.object({ accounts: z.array(slip), after: z.int(), left: z.int().meta({ description: "还有多少人没有账号" }) }),
  touches: "nothing",
  seconds: 60,
  subject: async ({ tx, asker, campaign, asSystem }, { unit, role }) => {
    const place = await getUnit(tx, asker, unit);
    await asSystem("hold who asks", (own) => accounts.holdAsker(own, asker));
    return { ...place, given: role === undefined ? undefined : roleOf({ campaign }, role), ledgers: campaign.pack.ledgers };
  },
  allow: (asker, { given, ledgers }) => {
    const may = mayManageAccounts(asker);
    return may === true && given ? mayGive(asker, given, ledgers) : may;
  },
  run: ({ asSystem, asker, account, campaign, now }, { id: unit, given }, { after, limit }) =>
    asSystem(`accounts from the roster of ${unit}`, async (tx) => {
      const today = chinaDay(now);
      const units = await listSubtree(tx, campaign.id, unit);
      const waiting = await model.listWithoutAccount(tx, asker.scope.realms, units, { today, after });
      const people = waiting.slice(0, limit);
      const wanted = people.flatMap(({ id: person, code: number }) => [number?.toLowerCase() ?? "", `r${person}`]);
      const taken = new Set(await model.takenLogins(tx, wanted));
      const made = people.map((person) => {
        const login = loginFor(person, taken);
        taken.add(login);
        return { login, name: person.name, realm: person.realm, unit: person.unit, person: person.id };
      });
      const ids = made.length === 0 ? [] : await accounts.addAccounts(tx, made, now);
      if (given)
        for (const [index, { realm, unit: home }] of made.entries()) {
          const grant = { realm, campaign: campaign.id, account: ids[index], role: given.key, unit: home } as const;
          const how = { reach: "subtree", from: today, giver: account.id, reason: "从花名册开设账号时授予" } as const;
          await addGrant(tx, { ...grant, ...how }, now);
        }
      return {
        accounts: ids.length === 0 ? [] : await model.slipsFor(tx, ids, now),
        after: people.at(-1)?.id ?? after,
        left: waiting.length - people.length,
      };
    }),
  about: ({ unit }, found) => ({ id: unit, unit, realm: found?.realm }),
});

export const renewCodes = campaignAction({
  name: "accounts.renewCodes",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts/codes",
  summary: "给还没有激活的账号换发激活码",
  description: `原来的激活码随即作废。一次最多${perCall}个，按账号编号往后；更多的用所答 after 再调用，直到 left 为0。本人不能管理的账号不在其中。`,
  input: z.object({
    unit: id.meta({ description: "这个单位及其下级的账号" }),
    after: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    limit: z.int().min(0).max(perCall).default(perCall).meta({ description: "0只问还有多少个" }),
  }),
  output: z.object({ accounts: z.array(slip), after: z.int(), left: z.int() }),
  touches: "nothing",
  seconds: 60,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit),
  allow: mayManageAccounts,
  run: ({ asSystem, asker, campaign, now }, { id: unit }, { after, limit }) =>
    asSystem(`new codes for ${unit}`, async (tx) => {
      await accounts.holdAsker(tx, asker);
      const units = await listSubtree(tx, campaign.id, unit);
      const all = await model.listWaiting(tx, asker.scope.realms, units, after);
      const roles = await rolesOf(
        tx,
        campaign.id,
        all.map((one) => one.id),
        chinaDay(now),
      );
      const { pack } = campaign;
      const mine = all.filter((one) => {
        const held = pack.roles.filter(({ key }) => roles.get(one.id)?.includes(key));
        return mayChange(asker, one, held, pack.ledgers) === true;
      });
      const chosen = mine.slice(0, limit).map((one) => one.id);
      return {
        accounts: chosen.length === 0 ? [] : await model.slipsFor(tx, chosen, now),
        after: chosen.at(-1) ?? after,
        left: mine.length - chosen.length,
      };
    }),
  about: ({ unit }, found) => ({ id: unit, unit, realm: found?.realm }),
});
