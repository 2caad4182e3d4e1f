import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import type { Sheet } from "./write-sheet.ts";

const forms: Record<FieldDefinition["type"], string> = {
  text: "文字，一行",
  longtext: "文字，可多行",
  integer: "整数，只填数字",
  decimal: "数字，可带小数",
  date: "日期，如2023-03-15或2023年3月15日",
  month: "月份，如2023-03或2023年3月",
  time: "时刻，如09:30",
  period: "起止日期，如2023年4月10日至2023年7月7日",
  boolean: "是或否",
  choice: "从下拉列表中选一项",
  choices: "可填多项，用顿号（、）隔开",
  unit: "纳入范围内的单位全称",
  organ: "单位或机构、部门名称",
  person: "人员编号，或本单位人员姓名",
  people: "姓名或人员编号，多人用顿号（、）隔开",
  entry: "所关联台账的编号",
  serial: "不必填写，导入后自动编排",
};

function formOf(field: FieldDefinition): string {
  const parts = [forms[field.type]];
  if (field.derive !== undefined) parts.push("由系统自动带出，可不填");
  if (field.unit) parts.push(`单位：${field.unit}`);
  if (field.decimals !== undefined && field.type === "decimal") parts.push(`保留${field.decimals}位小数`);
  if (field.type === "integer" || field.type === "decimal") {
    if (field.max !== undefined) parts.push(`${field.min}至${field.max}`);
    else if (field.min !== 0) parts.push(`不小于${field.min}`);
    else parts.push("不得为负数");
  }
  if (field.maxLength !== undefined) parts.push(`不超过${field.maxLength}字`);
  return parts.join("；");
}

function allowed(field: FieldDefinition): string | null {
  const values = field.type === "boolean" ? ["是", "否"] : field.values;
  if (!values || values.length === 0) return null;
  return values.join("、") + (field.open ? "（列表以外的也可填写）" : "");
}

/** The second sheet, 填表说明: what each column means, whether it must be filled, its form and its allowed values. */
export function explain(ledger: Ledger, fields: readonly FieldDefinition[]): Sheet {
  return {
    name: "填表说明",
    title: `${ledger.name}填表说明`,
    note: ledger.description ?? "带下拉列表的栏目请从列表中选择；请勿改动表头文字，列的先后次序可以调整。",
    columns: [
      { heading: "序号", width: 6.5, style: "integer" },
      { heading: "栏目", width: 22, style: "text" },
      { heading: "含义", width: 40, style: "long" },
      { heading: "是否必填", width: 11, style: "text" },
      { heading: "填写要求", width: 40, style: "long" },
      { heading: "可填内容", width: 46, style: "long" },
    ],
    rows: fields.map((field, i) => ({
      cells: [
        i + 1,
        field.under === undefined ? field.name : `${field.under}：${field.name}`,
        field.description ?? null,
        field.required ? "必填" : "选填",
        formOf(field),
        allowed(field),
      ],
    })),
  };
}
