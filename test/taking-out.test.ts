/** Taking records out: why it is asked, what of it is kept, and what the file says of who took it. */
import yauzl from "yauzl";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const why = encodeURIComponent("报送市领导小组办公室汇总");

/** A part of a workbook, as text. */
async function partOf(workbook: Buffer, name: string): Promise<string> {
  const zip = await promisify<Buffer, { lazyEntries: boolean }, yauzl.ZipFile>(yauzl.fromBuffer)(workbook, { lazyEntries: true });
  return new Promise((found, failed) => {
    zip.on("entry", (entry: yauzl.Entry) => {
      if (entry.fileName !== name) return zip.readEntry();
      zip.openReadStream(entry, (error, stream) => (error ? failed(error) : found(text(stream))));
    });
    zip.readEntry();
  });
}

test("a ledger about people goes out with a reason, which the audit keeps with how much it was; a blank form needs none", async () => {
  const east = await world.as("east");
  const values = { 人员编号: "P009", 姓名: "新来的", 所在单位: world.units.east };
  expect((await east.send("PUT", `${api}/ledgers/roster/entries/${randomUUID()}`, { values })).status).toBe(200);
  const refused = await east.get(`${api}/ledgers/roster/export`);
  expect(refused.body).toMatchObject({ status: 422, code: "reason_needed" });
  expect((await east.get(`${api}/ledgers/roster/export?reason=%20`)).status).toBe(422);
  expect((await east.get(`${api}/ledgers/roster/export?blank=true`)).status).toBe(200);
  expect((await east.get(`${api}/ledgers/roster/export?reason=${why}`)).status).toBe(200);
  // What concerns nobody in particular goes out as before.
  expect((await east.get(`${api}/ledgers/study/export`)).status).toBe(200);
  expect((await world.audit("exchange.export")).map(({ result, details }) => ({ result, details }))).toMatchObject([
    { result: "ok", details: { ledger: "人员名册", rows: 0 } },
    { result: "ok", details: { ledger: "人员名册", level: "personal", rows: 1, reason: "报送市领导小组办公室汇总" } },
    { result: "ok", details: { ledger: "集中学习台账", level: "internal" } },
  ]);
});

test("who took it and when stands at the foot of the pages; the sheet itself is the official one", async () => {
  const sheets: string[] = [];
  for (const login of ["east", "eastHead"] as const) {
    const file = await (await world.as(login)).get(`${api}/ledgers/roster/export?reason=${why}`);
    sheets.push(await partOf(file.raw, "xl/worksheets/sheet1.xml"));
  }
  const [one = "", other = ""] = sheets;
  expect(one).toContain("&amp;L&amp;8 导出：east的账号（east） 2023-06-15 10:00&amp;C第 &amp;P 页");
  expect(other).toContain("（Head）");
  const foot = /<headerFooter>.*<\/headerFooter>/;
  expect(one.replace(foot, "")).toBe(other.replace(foot, ""));
  // An empty form is nobody's.
  const blank = await (await world.as("east")).get(`${api}/ledgers/roster/export?blank=true`);
  expect(await partOf(blank.raw, "xl/worksheets/sheet1.xml")).not.toContain("导出");
});
