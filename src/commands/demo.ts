import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Campaign } from "#kernel/campaign.ts";
import { readConfig } from "#platform/config.ts";
import { asOwner, withScope, type Database } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { findCampaign } from "#features/campaigns/campaigns.model.ts";
import { putPack } from "#features/campaigns/load.model.ts";
import { importFile, lookThrough } from "#features/exchange/import.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { listStaff } from "#features/people/people.model.ts";
import { findUnitByName } from "#features/units/units.model.ts";
import type { Call, Command } from "./command.ts";
import { readPack } from "./pack.ts";
import { writeReport } from "./report.ts";
import { runServer } from "./serve.ts";

const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const key = "municipality";

export const demo: Command = {
  name: "demo",
  summary: "装入样例城市的全部台账，出数字和报告，然后启动服务",
  help: `用法：yibenzhang demo
第一次运行时装入方案包 packs/municipality 和样例 samples/municipality（34本台账），列出全市的数字，
生成 out/情况汇报.docx 和附表，然后像 serve 一样提供服务；以后再运行直接提供服务。数据在 ./data。

退出码：0 正常停止；1 失败；2 用法不对。`,
  options: {},
  run: (call) =>
    runServer(call, async (database) => {
      const logins = await prepare(call, database);
      return () => {
        call.print("登录账号（样例）：");
        for (const { login, password, name } of logins) call.print(`  ${login.padEnd(8)} ${password}　${name}`);
      };
    }),
};

async function prepare(call: Call, database: Database): Promise<Login[]> {
  let campaign = await asOwner(database, "find the sample", (tx) => findCampaign(tx, key));
  const complete = join(readConfig().dataDir, "demo-logins.json");
  if (!campaign || !existsSync(complete)) {
    campaign = await loadSample(call, database);
    const logins = await makeLogins(database, campaign);
    await showFigures(call, database, campaign);
    mkdirSync(join(root, "out"), { recursive: true });
    await writeReport(call, database, campaign, {
      template: "situation",
      unit: campaign.root,
      from: campaign.from,
      to: campaign.reportDate ?? campaign.from,
      out: join(root, "out", "情况汇报.docx"),
    });
    // Last: a start that was broken off begins again, and finds again what it has brought in.
    writeFileSync(complete, JSON.stringify(logins, null, 2), { mode: 0o600, flush: true });
  }
  return JSON.parse(readFileSync(complete, "utf8")) as Login[];
}

async function loadSample(call: Call, database: Database): Promise<Campaign> {
  const pack = await readPack(call, join(root, "packs", key));
  if (!pack) throw new Error("the sample's pack has faults");
  const campaign = await putPack(database, pack, new Date());
  const folder = join(root, "samples", key);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".xlsx"))
    .toSorted();
  let rows = 0;
  for (const [index, name] of files.entries()) {
    const doer = { account: null, unit: campaign.root, role: "operator", now: new Date() };
    const result = await importFile(database, campaign, doer, { path: join(folder, name), mayWrite: () => true });
    rows += result.added + result.unchanged;
    call.say(`[${String(index + 1).padStart(2)}/${files.length}] ${name}　${result.added + result.unchanged}条`);
    if (!result.committed) throw new Error(`${name} did not import: ${JSON.stringify(result.complaints[0])}`);
  }
  await foldAll(database, campaign);
  await lookThrough(database);
  call.say(`共${files.length}本台账、${rows}条记录。`);
  return campaign;
}

async function showFigures(call: Call, database: Database, campaign: Campaign): Promise<void> {
  const keys = campaign.pack.figures.filter((figure) => figure.from === "figures.yaml").map((figure) => figure.key);
  const to = campaign.reportDate ?? campaign.from;
  const answers = await withScope(database, operator(campaign).scope, (tx) =>
    answerFigures(tx, campaign, keys, [campaign.root], { from: campaign.from, to }),
  );
  call.print(`\n${campaign.name}　${campaign.from} 至 ${to}`);
  for (const answer of answers.get(campaign.root) ?? []) call.print(`  ${answer.key.padEnd(8)} ${answer.name}：${answer.text}`);
  call.print("");
}

interface Login {
  login: string;
  password: string;
  name: string;
}

/** An office and a leader at the top, a liaison and a cadre of a district, and the three administrators. */
async function makeLogins(database: Database, campaign: Campaign): Promise<Login[]> {
  const wanted = [
    { login: "office", name: "市教育整顿领导小组办公室", role: "office", unit: undefined },
    { login: "leader", name: "市领导", role: "leader", unit: undefined },
    { login: "liaison", name: "云栖区纪委监委联络员", role: "liaison", unit: "云栖区纪委监委" },
    { login: "cadre", name: "云栖区纪委监委干部", role: "cadre", unit: "云栖区纪委监委" },
    { login: "system", name: "系统管理员", role: "system_admin", unit: undefined },
    { login: "security", name: "安全保密管理员", role: "security_admin", unit: undefined },
    { login: "audit", name: "安全审计员", role: "auditor", unit: undefined },
  ];
  return asOwner(database, "make the sample's accounts", async (tx) => {
    const logins: Login[] = [];
    for (const { login, name, role, unit } of wanted) {
      const password = randomBytes(6).toString("base64url");
      const id = unit === undefined ? campaign.root : ((await findUnitByName(tx, campaign.realms, unit))?.id ?? campaign.root);
      const [person] = role === "cadre" ? await listStaff(tx, campaign.realm, id, campaign.from) : [];
      const whose = person ? { name: person.name, person: person.id } : { name };
      await seatAccount(tx, campaign, { login, ...whose, password, realm: campaign.realm, unit: id, role }, new Date());
      logins.push({ login, password, name: person ? `${name} ${person.name}` : name });
    }
    return logins;
  });
}
