/** A realistic 情况汇报, as test input: template text and a resolver with made-up answers, no database. */
import { createHash } from "node:crypto";
import { exactText, numberText } from "#kernel/number-text.ts";
import type { FigureAnswer, ReportResolver } from "./documents.types.ts";

const figures: Record<string, { name: string; value: number | string; unit: string; text?: string; records?: number }> = {
  "S01-F01": { name: "领导小组会议", value: 2, unit: "次" },
  "S01-F02": { name: "动员部署会日期", value: "2023-03-03", unit: "日期", text: "{n:月日}", records: 1 },
  "S01-F03": { name: "传达部署用时", value: 7, unit: "天", text: "{n:周}内" },
  "S01-F05": { name: "制定方案的区", value: 16, unit: "个", text: "{n}个区纪委监委" },
  "S01-F06": { name: "制定方案的派驻派出机构", value: 63, unit: "家", text: "{n}家派驻派出机构" },
  "S01-F10": { name: "任务数", value: 45, unit: "项", text: "{n}项任务" },
  "S01-F11": { name: "具体安排数", value: 105, unit: "项", text: "{n}项具体安排" },
  "S01-F23": { name: "讲课人数", value: 126, unit: "人", text: "{n:余}人" },
  "S01-F25": { name: "警示教育人数", value: 3742, unit: "人", text: "{n:余}人" },
  "S01-F27": { name: "集中学习场次", value: 1736, unit: "场", text: "{n:余}场" },
  "S01-F29": { name: "测试人次", value: 32400, unit: "人次", text: "{n:万}人次" },
  "S01-F32": { name: "重点问题", value: 63, unit: "条", text: "{n}条重点问题" },
  "S05-F10": { name: "线索数同比", value: 28.2, unit: "%", text: "同比{n:增减}" },
  X05: { name: "参学人数", value: 3561, unit: "人" },
  X08: { name: "参学率", value: 96.3, unit: "%" },
  X30: { name: "未办结线索", value: 0, unit: "件" },
};

export const figureKeys = Object.keys(figures);

export const ledgers = [
  { key: "meetings", name: "会议台账", fields: ["召开日期", "会议名称", "会议类型", "主持人", "参会人数"] },
  { key: "special", name: "专项整治台账", fields: ["专项名称", "牵头单位", "状态"] },
].map((l) => ({ ...l, fields: l.fields.map((name) => ({ name })) })) as never as { key: string; name: string; fields: never[] }[];

export function answer(key: string, scope = "市纪委监委机关及所属各单位", share = 1): FigureAnswer {
  const figure = figures[key];
  if (figure === undefined) throw new Error(`没有指标“${key}”`);
  const value = typeof figure.value === "number" && share !== 1 ? Math.round(figure.value * share) : figure.value;
  return {
    key,
    name: figure.name,
    value,
    exact: exactText(value),
    text: numberText(value, figure.unit, figure.text),
    unit: figure.unit,
    definition: `在《${figure.name}台账》中，取状态为“已归档”的记录，按活动日期在期间内计数。`,
    definitionVersion: "1",
    scope,
    from: "2023-03-03",
    to: "2023-05-14",
    asOf: "2023-05-15T01:30:00Z",
    records: figure.records ?? 12,
    digest: createHash("sha256").update(`${key} ${scope}`).digest("hex"),
  };
}

const rows: Record<string, Record<string, string>[]> = {
  meetings: [
    {
      召开日期: "2023年3月3日",
      会议名称: "全市纪检监察干部队伍教育整顿动员部署会",
      会议类型: "动员部署会",
      主持人: "魏长河",
      参会人数: "210",
    },
    { 召开日期: "2023年3月10日", 会议名称: "领导小组第一次会议", 会议类型: "领导小组会议", 主持人: "魏长河", 参会人数: "18" },
    { 召开日期: "2023年4月12日", 会议名称: "领导小组第二次会议", 会议类型: "领导小组会议", 主持人: "魏长河", 参会人数: "17" },
  ],
  special: [
    { 专项名称: "违规插手工程专项治理", 牵头单位: "干部监督室", 状态: "进行中" },
    { 专项名称: "涉案财物管理专项治理", 牵头单位: "案件监督管理室", 状态: "已完成" },
  ],
};

export const resolver: ReportResolver = {
  unit: "市纪委监委",
  organ: "中共云川市纪律检查委员会",
  from: "2023-03-03",
  to: "2023-05-14",
  today: "2023-05-15",
  figure: async (key, options) => (options?.unit === undefined ? answer(key) : answer(key, options.unit, 0.25)),
  entries: async ({ ledger, columns, limit }) => {
    const all = rows[ledger] ?? [];
    return { rows: all.slice(0, limit).map((row) => columns.map((c) => row[c] ?? "")), total: all.length };
  },
  children: async () =>
    ["东湖区纪委监委", "青松区纪委监委", "市纪委监委驻市公共安全局纪检监察组"].map((name) => ({ id: name, name })),
};

export const identity = { report: "YC-2023-0017", code: "K7QX-2M9D-4TRA" };

export const reportTemplate = `---
key: progress
name: 情况汇报
kind: 报告
title: |
  关于全市纪检监察干部队伍教育整顿
  工作进展情况的报告
number: 云纪〔2023〕5号
signatory: 魏长河
secrecy: 秘密★1年
urgency: 加急
to: 中共明江省纪律检查委员会
copies: [省教育整顿领导小组办公室, 市委办公室, 市教育整顿领导小组成员单位]
attachments: [各区、各派驻派出机构工作进展情况表, 教育整顿任务分解表]
---
按照省纪委监委统一部署，{{unit}}坚决扛起政治责任，{{S01-F02}}召开动员部署会，{{S01-F03}}完成层层传达部署。现将{{period}}工作进展情况报告如下。

# 加强组织领导，压实工作责任

## 高位推动抓部署。
市纪委监委先后召开领导小组会议{{S01-F01}}，研究制定实施方案，分解为{{S01-F10}}、{{S01-F11}}，逐项明确牵头单位、责任人和完成时限。{{S01-F05}}、{{S01-F06}}均已制定具体方案，经上级审定后印发实施。

## 建立机制抓落实。
建立“周调度、月通报、季评估”机制，对进展缓慢、台账不实的单位及时提醒。{{#if X30 > 0}}尚有{{X30}}线索未办结，正在加紧办理。{{else}}已收线索全部办结。{{/if}}

# 突出学习教育，筑牢思想根基

全市各级纪检监察机关开展集中学习{{S01-F27}}，参学人数{{X05}}，参学率{{X08}}；组织处级以上干部上讲台，{{S01-F23}}登台授课；开展警示教育，{{S01-F25}}接受教育；组织知识测试，参加{{S01-F29}}。主要会议情况见下表。

\`\`\`table
title: 教育整顿主要会议情况
ledger: meetings
columns: [召开日期, {field: 会议名称, width: 16}, 主持人, {field: 参会人数, title: 人数, width: 4}]
sort: 召开日期
\`\`\`

# 深入检视整治，纯洁干部队伍

### 深挖细查问题线索
对党的十八大以来涉及纪检监察干部的问题线索进行大起底，受理线索{{S05-F10}}，查摆梳理{{S01-F32}}，建立台账，逐条销号。坚持刀刃向内，对执纪违法、失职失责问题严肃查处，做到有腐必反、有案必查，坚决防止灯下黑。

### 从严开展专项治理
\`\`\`list
ledger: special
item: "{专项名称}（{牵头单位}）"
join: "、"
before: "部署开展"
after: "等专项治理，逐项明确整改措施，定期评估整改成效。"
\`\`\`

# 存在的主要不足和下步打算

从前一阶段情况看，教育整顿取得阶段性成效，但也存在不足：一是个别单位思想认识不够到位，存在“过关”心态；二是学习教育与工作结合不够紧密，以学促干成效还不明显；三是查找问题不够深入，部分单位问题清单大同小异。下一步，将坚持问题导向，持续抓好学习教育、检视整治、巩固提升三个环节各项任务，以自我革命精神锻造纪检监察铁军。

\`\`\`figures
title: 各单位集中学习情况
figures: [S01-F27, X05, S01-F23]
\`\`\`

以上报告，请审阅。
`;
