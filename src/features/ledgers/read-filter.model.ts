/** Filters and orders as they are asked for, checked against the ledger's definition. */
import { z } from "zod";
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { fieldOf, isNumber } from "#kernel/fields.ts";
import type { CampaignCall } from "#kernel/action.ts";
import { Problem } from "#kernel/problem.ts";
import { hashesFor } from "#kernel/sealed-values.ts";
import { withheldColumn } from "#kernel/withheld.ts";
import type { Condition, Filter, Sorting } from "./filter.types.ts";

const text = z.string().max(200);
const bound = z.union([text, z.number()]);
const conditionSchema = z.strictObject({
  contains: text.min(1).optional(),
  is: z
    .array(z.union([text, z.number(), z.boolean(), z.null()]))
    .min(1)
    .max(500)
    .optional(),
  from: bound.optional(),
  to: bound.optional(),
  empty: z.boolean().optional(),
});
export const filterSchema = z.record(z.string().max(100), conditionSchema);

/** For actions that list entries. */
export const filterInput = {
  where: z.string().max(20_000).optional().meta({
    description:
      'JSON：栏目 → 条件，各条件都要满足。条件可写 contains（所显示的文字含有）、is（是其中之一，null 为空白；单位、人员写编号或名称）、from 和 to（数值、日期、月份、时刻的起止，含首尾）、empty（空白或不空）。例：{"主题":{"contains":"学习"},"实到人数":{"from":10}}',
  }),
  sort: z.string().max(100).optional().meta({ description: "按这一栏排序；缺省按日期，近的在前。空白的总在最后" }),
  order: z.enum(["asc", "desc"]).default("asc").meta({ description: "升序或降序" }),
};

const bounds: Partial<Record<FieldDefinition["type"], [pattern: RegExp, example: string]>> = {
  date: [/^\d{4}-\d\d-\d\d$/, "2023-04-03"],
  month: [/^\d{4}-\d\d$/, "2023-04"],
  time: [/^\d\d:\d\d$/, "09:30"],
};

/** With keyed hashes for the values of encrypted columns. Throws a `Problem` that says which column or condition is wrong. */
export function readFilter(
  { tx, campaign }: Pick<CampaignCall, "tx" | "campaign">,
  ledger: Ledger,
  given: string | undefined,
): Filter {
  if (given === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(given);
  } catch {
    throw new Problem("bad_filter", 400, 'where 不是 JSON，应写成 {"主题":{"contains":"学习"}} 的样子。');
  }
  const parsed = filterSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Problem("bad_filter", 400, `筛选条件不合格：${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}。`);
  }
  const filter: Filter = {};
  for (const [name, condition] of Object.entries(parsed.data)) {
    const field = columnOf(ledger, name);
    checkBounds(field, condition);
    filter[name] = condition;
    if (!field.encrypted) continue;
    const { is, empty, ...others } = condition;
    if (Object.keys(others).length > 0) throw encryptedColumn(field, "只能按完整内容（等于）或是否空白筛选");
    const words = is?.filter((one) => one !== null).map(String) ?? [];
    filter[name] = {
      empty,
      is: is && [...hashesFor(tx, campaign.realms, ledger, field, words), ...is.filter((one) => one === null)],
    };
  }
  return filter;
}

export function readSorting(ledger: Ledger, sort: string | undefined, order: "asc" | "desc"): Sorting | undefined {
  if (sort === undefined) return undefined;
  const field = columnOf(ledger, sort);
  if (field.encrypted) throw encryptedColumn(field, "不能用来排序");
  return { column: sort, descending: order === "desc" };
}

const encryptedColumn = ({ name }: FieldDefinition, what: string): Problem =>
  new Problem("encrypted_column", 400, `“${name}”是加密存放的，${what}。`, { column: name });

/** Columns chosen, from a JSON list of their names. */
export function readColumns(ledger: Ledger, given: string): string[] {
  try {
    const names = z.array(z.string()).min(1).parse(JSON.parse(given));
    return names.map((name) => columnOf(ledger, name).name);
  } catch (error) {
    throw error instanceof Problem
      ? error
      : new Problem("bad_filter", 400, 'columns 应是栏目名的 JSON 数组，如 ["主题","活动日期"]。');
  }
}

function columnOf(ledger: Ledger, name: string): FieldDefinition {
  const field = fieldOf(ledger, name);
  if (field?.withheld) throw withheldColumn(field);
  if (field && field.type !== "serial") return field;
  const columns = ledger.fields.filter(({ type }) => type !== "serial").map((one) => one.name);
  throw new Problem(
    "unknown_column",
    400,
    `《${ledger.name}》没有“${name}”这一栏，不能筛选或排序。可用：${columns.join("、")}。`,
    {
      column: name,
      columns,
    },
  );
}

function checkBounds(field: FieldDefinition, { from, to }: Condition): void {
  const wrong = (what: string): Problem =>
    new Problem("bad_filter", 400, `“${field.name}”${what}。请改正筛选条件。`, { column: field.name });
  for (const limit of [from, to]) {
    if (limit === undefined) continue;
    const form = field.derive === undefined ? bounds[field.type] : undefined;
    if (isNumber(field)) {
      if (typeof limit !== "number") throw wrong(`是数值，起止应写数字，不能是“${limit}”`);
    } else if (!form) throw wrong("不是数值或日期，不能按起止筛选");
    else if (typeof limit !== "string" || !form[0].test(limit)) throw wrong(`的起止应写成 ${form[1]} 的样子`);
  }
}
