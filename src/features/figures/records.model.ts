/** The records behind figures: listed, counted with a digest, and the values that they name. */
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { fieldOf, isNumber } from "#kernel/fields.ts";
import { partsOf, type Request } from "#kernel/figure-value.ts";
import { conditionSql, shownSql, type SqlContext, valueSql } from "#kernel/measure-sql.ts";
import { notFound } from "#kernel/problem.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { contextFor, filled, itemsSql, listField, only } from "./columns.model.ts";
import { unitIdsFor } from "./figures.model.ts";
import type { FigureRecord, Question } from "./figures.types.ts";
import { findPlaces } from "./places.model.ts";
import { sourceSql } from "./source.model.ts";

/** Distinct values that a measure looks at, in the order in which they first occur: for texts that name them. */
export async function distinctValues(
  tx: Tx,
  campaign: Campaign,
  request: Request,
  unit: number,
  asOf?: string,
): Promise<string[]> {
  const place = (await findPlaces(tx, campaign, [unit])).get(unit);
  if (!place) throw notFound("这个单位");
  const context = contextFor(campaign, request, asOf, await unitIdsFor(tx, campaign, [request.plan]));
  const { plan } = request;
  const name = plan.fields[0] ?? plan.ledger.identity[0];
  const field = name === undefined ? undefined : fieldOf(plan.ledger, name);
  if (!field) return [];
  const value = valueSql(plan.ledger, field, context);
  const shown = shownSql(plan.ledger, field, context);
  const rows = await tx.query<{ value: string }>(sql`
    select value from (select ${shown} as value, min(e.day) as day, min(e.created_at) as at, min(e.entry_id::text) as id ${sourceSql(campaign, [plan.ledger.key], [place], request, asOf)} and ${conditionSql(plan, context)} and ${filled(value)} group by 1) as found
    order by array_position(${field.values ?? []}::text[], value) nulls last, day nulls last, at, id limit 200`);
  return rows.map((row) => row.value);
}

export interface RecordsDigest {
  records: number;
  /** SHA-256, in hexadecimal digits, over lines `id:version` in the order of ids. */
  digest: string;
}

export const digestOf = async (tx: Tx, campaign: Campaign, key: string, question: Question): Promise<RecordsDigest> =>
  (await digestsOf(tx, campaign, [key], question)).get(key) as RecordsDigest;

/**
 * How many records each figure's parts look at, and a digest over which ones in which version. Figures about one ledger
 * are answered together: its records are read and put in order once.
 */
export async function digestsOf(
  tx: Tx,
  campaign: Campaign,
  keys: readonly string[],
  question: Question,
): Promise<Map<string, RecordsDigest>> {
  const place = (await findPlaces(tx, campaign, [question.unit])).get(question.unit);
  if (!place) throw notFound("这个单位");
  const figures = [...new Set(keys)].map((key) => ({
    key,
    requests: partsOf(campaign, key, question).map((part) => part.request),
  }));
  const unitIds = await unitIdsFor(
    tx,
    campaign,
    figures.flatMap(({ requests }) => requests.map((request) => request.plan)),
  );
  const source = ({ own, plan, to }: Request): string => `${own}|${plan.ledger.key}|${to}`;
  const grouped = Map.groupBy(figures, ({ requests }) => [...new Set(requests.map(source))].toSorted().join(" "));
  const found = new Map<string, RecordsDigest>();
  for (const together of grouped.values()) {
    const first = together[0]?.requests[0] as Request;
    if (together[0]?.requests.some((request) => source(request) !== source(first))) {
      for (const { key } of together) found.set(key, await digestAcross(tx, campaign, key, question));
      continue;
    }
    const counts = together.map(({ requests }, index) => {
      const conditions = requests.map((one) => sql`(${recordCondition(one, contextFor(campaign, one, question.asOf, unitIds))})`);
      return sql`${join(conditions, " or ")} as ${raw(`c${index}`)}`;
    });
    const columns = together.map(
      (_, index) => sql`count(*) filter (where ${raw(`c${index}`)}) as ${raw(`n${index}`)},
        encode(sha256(coalesce(string_agg(line, E'\n' order by id) filter (where ${raw(`c${index}`)}), '')::bytea), 'hex') as ${raw(`d${index}`)}`,
    );
    // A ledger's records lie scattered between those of others, as they came: by a bitmap each page is read once, in
    // order, while the index alone, which the planner takes for cheaper, comes back to it for every record.
    tx.later(sql`set local enable_indexscan = off`);
    // Lines and conditions are worked out below `offset 0`, so that one sort serves all aggregates.
    const row = await tx.one<Record<string, number | string>>(sql`
      select ${join(columns)} from (select e.entry_id as id, e.entry_id::text || ':' || e.version as line, ${join(counts)}
        ${sourceSql(campaign, [first.plan.ledger.key], [place], first, question.asOf)} offset 0) as lines`);
    tx.later(sql`set local enable_indexscan = on`);
    together.forEach(({ key }, index) =>
      found.set(key, { records: Number(row?.[`n${index}`] ?? 0), digest: String(row?.[`d${index}`] ?? "") }),
    );
  }
  return found;
}

/** A record that a request looks at: it meets the conditions, and what is looked at is filled. */
function recordCondition({ plan }: Request, context: SqlContext): Sql {
  const needed = plan.fields
    .map((name) => fieldOf(plan.ledger, name) as FieldDefinition)
    .map((field) => {
      // A stored number is filled if its text is: no need to make a number of it.
      return filled(
        isNumber(field) && field.derive === undefined ? sql`e.data->>${field.name}::text` : valueSql(plan.ledger, field, context),
      );
    });
  return sql`${conditionSql(plan, context)} and ${join([sql`true`, ...needed], " and ")}`;
}

/** The digest of a figure whose parts look at several ledgers; a record of two parts counts once. */
async function digestAcross(tx: Tx, campaign: Campaign, key: string, question: Question): Promise<RecordsDigest> {
  const row = await tx.one<{ records: number; digest: string | null }>(sql`
    select count(*) as records, encode(sha256(coalesce(string_agg(entry_id::text || ':' || version, E'\n' order by entry_id), '')::bytea), 'hex') as digest
    from (${await recordsSql(tx, campaign, key, question, sql`e.entry_id, e.version`, true)}) as found`);
  return { records: row?.records ?? 0, digest: row?.digest ?? "" };
}

/** What is looked at for a figure, where, and the ids of the units its conditions name. */
async function openQuestion(tx: Tx, campaign: Campaign, key: string, question: Question) {
  const parts = partsOf(campaign, key, question);
  const place = (await findPlaces(tx, campaign, [question.unit])).get(question.unit);
  if (!place) throw notFound("这个单位");
  const unitIds = await unitIdsFor(
    tx,
    campaign,
    parts.map((part) => part.request.plan),
  );
  return { parts, place, unitIds };
}

async function recordsSql(
  tx: Tx,
  campaign: Campaign,
  key: string,
  question: Question,
  columns: Sql,
  union: boolean,
): Promise<Sql> {
  const { parts, place, unitIds } = await openQuestion(tx, campaign, key, question);
  const selects = parts.map(({ request }) => {
    const context = contextFor(campaign, request, question.asOf, unitIds);
    return sql`select ${columns} ${sourceSql(campaign, [request.plan.ledger.key], [place], request, question.asOf)} and ${recordCondition(request, context)}`;
  });
  return join(selects, union ? " union " : " union all ");
}

const named = new Set(["unit", "organ", "person"]);

/** The records behind a figure, newest first. What their amounts come to is the figure: see `amountsMake`. */
export async function listRecords(
  tx: Tx,
  campaign: Campaign,
  key: string,
  question: Question,
  page: { limit: number; offset: number } = { limit: 1000, offset: 0 },
): Promise<FigureRecord[]> {
  const { parts, place, unitIds } = await openQuestion(tx, campaign, key, question);
  const selects = parts.map(({ name, request }) => {
    const { plan } = request;
    const context = contextFor(campaign, request, question.asOf, unitIds);
    const values = plan.fields.map((field) => valueSql(plan.ledger, fieldOf(plan.ledger, field) as FieldDefinition, context));
    const condition = sql`${conditionSql(plan, context)} and ${join([sql`true`, ...values.map(filled)], " and ")}`;
    const shown = plan.fields.map((own, index) => {
      const field = fieldOf(plan.ledger, own) as FieldDefinition;
      // Units and people are looked at by their ids, and read by their names.
      return named.has(field.type) ? shownSql(plan.ledger, field, context) : sql`(${values[index]})::text`;
    });
    const value = shown.length === 0 ? sql`null` : shown.length === 1 ? shown[0] : sql`concat_ws(' / ', ${join(shown)})`;
    const source = sourceSql(campaign, [plan.ledger.key], [place], request, question.asOf);
    const first = listField(request)
      ? firstItems(only(plan).name, sql`${source} and ${condition}`)
      : sql`(row_number() over (partition by ${values.length === 0 ? sql`1` : join(values)} order by e.day nulls last, e.entry_id) = 1)::integer`;
    const amount =
      {
        count: sql`1`,
        sum: values[0] ?? sql`0`,
        avg: values[0] ?? sql`0`,
        distinct: first,
        items: values[0] ? itemsSql(plan, values[0]) : sql`0`,
      }[plan.operation as string] ?? sql`null`;
    const number = plan.ledger.fields.find((one) => one.name === plan.ledger.identity[0] && !one.withheld)?.name ?? "";
    return sql`select e.entry_id, e.ledger, e.version, e.unit_id, (select u.name from units u where u.realm_id = e.realm_id and u.unit_id = e.unit_id) as unit,
      e.data->>${number}::text as number, e.day, e.state, (${amount})::numeric as amount, ${value} as value, ${name}::text as part
      ${source} and ${condition}`;
  });
  const rows = await tx.query<{
    entry_id: string;
    ledger: string;
    version: number;
    unit_id: number;
    unit: string;
    number: string | null;
    day: string | null;
    state: string | null;
    amount: string | null;
    value: string | null;
    part: string | null;
  }>(sql`
    select * from (${join(selects, " union all ")}) as found order by part nulls first, day desc nulls last, entry_id limit ${page.limit} offset ${page.offset}`);
  return rows.map(({ entry_id, unit_id, amount, ...row }) => ({
    entryId: entry_id,
    unitId: unit_id,
    ...row,
    amount: amount === null ? null : Number(amount),
  }));
}

/** How many items of a list a record is the first to have, so that the amounts of all come to the number of distinct items. */
const firstItems = (name: string, rows: Sql): Sql => sql`coalesce(((
  select jsonb_object_agg(entry_id, n) from (select entry_id, count(*) as n from (
    select distinct on (item) item, entry_id from (select jsonb_array_elements_text(e.data->${name}::text) as item, e.entry_id, e.day ${rows}) as items
    order by item, day nulls last, entry_id) as firsts group by entry_id) as counts) ->> e.entry_id::text)::integer, 0)`;

/** Ids and versions of the records that a figure looks at. */
export async function recordVersions(tx: Tx, campaign: Campaign, key: string, question: Question): Promise<Map<string, number>> {
  const rows = await tx.query<{ entry_id: string; version: number }>(
    await recordsSql(tx, campaign, key, question, sql`e.entry_id, e.version`, true),
  );
  return new Map(rows.map((row) => [row.entry_id, row.version]));
}
