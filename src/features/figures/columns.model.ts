/** What one measure selects over a set of rows, and its value from what came back. */
import { Big } from "big.js";
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { fieldOf, isNumber } from "#kernel/fields.ts";
import type { MeasureValue, Request } from "#kernel/figure-value.ts";
import type { MeasurePlan } from "#kernel/measure.ts";
import { conditionSql, isList, shownSql, type SqlContext, valueSql } from "#kernel/measure-sql.ts";
import { join, sql, type Sql } from "#platform/db.ts";

export const contextFor = (
  campaign: Campaign,
  request: Request,
  asOf: string | undefined,
  unitIds: (name: string) => number[],
): SqlContext => ({
  campaign,
  variables: { from: request.from, to: request.to, asOf: asOf ?? request.to },
  unitIds,
});

export const only = (plan: MeasurePlan): FieldDefinition => fieldOf(plan.ledger, plan.fields[0] as string) as FieldDefinition;
export const listField = ({ plan }: Request): boolean =>
  plan.operation === "distinct" && plan.fields.length === 1 && isList(only(plan));

export const filled = (value: Sql): Sql => sql`coalesce((${value})::text, '') <> ''`;
export const itemsSql = (plan: MeasurePlan, value: Sql): Sql =>
  isList(only(plan))
    ? sql`jsonb_array_length(coalesce(e.data->${only(plan).name}::text, '[]'))`
    : sql`cardinality(array_remove(regexp_split_to_array(btrim(coalesce(${value}, ''), '、；;，, '), '\\s*[、；;，,]\\s*'), ''))`;

/** Value columns of a measure; the last is the number of records it looks at, but of a sum. `among`: rows of other ledgers come too. */
export function columnsFor(plan: MeasurePlan, context: SqlContext, among = false): Sql[] {
  const own = conditionSql(plan, context);
  // The ledger first: what a field means, and whether a text is a number, holds for its own ledger only.
  const within = (one: Sql): Sql => (among ? sql`case when e.ledger = ${plan.ledger.key} then ${one} else false end` : one);
  const condition = within(own);
  const values = plan.fields.map((name) => valueSql(plan.ledger, fieldOf(plan.ledger, name) as FieldDefinition, context));
  const value = values[0] ?? sql`null`;
  const when = plan.operation === "count" ? condition : within(sql`${own} and ${join(values.map(filled), " and ")}`);
  const records = sql`count(*) filter (where ${when})`;
  const ordered = only(plan) && isNumber(only(plan)) ? value : sql`(${value})::text collate "C"`;
  const shown = only(plan) && !isNumber(only(plan)) ? shownSql(plan.ledger, only(plan), context) : value;
  switch (plan.operation) {
    case "count":
      return [records];
    case "sum":
      return [sql`coalesce(sum(${value}) filter (where ${condition}), 0)`];
    case "avg":
      return [sql`sum(${value}) filter (where ${condition})`, records];
    case "distinct":
      return [sql`count(distinct (${join(values)})) filter (where ${when})`, records];
    case "items":
      return [sql`coalesce(sum(${itemsSql(plan, value)}) filter (where ${when}), 0)`, records];
    case "min":
      return [sql`(min(${ordered}) filter (where ${when}))::text`, records];
    case "max":
      return [sql`(max(${ordered}) filter (where ${when}))::text`, records];
    case "value":
      return [sql`(min(${shown}) filter (where ${when}))::text`, sql`count(distinct ${ordered}) filter (where ${when})`, records];
    case "latest":
      return [
        sql`((array_agg(${shown} order by ${dateSql(plan)} desc nulls last, e.entry_id) filter (where ${when}))[1])::text`,
        records,
      ];
    case "groups":
      return [records];
  }
}

const dateSql = (plan: MeasurePlan): Sql => (plan.date.kind === "field" ? sql`e.data->>${plan.date.field}::text` : sql`e.day`);

const numeric = (plan: MeasurePlan): boolean => plan.fields.length > 0 && isNumber(only(plan));
const typed = (plan: MeasurePlan, found: string | number | null): Big | string | null =>
  found === null ? null : numeric(plan) ? new Big(found) : String(found);

export function readColumns(plan: MeasurePlan, column: (part: number) => string | number | null): MeasureValue {
  const number = (part: number): number => Number(column(part) ?? 0);
  switch (plan.operation) {
    case "avg": {
      const [sum, records] = [column(0), number(1)];
      return sum === null || records === 0
        ? { value: null, records, note: "没有可平均的记录" }
        : { value: new Big(sum).div(records), records };
    }
    case "value": {
      const [found, different, records] = [column(0), number(1), number(2)];
      if (different > 1) return { value: null, records, note: `应只有一个值，现有${different}个不同的值` };
      return { value: typed(plan, found), records };
    }
    case "min":
    case "max":
    case "latest":
      return { value: typed(plan, column(0)), records: number(1) };
    case "count":
      return { value: new Big(number(0)), records: number(0) };
    case "sum":
      return { value: new Big(column(0) ?? 0), records: -1 };
    default:
      return { value: new Big(column(0) ?? 0), records: number(1) };
  }
}
