/** Reports as they were given out: identity, figures frozen with definition, moment, number of records and digest. */
import { createHash, randomUUID } from "node:crypto";
import type { Campaign } from "#kernel/campaign.ts";
import { notFound } from "#kernel/problem.ts";
import { isoText, join, sql, type Tx } from "#platform/db.ts";
import { paperCode } from "#platform/paper-code.ts";
import type { FigureAnswer, FigureMark, ReportIdentity } from "./documents.types.ts";
import type { Behind, ReportOrder } from "./resolver.model.ts";

/** Identity of a new report, with a code short enough to type from paper. */
export function newIdentity(): ReportIdentity {
  const report = randomUUID();
  const digest = createHash("sha256").update(report).digest();
  return { report, code: paperCode([...digest.subarray(0, 12)]) };
}

/** Whether two versions are of one definition, although the pack has got another number. */
export const sameDefinition = (one: string, other: string): boolean => one.split("/").at(-1) === other.split("/").at(-1);

/** Keeps a report and its figures as they are given out. */
export async function freezeReport(
  tx: Tx,
  campaign: Campaign,
  order: ReportOrder,
  identity: ReportIdentity,
  title: string,
  marks: readonly FigureMark[],
  behind: ReadonlyMap<FigureAnswer, Behind>,
): Promise<void> {
  const at = order.now.toISOString();
  await tx.query(sql`insert into reports (realm_id, report_id, campaign_id, unit_id, template, title, from_day, to_day, as_of, pack_id, code, actor, created_at)
    values (${campaign.realm}, ${identity.report}, ${campaign.id}, ${order.unit}, ${order.template}, ${title}, ${order.from}, ${order.to}, ${at}, ${campaign.packId}, ${identity.code}, ${order.actor}, ${at})`);
  for (let start = 0; start < marks.length; start += 200)
    await tx.query(
      sql`insert into report_figures (realm_id, report_id, position, unit_id, figure, definition, value, shown, from_day, to_day, records, digest) values ${join(
        marks.slice(start, start + 200).map(({ n, answer, text }) => {
          const { unit, records, digest } = behind.get(answer) as Behind;
          return sql`(${campaign.realm}, ${identity.report}, ${n}, ${unit}, ${answer.key}, ${JSON.stringify({ words: answer.definition, version: answer.definitionVersion })}, ${JSON.stringify(answer.value)}, ${text}, ${answer.from}, ${answer.to}, ${records}, ${digest})`;
        }),
      )}`,
    );
}

export interface FrozenReport {
  realm: number;
  id: string;
  unit: number;
  template: string;
  title: string;
  from: string;
  to: string;
  asOf: string;
  packId: number;
  code: string;
}

export interface FrozenFigure {
  position: number;
  unit: number;
  figure: string;
  from: string;
  to: string;
  definition: { words: string; version: string };
  value: number | string | null;
  shown: string;
  records: number;
  digest: string;
}

/** A report by its id or by the code printed on it. */
export async function getReport(
  tx: Tx,
  campaign: Campaign,
  idOrCode: { id?: string | undefined; code?: string | undefined },
): Promise<{ report: FrozenReport; figures: FrozenFigure[] }> {
  const report =
    await tx.one<FrozenReport>(sql`select realm_id as realm, report_id as id, unit_id as unit, template, title, from_day as "from", to_day as "to", ${isoText("as_of")} as "asOf", pack_id as "packId", code
    from reports where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id} and (report_id::text = ${idOrCode.id ?? ""} or code = ${idOrCode.code ?? ""})`);
  if (!report) throw notFound("这份报告");
  const figures = await tx.query<FrozenFigure>(
    sql`select position, unit_id as unit, figure, from_day as "from", to_day as "to", definition, value, shown, records, digest from report_figures where realm_id = ${report.realm} and report_id = ${report.id} order by position`,
  );
  return { report, figures };
}

export const listReports = (tx: Tx, campaign: Campaign): Promise<(FrozenReport & { createdAt: string })[]> =>
  tx.query(sql`select realm_id as realm, report_id as id, unit_id as unit, template, title, from_day as "from", to_day as "to", ${isoText("as_of")} as "asOf", pack_id as "packId", code, ${isoText("created_at")} as "createdAt"
    from reports where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id} order by created_at desc`);
