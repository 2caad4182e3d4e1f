/** A campaign over several realms: each works as if it were alone, the top sees all, and nothing writes to two at once. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { campaignIn, type Campaign } from "#kernel/campaign.ts";
import type { Pack } from "#kernel/definitions.ts";
import { figureSchema } from "#kernel/definitions.ts";
import { loadPack } from "#kernel/pack.ts";
import { asOwner, raw, sql } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { putPack, storePack } from "#features/campaigns/load.model.ts";
import { renewMeasures, verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { createServer } from "../src/main.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { clientOf, type Client } from "./world.ts";

const now = new Date("2023-06-15T02:00:00Z");
const api = "/api/campaigns/trial";
const password = "正确的口令-1";
let database: TestDatabase;
let app: FastifyInstance;
let pack: Pack;
let campaign: Campaign;
let top: Client;
let north: Client;
let south: Client;
const realms = { north: 0, south: 0 };
const units: Record<string, number> = {};
const entries: Record<string, string> = {};

const file = (name: string, lines: string[]) => ({ name, content: Buffer.from(`\ufeff${lines.join("\n")}\n`) });

/** Study sessions in a realm's own unit, ten people each. */
const session = (unit: number, number: string, form = "集体学习") => ({
  values: { 活动编号: number, 活动日期: "2023-04-03", 组织单位: unit, 主题: "学习", 形式: form, 实到人数: 10 },
});

/** Tables of campaign data in which one transaction has left rows of two realms. */
async function mixedTransactions(): Promise<string[]> {
  const tables = await database.pool.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'realm_id'
      and table_name not in ('realms', 'accounts')`,
  );
  const rows = tables.rows.map(({ name }) => `select xmin::text as id, realm_id, '${name}' as name from ${name}`);
  const mixed = await database.pool.query<{ names: string }>(
    `select string_agg(distinct name, ', ') as names from (${rows.join(" union all ")}) as rows group by id having count(distinct realm_id) > 1`,
  );
  return mixed.rows.map((row) => row.names);
}

const figures = async (client: Client, unit?: number): Promise<Record<string, number>> => {
  const { status, body } = await client.get(`${api}/figures?children=true${unit === undefined ? "" : `&unit=${unit}`}`);
  expect(status, JSON.stringify(body)).toBe(200);
  const [own, ...parts] = body.units.map((one: { figures: { key: string; value: number }[] }) =>
    Object.fromEntries(one.figures.map((figure) => [figure.key, figure.value])),
  );
  for (const key of ["sessions", "attended"])
    if (parts.length > 0)
      expect(own[key]).toBeGreaterThanOrEqual(
        parts.reduce((sum: number, part: Record<string, number>) => sum + (part[key] ?? 0), 0),
      );
  return own;
};

beforeAll(async () => {
  database = await createTestDatabase();
  const loaded = await loadPack(join(import.meta.dirname, "fixtures/packs/trial"));
  if (!loaded.pack?.campaign) throw new Error(JSON.stringify(loaded.problems));
  pack = {
    ...loaded.pack,
    campaign: {
      ...loaded.pack.campaign,
      realms: [
        { key: "north", name: "北省" },
        { key: "south", name: "南省" },
      ],
    },
  };
  campaign = await putPack(database, pack, now);
  [realms.north = 0, realms.south = 0] = campaign.realms.filter((realm) => realm !== campaign.realm);
  // One transaction writes in one realm.
  const account = (login: string, realm: number) =>
    asOwner(database, "account", (tx) =>
      seatAccount(
        tx,
        campaign,
        { login, name: login, password, realm, unit: campaignIn(campaign, realm).root, role: "office" },
        now,
      ),
    );
  await account("top", campaign.realm);
  await account("north", realms.north);
  await account("south", realms.south);
  app = await createServer(database, { clock: () => now, logLevel: "silent" });
  const signIn = async (login: string): Promise<Client> =>
    clientOf(app, (await clientOf(app).send("POST", "/api/session", { login, password })).body.token);
  [top, north, south] = [await signIn("top"), await signIn("north"), await signIn("south")];
}, 60_000);
afterAll(async () => {
  await app?.close();
  await database?.close();
});

test("each realm registers its own units, people and records; the top sees the sum of all", async () => {
  for (const [word, client] of [
    ["北", north],
    ["南", south],
  ] as const) {
    const register = [
      "单位编号,单位名称,单位类型,上级单位",
      `${word}1,${word}一市纪委,市,`,
      `${word}11,${word}一市一县纪委,县,${word}1`,
      `${word}2,${word}二市纪委,市,${word}省`,
    ];
    const made = await client.upload(`${api}/imports`, file("单位名册.csv", register));
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ committed: true, added: 3 });
    const roster = ["人员编号,姓名,所在单位,部门,职务", `P1,${word}甲,${word}一市一县纪委,办公室,主任`];
    expect((await client.upload(`${api}/imports`, file("人员名册.csv", roster))).body).toMatchObject({
      committed: true,
      added: 1,
    });
    for (const unit of (await client.get(`${api}/units`)).body.units) units[unit.name] = unit.id;
    const county = units[`${word}一市一县纪委`] as number;
    for (const [index, unit] of [county, county, units[`${word}二市纪委`] as number].entries()) {
      const id = randomUUID();
      const kept = await client.send("PUT", `${api}/ledgers/study/entries/${id}?`, session(unit, `${word}-${index}`));
      expect(kept.status, JSON.stringify(kept.body)).toBe(200);
      entries[`${word}-${index}`] = id;
    }
    expect(await figures(client)).toMatchObject({ sessions: 3, attended: 30 });
    expect(await figures(client, county)).toMatchObject({ sessions: 2, attended: 20 });
  }
  expect(await figures(top)).toMatchObject({ sessions: 6, attended: 60 });
  await foldAll(database, campaign);
  expect(await figures(top)).toMatchObject({ sessions: 6, attended: 60 });
  expect((await top.get(`${api}/figures/attended/records?unit=${campaign.root}`)).body.records).toHaveLength(6);
  expect(await mixedTransactions()).toEqual([]);
});

test("one realm knows nothing of another", async () => {
  expect((await north.get(`${api}/entries/${entries["南-0"]}`)).status).toBe(404);
  expect((await north.get(`${api}/figures?unit=${units["南一市纪委"]}`)).status).toBe(404);
  const seen = await north.get(`${api}/units`);
  expect(JSON.stringify(seen.body)).not.toContain("南");
  expect((await north.get(`${api}/ledgers/study/entries`)).body.entries).toHaveLength(3);
  const stolen = await north.send(
    "PUT",
    `${api}/ledgers/study/entries/${randomUUID()}`,
    session(units["南二市纪委"] as number, "X"),
  );
  expect(stolen.status).toBe(422);
});

test("what the top does to a realm is written in that realm alone", async () => {
  const county = units["北一市一县纪委"] as number;
  const put = await top.send("PUT", `${api}/ledgers/study/entries/${randomUUID()}`, {
    unit: county,
    ...session(county, "代-1"),
  });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  const south0 = `${api}/entries/${entries["南-0"]}`;
  expect((await top.send("PATCH", south0, { version: 1, values: { 实到人数: 12 } })).status).toBe(200);
  expect((await top.send("POST", `${south0}/delete`, { version: 2, reason: "重复" })).status).toBe(200);
  expect((await top.send("POST", `${south0}/restore`, { version: 3, reason: "误删" })).status).toBe(200);
  const rows = ["活动编号,活动日期,组织单位,主题,形式,实到人数", `批-1,2023-04-05,北二市纪委,学习,交流研讨,7`];
  const brought = await top.upload(`${api}/imports`, file("集中学习台账.csv", rows), {
    unit: String(campaignIn(campaign, realms.north).root),
  });
  expect(brought.body, JSON.stringify(brought.body)).toMatchObject({ committed: true, added: 1 });
  const report = await top.send("POST", `${api}/reports`, { template: "brief", unit: campaignIn(campaign, realms.south).root });
  expect(report.status, JSON.stringify(report.body)).toBe(200);
  const renamed = await top.send("PATCH", `${api}/units/${units["北二市纪委"]}`, { name: "北二市纪委监委" });
  expect(renamed.status, JSON.stringify(renamed.body)).toBe(200);
  const moved = await top.send("POST", `${api}/units/${county}/move`, { parent: units["北二市纪委"], day: "2023-05-01" });
  expect(moved.status, JSON.stringify(moved.body)).toBe(200);
  const group = { unit: county, kind: "专班", name: "北县专班", members: [{ unit: units["北一市纪委"], role: "成员单位" }] };
  expect((await top.send("POST", `${api}/groups`, group)).status).toBe(200);
  expect((await top.get(`${api}/units/${county}/people`)).status).toBe(200);
  expect((await top.get(`${api}/ledgers/study/export?unit=${county}`)).status).toBe(200);
  const [kept] = (await top.get(`${api}/reports`)).body;
  expect((await top.get(`${api}/reports/${kept.code}`)).status).toBe(200);
  expect(await figures(north)).toMatchObject({ sessions: 5, attended: 47 });
  expect(await figures(south)).toMatchObject({ sessions: 3, attended: 32 });
  expect(await figures(top)).toMatchObject({ sessions: 8, attended: 79 });
  expect(await mixedTransactions()).toEqual([]);
  const audit = await database.pool.query(
    "select distinct action, realm_id as realm from audit where actor = (select account_id from accounts where login = 'top') and result = 'ok' and action <> 'access.signIn' and action not like 'figures.%' order by 1",
  );
  expect(audit.rows).toEqual(
    [
      ["exchange.export", realms.north],
      ["exchange.import", realms.north],
      ["groups.create", realms.north],
      ["ledgers.change", realms.south],
      ["ledgers.delete", realms.south],
      ["ledgers.record", realms.north],
      ["ledgers.restore", realms.south],
      ["people.list", realms.north],
      ["reports.get", realms.south],
      ["reports.make", realms.south],
      ["units.move", realms.north],
      ["units.rename", realms.north],
    ].map(([action, realm]) => ({ action, realm })),
  );
});

test("what would have to be written in two realms is refused with the remedy", async () => {
  const moved = await top.send("POST", `${api}/units/${units["北一市一县纪委"]}/move`, {
    parent: units["南一市纪委"],
    day: "2023-05-02",
  });
  expect([moved.status, moved.body.code]).toEqual([422, "other_realm"]);
  expect(moved.body.detail).toMatch(/分别撤销和设立/);
  const people = (await top.get(`${api}/units/${units["北一市一县纪委"]}/people`)).body.people;
  const sent = await top.send("POST", `${api}/people/${people[0].id}/transfer`, { unit: units["南一市纪委"], day: "2023-05-02" });
  expect([sent.status, sent.body.code]).toEqual([422, "other_realm"]);
  const group = {
    unit: units["北一市纪委"],
    kind: "专班",
    name: "跨省专班",
    members: [{ unit: units["南一市纪委"], role: "成员单位" }],
  };
  const made = await top.send("POST", `${api}/groups`, group);
  expect([made.status, made.body.code]).toEqual([422, "other_realm"]);
});

test("a new version counts realm by realm; stopped in between, answers stay right and the next start goes on", async () => {
  const next: Pack = {
    ...pack,
    version: "1.1.0",
    figures: [
      ...pack.figures,
      {
        ...figureSchema.parse({
          key: "exchanges",
          name: "交流研讨",
          unit: "场",
          ledger: "study",
          count: "entries",
          where: { 形式: "交流研讨" },
        }),
        from: "trial",
      },
    ],
  };
  // As if the program had been killed when the version was stored and the realms were not yet counted.
  campaign = await asOwner(database, "load", (tx) => storePack(tx, next, now));
  const behind = async (): Promise<number[]> =>
    (
      await database.pool.query<{ realm: number }>(
        "select realm_id as realm from counted where generation < (select max(generation) from measures) order by 1",
      )
    ).rows.map((row) => row.realm);
  expect(await behind()).toEqual([realms.north, realms.south]);
  const right = async (): Promise<void> => {
    expect(await figures(top)).toMatchObject({ sessions: 8, attended: 79, exchanges: 1 });
    expect(await figures(north)).toMatchObject({ exchanges: 1 });
    for (const realm of campaign.realms)
      await asOwner(database, "verify", async (tx) => {
        expect(await verifyCampaignCells(tx, campaign, realm)).toEqual([]);
        expect(await verifyEntries(tx, campaign, realm)).toEqual([]);
      });
  };
  await right();
  await renewMeasures(database);
  expect(await behind()).toEqual([]);
  await right();
  expect(await mixedTransactions()).toEqual([]);
  // Entries of a unit that is not there, and a history that belongs to nothing, are told.
  const [entry] = (
    await database.pool.query<{ id: string }>(`select entry_id as id from entries where realm_id = ${realms.north} limit 1`)
  ).rows;
  await database.pool.query("update entries set unit_id = 999999 where entry_id = $1", [entry?.id]);
  const told = await asOwner(database, "verify", (tx) => verifyEntries(tx, campaign, realms.north));
  expect(told.map((one) => one.differs)).toEqual([["单位", "单位不存在"]]);
  await asOwner(database, "lose", (tx) => tx.query(sql`delete from ${raw("entries")} where entry_id = ${entry?.id}`));
  const lost = await asOwner(database, "verify", (tx) => verifyEntries(tx, campaign, realms.north));
  expect(lost.map((one) => one.differs)).toEqual([["没有记录"]]);
});

test("a campaign has no part of another's realms, however alike their keys", async () => {
  const like = await asOwner(database, "load", (tx) =>
    storePack(tx, { ...pack, key: "t_ial", campaign: { ...pack.campaign, name: "另一项" } as never }, now),
  );
  expect(like.realms).toEqual([like.realm]);
  expect(campaign.realms).not.toContain(like.realm);
});

test("an id that one realm has is not given a second time in another", async () => {
  const id = randomUUID();
  const [county, other] = [units["北一市一县纪委"], units["南一市纪委"]] as [number, number];
  const first = await top.send("PUT", `${api}/ledgers/study/entries/${id}`, { unit: county, ...session(county, "同号-1") });
  const second = await top.send("PUT", `${api}/ledgers/study/entries/${id}`, { unit: other, ...session(other, "同号-2") });
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(second.body.entry).toEqual(first.body.entry);
});
