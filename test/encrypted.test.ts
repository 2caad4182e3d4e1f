/** Encrypted fields from the way in to every way out: what is stored is not readable, what is shown is masked. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpToFile } from "#platform/backup-file.ts";
import { asOwner, sql, withScope } from "#platform/db.ts";
import { getEntry, ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { revealed } from "#kernel/sealed-values.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { openSecretCampaign, planted, type SecretCampaign } from "./secret-campaign.ts";
import type { Client } from "./world.ts";

let database: TestDatabase;
let secret: SecretCampaign;
let clerk: Client;
let leader: Client;
const base = "/api/campaigns/secret";
beforeAll(async () => {
  database = await createTestDatabase();
  secret = await openSecretCampaign(database, "secret");
  clerk = await secret.as("clerk");
  leader = await secret.as("leader");
});
afterAll(async () => {
  await secret.close();
  await database.close();
});

const masked = { 来访人: "欧***", 电话: "139****1234", 证件: "110101********1234", 内容: "******", 备注: planted.备注 };
const whole = Object.values(planted);

let serial = 0;
async function record(values: object = planted): Promise<{ id: string; number: string }> {
  const id = randomUUID();
  const number = `V${++serial}`;
  const { status, body } = await clerk.send("PUT", `${base}/ledgers/visits/entries/${id}`, {
    values: { 编号: number, 单位: "东区", 日期: "2023-04-03", ...values },
  });
  expect([status, body.detail]).toEqual([200, undefined]);
  return { id, number };
}
const list = (where: object, client = clerk) =>
  client.get(`${base}/ledgers/visits/entries?where=${encodeURIComponent(JSON.stringify(where))}`);
const reveal = (client: Client, id: string, body: object) => client.send("POST", `${base}/entries/${id}/reveal`, body);

describe("recorded through a form", () => {
  it("is shown masked everywhere, to whoever reads it", async () => {
    const { id, number } = await record();
    for (const client of [clerk, leader]) {
      const { body, raw } = await client.get(`${base}/entries/${id}`);
      expect(body.entry.values).toMatchObject({ 编号: number, ...masked });
      expect(body.history[0].changes).toMatchObject(masked);
      for (const hidden of whole.slice(0, 4)) expect(raw.toString()).not.toContain(hidden);
    }
    const { raw } = await list({ 编号: { is: [number] } });
    for (const hidden of whole.slice(0, 4)) expect(raw.toString()).not.toContain(hidden);
    expect(raw.toString()).not.toContain("§v1");
  });

  it("a masked form that comes back changes nothing; another one is refused", async () => {
    const { id } = await record();
    const same = await clerk.send("PATCH", `${base}/entries/${id}`, { version: 1, values: { ...masked, 人数: 2 } });
    expect([same.status, same.body.entry.version]).toEqual([200, 2]);
    const { body } = await clerk.get(`${base}/entries/${id}`);
    expect(body.history[1].changes).toEqual({ 人数: 2 });
    const other = await clerk.send("PATCH", `${base}/entries/${id}`, { version: 2, values: { 电话: "138****1234" } });
    expect([other.status, other.body.detail]).toEqual([422, expect.stringContaining("电话是遮盖后的样子")]);
    const fresh = await clerk.send("PUT", `${base}/ledgers/visits/entries/${randomUUID()}`, {
      values: { 编号: "V-masked", 单位: "东区", 来访人: "张*" },
    });
    expect(fresh.status).toBe(422);
  });

  it("a conflict shows both sides masked", async () => {
    const { id } = await record();
    await clerk.send("PATCH", `${base}/entries/${id}`, { version: 1, values: { 电话: "13700001111" } });
    const { status, body } = await clerk.send("PATCH", `${base}/entries/${id}`, { version: 1, values: { 电话: "13622223333" } });
    expect(status).toBe(409);
    expect([body.details.theirs, body.details.yours]).toEqual([{ 电话: "137****1111" }, { 电话: "136****3333" }]);
    const many = await clerk.send("POST", `${base}/ledgers/visits/changes`, {
      changes: [{ entry: id, version: 1, values: { 电话: "13622223333" } }],
    });
    expect(many.body.refused[0].theirs).toEqual({ 电话: "137****1111" });
  });

  it("deleting, restoring and another's change keep it readable", async () => {
    const { id } = await record();
    await clerk.send("POST", `${base}/entries/${id}/delete`, { version: 1, reason: "重复" });
    await clerk.send("POST", `${base}/entries/${id}/restore`, { version: 2, reason: "误删" });
    expect((await reveal(clerk, id, { field: "电话" })).body).toEqual({ value: planted.电话 });
  });
});

describe("显示", () => {
  it("shows one field whole to who handles the records, and is in the audit", async () => {
    const { id } = await record();
    const { body } = await clerk.get(`${base}/entries/${id}`);
    expect(body.reveals).toEqual([
      { field: "来访人", reason: false },
      { field: "电话", reason: false },
      { field: "证件", reason: false },
      { field: "内容", reason: true },
    ]);
    expect((await reveal(clerk, id, { field: "证件" })).body).toEqual({ value: planted.证件 });
    const without = await reveal(clerk, id, { field: "内容" });
    expect([without.status, without.body.code]).toEqual([422, "reason_needed"]);
    expect((await reveal(clerk, id, { field: "内容", reason: "核对受理范围" })).body).toEqual({ value: planted.内容 });
    const rows = await asOwner(database, "audit", (tx) =>
      tx.query<{ result: string; details: object }>(
        sql`select result, details from audit where action = 'ledgers.reveal' and subject = ${id} order by audit_id`,
      ),
    );
    expect(rows).toMatchObject([
      { result: "ok", details: { field: "证件" } },
      { result: "reason_needed", details: { field: "内容" } },
      { result: "ok", details: { field: "内容", reason: "核对受理范围" } },
    ]);
  });

  it("is refused to who may only see the masked form, and in the audit too", async () => {
    const { id } = await record();
    const { status, body } = await reveal(leader, id, { field: "电话" });
    expect([status, body.detail]).toEqual([403, expect.stringContaining("您只能看“电话”遮盖后的样子")]);
    expect((await leader.get(`${base}/entries/${id}`)).body.reveals).toEqual([]);
    expect((await reveal(leader, randomUUID(), { field: "电话" })).status).toBe(404);
    expect((await reveal(clerk, id, { field: "人数" })).status).toBe(422);
    const rows = await asOwner(database, "audit", (tx) =>
      tx.query<{ result: string }>(sql`select result from audit where action = 'ledgers.reveal' and subject = ${id}`),
    );
    expect(rows.map(({ result }) => result)).toEqual(["forbidden", "not_encrypted"]);
  });
});

describe("searching", () => {
  it("finds by the whole value and by being empty, and by nothing else", async () => {
    const one = await record({ 来访人: "司马光启", 电话: "13500009999" });
    const numbers = async (where: object): Promise<string[]> => {
      const { body } = await list(where);
      return body.entries.map(({ values }: { values: Record<string, string> }) => values["编号"]);
    };
    expect(await numbers({ 电话: { is: ["13500009999"] } })).toEqual([one.number]);
    expect(await numbers({ 来访人: { is: ["司马光启"] } })).toEqual([one.number]);
    expect(await numbers({ 来访人: { is: ["司马"] } })).toEqual([]);
    const none = await record({ 来访人: "无名" });
    expect(await numbers({ 电话: { empty: true }, 编号: { is: [none.number] } })).toEqual([none.number]);
    for (const condition of [{ contains: "1350" }, { from: "1" }, { is: ["1"], contains: "1" }]) {
      const { status, body } = await list({ 电话: condition });
      expect([status, body.code]).toEqual([400, expect.stringMatching(/encrypted_column|bad_filter/)]);
    }
    expect((await clerk.get(`${base}/ledgers/visits/entries?sort=${encodeURIComponent("电话")}`)).status).toBe(400);
    const view = await clerk.send("PUT", `${base}/ledgers/visits/views/${randomUUID()}`, {
      name: "某人",
      shown: { where: { 电话: { is: ["13500009999"] } } },
    });
    expect([view.status, view.body.code]).toEqual([422, "encrypted_column"]);
  });
});

describe("files", () => {
  const csv = (rows: string[]): { name: string; content: Buffer } => ({
    name: "来访台账.csv",
    content: Buffer.from(`\ufeff编号,单位,日期,来访人,电话,证件,内容,备注\r\n${rows.join("\r\n")}\r\n`),
  });
  const bring = async (file: { name: string; content: Buffer }) => {
    const { status, body } = await clerk.upload(`${base}/imports`, file, { ledger: "visits" });
    expect([status, body.detail]).toEqual([200, undefined]);
    return body;
  };
  const row = `F1,东区,2023-04-05,诸葛静,13811112222,110101198001011111,反映作风问题,`;

  it("go in encrypted, come out masked, and come back as they went out", async () => {
    expect(await bring(csv([row]))).toMatchObject({ added: 1, refused: 0 });
    expect(await bring(csv([row]))).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
    const out = await leader.get(`${base}/ledgers/visits/export?format=csv`);
    expect(out.raw.toString()).toContain("诸**,138****2222,110101********1111,******");
    expect(out.raw.toString()).not.toMatch(/§v1|13811112222/);
    const back = await bring({ name: "来访台账.csv", content: out.raw });
    expect(back).toMatchObject({ committed: true, added: 0, changed: 0, refused: 0 });
  });

  it("leave unmasked only for a reason and by who may, and come back so too", async () => {
    await bring(csv([row]));
    const clear = `${base}/ledgers/visits/export?format=csv&clear=true`;
    expect((await clerk.get(clear)).body.code).toBe("reason_needed");
    expect((await leader.get(`${clear}&reason=x`)).status).toBe(403);
    const out = await clerk.get(`${clear}&reason=${encodeURIComponent("移交信访部门")}`);
    expect(out.raw.toString()).toContain("诸葛静,13811112222,110101198001011111,反映作风问题");
    expect(await bring({ name: "来访台账.csv", content: out.raw })).toMatchObject({ committed: true, added: 0, changed: 0 });
    const rows = await asOwner(database, "audit", (tx) =>
      tx.query<{ reason: string }>(
        sql`select details->>'reason' as reason from audit where action = 'exchange.export' and result = 'ok' and details->>'reason' <> ''`,
      ),
    );
    expect(rows).toEqual([{ reason: "移交信访部门" }]);
  });

  it("with a masked form of nobody that is there are refused by the row", async () => {
    const { body } = await clerk.upload(`${base}/imports`, csv([row.replace("F1", "F9").replace("13811112222", "138****2222")]), {
      ledger: "visits",
    });
    expect(body).toMatchObject({ committed: false, refused: 1 });
    expect(body.complaints[0]).toMatchObject({ row: 2, column: "电话", code: "masked" });
  });

  it("that are taken back leave what was there", async () => {
    const { importId } = await bring(csv([row.replace("13811112222", "13811113333")]));
    expect((await clerk.send("POST", `${base}/imports/${importId}/undo`)).body).toMatchObject({ restored: 1 });
    const found = await list({ 电话: { is: ["13811112222"] } });
    expect(found.body.entries).toHaveLength(1);
  });
});

it("drafts are kept encrypted whole and given back as they were", async () => {
  const content = { values: { 内容: planted.内容 } };
  await clerk.send("PUT", `${base}/drafts/${encodeURIComponent("record/x")}`, { content });
  expect((await clerk.get(`${base}/drafts`)).body.drafts[0].content).toEqual(content);
});

it("what does not open is told as such, and the rest stays readable", async () => {
  const { id } = await record();
  const other = await record({ 来访人: "别人", 电话: "13000000000" });
  await asOwner(database, "tamper", (tx) =>
    tx.query(sql`update entries e set data = e.data || jsonb_build_object('证件', o.data->'电话', '电话', left(e.data->>'电话', -4) || 'AAAA')
      from entries o where e.entry_id = ${id} and o.entry_id = ${other.id}`),
  );
  const { status, body } = await clerk.get(`${base}/entries/${id}`);
  expect(status).toBe(200);
  expect(body.entry.values).toMatchObject({ 来访人: "欧***", 电话: "（无法解密）", 证件: "（无法解密）" });
  const told = await reveal(clerk, id, { field: "电话" });
  expect([told.body.code, told.body.detail]).toEqual([
    "unreadable",
    expect.stringMatching(/“电话”读不出来.*被改动过.*第1版密钥/),
  ]);
  const change = await clerk.send("PATCH", `${base}/entries/${id}`, { version: 1, values: { 人数: 3 } });
  expect(change.status).toBe(200);
});

it("random Unicode comes back, whatever it is", async () => {
  const { small } = secret;
  const { campaign } = small;
  const ledger = ledgerOf(campaign, "visits");
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 200 })
    .filter((one) => one.isWellFormed() && !one.includes("\0"));
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      const values = { 编号: `U${++serial}`, 单位: small.id("东区"), 来访人: "某", 内容: written };
      const found = await withScope(database, small.scope, async (tx) => {
        const { id } = await recordEntry(tx, campaign, campaign.realm, ledger, small.doer(), randomUUID(), values);
        const { data, realm } = await getEntry(tx, campaign, id);
        expect(JSON.stringify(data)).not.toContain(JSON.stringify(written).slice(1, -1).padEnd(3, "\0"));
        return revealed(tx, realm, ledger, "内容", data["内容"] ?? null);
      });
      expect(found).toBe(written);
    }),
    { seed: 20230315, numRuns: 60 },
  );
});

it("what was typed is found in no table and in no backup", async () => {
  await clerk.send("PUT", `${base}/drafts/record`, { content: planted });
  const folder = mkdtempSync(join(tmpdir(), "yibenzhang-encrypted-"));
  const client = new pg.Client({ connectionString: database.url });
  try {
    await client.connect();
    const file = join(folder, "backup");
    await dumpToFile(client, file);
    const texts = [await secret.everything(), gunzipSync(readFileSync(file)).toString("utf8")];
    for (const text of texts) {
      // Something that is not encrypted is there, so that the search itself is seen to work.
      expect(text).toContain("东区");
      for (const hidden of [...whole, "诸葛静", "13811112222", "13500009999", "司马光启", "13622223333"])
        expect({ hidden, found: text.includes(hidden) }).toEqual({ hidden, found: false });
    }
  } finally {
    await client.end();
    rmSync(folder, { recursive: true });
  }
});
