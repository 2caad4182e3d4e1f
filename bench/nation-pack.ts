/** The pack of the generated nation: 20 ledgers of 15 columns, 60 additive figures, and figures that tell people apart. */
import { figureSchema, ledgerSchema, templateSchema, type Ledger, type LedgerSource, type Pack } from "#kernel/definitions.ts";

export const ledgerKeys = Array.from({ length: 20 }, (_, index) => `l${String(index + 1).padStart(2, "0")}`);
export const kinds = ["专题党课", "警示教育", "主题党日", "业务培训", "交流研讨"];
export const forms = ["集中学习", "个人自学", "线上学习"];

/** Each ledger's share of all entries, in hundredths: attendance lists are long, most others are short. */
export const shares = [25, 10, 8, 7, 6, 5, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1];

/** As a pack that is read from its files has it. */
const inherited = ({ extends: _extends, without: _without, figures: _figures, ...own }: LedgerSource): Ledger => ({
  ...own,
  columns: own.fields.map((field) => field.name),
});

const ledger = (key: string, index: number): Ledger =>
  inherited(
    ledgerSchema.parse({
      key,
      name: `教育活动台账之${index + 1}`,
      unit: "单位",
      date: "活动日期",
      identity: ["编号"],
      fields: [
        { name: "编号", type: "text", required: true },
        { name: "单位", type: "unit", required: true },
        { name: "活动日期", type: "date", required: true },
        { name: "活动名称", type: "text", required: true },
        { name: "类别", type: "choice", values: kinds, required: true },
        { name: "形式", type: "choice", values: forms, required: true },
        { name: "人员", type: "person" },
        { name: "主讲人", type: "text" },
        { name: "参加人数", type: "integer" },
        { name: "应到人数", type: "integer" },
        { name: "缺席人数", type: "integer" },
        { name: "学时", type: "decimal", decimals: 1 },
        { name: "地点", type: "text" },
        { name: "主要内容", type: "longtext" },
        { name: "备注", type: "text" },
      ],
    }),
  );

/** Keys of the 60 additive figures. */
export const figureKeys = ledgerKeys.flatMap((key) => [`${key}-count`, `${key}-kind`, `${key}-sum`]);
export const distinctKeys = ["l01-people", "l02-people", "l10-people"];

const from = "2023-01-02";
/** The 300 days on which something happened. */
export const days = { from, to: "2023-10-28", count: 300 };

export function nationPack(realms: { key: string; name: string }[] = []): Pack {
  const figures = [
    ...ledgerKeys.flatMap((key, index) => [
      { key: `${key}-count`, name: `活动${index + 1}场次`, unit: "场", ledger: key, count: "entries" },
      {
        key: `${key}-kind`,
        name: `党课${index + 1}场次`,
        unit: "场",
        ledger: key,
        count: "entries",
        where: { 类别: kinds.slice(0, 2) },
      },
      { key: `${key}-sum`, name: `活动${index + 1}人次`, unit: "人次", ledger: key, sum: "参加人数" },
    ]),
    ...distinctKeys.map((key) => ({
      key,
      name: `参加人数${key}`,
      unit: "人",
      ledger: key.slice(0, 3),
      distinct: "人员",
      where: { 形式: ["集中学习", "线上学习"] },
    })),
  ];
  return {
    key: "nation",
    name: "生成的全国活动",
    version: "1.0.0",
    campaign: { name: "生成的全国活动", organ: "全国", from, to: "2023-12-31", realms },
    phases: [],
    units: [],
    rollUp: ["汇总", "隶属", "派驻", "业务指导"],
    seconded: "home",
    values: {},
    lineage: ["nation"],
    ledgers: ledgerKeys.map(ledger),
    figures: figures.map((figure) => ({ ...figureSchema.parse(figure), from: "nation" })),
    rules: [],
    roles: [],
    templates: [
      {
        ...templateSchema.parse({
          key: "progress",
          name: "进展情况",
          kind: "报告",
          title: "关于教育活动进展情况的报告",
          organ: "全国",
        }),
        body: `# 总体情况\n\n${ledgerKeys
          .map(
            (key, index) => `第${index + 1}类活动共开展{{${key}-count}}，其中党课和警示教育{{${key}-kind}}，参加{{${key}-sum}}。`,
          )
          .join("\n\n")}\n`,
        file: "progress.md",
        bodyLine: 1,
      },
    ],
  };
}
