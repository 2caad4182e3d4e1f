/** The audit as it is read: what a row says and what it must not say, who reads it, page by page, and as a file. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "#features/audit/audit.model.ts";
import { asOwner, sql, type Sql } from "#platform/db.ts";
import { actions } from "../src/main.ts";
import { createWorld, type Client, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
interface Row {
  id: string;
  sentence: string;
  action: string;
  ok: boolean;
  reason: string | null;
}
const rows = async (query = "", client?: Client): Promise<Row[]> => {
  const reply = await (client ?? (await world.as("auditor"))).get(`${api}/audit${query}`);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.rows;
};
async function recorded(): Promise<string> {
  const entry = randomUUID();
  const values = { 活动编号: `DT-${entry.slice(0, 4)}`, 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "绝密的题目" };
  await (await world.as("east")).send("PUT", `${api}/ledgers/study/entries/${entry}`, { values });
  return entry;
}

test("a row is a plain sentence: who, what, on which record, from where, how it went", async () => {
  const entry = await recorded();
  await (await world.as("eastHead")).get(`${api}/entries/${entry}`);
  const [row] = await rows(`?subject=${entry}&only=looks`);
  expect(row?.sentence).toBe(
    `6月15日 10:00 eastHead的账号（东区纪委单位负责人）查看了《集中学习台账》一条记录 DT-${entry.slice(0, 4)}，来自 127.0.0.1，成功`,
  );
  // Its own number finds a record as its id does.
  expect((await rows(`?subject=DT-${entry.slice(0, 4)}&only=looks`))[0]?.id).toBe(row?.id);
  const { body } = await (await world.as("auditor")).get(`${api}/audit/${row?.id}`);
  expect(body).toMatchObject({
    action: "ledgers.get",
    level: "internal",
    number: `DT-${entry.slice(0, 4)}`,
    address: "127.0.0.1",
  });
});

test("a list says how much was looked at, and by which conditions only as a digest", async () => {
  await recorded();
  const east = await world.as("east");
  const asked = encodeURIComponent(JSON.stringify({ 主题: { contains: "绝密" } }));
  expect((await east.get(`${api}/ledgers/study/entries?where=${asked}`)).status).toBe(200);
  const [row] = await rows("?group=ledgers&only=looks");
  expect(row?.sentence).toMatch(/east的账号（东区纪委单位联络员）查看了《集中学习台账》\d条记录/);
  const { body } = await (await world.as("auditor")).get(`${api}/audit/${row?.id}`);
  expect(body.filter).toMatch(/^[0-9a-f]{12}$/);
});

test("nothing of what records hold is in the audit, whatever was done with them", async () => {
  const entry = await recorded();
  const at = `${api}/entries/${entry}`;
  const east = await world.as("east");
  await east.send("PATCH", at, { version: 1, values: { 主题: "另一个绝密的题目" } });
  await east.send("POST", `${at}/delete`, { version: 2, reason: "登错了" });
  await east.get(`${api}/ledgers/study/export`);
  const all = await asOwner(world.database, "look", (tx) => tx.query(sql`select * from audit`));
  expect(JSON.stringify(all)).not.toContain("绝密");
});

test("a refusal is found as one, with whoever was refused", async () => {
  expect((await (await world.as("west")).get(`${api}/audit`)).status).toBe(403);
  const [row] = await rows("?refused=true&who=west");
  expect(row).toMatchObject({ action: "audit.list", ok: false });
  expect(row?.sentence).toContain("西区纪委单位联络员");
  expect((await rows("?refused=false&who=west")).every(({ ok }) => ok)).toBe(true);
  expect(await rows("?who=nobody")).toEqual([]);
});

test("days are days in China, units go with all below them", async () => {
  world.time.now = new Date("2023-06-16T16:30:00Z");
  const client = await world.signIn("eastOffice");
  await client.get(`${api}/ledgers/study/entries`);
  world.time.now = new Date("2023-06-15T02:00:00Z");
  const there = async (query: string) => (await rows(`${query}&who=eastOffice&group=ledgers`)).length;
  expect(await there("?from=2023-06-17&to=2023-06-17")).toBe(1);
  expect(await there("?to=2023-06-16")).toBe(0);
  expect(await there(`?unit=${world.units.east}`)).toBe(1);
  expect(await there(`?unit=${world.units.west}`)).toBe(0);
});

test("pages follow each other without a gap or a row twice", async () => {
  const auditor = await world.as("auditor");
  const first = await rows("?limit=200&who=east&to=2023-06-15", auditor);
  const paged: string[] = [];
  for (let before = ""; ;) {
    const { body } = await auditor.get(`${api}/audit?limit=3&who=east&to=2023-06-15${before}`);
    paged.push(...body.rows.map(({ id }: Row) => id));
    if (!body.more) break;
    before = `&before=${encodeURIComponent(paged.at(-1) ?? "")}`;
  }
  expect(paged).toEqual(first.map(({ id }) => id));
  expect((await auditor.get(`${api}/audit?before=x`)).status).toBe(400);
});

test("what auditors do the security administrator sees, and nothing else; the auditor sees it too", async () => {
  const mine = await world.as("security");
  const seen = await rows("?limit=200", mine);
  expect(seen.length).toBeGreaterThan(3);
  expect(seen.every(({ sentence }) => sentence.includes("安全审计员"))).toBe(true);
  expect((await rows("?group=audit")).map(({ id }) => id)).toContain(seen.findLast(({ action }) => action === "audit.list")?.id);
  // A row that is none of an auditor's is not there for him.
  const [other] = await rows("?who=eastHead");
  expect((await mine.get(`${api}/audit/${other?.id}`)).status).toBe(404);
});

test("an export says why, keeps to what was asked, and is written down with its reason", async () => {
  const auditor = await world.as("auditor");
  expect((await auditor.get(`${api}/audit/export`)).status).toBe(400);
  const reason = encodeURIComponent("季度核查");
  const file = await auditor.get(`${api}/audit/export?format=csv&group=ledgers&reason=${reason}`);
  const lines = file.raw.toString().trim().split("\r\n");
  expect(lines[0]).toContain("时间,账号,姓名");
  expect(lines.length).toBeGreaterThan(5);
  expect((await auditor.get(`${api}/audit/export?reason=${reason}`)).raw.subarray(0, 2).toString()).toBe("PK");
  const [row] = await rows("?group=audit&only=exports");
  expect(row).toMatchObject({ action: "audit.export", reason: "季度核查" });
});

test("nothing of the audit can be changed or removed by asking", () => {
  expect(actions.filter(({ name, method }) => name.startsWith("audit.") && method !== "GET")).toEqual([]);
});

test("a page of many rows is read by an index, whatever it is filtered by", async () => {
  const { realm } = world.campaign;
  await asOwner(world.database, "much to look at", async (tx) => {
    await tx.query(sql`-- lint: owner bulk, a test
      insert into audit (realm_id, at, actor, action, unit_id, subject, result, details)
      select ${realm}, timestamptz '2022-01-01' + i * interval '1 minute', i % 500, 'ledgers.' || (i % 10), i % 300, (i % 5000)::text, case when i % 1000 = 0 then 'forbidden' else 'ok' end, '{}'
      from generate_series(1, 60000) i`);
    await tx.query(sql`analyze audit`);
    const base = { realms: [realm, 0] };
    const filters = [
      base,
      { ...base, actors: [17] },
      { ...base, actions: ["ledgers.3", "ledgers.4"] },
      { ...base, units: [5] },
      { ...base, subject: "77" },
      { ...base, refused: true },
    ];
    for (const filter of filters) {
      const plan: object[] = [];
      const explained = {
        ...tx,
        query: async (asked: Sql) => void plan.push(...(await tx.query(sql`explain ${asked}`))) as never,
      };
      await listAudit(explained, filter, 51, { at: "2022-01-20T00:00:00.000Z", realm, id: 20000 });
      expect(JSON.stringify(plan), JSON.stringify(filter)).not.toContain("Seq Scan");
      expect((await listAudit(tx, filter, 51)).length).toBeGreaterThan(5);
    }
  });
});
