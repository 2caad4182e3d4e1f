/** What a person asks to have put right: by which steps it goes, and how long each may take. */

export const correctionStates = ["asked", "accepted", "declined", "review", "corrected", "upheld", "withdrawn"] as const;
export type CorrectionState = (typeof correctionStates)[number];

/** Calendar days within which the unit answers, and after it the unit above. */
export const answerDays = 15;

export const correctionSteps = ["ask", "accept", "decline", "withdraw", "review", "correct", "uphold"] as const;
export type CorrectionStep = (typeof correctionSteps)[number];

/** From which states a step leads where. A review can be asked once: nothing leads from its answer. */
export const steps: Readonly<
  Record<Exclude<CorrectionStep, "ask">, readonly [from: readonly CorrectionState[], to: CorrectionState]>
> = {
  accept: [["asked"], "accepted"],
  decline: [["asked"], "declined"],
  withdraw: [["asked", "review"], "withdrawn"],
  review: [["declined"], "review"],
  correct: [["review"], "corrected"],
  uphold: [["review"], "upheld"],
};

export interface Correction {
  id: string;
  realm: number;
  ledger: string;
  unit: number;
  entry: string;
  person: number;
  field: string;
  wanted: string;
  why: string;
  evidence: string;
  state: CorrectionState;
  due: string;
}

export interface Step {
  step: CorrectionStep;
  words: string | null;
  actor: number;
  at: string;
}

/** What a person says to a record. */
export interface Response {
  entry: string;
  person: number;
  version: number;
  /** The version of the record that it answers. */
  answers: number;
  words: string;
  actor: number;
  at: string;
}
