/** A district as it is at the end of April, from its Excel ledgers: what the user guide's pictures are taken of. */
import { createHash, randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { FastifyInstance } from "fastify";
import { loadPack } from "#kernel/pack.ts";
import { asOwner } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { importFile } from "#features/exchange/import.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { listStaff } from "#features/people/people.model.ts";
import { findUnitByName } from "#features/units/units.model.ts";
import { createServer } from "../../src/main.ts";
import { createTestDatabase, type TestDatabase } from "../database.ts";
import { clientOf, password, type Client } from "../world.ts";

const root = resolve(import.meta.dirname, "../..");
export const key = "district-report";
const api = `/api/campaigns/${key}`;

export interface District {
  database: TestDatabase;
  time: { now: Date };
  /** A session that has its files and was sent back. */
  returned: string;
  /** A report of April that is being written, and the code of one that was given out before a record changed. */
  draft: string;
  code: string;
  /** The unit of the liaison, and the one above it. */
  unit: number;
  bureau: number;
  close: () => Promise<void>;
}

const towns = [
  "青石镇纪委",
  "柳河镇纪委",
  "平沙镇纪委",
  "杏花镇纪委",
  "云桥镇纪委",
  "松坪乡纪委",
  "东湖街道纪工委",
  "南苑街道纪工委",
];
const topics = [
  "党章和党内监督条例",
  "纪检监察机关监督执纪工作规则",
  "违纪违法典型案例剖析",
  "监督执纪执法十个严禁",
  "办案安全责任制",
];

export async function openDistrict(): Promise<District> {
  const database = await createTestDatabase();
  const { pack } = await loadPack(join(root, "packs", key));
  if (!pack) throw new Error("the district's pack has faults");
  const time = { now: new Date("2023-04-30T01:00:00Z") };
  const campaign = await asOwner(database, "load pack", (tx) => storePack(tx, pack, time.now));
  const folder = join(root, "samples", key);
  const doer = { account: null, unit: campaign.root, role: "operator", now: time.now };
  for (const name of (await readdir(folder)).filter((one) => one.endsWith(".xlsx")).toSorted())
    await importFile(database, campaign, doer, { path: join(folder, name), mayWrite: () => true });
  const { ids: units, bureau } = await asOwner(database, "make accounts", async (tx) => {
    const { realm, realms, root: top } = campaign;
    const account = (login: string, name: string, role: string, unit: number, person?: number) =>
      seatAccount(
        tx,
        campaign,
        { login, name, password, realm, unit, role, ...(person === undefined ? {} : { person }) },
        time.now,
      );
    await account("office", "区教育整顿领导小组办公室", "office", top);
    await account("director", "余佳怡", "leader", top);
    const ids: number[] = [];
    for (const [index, town] of towns.entries()) {
      const unit = (await findUnitByName(tx, realms, town))?.id ?? top;
      const staff = await listStaff(tx, realm, unit, campaign.from);
      const liaison = staff.at(-1);
      await account(`liaison${index}`, liaison?.name ?? town, "liaison", unit, liaison?.id);
      ids.push(unit);
    }
    return { ids, bureau: (await findUnitByName(tx, realms, "区纪委监委机关"))?.id ?? top };
  });
  const app = await createServer(database, { clock: () => time.now, logLevel: "silent" });
  const returned = await fill(app, time, units);
  await foldAll(database, campaign);
  const office = await signIn(app, "office");
  const start = async (): Promise<string> =>
    ok(await office.send("POST", `${api}/documents`, { template: "situation", from: campaign.from, to: "2023-04-30" })).document;
  const { code } = ok(await office.send("POST", `${api}/documents/${await start()}/finalise`, { seq: 1 }));
  time.now = new Date(time.now.getTime() + 3_600_000);
  await correct(office);
  const draft = await start();
  return {
    database,
    time,
    returned,
    draft,
    code,
    unit: units[0] ?? campaign.root,
    bureau,
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

const ok = ({ status, body }: Awaited<ReturnType<Client["get"]>>) => {
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body;
};
async function signIn(app: FastifyInstance, login: string): Promise<Client> {
  return clientOf(app, ok(await clientOf(app).send("POST", "/api/session", { login, password })).token);
}

/** What the towns recorded here themselves: sessions, some with people who still have to catch up, one sent back. */
async function fill(app: FastifyInstance, time: { now: Date }, units: readonly number[]): Promise<string> {
  const end = time.now;
  let returned = "";
  for (const [index, unit] of units.entries())
    for (const [week, topic] of topics.entries()) {
      time.now = new Date(Date.UTC(2023, 3, 2 + week * 6 + (index % 4), 8));
      const town = await signIn(app, `liaison${index}`);
      const id = randomUUID();
      const values = {
        活动编号: `${["QS", "LH", "PS", "XH", "YQ", "SP", "DH", "NY"][index]}${week + 1}`,
        活动日期: time.now.toISOString().slice(0, 10),
        组织单位: unit,
        学习主体: "支部",
        学习形式: week % 2 === 0 ? "集中学习" : "交流研讨",
        主题: topic,
        地点: "会议室",
        应到人数: 4 + (index % 2),
        实到人数: 4 - ((index + week) % 5 === 0 ? 1 : 0),
        请假人数: (index + week) % 5 === 0 ? 1 : 0,
        学时: 2,
      };
      const { version } = ok(await town.send("PUT", `${api}/ledgers/study_sessions/entries/${id}`, { values })).entry;
      if ((index + week) % 5 === 0) ok(await town.send("POST", `${api}/entries/${id}/move`, { version, transition: "安排补学" }));
      if (index === 0 && week === 3) returned = await sendBack(app, town, id);
    }
  time.now = end;
  return returned;
}

async function sendBack(app: FastifyInstance, town: Client, id: string): Promise<string> {
  for (const name of ["签到表（4月20日）.csv", "学习记录.txt"]) {
    const content = Buffer.from(
      name.endsWith("csv") ? "姓名,到会\n邱永晨,是\n段永坤,是\n" : "集中学习监督执纪执法十个严禁，逐条讨论。\n",
    );
    const at = `${api}/entries/${id}/attachments/${randomUUID()}`;
    const sha256 = createHash("sha256").update(content).digest("hex");
    ok(await town.send("PUT", at, { name, bytes: content.length, sha256 }));
    ok(await town.put(`${at}/parts/0`, content));
    ok(await town.send("POST", `${at}/finish`, {}));
  }
  const move = async (client: Client, step: object): Promise<void> => {
    const { version } = ok(await client.get(`${api}/entries/${id}`)).entry;
    ok(await client.send("POST", `${api}/entries/${id}/move`, { version, ...step }));
  };
  await move(town, { transition: "归档" });
  await move(await signIn(app, "office"), { transition: "退回", reason: "签到表缺一人，请核对后补上" });
  return id;
}

/** A record that a report has counted turns out to be wrong. */
async function correct(office: Client): Promise<void> {
  const where = encodeURIComponent(
    JSON.stringify({ 类型: { is: ["心得体会"] }, 提交日期: { from: "2023-04-01", to: "2023-04-30" } }),
  );
  const [entry] = ok(await office.get(`${api}/ledgers/study_outputs/entries?limit=1&where=${where}`)).entries;
  const values = { 篇数: Number(entry.values["篇数"]) + 2 };
  ok(await office.send("PATCH", `${api}/entries/${entry.id}`, { version: entry.version, values, reason: "核对原稿" }));
}
