/** What people said to records and asked to have put right, as it is answered: beside the record, and in one's own record. */
import { z } from "zod";
import type { CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { chinaDay } from "#kernel/fields.ts";
import { accountNames } from "#features/units/account-names.model.ts";
import type { Tx } from "#platform/db.ts";
import { listCorrections, listResponses, listSteps, standsAbove } from "./corrections.model.ts";
import { mayAnswer } from "./corrections.policy.ts";
import { correctionStates, correctionSteps, type Correction, type Response, type Step } from "./corrections.types.ts";
import type { EntrySubject } from "./entries.ts";
import { peopleNames } from "./show.model.ts";

const sayingOut = z.object({
  version: z.int(),
  words: z.string(),
  at: z.string(),
  answers: z.int().meta({ description: "针对记录的第几版" }),
});
export const responseOut = sayingOut.extend({
  person: z.string(),
  earlier: z.array(sayingOut).meta({ description: "以前写的各版，新的在前" }),
});
export const correctionOut = z.object({
  id: z.string(),
  person: z.string(),
  field: z.string(),
  wanted: z.string(),
  why: z.string(),
  evidence: z.string(),
  state: z.enum(correctionStates),
  due: z.string().meta({ description: "答复期限" }),
  late: z.boolean(),
  steps: z.array(z.object({ step: z.enum(correctionSteps), words: z.string().nullable(), who: z.string(), at: z.string() })),
  may: z.boolean().meta({ description: "本人可以答复" }),
  mayNot: z.string().nullable().meta({ description: "为什么不能答复" }),
});
type CorrectionOut = z.input<typeof correctionOut>;
type ResponseOut = z.input<typeof responseOut>;

export interface Answers {
  responses: Response[];
  corrections: Correction[];
  steps: (Step & { correction: string })[];
}

/** All of these records that the transaction's asker may see. */
export async function findAnswers(tx: Tx, realm: number, entries: readonly string[]): Promise<Answers> {
  if (entries.length === 0) return { responses: [], corrections: [], steps: [] };
  const responses = await listResponses(tx, realm, entries);
  const corrections = await listCorrections(tx, realm, entries);
  const steps =
    corrections.length === 0
      ? []
      : await listSteps(
          tx,
          realm,
          corrections.map(({ id }) => id),
        );
  return { responses, corrections, steps };
}

export const namesOfSteps = (tx: Tx, { steps }: Answers): Promise<Map<number, string>> =>
  steps.length === 0 ? Promise.resolve(new Map()) : accountNames(tx, [...new Set(steps.map(({ actor }) => actor))]);

export const isOpen = ({ state }: Pick<Correction, "state">): boolean => state === "asked" || state === "review";

/** One person's sayings as the last of them, with those before it. */
export function responseShown(said: readonly Response[], person: string): ResponseOut | null {
  const [last, ...earlier] = said.toReversed().map(({ version, words, at, answers }) => ({ version, words, at, answers }));
  return last ? { ...last, person, earlier } : null;
}

export const correctionShown = (
  correction: Correction,
  answers: Answers,
  person: string,
  names: ReadonlyMap<number, string>,
  now: Date,
): CorrectionOut => ({
  id: correction.id,
  person,
  field: correction.field,
  wanted: correction.wanted,
  why: correction.why,
  evidence: correction.evidence,
  state: correction.state,
  due: correction.due,
  late: isOpen(correction) && correction.due < chinaDay(now),
  steps: answers.steps
    .filter((step) => step.correction === correction.id)
    .map(({ step, words, actor, at }) => ({ step, words, who: names.get(actor) ?? "", at })),
  may: false,
  mayNot: null,
});

/** Beside a record, for whoever may read it: what was said to it, what was asked, and whether they are to answer. */
export async function answersBeside(
  call: CampaignCall,
  { entry, ledger }: EntrySubject,
): Promise<{ responses: ResponseOut[]; corrections: CorrectionOut[] }> {
  const { tx, campaign, asker } = call;
  const all = await findAnswers(tx, entry.realm, [entry.id]);
  // What is asked about a field tells of it: whoever does not see the field does not see the request.
  const shown = ledger.fields.filter(({ withheld }) => !withheld).map(({ name }) => name);
  const found = { ...all, corrections: all.corrections.filter(({ field }) => shown.includes(field)) };
  const ids = [...new Set([...found.responses, ...found.corrections].map(({ person }) => person))];
  if (ids.length === 0) return { responses: [], corrections: [] };
  const people = await peopleNames(tx, campaign, ids);
  const names = await call.asSystem("names of those who answered", (owner) => namesOfSteps(owner, found));
  const nameOf = (person: number): string => people[String(person)] ?? "";
  const above = found.corrections.some(isOpen) && (await standsAbove(tx, campaign, entry, asker.unit));
  return {
    responses: ids.flatMap(
      (id) =>
        responseShown(
          found.responses.filter(({ person }) => person === id),
          nameOf(id),
        ) ?? [],
    ),
    corrections: found.corrections.map((one) => ({
      ...correctionShown(one, found, nameOf(one.person), names, call.now),
      ...verdictOf(asker, ledger, one, found, above),
    })),
  };
}

function verdictOf(asker: CampaignCall["asker"], ledger: Ledger, correction: Correction, found: Answers, above: boolean) {
  if (!isOpen(correction)) return {};
  const steps = found.steps.filter((step) => step.correction === correction.id);
  const verdict = mayAnswer(asker, { ledger, correction, steps, above });
  return { may: verdict === true, mayNot: verdict === true ? null : verdict };
}
