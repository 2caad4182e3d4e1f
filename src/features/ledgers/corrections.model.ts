/** What people say to records that name them, and what they ask to have put right, with all steps taken. */
import type { Campaign } from "#kernel/campaign.ts";
import { Problem } from "#kernel/problem.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";
import {
  answerDays,
  steps as table,
  type Correction,
  type CorrectionStep,
  type Response,
  type Step,
} from "./corrections.types.ts";
import type { Entry } from "./ledgers.types.ts";

const columns = sql`correction_id as id, realm_id as realm, ledger, unit_id as unit, entry_id as entry, person_id as person, field, wanted, why, evidence, state, due_day as due`;
const responseColumns = sql`entry_id as entry, person_id as person, version, entry_version as answers, words, actor, ${isoText("at")} as at`;

/** All that people said to these records, each one's first saying first. */
export const listResponses = (tx: Tx, realm: number, entries: readonly string[]): Promise<Response[]> =>
  tx.query(
    sql`select ${responseColumns} from responses where realm_id = ${realm} and entry_id = any(${entries}::uuid[]) order by person_id, version`,
  );

/** Adds what a person says; refused if they said something else meanwhile. Asked as the owner. */
export async function addResponse(
  tx: Tx,
  campaign: Campaign,
  entry: Entry,
  said: { person: number; actor: number; base: number; words: string; now: Date },
): Promise<void> {
  const last = await tx.one<{ version: number }>(
    sql`select version from responses where realm_id = ${entry.realm} and entry_id = ${entry.id} and person_id = ${said.person} order by version desc limit 1`,
  );
  if ((last?.version ?? 0) !== said.base)
    throw new Problem("version_conflict", 409, "您在别处改过这份说明。请核对现在的内容，再保存。", {
      version: last?.version ?? 0,
    });
  await tx.query(sql`insert into responses (realm_id, entry_id, person_id, version, campaign_id, ledger, unit_id, entry_version, words, actor, at)
    values (${entry.realm}, ${entry.id}, ${said.person}, ${said.base + 1}, ${campaign.id}, ${entry.ledger}, ${entry.unit}, ${entry.version}, ${said.words}, ${said.actor}, ${said.now.toISOString()})`);
}

export const listCorrections = (tx: Tx, realm: number, entries: readonly string[]): Promise<Correction[]> =>
  tx.query(
    sql`select ${columns} from corrections where realm_id = ${realm} and entry_id = any(${entries}::uuid[]) order by due_day desc, correction_id`,
  );

export const findCorrection = (
  tx: Tx,
  realms: readonly number[],
  campaign: number,
  id: string,
  lock = false,
): Promise<Correction | undefined> =>
  tx.one(
    sql`select ${columns} from corrections where realm_id = any(${realms}::integer[]) and campaign_id = ${campaign} and correction_id = ${id} ${lock ? sql`for update` : sql``}`,
  );

export const listSteps = (tx: Tx, realm: number, corrections: readonly string[]): Promise<(Step & { correction: string })[]> =>
  tx.query(
    sql`select correction_id as correction, step, words, actor, ${isoText("at")} as at from correction_steps where realm_id = ${realm} and correction_id = any(${corrections}::uuid[]) order by correction_id, seq`,
  );

/** The day by which something asked now is to be answered, in China. */
export const dueDayOf = (now: Date): string =>
  new Date(now.getTime() + 8 * 3_600_000 + answerDays * 86_400_000).toISOString().slice(0, 10);

export interface NewCorrection {
  id: string;
  person: number;
  actor: number;
  field: string;
  wanted: string;
  why: string;
  evidence: string;
  now: Date;
}

/** Adds what is asked for, unless it was sent before. Asked as the owner. */
export async function addCorrection(tx: Tx, campaign: Campaign, entry: Entry, asked: NewCorrection): Promise<void> {
  const known = await findCorrection(tx, [entry.realm], campaign.id, asked.id);
  if (known?.entry === entry.id && known.person === asked.person) return;
  await tx.query(sql`insert into corrections (realm_id, correction_id, campaign_id, ledger, unit_id, entry_id, person_id, field, wanted, why, evidence, state, due_day)
    values (${entry.realm}, ${asked.id}, ${campaign.id}, ${entry.ledger}, ${entry.unit}, ${entry.id}, ${asked.person}, ${asked.field}, ${asked.wanted}, ${asked.why}, ${asked.evidence}, 'asked', ${dueDayOf(asked.now)})`);
  addStep(tx, { id: asked.id, realm: entry.realm, unit: entry.unit, entry: entry.id, ledger: entry.ledger }, 1, {
    step: "ask",
    words: null,
    actor: asked.actor,
    at: asked.now.toISOString(),
  });
}

function addStep(
  tx: Tx,
  { id, realm, unit, entry, ledger }: Pick<Correction, "id" | "realm" | "unit" | "entry" | "ledger">,
  seq: number,
  { step, words, actor, at }: Step,
): void {
  tx.later(
    sql`insert into correction_steps (realm_id, correction_id, seq, entry_id, ledger, unit_id, step, words, actor, at) values (${realm}, ${id}, ${seq}, ${entry}, ${ledger}, ${unit}, ${step}, ${words}, ${actor}, ${at})`,
  );
}

/** Takes the next step, of a correction that is held. */
export async function stepCorrection(
  tx: Tx,
  correction: Correction,
  before: readonly Step[],
  { step, words, actor, now }: { step: Exclude<CorrectionStep, "ask">; words: string | null; actor: number; now: Date },
): Promise<void> {
  const [from, to] = table[step];
  if (!from.includes(correction.state))
    throw new Problem("wrong_state", 409, "这件申请已经办到别的一步了。请刷新后查看现在的情况。", { state: correction.state });
  const due = step === "review" ? dueDayOf(now) : correction.due;
  await tx.query(
    sql`update corrections set state = ${to}, due_day = ${due} where realm_id = ${correction.realm} and correction_id = ${correction.id}`,
  );
  addStep(tx, correction, before.length + 1, { step, words, actor, at: now.toISOString() });
}

/** What waits for an answer: of one's own unit as first asked, of the units below for review; what is due first comes first. */
export const listWaiting = (
  tx: Tx,
  campaign: Campaign,
  unit: number,
  ledgers: readonly string[],
  limit: number,
): Promise<Correction[]> =>
  ledgers.length === 0
    ? Promise.resolve([])
    : tx.query(sql`select ${columns} from corrections c where c.realm_id = any(${campaign.realms}::integer[]) and c.campaign_id = ${campaign.id}
        and c.state in ('asked', 'review') and c.ledger = any(${ledgers}::text[])
        and (c.state = 'asked' and c.unit_id = ${unit} or c.state = 'review' and c.unit_id <> ${unit} and exists (
          select 1 from unit_paths p where p.realm_id = c.realm_id and p.campaign_id = c.campaign_id and p.unit_id = c.unit_id and p.ancestor_id = ${unit} and p.depth = 1 and p.to_day = 'infinity'))
        order by c.due_day, c.correction_id limit ${limit}`);

export const standsAbove = async (
  tx: Tx,
  campaign: Campaign,
  { realm, unit }: Pick<Correction, "realm" | "unit">,
  asker: number,
): Promise<boolean> =>
  (await tx.one(
    sql`select 1 from unit_paths where realm_id = ${realm} and campaign_id = ${campaign.id} and unit_id = ${unit} and ancestor_id = ${asker} and depth > 0`,
  )) !== undefined;

/** What was said to a record goes with it to another unit. */
export function moveAnswers(tx: Tx, { realm, id }: Pick<Entry, "realm" | "id">, unit: number): void {
  tx.later(
    sql`update correction_steps set unit_id = ${unit} where realm_id = ${realm} and correction_id in (select c.correction_id from corrections c where c.realm_id = ${realm} and c.entry_id = ${id})`,
  );
  tx.later(sql`update corrections set unit_id = ${unit} where realm_id = ${realm} and entry_id = ${id}`);
  tx.later(sql`update responses set unit_id = ${unit} where realm_id = ${realm} and entry_id = ${id}`);
}
