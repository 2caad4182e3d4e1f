/** A pack of three ledgers, three figures and one report, small enough to know every number by heart. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Campaign } from "#kernel/campaign.ts";
import type { Pack } from "#kernel/definitions.ts";
import { loadPack } from "#kernel/pack.ts";
import { asOwner, type Database } from "#platform/db.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { importFile } from "#features/exchange/import.model.ts";
import type { ImportOptions, ImportResult } from "#features/exchange/import.types.ts";
import type { Doer } from "#features/ledgers/ledgers.types.ts";

const files: Record<string, string> = {
  "pack.yaml": `key: small
name: 小方案
version: 1.0.0
campaign: {name: 小活动, organ: 市办公室, from: 2023-03-01, to: 2023-12-31, reportDate: 2023-06-30}
`,
  "roles.yaml": "roles: [{key: office, name: 办公室, may: [units, people, accounts, grants, packs, documents]}]\n",
  "ledgers/units.yaml": `key: units
name: 单位名册
unit: 单位名称
identity: [单位编号]
registers: {what: units, code: 单位编号, name: 单位名称, parent: 上级单位}
fields:
  - {name: 单位编号, required: true}
  - {name: 单位名称, required: true}
  - {name: 上级单位, type: organ}
`,
  "ledgers/people.yaml": `key: people
name: 人员名册
unit: 所在单位
identity: [人员编号]
registers: {what: people, code: 人员编号, name: 姓名, unit: 所在单位, to: 退出日期}
fields:
  - {name: 人员编号, required: true}
  - {name: 姓名, required: true}
  - {name: 所在单位, type: unit, required: true}
  - {name: 退出日期, type: date}
`,
  "ledgers/sessions.yaml": `key: sessions
name: 学习台账
unit: 组织单位
date: 活动日期
identity: [活动编号]
inCampaign: true
fields:
  - {name: 活动编号, required: true}
  - {name: 活动日期, type: date, required: true}
  - {name: 组织单位, type: unit, required: true}
  - {name: 主讲人, type: person}
  - {name: 参加人数, type: integer, unit: 人}
  - {name: 学习内容, type: longtext}
`,
  "figures.yaml": `figures:
  - {key: A1, name: 学习次数, unit: 次, ledger: sessions, count: entries}
  - {key: A2, name: 参学人次, unit: 人次, ledger: sessions, sum: 参加人数}
  - {key: A3, name: 次均人数, unit: 人, ratio: {of: A2, to: A1}, round: 1}
`,
  "templates/brief.md": `---
key: brief
name: 情况报告
kind: 报告
title: 学习情况报告
---
{{unit}}共学习{{A1}}，参学{{A2}}，次均{{A3}}。
`,
};

/** Writes the pack to `folder`; `changes` replaces files, or leaves them out (null). */
export function writeSmallPack(folder: string, changes: Record<string, string | null> = {}): string {
  for (const [name, content] of Object.entries({ ...files, ...changes })) {
    if (content === null) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The text of one of the pack's files, to change it. */
export const smallFile = (name: string): string => files[name] as string;

export async function readPackOf(folder: string): Promise<Pack> {
  const { pack, problems } = await loadPack(folder);
  if (!pack) throw new Error(JSON.stringify(problems));
  return pack;
}

export const load = async (database: Database, folder: string): Promise<Campaign> => {
  const pack = await readPackOf(folder);
  return asOwner(database, "load pack", (tx) => storePack(tx, pack, new Date()));
};

export const operatorOf = (campaign: Campaign): Doer => ({
  account: null,
  unit: campaign.root,
  role: "operator",
  now: new Date(),
});

export const importPath = (
  database: Database,
  campaign: Campaign,
  path: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportResult> => importFile(database, campaign, operatorOf(campaign), { path, mayWrite: () => true, ...options });

/** Imports a file that must be without fault. */
export async function importClean(database: Database, campaign: Campaign, path: string): Promise<void> {
  const { complaints } = await importPath(database, campaign, path);
  if (complaints.length > 0) throw new Error(JSON.stringify(complaints));
}

export const unitsCsv = "单位编号,单位名称,上级单位\nD1,甲区,\nD2,乙区,\nD11,甲区一街道,甲区\n";
export const peopleCsv = "人员编号,姓名,所在单位,退出日期\nP001,张三,甲区,\nP002,李四,乙区,2023-05-01\n";
export const sessionsHead = "活动编号,活动日期,组织单位,主讲人,参加人数,学习内容";
/** Rows `from` to `to`, all different, in 甲区一街道 and 乙区 by turns. */
export const sessionRows = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const n = from + index;
    const day = new Date(Date.UTC(2023, 2, 1 + (n % 100))).toISOString().slice(0, 10);
    return `H${String(n).padStart(5, "0")},${day},${n % 2 ? "甲区一街道" : "乙区"},,${n % 50},第${n}次学习`;
  });
export const sessionsCsv = (from: number, to: number): string => [sessionsHead, ...sessionRows(from, to), ""].join("\n");
