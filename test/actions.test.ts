/** Every action: refused for whoever comes without a session and for the wrong person, works for the right one, is in the audit. */
import { createHash, randomUUID } from "node:crypto";
import { Document, Packer, Paragraph } from "docx";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDocx } from "#features/documents/read-docx.ts";
import { packFileText } from "#kernel/pack-file.ts";
import { actions } from "../src/main.ts";
import { createWorld, password, type Client, type Login, type Reply, type World } from "./world.ts";

let world: World;
let ownTemplate: Buffer;
beforeAll(async () => {
  world = await createWorld();
  ownTemplate = await Packer.toBuffer(new Document({ sections: [{ children: [new Paragraph("本单位学习{sessions}。")] }] }));
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const session = (more: object = {}) => ({
  活动编号: "JX-1",
  活动日期: "2023-04-03",
  组织单位: world.units.east,
  主题: "学习二十大报告",
  实到人数: 12,
  ...more,
});

/** A fresh entry of the east; returns its id. */
async function recorded(more: object = {}): Promise<string> {
  const id = randomUUID();
  const reply = await (
    await world.as("east")
  ).send("PUT", `${api}/ledgers/study/entries/${id}`, {
    values: session({ 活动编号: id.slice(0, 8), ...more }),
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
}

const csv = (): Buffer =>
  Buffer.from(`活动编号,活动日期,组织单位,主题,实到人数\r\n${randomUUID().slice(0, 8)},2023-04-05,东区纪委,集中学习,9\r\n`);

interface Case {
  /** Who may. */
  right: Login;
  /** Who may not, and what they are told; none where whoever is signed in may. */
  wrong?: { login: Login; status: number };
  ask: (client: Client, subject: string) => Promise<Reply>;
  /** Makes what it is about. */
  prepare?: () => Promise<string>;
  /** How often it is asked, if not once. */
  times?: number;
}

const cases: Record<string, Case> = {
  "access.signIn": {
    right: "east",
    ask: (client) => client.send("POST", "/api/session", { login: "east", password: "正确的口令-1" }),
  },
  "access.signOut": { right: "east", ask: (client) => client.send("DELETE", "/api/session") },
  "access.me": { right: "east", ask: (client) => client.get("/api/me") },
  "access.changePassword": {
    right: "west",
    // Other tests sign in with the old one.
    ask: async (client) => {
      const reply = await client.send("POST", "/api/me/password", { old: password, password: "另一个口令-22" });
      await client.send("POST", "/api/me/password", { old: "另一个口令-22", password });
      return reply;
    },
    // Changed, and changed back.
    times: 2,
  },
  "access.work": {
    right: "east",
    prepare: async () => String((await (await world.as("east")).get("/api/me")).body.grants[0].id),
    ask: (client, grant) => client.send("PUT", "/api/session/grant", { grant: Number(grant) }),
  },
  "grants.list": {
    right: "auditor",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.get(`${api}/grants?unit=${world.units.east}`),
  },
  "grants.give": {
    right: "security",
    wrong: { login: "system", status: 403 },
    ask: async (client) => client.send("POST", `${api}/grants`, { ...(await newGrant()), role: "lead_custodian" }),
  },
  "grants.end": {
    right: "office",
    wrong: { login: "west", status: 404 },
    prepare: grantGiven,
    ask: (client, grant) => client.send("POST", `${api}/grants/${grant}/end`, { reason: "任务完成" }),
  },
  "grants.handOver": {
    right: "office",
    wrong: { login: "eastHead", status: 403 },
    prepare: accountMade,
    ask: (client, id) => client.send("POST", `${api}/accounts/${id}/hand-over`, { reason: "调离" }),
  },
  "grants.what": {
    right: "security",
    wrong: { login: "eastHead", status: 403 },
    prepare: accountMade,
    ask: (client, id) => client.get(`${api}/accounts/${id}/sees`),
  },
  "grants.who": {
    right: "auditor",
    wrong: { login: "east", status: 403 },
    prepare: recorded,
    ask: (client, id) => client.get(`${api}/entries/${id}/viewers`),
  },
  "access.sessions": { right: "east", ask: (client) => client.get("/api/me/sessions") },
  "access.endSessions": { right: "east", ask: (client) => client.send("DELETE", "/api/me/sessions") },
  "access.secondFactor": { right: "east", ask: (client) => client.get("/api/me/second-factor") },
  "access.beginSecondFactor": {
    right: "east",
    ask: (client) => client.send("POST", "/api/me/second-factor", { password }),
  },
  "accounts.resetSecondFactor": {
    right: "security",
    wrong: { login: "office", status: 403 },
    prepare: accountMade,
    ask: (client, id) => client.send("POST", `${api}/accounts/${id}/second-factor/reset`, { reason: "手机丢失" }),
  },
  "tokens.list": { right: "east", ask: (client) => client.get("/api/me/tokens") },
  "tokens.create": { right: "east", ask: (client) => client.send("POST", "/api/me/tokens", newToken) },
  "tokens.revoke": {
    right: "east",
    prepare: async () => {
      const east = await world.as("east");
      await east.send("POST", "/api/me/tokens", newToken);
      return String((await east.get("/api/me/tokens")).body.tokens[0].id);
    },
    ask: (client, token) => client.send("DELETE", `/api/me/tokens/${token}`),
  },
  "tokens.listOf": {
    right: "system",
    wrong: { login: "office", status: 403 },
    prepare: accountMade,
    ask: (client, id) => client.get(`${api}/accounts/${id}/tokens`),
  },
  "tokens.createFor": {
    right: "system",
    wrong: { login: "office", status: 403 },
    prepare: accountMade,
    ask: (client, id) => client.send("POST", `${api}/accounts/${id}/tokens`, newToken),
  },
  "tokens.revokeOf": {
    right: "system",
    wrong: { login: "office", status: 403 },
    prepare: async () => {
      const path = `${api}/accounts/${await accountMade()}/tokens`;
      const system = await world.as("system");
      await system.send("POST", path, newToken);
      return `${path}/${(await system.get(path)).body.tokens[0].id}`;
    },
    ask: (client, path) => client.send("DELETE", path === "1" ? `${api}/accounts/1/tokens/1` : path),
  },
  "access.rules": {
    right: "system",
    wrong: { login: "office", status: 403 },
    ask: (client) => client.get("/api/sign-in-rules"),
  },
  "access.setRules": {
    right: "security",
    wrong: { login: "system", status: 403 },
    ask: async (client) => {
      const { may: _may, mayEndAll: _all, ...rules } = (await (await world.as("security")).get("/api/sign-in-rules")).body;
      return client.send("PUT", "/api/sign-in-rules", { ...rules, lockMinutes: 20 });
    },
  },
  "accounts.list": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.get(`${api}/accounts?unit=${world.units.east}&text=east`),
  },
  "accounts.roles": { right: "office", ask: (client) => client.get(`${api}/account-roles`) },
  "accounts.create": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.send("POST", `${api}/accounts`, { accounts: [newAccount()] }),
  },
  "access.activate": {
    right: "east",
    prepare: async () =>
      (await (await world.as("office")).send("POST", `${api}/accounts`, { accounts: [newAccount()] })).raw.toString(),
    ask: (client, made) => {
      const { login = "", code = "AAAA" } = made.startsWith("{") ? JSON.parse(made).accounts[0] : {};
      return client.send("POST", "/api/activation", { login: login || "nobody", code, password });
    },
  },
  "accounts.fromRoster": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.send("POST", `${api}/accounts/roster`, { unit: world.units.east, role: "cadre", limit: 1 }),
  },
  "accounts.renewCodes": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.send("POST", `${api}/accounts/codes`, { unit: world.units.east, limit: 1 }),
  },
  "accounts.change": {
    right: "office",
    wrong: { login: "eastHead", status: 403 },
    prepare: accountMade,
    ask: (client, id) => client.send("PATCH", `${api}/accounts/${id}`, { name: "东区纪委联络员" }),
  },
  "accounts.resetPassword": {
    right: "office",
    wrong: { login: "west", status: 404 },
    prepare: accountMade,
    ask: (client, id) => client.send("POST", `${api}/accounts/${id}/password`, {}),
  },
  "accounts.disable": {
    right: "office",
    wrong: { login: "west", status: 404 },
    prepare: accountMade,
    ask: (client, id) => client.send("POST", `${api}/accounts/${id}/disable`, {}),
  },
  "accounts.enable": {
    right: "office",
    wrong: { login: "west", status: 404 },
    prepare: accountMade,
    ask: (client, id) => client.send("POST", `${api}/accounts/${id}/enable`, {}),
  },
  "accounts.sessions": {
    right: "office",
    wrong: { login: "west", status: 404 },
    prepare: accountMade,
    ask: (client, id) => client.get(`${api}/accounts/${id}/sessions`),
  },
  "accounts.endSessions": {
    right: "office",
    wrong: { login: "west", status: 404 },
    prepare: accountMade,
    ask: (client, id) => client.send("DELETE", `${api}/accounts/${id}/sessions`),
  },
  "own.respond": {
    right: "ann",
    wrong: { login: "east", status: 404 },
    prepare: () => recorded({ 主持人: world.people.ann }),
    ask: (client, entry) =>
      client.send("POST", `${api}/own-record/${asId(entry)}/response`, { base: 0, words: "当天我在外地出差。" }),
  },
  "own.ask": {
    right: "ann",
    wrong: { login: "eastHead", status: 404 },
    prepare: () => recorded({ 主持人: world.people.ann }),
    ask: (client, entry) => client.send("PUT", `${api}/own-record/${asId(entry)}/corrections/${randomUUID()}`, correction),
  },
  "own.withdraw": {
    right: "ann",
    wrong: { login: "east", status: 404 },
    prepare: correctionAsked,
    ask: (client, id) => client.send("POST", `${api}/own-record/corrections/${asId(id)}/withdraw`, {}),
  },
  "own.review": {
    right: "ann",
    wrong: { login: "west", status: 404 },
    prepare: async () => {
      const id = await correctionAsked();
      await (
        await world.as("east")
      ).send("POST", `${api}/corrections/${id}/answer`, { accept: false, version: 1, reason: "无误" });
      return id;
    },
    ask: (client, id) => client.send("POST", `${api}/own-record/corrections/${asId(id)}/review`, { why: "请复核" }),
  },
  "own.looks": {
    right: "ann",
    wrong: { login: "office", status: 404 },
    prepare: () => recorded({ 主持人: world.people.ann }),
    ask: (client, entry) => client.get(`${api}/own-record/${asId(entry)}/looks`),
  },
  "corrections.answer": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: correctionAsked,
    ask: (client, id) =>
      client.send("POST", `${api}/corrections/${asId(id)}/answer`, { accept: true, version: 1, value: "学习准则" }),
  },
  "audit.list": {
    right: "auditor",
    wrong: { login: "office", status: 403 },
    ask: (client) => client.get(`${api}/audit?unit=${world.units.east}&only=looks&limit=5`),
  },
  "audit.get": {
    right: "auditor",
    wrong: { login: "east", status: 403 },
    prepare: async () => (await (await world.as("auditor")).get(`${api}/audit?limit=1`)).body.rows[0].id,
    ask: (client, row) => client.get(`${api}/audit/${/_/.test(row) ? row : "2023-06-15T02:00:00.000Z_1_1"}`),
  },
  "audit.export": {
    right: "auditor",
    wrong: { login: "custodian", status: 403 },
    ask: (client) => client.get(`${api}/audit/export?format=csv&reason=${encodeURIComponent("季度核查")}`),
  },
  "setup.progress": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.get(`${api}/progress`),
  },
  "packs.list": { right: "office", wrong: { login: "east", status: 403 }, ask: (client) => client.get(`${api}/packs`) },
  "packs.export": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.get(`${api}/packs/${world.campaign.packId}/file`),
  },
  "packs.changes": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.get(`${api}/packs/${world.campaign.packId}/changes`),
  },
  "packs.check": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.upload(`${api}/packs/check`, packFile()),
  },
  "packs.load": {
    right: "office",
    wrong: { login: "auditor", status: 403 },
    ask: (client) => client.upload(`${api}/packs`, packFile()),
  },
  "packs.restore": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.send("POST", `${api}/packs/${world.campaign.packId}/restore`, {}),
  },
  "campaigns.change": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.send("PATCH", api, { reportDate: "2023-07-31" }),
  },
  "campaigns.list": { right: "east", ask: (client) => client.get("/api/campaigns") },
  "campaigns.get": { right: "east", ask: (client) => client.get(api) },
  "campaigns.definitions": { right: "east", ask: (client) => client.get(`${api}/definitions`) },
  "ledgers.due": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/due?unit=${world.units.east}`),
  },
  "units.list": { right: "east", ask: (client) => client.get(`${api}/units?day=2023-05-01`) },
  "units.get": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/units/${world.units.east}`),
  },
  "units.children": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/units/${world.units.east}/children`),
  },
  "units.search": { right: "east", ask: (client) => client.get(`${api}/units/search?text=${encodeURIComponent("办公室")}`) },
  "units.changes": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/units/${world.units.east}/changes`),
  },
  "units.preview": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) => client.get(`${api}/units/${world.units.eastOffice}/move-preview?parent=${world.units.west}&day=2023-06-01`),
  },
  "units.undo": {
    right: "office",
    wrong: { login: "auditor", status: 403 },
    prepare: async () => {
      const office = await world.as("office");
      const name = `西区纪委${randomUUID().slice(0, 4)}`;
      return String((await office.send("PATCH", `${api}/units/${world.units.west}`, { name })).body.change);
    },
    ask: (client, change) => client.send("POST", `${api}/unit-changes/${change}/undo`, {}),
  },
  "people.get": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/people/${world.people.bob}`),
  },
  "people.undo": {
    right: "office",
    wrong: { login: "auditor", status: 403 },
    prepare: async () => {
      const office = await world.as("office");
      const path = `${api}/people/${world.people.bob}/second`;
      return String((await office.send("POST", path, { unit: world.units.west, from: "2023-05-01" })).body.change);
    },
    ask: (client, change) => client.send("POST", `${api}/people-changes/${change}/undo`, {}),
  },
  "units.move": {
    right: "office",
    wrong: { login: "west", status: 404 },
    ask: (client) =>
      client.send("POST", `${api}/units/${world.units.eastOffice}/move`, { parent: world.units.west, day: "2023-06-01" }),
  },
  "units.split": {
    right: "office",
    wrong: { login: "east", status: 403 },
    ask: (client) =>
      client.send("POST", `${api}/units/${world.units.east}/split`, {
        day: "2023-06-02",
        parts: [{ name: "东区监委", people: [world.people.bob] }],
      }),
  },
  "units.rename": {
    right: "office",
    wrong: { login: "east", status: 404 },
    ask: (client) => client.send("PATCH", `${api}/units/${world.units.west}`, { name: "西城区纪委" }),
  },
  "units.merge": {
    right: "office",
    wrong: { login: "east", status: 404 },
    prepare: async () => {
      const reply = await (
        await world.as("office")
      ).send("POST", `${api}/units/${world.units.east}/split`, {
        day: "2023-06-03",
        parts: [{ name: `临时机构${randomUUID().slice(0, 4)}` }],
      });
      return String(reply.body.units[0]);
    },
    ask: (client, unit) => client.send("POST", `${api}/units/${unit}/merge`, { into: world.units.east, day: "2023-06-10" }),
  },
  "people.list": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/units/${world.units.east}/people?day=2023-04-01`),
  },
  "people.transfer": {
    right: "office",
    wrong: { login: "west", status: 404 },
    ask: (client) =>
      client.send("POST", `${api}/people/${world.people.ann}/transfer`, { unit: world.units.eastOffice, day: "2023-07-01" }),
  },
  "people.second": {
    right: "office",
    wrong: { login: "auditor", status: 403 },
    ask: (client) =>
      client.send("POST", `${api}/people/${world.people.wei}/second`, { unit: world.units.east, from: "2023-05-01" }),
  },
  "groups.list": { right: "east", ask: (client) => client.get(`${api}/groups`) },
  "groups.create": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.send("POST", `${api}/groups`, group()),
  },
  "groups.add": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: groupMade,
    ask: (client, id) =>
      client.send("POST", `${api}/groups/${id}/members`, { members: [{ unit: world.units.east, role: "成员" }] }),
  },
  "groups.leave": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: groupMade,
    ask: async (client, id) => {
      const all = await (await world.as("east")).get(`${api}/groups`);
      const member = all.body.groups.find((one: { id: number }) => one.id === Number(id)).members[0].id;
      return client.send("POST", `${api}/groups/${id}/members/${member}/end`, { day: "2023-06-20" });
    },
  },
  "groups.end": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: groupMade,
    ask: (client, id) => client.send("POST", `${api}/groups/${id}/end`, { day: "2023-06-20" }),
  },
  "ledgers.list": {
    right: "east",
    wrong: { login: "auditor", status: 404 },
    ask: (client) => client.get(`${api}/ledgers/study/entries`),
  },
  "ledgers.get": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: recorded,
    ask: (client, id) => client.get(`${api}/entries/${id}`),
  },
  "ledgers.record": {
    right: "east",
    wrong: { login: "auditor", status: 404 },
    ask: (client) =>
      client.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, {
        values: session({ 活动编号: randomUUID().slice(0, 8) }),
      }),
  },
  "ledgers.change": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: recorded,
    ask: (client, id) => client.send("PATCH", `${api}/entries/${id}`, { version: 1, values: { 主题: "新的主题" } }),
  },
  "ledgers.changeMany": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: recorded,
    ask: (client, entry) =>
      client.send("POST", `${api}/ledgers/study/changes`, { changes: [{ entry, version: 1, values: { 主题: "新的主题" } }] }),
  },
  "ledgers.move": {
    right: "eastHead",
    wrong: { login: "east", status: 403 },
    prepare: recorded,
    ask: (client, id) => client.send("POST", `${api}/entries/${id}/move`, { version: 1, transition: "确认" }),
  },
  "ledgers.delete": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: recorded,
    ask: (client, id) => client.send("POST", `${api}/entries/${id}/delete`, { version: 1, reason: "重复登记" }),
  },
  "ledgers.restore": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => {
      const id = await recorded();
      await (await world.as("east")).send("POST", `${api}/entries/${id}/delete`, { version: 1, reason: "误删" });
      return id;
    },
    ask: (client, id) => client.send("POST", `${api}/entries/${id}/restore`, { version: 2, reason: "恢复" }),
  },
  "ledgers.recent": { right: "east", ask: (client) => client.get(`${api}/recording`) },
  "ledgers.mine": { right: "ann", ask: (client) => client.get(`${api}/own-record`) },
  "ledgers.waiting": { right: "eastHead", ask: (client) => client.get(`${api}/waiting`) },
  "attachments.list": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo(),
    ask: (client, file) => client.get(`${api}/entries/${file.split("/")[0]}/attachments`),
  },
  "attachments.begin": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: recorded,
    ask: (client, id) => client.send("PUT", `${api}/entries/${id}/attachments/${randomUUID()}`, note),
  },
  "attachments.put": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo("begin"),
    ask: (client, file) => client.put(`${attachmentAt(file)}/parts/0`, noteBytes),
  },
  "attachments.finish": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo("put"),
    ask: (client, file) => client.send("POST", `${attachmentAt(file)}/finish`, {}),
  },
  "attachments.discard": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo("put"),
    ask: (client, file) => client.send("DELETE", attachmentAt(file)),
  },
  "attachments.get": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo(),
    ask: (client, file) => client.get(`${attachmentAt(file)}/content`),
  },
  "attachments.remove": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo(),
    ask: (client, file) => client.send("POST", `${attachmentAt(file)}/remove`, { reason: "传错了" }),
  },
  "attachments.restore": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo(),
    ask: async (client, file) => {
      await (await world.as("east")).send("POST", `${attachmentAt(file)}/remove`, { reason: "传错了" });
      return client.send("POST", `${attachmentAt(file)}/restore`, {});
    },
  },
  "drafts.list": { right: "east", ask: (client) => client.get(`${api}/drafts?under=entry/`) },
  "drafts.keep": {
    right: "east",
    ask: (client) => client.send("PUT", `${api}/drafts/entry%2F1`, { content: { 主题: "没写完" } }),
  },
  "drafts.drop": { right: "east", ask: (client) => client.send("DELETE", `${api}/drafts/entry%2F1`) },
  "views.list": {
    right: "east",
    wrong: { login: "auditor", status: 404 },
    ask: (client) => client.get(`${api}/ledgers/study/views`),
  },
  "views.save": {
    right: "east",
    wrong: { login: "auditor", status: 404 },
    ask: (client) => client.send("PUT", `${api}/ledgers/study/views/${randomUUID()}`, { name: "本周", shown: {} }),
  },
  "views.remove": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => {
      const id = randomUUID();
      await (await world.as("east")).send("PUT", `${api}/ledgers/study/views/${id}`, { name: "不用了", shown: {} });
      return id;
    },
    ask: (client, id) => client.send("DELETE", `${api}/views/${id}`),
  },
  "figures.ask": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/figures?unit=${world.units.east}&keys=sessions,attended`),
  },
  "figures.trend": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/figures/trend?unit=${world.units.east}&by=month`),
  },
  "figures.coverage": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/figures/coverage?unit=${world.units.east}`),
  },
  "figures.records": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/figures/sessions/records?unit=${world.units.east}`),
  },
  "exchange.import": {
    right: "east",
    wrong: { login: "auditor", status: 403 },
    ask: (client) => client.upload(`${api}/imports`, { name: "集中学习台账.csv", content: csv() }, { ledger: "study" }),
  },
  "exchange.imports": { right: "east", ask: (client) => client.get(`${api}/imports`) },
  "exchange.undo": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () =>
      (await (await world.as("east")).upload(`${api}/imports`, { name: "集中学习台账.csv", content: csv() }, { ledger: "study" }))
        .body.importId,
    ask: (client, id) => client.send("POST", `${api}/imports/${id}/undo`, {}),
  },
  "exchange.mark": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => (await (await world.as("east")).get(`${api}/ledgers/study/export?blank=true`)).raw.toString("base64"),
    ask: (client, file) =>
      client.upload(
        `${api}/imports/marked`,
        { name: "集中学习台账.xlsx", content: Buffer.from(file, "base64") },
        { unit: String(world.units.east), ledger: "study" },
      ),
  },
  "exchange.export": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/ledgers/study/export?unit=${world.units.east}`),
  },
  "exchange.preview": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: () => attachedTo("kept", { name: "签到.csv" }),
    ask: (client, file) => client.get(`${attachmentAt(file)}/sheets`),
  },
  "exchange.figures": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.get(`${api}/figures/export?unit=${world.units.east}&keys=sessions`),
  },
  "documents.list": { right: "east", wrong: { login: "auditor", status: 403 }, ask: (client) => client.get(`${api}/documents`) },
  "documents.create": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.send("POST", `${api}/documents`, { template: "brief", unit: world.units.east }),
  },
  "documents.get": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: documentMade,
    ask: (client, document) => client.get(`${api}/documents/${asId(document)}`),
  },
  "documents.changes": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: documentMade,
    ask: (client, document) => client.get(`${api}/documents/${asId(document)}/changes?after=0`),
  },
  "documents.write": {
    right: "east",
    wrong: { login: "office", status: 403 },
    prepare: documentMade,
    ask: (client, document) => client.send("POST", `${api}/documents/${asId(document)}/changes`, { change: noChange, after: 1 }),
  },
  "documents.source": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: documentMade,
    ask: (client, document) =>
      client.get(
        `${api}/documents/${asId(document)}/source?name=list&text=${encodeURIComponent("{ledger: study, item: '{主题}'}")}`,
      ),
  },
  "documents.finalise": {
    right: "east",
    wrong: { login: "office", status: 403 },
    prepare: documentMade,
    ask: (client, document) => client.send("POST", `${api}/documents/${asId(document)}/finalise`, { seq: 1 }),
  },
  "documents.copy": {
    right: "east",
    wrong: { login: "office", status: 403 },
    prepare: documentMade,
    ask: (client, document) => client.send("POST", `${api}/documents/${asId(document)}/copy`, { reason: "补充内容" }),
  },
  "documents.download": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => {
      const document = await documentMade();
      await (await world.as("east")).send("POST", `${api}/documents/${document}/finalise`, { seq: 1 });
      return document;
    },
    ask: (client, document) => client.get(`${api}/documents/${asId(document)}/file`),
  },
  "reports.check": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => (await readDocx((await report()).raw)).code ?? "",
    ask: (client, subject) => client.get(`${api}/reports/${subject}/check`),
  },
  "exchange.sample": {
    right: "east",
    wrong: { login: "auditor", status: 404 },
    ask: (client) => client.get(`${api}/ledgers/study/sample`),
  },
  "reports.templates": { right: "east", ask: (client) => client.get(`${api}/report-templates`) },
  "reports.list": { right: "east", ask: (client) => client.get(`${api}/reports`) },
  "reports.make": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) => client.send("POST", `${api}/reports`, { template: "brief", unit: world.units.east }),
  },
  "reports.fill": {
    right: "east",
    wrong: { login: "west", status: 404 },
    ask: (client) =>
      client.upload(`${api}/reports/own?unit=${world.units.east}`, { name: "本单位报告.docx", content: ownTemplate }),
  },
  "reports.verify": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => (await report()).raw.toString("base64"),
    ask: (client, subject) =>
      client.upload(`${api}/reports/verify`, { name: "学习情况报告.docx", content: Buffer.from(subject, "base64") }),
  },
  "reports.get": {
    right: "east",
    wrong: { login: "west", status: 404 },
    prepare: async () => (await readDocx((await report()).raw)).code ?? "",
    ask: (client, subject) => client.get(`${api}/reports/${subject}`),
  },
};

const correction = { field: "主题", wanted: "学习准则", why: "那天学的是准则" };
/** A correction that the person asked for; its id. */
async function correctionAsked(): Promise<string> {
  const entry = await recorded({ 主持人: world.people.ann });
  const id = randomUUID();
  const reply = await (await world.as("ann")).send("PUT", `${api}/own-record/${entry}/corrections/${id}`, correction);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
}

const noteBytes = Buffer.from("会议记录");
const note = { name: "会议记录.txt", bytes: noteBytes.length, sha256: createHash("sha256").update(noteBytes).digest("hex") };
const attachmentAt = (file: string): string => `${api}/entries/${file.replace("/", "/attachments/")}`;

/** A file of a fresh entry of the east, as far as wanted; "entry/attachment". */
async function attachedTo(as: "begin" | "put" | "kept" = "kept", more: object = {}): Promise<string> {
  const file = `${await recorded()}/${randomUUID()}`;
  const east = await world.as("east");
  await east.send("PUT", attachmentAt(file), { ...note, ...more });
  if (as !== "begin") await east.put(`${attachmentAt(file)}/parts/0`, noteBytes);
  if (as === "kept") expect((await east.send("POST", `${attachmentAt(file)}/finish`, {})).status).toBe(200);
  return file;
}
const newToken = { name: "对接程序", actions: null, days: 30 };
const newAccount = (): object => ({
  login: `lly-${randomUUID().slice(0, 8)}`,
  name: "东区纪委",
  unit: world.units.east,
  role: "liaison",
});
async function accountMade(): Promise<string> {
  const reply = await (await world.as("office")).send("POST", `${api}/accounts`, { accounts: [newAccount()] });
  return String(reply.body.accounts[0].id);
}
const packFile = (): { name: string; content: Buffer } => ({
  name: "方案包.json",
  content: Buffer.from(packFileText({ ...world.campaign.pack, version: "1.0.1" })),
});
const elsewhere = [
  // Open to whoever comes while nothing is set up: `setup.test.ts`.
  "setup.state",
  "setup.packs",
  "setup.check",
  "setup.begin",
  "ledgers.reveal",
  // Steps that need a second factor, or end everybody's session: `second-factor.test.ts`.
  "access.giveCode",
  "access.confirmSecondFactor",
  "access.renewRecoveryCodes",
  "access.dropSecondFactor",
  "access.endAllSessions",
  // Where another house vouches: `oidc.test.ts`.
  "sso.list",
  "sso.begin",
  "sso.finish",
];

/** A report of the east's liaison, over the east. */
const report = async (): Promise<Reply> =>
  (await world.as("east")).send("POST", `${api}/reports`, { template: "brief", unit: world.units.east });

/** A draft of the east's liaison; its id, or one of nobody's. */
async function newGrant(): Promise<object> {
  return { account: Number(await accountMade()), role: "unit_head", unit: world.units.east, reason: "列入专班" };
}
async function grantGiven(): Promise<string> {
  return String((await (await world.as("office")).send("POST", `${api}/grants`, await newGrant())).body.id);
}
async function documentMade(): Promise<string> {
  return (await (await world.as("east")).send("POST", `${api}/documents`, { template: "brief" })).body.document;
}
const asId = (document: string): string => (document.length === 36 ? document : randomUUID());
/** A change of a shared text that changes nothing. */
const noChange = Buffer.from([0, 0]).toString("base64");

function group(): object {
  return {
    unit: world.units.east,
    kind: "领导小组",
    name: "东区教育整顿领导小组",
    from: "2023-03-01",
    members: [{ unit: world.units.east, role: "成员", duty: "综合协调" }],
  };
}
async function groupMade(): Promise<string> {
  return String((await (await world.as("east")).send("POST", `${api}/groups`, group())).body.id);
}

test("every action is tested here, but for the streams that do not end", () => {
  const ending = actions.filter(({ output }) => !("events" in output));
  expect([...Object.keys(cases), ...elsewhere].toSorted()).toEqual(ending.map((action) => action.name).toSorted());
});

const names = Object.keys(cases);
const caseOf = (name: string): Case => cases[name] as Case;

test.each(names.filter((name) => !["access.signIn", "access.activate"].includes(name)))(
  "%s is refused without a session",
  async (name) => {
    const { ask, prepare } = caseOf(name);
    const reply = await ask(world.anonymous, (await prepare?.()) ?? "1");
    expect(reply.status).toBe(401);
    expect(reply.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(reply.body).toMatchObject({ status: 401, code: "not_signed_in", title: "未登录" });
  },
);

test.each(Object.entries(cases).flatMap(([name, { wrong }]) => (wrong ? [{ name, ...wrong }] : [])))(
  "$name is refused for $login, and that is written down",
  async ({ name, login, status }) => {
    const { ask, prepare } = caseOf(name);
    const subject = (await prepare?.()) ?? "";
    const before = (await world.audit(name)).length;
    const reply = await ask(await world.as(login), subject);
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
    expect(reply.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect((await world.audit(name)).slice(before).at(-1)?.result).toBe(reply.body.code);
  },
);

test.each(names)("%s works for the right person, and is in the audit unless it is a step to what is", async (name) => {
  const { right, ask, prepare, times = 1 } = caseOf(name);
  const action = actions.find((one) => one.name === name);
  const subject = (await prepare?.()) ?? "";
  // Signing out ends the session, so it gets one of its own.
  const client = await (name === "access.signOut" ? world.signIn(right) : world.as(right));
  const before = (await world.audit(name)).length;
  const reply = await ask(client, subject);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  const rows = (await world.audit(name)).slice(before);
  // Reads of what is public within the organisation are not events.
  expect(rows.map((row) => row.result)).toEqual(
    !action?.step && (action?.method !== "GET" || action.sensitive) ? Array.from({ length: times }, () => "ok") : [],
  );
  expect(rows.every((row) => row.actor !== null)).toBe(true);
});
