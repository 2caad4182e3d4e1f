/** Grants: given, ended, handed over; and who can see what, and why. */
import { z } from "zod";
import { mayUse, sees, seesField, type Role } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { ledgerVerbs, type Ledger } from "#kernel/definitions.ts";
import { chinaDay } from "#kernel/fields.ts";
import { day, done, flag, id, pageInput } from "#kernel/input.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { getUnit } from "#features/units/units.model.ts";
import type { Reach } from "./asker.model.ts";
import { roleOf } from "./accounts.ts";
import { getAccount, holdAsker } from "./accounts.model.ts";
import * as model from "./grants.model.ts";
import { mayGive, mayLookUp, mayManageGrants } from "./grants.policy.ts";
import { findRecord, listViewers } from "./viewers.model.ts";

const reaches = ["own", "subtree", "units", "records"] as const satisfies readonly Reach[];
const reason = z.string().trim().min(2).max(200).meta({ description: "为什么，例如文件号或事由" });
const roleKey = z.string().min(1).max(63).meta({ description: "岗位，见方案包 roles.yaml" });

const grantOut = z.object({
  id: z.int(),
  account: z.int().nullable(),
  group: z.int().nullable(),
  holder: z.string(),
  login: z.string().nullable(),
  role: z.string(),
  unit: z.int(),
  unitName: z.string(),
  reach: z.enum(reaches),
  units: z.array(z.int()),
  entries: z.array(z.string()),
  from: z.string(),
  to: z.string().nullable().meta({ description: "最后一天；没有的长期有效" }),
  giver: z.string().nullable(),
  givenAt: z.string(),
  reason: z.string(),
  endedAt: z.string().nullable(),
  endReason: z.string().nullable(),
});

export const list = campaignAction({
  name: "grants.list",
  method: "GET",
  path: "/api/campaigns/:campaign/grants",
  summary: "授权：谁以什么岗位看哪些单位，到什么时候",
  input: z.object({
    unit: id.optional(),
    account: id.optional(),
    role: roleKey.optional(),
    ended: flag.optional().meta({ description: "true：已终止的也列" }),
    ...pageInput,
  }),
  output: z.object({ total: z.int(), grants: z.array(grantOut) }),
  sensitive: true,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: mayLookUp,
  run: ({ campaign, asker, now, asSystem }, _, { limit, offset, ...filter }) =>
    asSystem("list grants", (tx) => model.listGrants(tx, campaign, asker, { ...filter, day: chinaDay(now), limit, offset })),
  about: ({ unit }) => ({ unit }),
});

export const give = campaignAction({
  name: "grants.give",
  method: "POST",
  path: "/api/campaigns/:campaign/grants",
  summary: "授权",
  description: "给一个账号或一个小组：以什么岗位，看哪些单位或哪些记录，从哪天到哪天。到期自行终止。",
  input: z.object({
    account: id.optional(),
    group: id.optional().meta({ description: "小组的成员都有，离组即止" }),
    role: roleKey,
    unit: id.meta({ description: "以哪个单位的名义办理" }),
    reach: z.enum(reaches).default("subtree").meta({
      description: "own 只有本单位；subtree 本单位和下级；units 所列单位和其下级；records 只有所列记录",
    }),
    units: z.array(id).max(500).default([]),
    entries: z.array(z.uuid()).max(500).default([]),
    from: day.optional().meta({ description: "缺省今天" }),
    to: day.optional().meta({ description: "最后一天；不写则长期有效" }),
    reason,
  }),
  output: z.object({ id: z.int() }),
  subject: async (call, { account, group, unit, units, role, entries }) => {
    if ((account === undefined) === (group === undefined))
      throw new Problem("one_holder", 400, "请指明一个账号或一个小组，只能选其一。");
    const { tx, asker, campaign, asSystem } = call;
    const own = await getUnit(tx, asker, unit);
    for (const one of units) {
      const other = await getUnit(tx, asker, one);
      if (other.realm !== own.realm) throw new Problem("other_realm", 422, `${other.name}的数据在另一处保存，请分开授权。`);
    }
    const wanted = roleOf(call, role);
    const holder = await asSystem("find who is given a grant", async (owner) => {
      await holdAsker(owner, asker, account === undefined ? [] : [account]);
      for (const entry of entries) {
        const record = await findRecord(owner, campaign, entry);
        if (!record || record.realm !== own.realm || !sees(asker, record.unit)) throw notFound("这条记录");
      }
      return account === undefined ? model.getGroup(owner, campaign, asker, group as number) : getAccount(owner, asker, account);
    });
    return { unit: own, role: wanted, holder, ledgers: campaign.pack.ledgers };
  },
  allow: (asker, { role, ledgers }) => mayGive(asker, role, ledgers),
  async run(call, { unit: own, role, holder }, { account, group, unit, reach, units, entries, from, to, reason: why }) {
    const { campaign, now, account: giver, asSystem } = call;
    if ("duty" in holder && holder.duty !== null)
      throw new Problem("duty_and_role", 422, "系统、安全保密和审计管理员的账号不能有岗位。请另开一个账号。");
    if (account === giver.id) throw new Problem("own_grant", 422, "不能给自己授权，请由其他有权的人办理。");
    const first = from ?? chinaDay(now);
    if (to !== undefined && to < first) throw new Problem("bad_days", 422, "终止日期不能早于开始日期，请核对日期。");
    if (reach === "units" && units.length === 0) throw new Problem("no_units", 422, "请列出所看的单位。");
    if (reach === "records" && entries.length === 0) throw new Problem("no_records", 422, "请列出所看的记录。");
    checkDays(role, first, to);
    return {
      id: await asSystem(`grant ${role.key}`, (tx) =>
        model.addGrant(
          tx,
          {
            realm: own.realm,
            campaign: campaign.id,
            account,
            group,
            role: role.key,
            unit,
            reach,
            units: reach === "units" ? units : [],
            entries: reach === "records" ? entries : [],
            from: first,
            to,
            giver: giver.id,
            reason: why,
          },
          now,
        ),
      ),
    };
  },
  about: ({ unit, role, account, group }, found) => ({
    id: `${role} → ${account === undefined ? `小组${String(group)}` : `账号${account}`}`,
    unit,
    realm: found?.unit.realm,
  }),
});

/** A role that is lent for a time has a last day within that time. */
function checkDays({ name, days }: Role, from: string, to: string | undefined): void {
  if (days === undefined) return;
  const latest = new Date(Date.parse(`${from}T00:00:00Z`) + (days - 1) * 86_400_000).toISOString().slice(0, 10);
  if (to === undefined || to > latest)
    throw new Problem("too_long", 422, `岗位“${name}”一次最多授予${days}天，请写明终止日期，最晚${latest}。`, { latest });
}

export const end = campaignAction({
  name: "grants.end",
  method: "POST",
  path: "/api/campaigns/:campaign/grants/:grant/end",
  summary: "终止授权，立即生效",
  input: z.object({ grant: id, reason }),
  output: done,
  subject: ({ campaign, asker, asSystem }, { grant }) =>
    asSystem("find grant", async (tx) => {
      await holdAsker(tx, asker);
      return model.getGrant(tx, campaign, asker, grant);
    }),
  allow: mayManageGrants,
  async run({ account, now, asSystem }, grant, { reason: why }) {
    await asSystem(`end grant ${grant.id}`, (tx) => model.endGrants(tx, grant.realm, [grant.id], account.id, why, now));
    return { ok: true as const };
  },
  about: ({ grant }, found) => ({ id: grant, unit: found?.unit, realm: found?.realm }),
});

export const handOver = campaignAction({
  name: "grants.handOver",
  method: "POST",
  path: "/api/campaigns/:campaign/accounts/:account/hand-over",
  summary: "工作交接：授权当天终止，由接手人接续，出交接单",
  description: "交出人在本活动中的授权和指定给他办理的记录转给接手人；不写接手人的只终止。",
  input: z.object({ account: id, to: id.optional().meta({ description: "接手人的账号" }), reason }),
  output: z.object({
    from: z.string(),
    to: z.string().nullable(),
    at: z.string(),
    grants: z.array(grantOut),
    records: z.int().meta({ description: "其中指定办理的记录" }),
  }),
  subject: ({ campaign, asker, now, asSystem }, { account, to }) =>
    asSystem("find what is handed over", async (tx) => {
      await holdAsker(tx, asker, to === undefined ? [account] : [account, to]);
      const from = await getAccount(tx, asker, account);
      const next = to === undefined ? undefined : await getAccount(tx, asker, to);
      const filter = { account, day: chinaDay(now), limit: 1000, offset: 0 };
      const { grants } = await model.listGrants(tx, campaign, asker, filter);
      const roles = grants.flatMap(({ role }) => campaign.pack.roles.find(({ key }) => key === role) ?? []);
      return { from, next, grants, roles, ledgers: campaign.pack.ledgers };
    }),
  allow: (asker, { roles, ledgers }) =>
    [mayManageGrants(asker), ...roles.map((role) => mayGive(asker, role, ledgers))].find((one) => one !== true) ?? true,
  async run({ campaign, account: by, now, asSystem }, { from, next, grants }, { reason: why }) {
    if (next && (next.id === from.id || next.id === by.id))
      throw new Problem("own_grant", 422, "接手人不能是交出人，也不能是办理交接的人自己。");
    if (next && next.duty !== null)
      throw new Problem("duty_and_role", 422, "系统、安全保密和审计管理员的账号不能有岗位。请另选接手人。");
    const realms = Map.groupBy(grants, ({ realm }) => realm);
    await asSystem(`hand over from ${from.id}`, async (tx) => {
      for (const [realm, own] of realms)
        await model.endGrants(
          tx,
          realm,
          own.map((one) => one.id),
          by.id,
          next ? `交给${next.name}：${why}` : why,
          now,
        );
      if (next)
        for (const { id: _id, account: _account, group: _group, givenBy: _by, ...grant } of grants)
          await model.addGrant(
            tx,
            {
              ...grant,
              campaign: campaign.id,
              account: next.id,
              from: chinaDay(now),
              giver: by.id,
              reason: `接替${from.name}：${why}`,
            },
            now,
          );
    });
    return {
      from: from.name,
      to: next?.name ?? null,
      at: now.toISOString(),
      grants,
      records: grants.reduce((sum, { entries }) => sum + entries.length, 0),
    };
  },
  about: ({ account, to }, found) => ({
    id: `${found?.from.login ?? account} → ${found?.next?.login ?? to ?? "无"}`,
    unit: found?.from.unit,
    realm: found?.from.realm,
  }),
});

const ledgerOut = z.object({
  key: z.string(),
  name: z.string(),
  may: z.array(z.enum(ledgerVerbs)),
  hidden: z.array(z.string()).meta({ description: "看不到的栏目" }),
});
const seenBy = (role: Role, ledgers: readonly Ledger[]): z.input<typeof ledgerOut>[] =>
  ledgers.flatMap((ledger) =>
    mayUse({ role }, ledger, "read") === true
      ? [
          {
            key: ledger.key,
            name: ledger.name,
            may: ledgerVerbs.filter((verb) => mayUse({ role }, ledger, verb) === true),
            hidden: ledger.fields.filter((field) => !seesField({ role }, ledger, field)).map(({ name }) => name),
          },
        ]
      : [],
  );

export const what = campaignAction({
  name: "grants.what",
  method: "GET",
  path: "/api/campaigns/:campaign/accounts/:account/sees",
  summary: "这个账号能看什么，凭什么",
  input: z.object({ account: id }),
  output: z.object({
    account: z.object({ id: z.int(), login: z.string(), name: z.string(), duty: z.string().nullable() }),
    grants: z.array(
      grantOut.extend({ roleName: z.string(), covers: z.int().meta({ description: "共几个单位" }), ledgers: z.array(ledgerOut) }),
    ),
  }),
  sensitive: true,
  subject: ({ asker, asSystem }, { account }) => asSystem("find account", (tx) => getAccount(tx, asker, account)),
  allow: mayLookUp,
  run: ({ campaign, now, asSystem }, account) =>
    asSystem(`what account ${account.id} sees`, async (tx) => {
      const { id: own, login, name, duty } = account;
      const held = await model.listHeld(tx, campaign, account, chinaDay(now));
      return {
        account: { id: own, login, name, duty },
        grants: held.flatMap((grant) => {
          const role = campaign.pack.roles.find(({ key }) => key === grant.role);
          return role ? [{ ...grant, roleName: role.name, ledgers: seenBy(role, campaign.pack.ledgers) }] : [];
        }),
      };
    }),
  about: ({ account }, found) => ({ id: found ? `${account} ${found.login}` : account, unit: found?.unit, realm: found?.realm }),
});

export const who = campaignAction({
  name: "grants.who",
  method: "GET",
  path: "/api/campaigns/:campaign/entries/:entry/viewers",
  summary: "谁能看这条记录，凭什么",
  description: "不答记录的内容。写到的人在“我的记录”中看本人的部分，不在此列。",
  input: z.object({ entry: z.uuid() }),
  output: z.object({
    ledger: z.string(),
    unit: z.string(),
    day: z.string().nullable(),
    everyone: z.string().nullable().meta({ description: "凡在册人员都有的岗位，若能看本单位的这本台账" }),
    viewers: z.array(
      z.object({
        grant: z.int(),
        holder: z.string(),
        login: z.string().nullable(),
        via: z.string().nullable().meta({ description: "因是哪个小组的成员" }),
        role: z.string(),
        unit: z.string(),
        reach: z.enum(reaches),
        to: z.string().nullable(),
        may: z.array(z.enum(ledgerVerbs)),
        hidden: z.array(z.string()),
      }),
    ),
  }),
  sensitive: true,
  // Who may not ask is told so whether or not there is such a record.
  subject: async ({ campaign, asker, asSystem }, { entry }) => {
    if (mayLookUp(asker) !== true) return undefined;
    return asSystem("find record", async (tx) => {
      const record = await findRecord(tx, campaign, entry);
      const ledger = record && campaign.ledgers.get(record.ledger);
      if (!record || !ledger || !sees(asker, record.unit)) throw notFound("这条记录");
      return { record, ledger };
    });
  },
  allow: mayLookUp,
  run({ campaign, now, asSystem }, found) {
    if (!found) throw notFound("这条记录");
    const { record, ledger } = found;
    return asSystem(`who sees ${record.id}`, async (tx) => {
      const roles = campaign.pack.roles.filter((role) => mayUse({ role }, ledger, "read") === true);
      const viewers = await listViewers(
        tx,
        campaign,
        record,
        roles.map(({ key }) => key),
        chinaDay(now),
      );
      return {
        ledger: ledger.name,
        unit: record.unitName,
        day: record.day,
        everyone: roles.find(({ everyone }) => everyone)?.name ?? null,
        viewers: viewers.flatMap(({ role: key, ...viewer }) => {
          const role = roles.find((one) => one.key === key);
          const seen = role && seenBy(role, [ledger])[0];
          return role && seen ? [{ ...viewer, role: role.name, may: seen.may, hidden: seen.hidden }] : [];
        }),
      };
    });
  },
  about: ({ entry }, found) => ({ id: entry, unit: found?.record.unit, realm: found?.record.realm }),
});
