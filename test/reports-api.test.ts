/** Reports over HTTP: what is in them depends on who asks, and what became of their figures can be asked. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDocx } from "#features/documents/read-docx.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";

async function record(ledger: string, values: object, login: "east" | "custodian" = "east"): Promise<string> {
  const id = randomUUID();
  const reply = await (await world.as(login)).send("PUT", `${api}/ledgers/${ledger}/entries/${id}`, { values });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
}

const session = (number: string, present: number): object => ({
  活动编号: number,
  活动日期: "2023-04-03",
  组织单位: world.units.east,
  主题: "专题学习",
  实到人数: present,
});

test("a figure over sealed records is told only when it is not small, and its records never", async () => {
  await record("study", session("S1", 10));
  await record("leads", { 线索编号: "X1", 收到日期: "2023-04-01", 承办单位: world.units.east }, "custodian");
  const east = await (await world.as("east")).send("POST", `${api}/reports`, { template: "brief", unit: world.units.east });
  const read = await readDocx(east.raw);
  expect(read.paragraphs.join("")).toContain("开展集中学习1场，参学10人次；收到问题线索不显示。");
  const custodian = await (
    await world.as("custodian")
  ).send("POST", `${api}/reports`, { template: "brief", unit: world.units.east });
  expect((await readDocx(custodian.raw)).paragraphs.join("")).toContain("收到问题线索1件");
});

test("a changed record shows as drift, with the record and who may know it", async () => {
  const id = await record("study", session("S2", 20));
  const client = await world.as("east");
  const made = await client.send("POST", `${api}/reports`, { template: "brief", unit: world.units.east });
  const upload = () => client.upload(`${api}/reports/verify`, { name: "报告.docx", content: made.raw });
  expect((await upload()).body).toMatchObject({ consistent: true });
  world.time.now = new Date(world.time.now.getTime() + 60_000);
  const changed = await client.send("PATCH", `${api}/entries/${id}`, {
    version: 1,
    values: { 实到人数: 25 },
    reason: "核对签到表",
  });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  const { consistent, figures } = (await upload()).body;
  expect(consistent).toBe(false);
  const drift = figures.find((one: { figure: string }) => one.figure === "attended");
  expect(drift).toMatchObject({
    status: "有变化",
    frozen: 30,
    now: 35,
    causes: [{ entryId: id, number: "S2", change: "已修改" }],
  });
});

test("an unknown template, a period back to front, a file that is no report", async () => {
  const client = await world.as("east");
  const ask = (body: object) => client.send("POST", `${api}/reports`, body);
  expect((await ask({ template: "none" })).body).toMatchObject({ status: 404, code: "unknown_template" });
  expect((await ask({ template: "brief", from: "2023-05-01", to: "2023-04-01" })).body).toMatchObject({
    status: 422,
    code: "bad_days",
  });
  const bad = await client.upload(`${api}/reports/verify`, { name: "报告.docx", content: Buffer.from("no report") });
  expect(bad.body).toMatchObject({ status: 422, code: "bad_docx" });
});
