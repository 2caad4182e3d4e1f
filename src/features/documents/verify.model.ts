/** What has become of a report's figures since it was given out, and because of which records. */
import type { Campaign } from "#kernel/campaign.ts";
import { shownValues } from "#kernel/sealed-values.ts";
import { numberText } from "#kernel/number-text.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";
import { answerFigures, sealedText } from "#features/figures/answers.model.ts";
import { digestsOf, recordVersions } from "#features/figures/records.model.ts";
import { sameDefinition, type FrozenFigure, type FrozenReport } from "./reports.model.ts";

export interface DriftCause {
  entryId: string;
  ledger: string;
  number: string | null;
  unit: string;
  /** 新增: counts now and did not; 不再计入: counted and does not now; 已修改: counts in another version. */
  change: "新增" | "不再计入" | "已修改";
  /** What was done to it since, newest last: action, when, by whom (account), why, and what changed. */
  events: {
    version: number;
    action: string;
    at: string;
    actor: number | null;
    reason: string | null;
    changes: Record<string, unknown>;
  }[];
}

export interface FigureDrift {
  position: number;
  figure: string;
  name: string;
  /** 一致, 有变化 (value), 记录有变化 (same value from other records), 文稿被改 (the words in the file), 口径已变. */
  status: "一致" | "有变化" | "记录有变化" | "文稿被改";
  frozen: number | string | null;
  now: number | string | null;
  shown: string;
  /** As it would be written now. */
  shownNow: string;
  /** What stands in the file, when that is not what was given out. */
  inFile: string | null;
  /** The definition has changed since; the figure is checked by the old one. */
  definitionChanged: boolean;
  causes: DriftCause[];
}

/**
 * Checks frozen figures against the records now. `frozenCampaign` is the campaign with the pack version of the report;
 * `inFile` maps positions to the words that stand in the Word file.
 */
export async function verifyFigures(
  tx: Tx,
  frozenCampaign: Campaign,
  report: FrozenReport,
  figures: readonly FrozenFigure[],
  inFile: ReadonlyMap<number, string> | undefined,
  current: (key: string) => string | undefined,
): Promise<FigureDrift[]> {
  const drifts: FigureDrift[] = [];
  for (const own of Map.groupBy(figures, ({ unit, from, to }) => `${unit} ${from} ${to}`).values()) {
    const { unit, from, to } = own[0] as FrozenFigure;
    const keys = [...new Set(own.map((figure) => figure.figure))];
    const answers = (await answerFigures(tx, frozenCampaign, keys, [unit], { from, to })).get(unit) ?? [];
    const digests = await digestsOf(tx, frozenCampaign, keys, { unit, from, to });
    const causes = new Map<string, DriftCause[]>();
    for (const figure of own) {
      const answer = answers.find((one) => one.key === figure.figure);
      const now = answer?.value ?? null;
      const changed = digests.get(figure.figure)?.digest !== figure.digest;
      const words = inFile?.get(figure.position);
      const edited = inFile !== undefined && words !== figure.shown;
      // A report that was not told the value holds none to compare; its records tell whether anything changed.
      const different = figure.shown !== sealedText && JSON.stringify(now) !== JSON.stringify(figure.value);
      if (changed && !causes.has(figure.figure)) causes.set(figure.figure, await findCauses(tx, frozenCampaign, report, figure));
      drifts.push({
        position: figure.position,
        figure: figure.figure,
        name: answer?.name ?? figure.figure,
        status: different ? "有变化" : edited ? "文稿被改" : changed ? "记录有变化" : "一致",
        frozen: figure.value,
        now,
        shown: figure.shown,
        shownNow: answer?.text ?? numberText(now),
        inFile: edited ? (words ?? "（书签已不在）") : null,
        definitionChanged: !sameDefinition(current(figure.figure) ?? figure.definition.version, figure.definition.version),
        causes: causes.get(figure.figure) ?? [],
      });
    }
  }
  return drifts.toSorted((left, right) => left.position - right.position);
}

async function findCauses(
  tx: Tx,
  campaign: Campaign,
  report: FrozenReport,
  { unit, figure: key, from, to }: FrozenFigure,
): Promise<DriftCause[]> {
  const question = { unit, from, to };
  const [then, now] = [
    await recordVersions(tx, campaign, key, { ...question, asOf: report.asOf }),
    await recordVersions(tx, campaign, key, question),
  ];
  const found: { id: string; change: DriftCause["change"] }[] = [];
  for (const [id, version] of now) {
    const before = then.get(id);
    if (before === undefined) found.push({ id, change: "新增" });
    else if (before !== version) found.push({ id, change: "已修改" });
  }
  for (const id of then.keys()) if (!now.has(id)) found.push({ id, change: "不再计入" });
  return describe(tx, campaign, report, found.slice(0, 200));
}

async function describe(
  tx: Tx,
  campaign: Campaign,
  report: FrozenReport,
  found: readonly { id: string; change: DriftCause["change"] }[],
): Promise<DriftCause[]> {
  if (found.length === 0) return [];
  const ids = found.map((one) => one.id);
  const entries = await tx.query<{
    id: string;
    ledger: string;
    unit: string;
    data: Record<string, unknown>;
  }>(sql`select e.entry_id as id, e.ledger, u.name as unit, e.data from entries e join units u on u.realm_id = e.realm_id and u.unit_id = e.unit_id
    where e.realm_id = any(${campaign.realms}::integer[]) and e.entry_id = any(${ids}::uuid[])`);
  const events = await tx.query<
    DriftCause["events"][number] & { id: string; realm: number }
  >(sql`select entry_id as id, realm_id as realm, version, action, ${isoText("at")} as at, actor, reason, changes from entry_events
    where realm_id = any(${campaign.realms}::integer[]) and entry_id = any(${ids}::uuid[]) and at > ${report.asOf}::timestamptz order by version`);
  return found.map(({ id, change }) => {
    const entry = entries.find((one) => one.id === id);
    const ledger = campaign.ledgers.get(entry?.ledger ?? "");
    const number = ledger?.identity[0];
    const value = number === undefined ? undefined : entry?.data[number];
    return {
      entryId: id,
      ledger: ledger?.name ?? entry?.ledger ?? "",
      number: typeof value === "string" || typeof value === "number" ? String(value) : null,
      unit: entry?.unit ?? "",
      change,
      events: events
        .filter((event) => event.id === id)
        .map(({ id: _id, realm, ...event }) => ({
          ...event,
          changes: ledger ? shownValues(tx, realm, ledger, event.changes) : {},
        })),
    };
  });
}
