/**
 * A planned measure as SQL over rows `e` that have (realm_id, campaign_id, entry_id, unit_id, day, state, data):
 * the table of entries now, or as it was at a moment. The condition is the one text used to compute a figure and
 * to list the records behind it.
 */
import { empty, join, sql, type Sql } from "#platform/db.ts";
import type { Campaign } from "./campaign.ts";
import type { Condition, FieldDefinition, Ledger, Scalar, Where } from "./definitions.ts";
import { fieldOf, isNumber, parseDerive } from "./fields.ts";
import { isVariable, stored, valueOfVariable, type MeasurePlan, type Variables } from "./measure.ts";

/** What a statement needs to know besides the plan. `unitIds` finds units by name or number in the realm. */
export interface SqlContext {
  campaign: Campaign;
  variables: Variables;
  unitIds: (name: string) => number[];
}

/** Conditions of the measure and its period, ready for `where`. */
export function conditionSql(plan: MeasurePlan, context: SqlContext): Sql {
  const parts = [periodSql(plan, context), whereSql(plan.ledger, plan.where, context)];
  if (plan.any.length > 0)
    parts.push(
      sql`(${join(
        plan.any.map((where) => whereSql(plan.ledger, where, context)),
        " or ",
      )})`,
    );
  return join(parts, " and ");
}

export function periodSql(plan: MeasurePlan, { variables }: SqlContext): Sql {
  if (plan.date.kind === "none") return sql`true`;
  if (plan.date.kind === "day") {
    // A month counts if the period touches it; its day is its first.
    const from = plan.date.month ? `${variables.from.slice(0, 7)}-01` : variables.from;
    return sql`e.day between ${from}::date and ${variables.to}::date`;
  }
  const length = plan.date.month ? 7 : 10;
  return sql`left(e.data->>${plan.date.field}::text, ${length}) between ${variables.from.slice(0, length)} and ${variables.to.slice(0, length)}`;
}

export function whereSql(ledger: Ledger, where: Where, context: SqlContext): Sql {
  const parts = Object.entries(where).map(([name, condition]) =>
    oneSql(ledger, fieldOf(ledger, name) as FieldDefinition, condition, context),
  );
  return parts.length === 0 ? sql`true` : sql`(${join(parts, " and ")})`;
}

/** A field's value as text (numbers as numeric): comparable, null when empty. */
export function valueSql(ledger: Ledger, field: FieldDefinition, context: SqlContext): Sql {
  if (ledger.lifecycle && field.name === ledger.stateField) return sql`e.state`;
  if (field.derive !== undefined) return deriveSql(ledger, field.derive, context);
  if (field.type === "integer" || field.type === "decimal") return sql`(e.data->>${field.name}::text)::numeric`;
  // Unknown people of different units are different people, though they share a name.
  if (field.type === "person")
    return sql`case when jsonb_typeof(e.data->${field.name}::text) = 'number' then e.data->>${field.name}::text else e.unit_id || ' ' || (e.data->>${field.name}::text) end`;
  return sql`e.data->>${field.name}::text`;
}

/** A field as people read it: names of units and people, 是 and 否, lists joined by 、. */
export function shownSql(ledger: Ledger, field: FieldDefinition, context: SqlContext): Sql {
  const written = sql`e.data->>${field.name}::text`;
  if (field.derive !== undefined || (ledger.lifecycle && field.name === ledger.stateField))
    return sql`(${valueSql(ledger, field, context)})::text`;
  if (field.type === "unit" || field.type === "organ")
    return sql`coalesce((select u.name from units u where u.realm_id = e.realm_id and u.unit_id::text = ${written}), ${written})`;
  if (field.type === "person")
    return sql`coalesce((select coalesce(p.code, p.name) from people p where p.realm_id = e.realm_id and p.person_id::text = ${written}), ${written})`;
  if (field.type === "people")
    return sql`(select string_agg(coalesce((select p.name from people p where p.realm_id = e.realm_id and p.person_id::text = item), item), '、' order by position) from jsonb_array_elements_text(case when jsonb_typeof(e.data->${field.name}::text) = 'array' then e.data->${field.name}::text else '[]' end) with ordinality as list (item, position))`;
  if (field.type === "choices")
    return sql`(select string_agg(item, '、' order by position) from jsonb_array_elements_text(coalesce(e.data->${field.name}::text, '[]')) with ordinality as list (item, position))`;
  if (field.type === "boolean") return sql`case ${written} when 'true' then '是' when 'false' then '否' end`;
  return written;
}

/** Lists hold several values; each counts. */
export const isList = (field: FieldDefinition): boolean => field.type === "choices" || field.type === "people";

function deriveSql(ledger: Ledger, text: string, { campaign }: SqlContext): Sql {
  const derivation = parseDerive(text, ledger.fields, (key) => campaign.ledgers.get(key));
  if (typeof derivation === "string") return sql`null::text`;
  const day = (name: string): Sql => sql`(e.data->>${name}::text)::date`;
  switch (derivation.kind) {
    case "days":
      return sql`(${day(derivation.to)} - ${day(derivation.from)})::numeric`;
    case "onTime":
      return sql`case when ${day(derivation.from)} <= ${day(derivation.to)} then '是' when ${day(derivation.from)} is not null then '否' end`;
    case "week":
      return sql`'第' || (floor((${day(derivation.date)} - ${campaign.firstWeek}::date) / 7.0) + 1)::integer || '周'`;
    case "month":
      return sql`left(e.data->>${derivation.date}::text, 7)`;
    case "year":
      return sql`left(e.data->>${derivation.date}::text, 4)`;
    case "attribute": {
      const target = fieldOf(ledger, derivation.field) as FieldDefinition;
      const id = sql`case when jsonb_typeof(e.data->${target.name}::text) = 'number' then (e.data->>${target.name}::text)::bigint end`;
      if (target.type === "unit" || target.type === "organ") {
        if (derivation.attribute === "上级单位")
          return sql`(select u.name from unit_paths p join units u on u.unit_id = p.ancestor_id where p.realm_id = e.realm_id and p.campaign_id = e.campaign_id and p.unit_id = ${id} and p.depth = 1 order by p.from_day desc limit 1)`;
        const column =
          { 编号: sql`u.code`, 名称: sql`u.name`, 类型: sql`u.kind`, 层级: sql`u.level` }[derivation.attribute] ?? sql`null`;
        return sql`(select ${column} from units u where u.realm_id = e.realm_id and u.unit_id = ${id})`;
      }
      if (target.type === "person") {
        if (derivation.attribute === "姓名" || derivation.attribute === "编号") {
          const column = derivation.attribute === "姓名" ? sql`p.name` : sql`p.code`;
          return sql`(select ${column} from people p where p.realm_id = e.realm_id and p.person_id = ${id})`;
        }
        const column =
          {
            单位: sql`(select u.name from units u where u.realm_id = s.realm_id and u.unit_id = s.unit_id)`,
            部门: sql`s.department`,
            职务: sql`s.position`,
          }[derivation.attribute] ?? sql`null`;
        return sql`(select ${column} from posts s where s.realm_id = e.realm_id and s.person_id = ${id} and s.kind = 'post' and coalesce(e.day, current_date) >= s.from_day and coalesce(e.day, current_date) < s.to_day order by s.from_day desc limit 1)`;
      }
      const other = campaign.ledgers.get(target.ledger ?? "");
      const number = other?.identity[0];
      if (!other || !number) return sql`null::text`;
      const wanted = fieldOf(other, derivation.attribute);
      const value =
        other.lifecycle && derivation.attribute === other.stateField
          ? sql`r.state`
          : wanted?.type === "boolean"
            ? sql`case r.data->>${wanted.name}::text when 'true' then '是' when 'false' then '否' end`
            : wanted
              ? sql`r.data->>${wanted.name}::text`
              : sql`null`;
      return sql`(select ${value} from entries r where r.realm_id = e.realm_id and r.campaign_id = e.campaign_id and r.ledger = ${other.key} and not r.deleted and r.data->>${number}::text = e.data->>${target.name}::text limit 1)`;
    }
  }
}

function oneSql(ledger: Ledger, field: FieldDefinition, condition: Condition, context: SqlContext): Sql {
  const value = valueSql(ledger, field, context);
  const isUnit = field.type === "unit" || field.type === "organ";
  const among = (values: readonly Scalar[]): Sql => {
    if (isList(field)) return sql`e.data->${field.name}::text ?| ${values.map(String)}::text[]`;
    const texts = values.map((one) =>
      stored(field, typeof one === "string" && isVariable(one) ? valueOfVariable(one, context.variables) : one),
    );
    // A unit is stored by its id, an organ outside the organisation by its name.
    if (isUnit) return sql`${value} = any(${texts.flatMap((text) => [text, ...context.unitIds(text).map(String)])}::text[])`;
    return sql`(${value})::text = any(${texts}::text[])`;
  };
  if (typeof condition !== "object") return among([condition]);
  if (Array.isArray(condition)) return among(condition);
  const parts: Sql[] = [];
  const filled = isList(field)
    ? sql`jsonb_array_length(coalesce(e.data->${field.name}::text, '[]')) > 0`
    : sql`coalesce((${value})::text, '') <> ''`;
  if (condition.empty !== undefined) parts.push(condition.empty ? sql`not (${filled})` : filled);
  if (condition.not !== undefined) parts.push(sql`not coalesce(${among([condition.not].flat())}, false)`);
  if (condition.contains !== undefined)
    parts.push(
      isUnit
        ? sql`position(${condition.contains} in coalesce((select u.name from units u where u.realm_id = e.realm_id and u.unit_id::text = ${value}), ${value}, '')) > 0`
        : sql`position(${condition.contains} in coalesce((${value})::text, '')) > 0`,
    );
  if (condition.kind !== undefined)
    // With nothing of the record within, the units are looked up once and not for each record.
    parts.push(
      sql`(e.realm_id, ${value}) in (select u.realm_id, u.unit_id::text from units u where u.realm_id = any(${context.campaign.realms}::integer[]) and u.kind = any(${[condition.kind].flat()}::text[]))`,
    );
  const bound = (limit: string | number | { field: string } | undefined, operator: Sql): void => {
    if (limit === undefined) return;
    const target =
      typeof limit === "object"
        ? valueSql(ledger, fieldOf(ledger, limit.field) as FieldDefinition, context)
        : isVariable(limit)
          ? sql`${valueOfVariable(limit, context.variables)}`
          : typeof limit === "number"
            ? sql`${limit}::numeric`
            : sql`${limit}`;
    // ISO days and months order as text; the C collation makes that so on every server.
    parts.push(
      isNumber(field) ? sql`${value} ${operator} ${target}` : sql`(${value})::text collate "C" ${operator} (${target})::text`,
    );
  };
  bound(condition.from, sql`>=`);
  bound(condition.to, sql`<=`);
  bound(condition.above, sql`>`);
  bound(condition.below, sql`<`);
  return parts.length === 0 ? empty : join(parts, " and ");
}
