/** What a template or a draft asks when it is filled for a unit and a period: figures, rows of ledgers, units below. */
import { createHash } from "node:crypto";
import { mayUse, type Asker } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, FigureDefinition } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import { figureOf } from "#kernel/figure-value.ts";
import { definitionWords } from "#kernel/definition-words.ts";
import { planMeasure } from "#kernel/measure.ts";
import { operandsOf } from "#kernel/pack-check.ts";
import { encryptedUse, onlyEmpty } from "#kernel/pack-encrypted.ts";
import { conditionSql, isList, shownSql, valueSql } from "#kernel/measure-sql.ts";
import { exactText } from "#kernel/number-text.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { shownValues } from "#kernel/sealed-values.ts";
import { withheldColumn } from "#kernel/withheld.ts";
import { join, sql, type Tx } from "#platform/db.ts";
import { answerFigures, sealedLedgers } from "#features/figures/answers.model.ts";
import { unitIdsFor } from "#features/figures/figures.model.ts";
import { digestsOf, type RecordsDigest } from "#features/figures/records.model.ts";
import { findPlaces } from "#features/figures/places.model.ts";
import { sourceSql } from "#features/figures/source.model.ts";
import { findUnit, listChildren } from "#features/units/units.model.ts";
import type { EntryQuery, FigureAnswer, ReportResolver } from "./documents.types.ts";

export interface ReportOrder {
  template: string;
  unit: number;
  from: string;
  to: string;
  actor: number | null;
  now: Date;
  /** For whom; what they may not know is not in it. Without one: the program's operator. */
  asker?: Asker | undefined;
  /** Counts past what they may read. */
  counting?: CampaignCall["counting"] | undefined;
}

/** Version of a figure's definition: of the pack, and of the text of this definition and of those it is computed from. */
export const definitionVersion = (campaign: Campaign, figure: FigureDefinition): string =>
  `${campaign.pack.version}/${createHash("sha256")
    .update(JSON.stringify(withOperands(campaign, figure)))
    .digest("hex")
    .slice(0, 8)}`;

const withOperands = (campaign: Campaign, figure: FigureDefinition): unknown[] => [
  figure,
  ...operandsOf(figure).flatMap((operand) =>
    typeof operand === "string" ? withOperands(campaign, figureOf(campaign, operand)) : [],
  ),
];

/** What a figure's answer rests on: kept with the report, whoever may know it. */
export interface Behind extends RecordsDigest {
  unit: number;
}

/** Answers templates from the database, as of one moment, and remembers what each answer rests on. */
export async function openResolver(
  tx: Tx,
  campaign: Campaign,
  order: ReportOrder,
): Promise<{ resolver: ReportResolver; behind: Map<FigureAnswer, Behind> }> {
  const unit = await findUnit(tx, campaign.realms, order.unit);
  if (!unit) throw notFound("这个单位");
  const asOf = order.now.toISOString();
  const count = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => (order.counting ? order.counting(run) : run(tx));
  const behind = new Map<FigureAnswer, Behind>();
  // Asked one by one by the template, answered together: a round of questions is one batch.
  interface Waiting {
    key: string;
    unit: number;
    from: string;
    to: string;
    done: (answer: FigureAnswer) => void;
    failed: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const all = waiting;
    waiting = [];
    for (const batch of Map.groupBy(all, ({ from, to }) => `${from} ${to}`).values())
      await answerBatch(batch, batch[0] as Waiting);
  };
  const answerBatch = async (batch: readonly Waiting[], { from, to }: { from: string; to: string }): Promise<void> => {
    try {
      const keys = [...new Set(batch.map((one) => one.key))];
      const units = [...new Set(batch.map((one) => one.unit))];
      const answers = await count(() => answerFigures(tx, campaign, keys, units, { from, to }, order.asker));
      const digests = new Map<number, Map<string, RecordsDigest>>();
      const scopes = new Map([[unit.id, unit.name]]);
      for (const asked of units) {
        const own = batch.filter((one) => one.unit === asked).map((one) => one.key);
        digests.set(asked, await count(() => digestsOf(tx, campaign, own, { unit: asked, from, to })));
        if (!scopes.has(asked)) scopes.set(asked, (await findUnit(tx, campaign.realms, asked))?.name ?? "");
      }
      for (const one of batch) {
        const answer = answers.get(one.unit)?.find((found) => found.key === one.key);
        const found = digests.get(one.unit)?.get(one.key);
        if (!answer || !found) throw notFound("这项指标");
        const figure = figureOf(campaign, one.key);
        const full: FigureAnswer = {
          key: answer.key,
          name: answer.name,
          value: answer.value,
          exact: exactText(answer.value),
          text: answer.text,
          unit: answer.unit,
          definition: definitionWords(campaign, figure),
          definitionVersion: definitionVersion(campaign, figure),
          scope: scopes.get(one.unit) ?? "",
          from: answer.from,
          to: answer.to,
          asOf,
          ...(order.asker && sealedLedgers(campaign, order.asker, one.key).length > 0 ? { records: null, digest: null } : found),
        };
        behind.set(full, { unit: one.unit, ...found });
        one.done(full);
      }
    } catch (error) {
      for (const one of batch) one.failed(error);
    }
  };
  // One statement at a time on a connection: batches follow one another.
  let turn: Promise<void> = Promise.resolve();
  const figure: ReportResolver["figure"] = (key, options) =>
    new Promise((done, failed) => {
      if (waiting.length === 0) turn = turn.then(() => flush());
      const asked = options?.unit === undefined ? unit.id : Number(options.unit);
      waiting.push({ key, unit: asked, from: options?.from ?? order.from, to: options?.to ?? order.to, done, failed });
    });
  const resolver: ReportResolver = {
    unit: unit.name,
    organ: campaign.organ,
    from: order.from,
    to: order.to,
    today: order.to,
    figure,
    entries: (query) => listShown(tx, campaign, order, query),
    children: async () =>
      (await listChildren(tx, campaign.realms, campaign.id, unit.id, order.to)).map((child) => ({
        id: String(child.id),
        name: child.name,
      })),
  };
  return { resolver, behind };
}

const builtIn: Record<string, string> = { 编号: "number", 单位: "unit", 状态: "state" };

/** Rows of a ledger as people read them, for tables and lists of a document. */
async function listShown(
  tx: Tx,
  campaign: Campaign,
  order: ReportOrder,
  query: EntryQuery,
): Promise<{ rows: string[][]; total: number }> {
  const ledger = campaign.ledgers.get(query.ledger);
  if (!ledger) throw new Problem("unknown_ledger", 404, `没有台账“${query.ledger}”。`);
  const verdict = order.asker ? mayUse(order.asker, ledger, "read") : true;
  if (verdict !== true) throw new Problem("forbidden", 403, `报告中要列出《${ledger.name}》的记录：${verdict}`);
  const plan = planMeasure({ count: "entries", ledger: ledger.key, where: query.where }, ledger);
  const context = {
    campaign,
    variables: { from: order.from, to: order.to, asOf: order.now.toISOString() },
    unitIds: await unitIdsFor(tx, campaign, [plan]),
  };
  const unit = query.unit === undefined ? order.unit : Number(query.unit);
  const column = (name: string, forSort: boolean): ReturnType<typeof sql> => {
    const field = fieldOf(ledger, name);
    if (field) return forSort && !isList(field) ? valueSql(ledger, field, context) : shownSql(ledger, field, context);
    if (builtIn[name] === "unit")
      return sql`(select u.name from units u where u.realm_id = e.realm_id and u.unit_id = e.unit_id)`;
    if (builtIn[name] === "state") return sql`e.state`;
    return sql`e.data->>${ledger.identity[0] ?? ""}::text`;
  };
  const asked = [...query.sort.map(({ field }) => field), ...Object.keys(query.where ?? {})];
  const withheld = asked.map((name) => fieldOf(ledger, name)).find((field) => field?.withheld);
  if (withheld) throw withheldColumn(withheld, 403);
  const secret = query.sort.find(({ field }) => fieldOf(ledger, field)?.encrypted);
  if (secret) throw new Problem("encrypted_column", 422, `“${secret.field}”是加密存放的，不能用来排序。`);
  for (const [name, condition] of Object.entries(query.where ?? {})) {
    const field = fieldOf(ledger, name);
    if (field?.encrypted && !onlyEmpty(condition))
      throw new Problem("encrypted_column", 422, `${encryptedUse(field, "作条件")}。`);
  }
  const place = (await findPlaces(tx, campaign, [unit])).get(unit);
  if (!place) throw notFound("这个单位");
  const source = sourceSql(campaign, [ledger.key], [place], { own: false, to: order.to }, undefined);
  const sort = [
    ...query.sort.map(({ field, descending }) =>
      descending ? sql`${column(field, true)} desc nulls last` : sql`${column(field, true)} nulls last`,
    ),
    sql`e.day nulls last`,
    sql`e.created_at`,
    sql`e.entry_id`,
  ];
  const rows = await tx.query<{ realm: number; cells: (string | null)[]; total: number }>(sql`
    select e.realm_id as realm, array[${join(query.columns.map((name) => sql`(${column(name, false)})::text`))}]::text[] as cells, count(*) over () as total
    ${source} and ${conditionSql(plan, context)} order by ${join(sort)} limit ${query.limit}`);
  return {
    rows: rows.map(({ realm, cells }) =>
      cells.map((cell, index) => {
        const name = query.columns[index] as string;
        return shownCell(fieldOf(ledger, name), shownValues(tx, realm, ledger, { [name]: cell })[name] ?? null);
      }),
    ),
    total: rows[0]?.total ?? 0,
  };
}

/** Dates in words, as a document writes them. */
function shownCell(field: FieldDefinition | undefined, cell: string | null): string {
  if (cell === null) return "";
  const date = field?.type === "date" || field?.type === "month" ? /^(\d{4})-(\d{2})(?:-(\d{2}))?/.exec(cell) : null;
  if (!date) return cell;
  return `${date[1]}年${Number(date[2])}月${date[3] === undefined ? "" : `${Number(date[3])}日`}`;
}
