/** The key ring over the life of a database: made, lost, wrong, rotated, cut off in the middle, retired; packs that change their mind. */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { encryptStored } from "#features/campaigns/encrypting.model.ts";
import { listKeyUse } from "#platform/key-use.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { addVersion } from "#platform/key-ring.ts";
import { dropKey, openKeys, rotateKeys } from "#platform/keys.ts";
import { asOwner, sql, type Database } from "#platform/db.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { openSecretCampaign, planted, secretPack, type SecretCampaign } from "./secret-campaign.ts";
import { smallPack } from "./written-pack.ts";

let database: TestDatabase;
let folder: string;
let secret: SecretCampaign;
const where = () => ({ dataDir: folder, keys: undefined, cipher: "aes" as const });
const file = (): string => join(folder, "keys.json");
const rows = 1200;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-keys-"));
  await openKeys(database, where());
  secret = await openSecretCampaign(database, "keys");
  const clerk = await secret.as("clerk");
  const lines = Array.from(
    { length: rows },
    (_, at) => `K${at},东区,2023-04-05,来访者${at},139${String(at).padStart(8, "0")},反映第${at}件`,
  );
  const csv = `\ufeff编号,单位,日期,来访人,电话,内容\r\n${lines.join("\r\n")}\r\n`;
  await clerk.upload("/api/campaigns/keys/imports", { name: "来访台账.csv", content: Buffer.from(csv) });
  await clerk.upload("/api/campaigns/keys/imports", { name: "来电台账.csv", content: calls }, { ledger: "calls" });
  await secret.small.fold();
});
afterAll(async () => {
  await secret.close();
  await database.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => openKeys(database, where()));

const calls = Buffer.from("\ufeff单位,日期,来访人,电话\r\n东区,2023-04-05,来电者,13811112222\r\n");

/** A pool as a program that starts anew has it. */
async function started(keys?: string): Promise<void> {
  const pool: Database = database.open();
  try {
    await openKeys(pool, { ...where(), keys });
  } finally {
    await pool.close();
  }
}

const versionsIn = (table: "entries" | "entry_events"): Promise<Record<string, number>> =>
  asOwner(database, "versions", async (tx) => {
    const found = await tx.query<{ v: string; n: number }>(
      table === "entries"
        ? sql`select m[1] as v, count(*) as n from entries e, regexp_matches(e.data::text, '§v1\\.(..)\\.', 'g') m group by 1`
        : sql`select m[1] as v, count(*) as n from entry_events e, regexp_matches(e.changes::text, '§v1\\.(..)\\.', 'g') m group by 1`,
    );
    return Object.fromEntries(found.map(({ v, n }) => [v, n]));
  });
const sound = async (): Promise<void> => {
  const { campaign } = secret.small;
  expect(await asOwner(database, "verify", (tx) => verifyEntries(tx, campaign, campaign.realm))).toEqual([]);
};
const phoneOf = async (at: number): Promise<string[]> => {
  const condition = encodeURIComponent(JSON.stringify({ 电话: { is: [`139${String(at).padStart(8, "0")}`] } }));
  const { body } = await (await secret.as("clerk")).get(`/api/campaigns/keys/ledgers/visits/entries?where=${condition}`);
  return body.entries.map(({ values }: { values: Record<string, string> }) => values["编号"]);
};

it("the first ring is its owner's alone, and is the same at the next start", async () => {
  expect((statSync(file()).mode & 0o777).toString(8)).toBe("600");
  const text = readFileSync(file(), "utf8");
  await started();
  expect(readFileSync(file(), "utf8")).toBe(text);
});

it("a ring that is lost, of another database or cut short keeps the program from starting, in words", async () => {
  const text = readFileSync(file(), "utf8");
  renameSync(file(), `${file()}.away`);
  await expect(started()).rejects.toThrow(/有用第1版密钥加密的内容，但找不到密钥环.*放回此处/);
  expect(existsSync(file())).toBe(false);
  writeFileSync(file(), addVersion(undefined, { cipher: "aes", now: new Date() }));
  await expect(started()).rejects.toThrow(/不是这个数据库的：第1版与数据库记下的校验值不符/);
  writeFileSync(file(), text.slice(0, 100));
  await expect(started()).rejects.toThrow("不完整或被改动过");
  renameSync(`${file()}.away`, file());
  await started();
});

it("the ring may come from elsewhere: another file, or the text itself", async () => {
  await started(file());
  await started(readFileSync(file(), "utf8"));
  await expect(started("/nowhere/keys.json")).rejects.toThrow("放回此处");
});

it("rotation that is cut off again and again is finished, entries stay what they are", async () => {
  const before = await asOwner(database, "entries", (tx) =>
    tx.query(sql`select entry_id, version, identity, imported, updated_at from entries order by entry_id`),
  );
  const events = await versionsIn("entry_events");
  expect(await rotateKeys(database, where(), { cipher: "aes", renewHash: false })).toBe(2);
  for (let stops = 0; ; stops++) {
    let steps = 0;
    const failed = await encryptStored(database, {
      step: () => {
        if (++steps > stops) throw new Error("power cut");
      },
    }).then(
      () => false,
      () => true,
    );
    // Half of them are of the new version, half of the old: all are read, found, and equal to their history.
    expect(await phoneOf(7)).toEqual(["K7"]);
    expect(await phoneOf(rows - 1)).toEqual([`K${rows - 1}`]);
    await sound();
    if (!failed) break;
    expect(stops).toBeLessThan(20);
  }
  expect(Object.keys(await versionsIn("entries"))).toEqual(["a2"]);
  expect(await versionsIn("entry_events")).toEqual(events);
  expect(
    await asOwner(database, "entries", (tx) =>
      tx.query(sql`select entry_id, version, identity, imported, updated_at from entries order by entry_id`),
    ),
  ).toEqual(before);
  expect(await encryptStored(database, { again: true })).toEqual({ written: 0, unreadable: 0 });
});

it("a file that was brought before a rotation is still known after it", async () => {
  const clerk = await secret.as("clerk");
  const { body } = await clerk.upload(
    "/api/campaigns/keys/imports",
    { name: "来电台账.csv", content: calls },
    { ledger: "calls" },
  );
  expect(body).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
});

it("SM4 and a new hash can follow, and everything is still found", async () => {
  await rotateKeys(database, where(), { cipher: "sm4", renewHash: true });
  expect(await phoneOf(3)).toEqual(["K3"]);
  await encryptStored(database, { again: true });
  expect(Object.keys(await versionsIn("entries"))).toEqual(["s3"]);
  expect(await phoneOf(3)).toEqual(["K3"]);
  const clerk = await secret.as("clerk");
  const { body } = await clerk.upload(
    "/api/campaigns/keys/imports",
    { name: "来电台账.csv", content: calls },
    { ledger: "calls" },
  );
  expect(body).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
  await sound();
});

it("a version is needed as long as the history is, and the unneeded one can go", async () => {
  const uses = await listKeyUse(database);
  expect(uses.get(1)?.tables.get("entry_events")).toBeGreaterThan(rows);
  expect(uses.get(1)?.tables.has("entries")).toBe(false);
  expect(uses.has(2)).toBe(false);
  await dropKey(database, where(), 2);
  expect([...database.keys.ring.versions.keys()]).toEqual([1, 3]);
  await started();
});

it("a pack that begins to encrypt a field, or ends, has what is stored follow", async () => {
  const clerk = await secret.as("clerk");
  const id = randomUUID();
  await clerk.send("PUT", `/api/campaigns/keys/ledgers/visits/entries/${id}`, {
    values: { 编号: "P1", 单位: "东区", ...planted },
  });
  const load = async (plain: boolean): Promise<void> => {
    const ledgers = plain
      ? secretPack.ledgers.map((ledger) => ({
          ...ledger,
          fields: ledger.fields.map((field) => ({ ...field, encrypted: undefined, mask: undefined })),
        }))
      : secretPack.ledgers;
    const pack = await smallPack({ key: "keys", ...secretPack, ledgers });
    await asOwner(database, "load", (tx) => storePack(tx, pack, new Date("2023-06-16T00:00:00Z")));
  };
  const phone = () =>
    asOwner(database, "look", (tx) =>
      tx.one<{ phone: string }>(sql`select data->>'电话' as phone from entries where entry_id = ${id}`),
    );
  await load(true);
  await encryptStored(database);
  expect(await versionsIn("entries")).toEqual({});
  expect(await phone()).toEqual({ phone: planted.电话 });
  expect((await clerk.get(`/api/campaigns/keys/entries/${id}`)).body.history[0].changes["电话"]).toBe(planted.电话);
  await sound();
  await load(false);
  await encryptStored(database);
  expect(Object.keys(await versionsIn("entries"))).toEqual(["s3"]);
  expect((await clerk.get(`/api/campaigns/keys/entries/${id}`)).body.entry.values["电话"]).toBe("139****1234");
  await sound();
  const { body } = await clerk.upload(
    "/api/campaigns/keys/imports",
    { name: "来电台账.csv", content: calls },
    { ledger: "calls" },
  );
  expect(body).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
});
