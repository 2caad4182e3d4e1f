/** Who answers when a person asks for a correction: someone else than they, who may change the record. */
import { mayUse, type Asker, type Verdict } from "#kernel/access.ts";
import type { Ledger } from "#kernel/definitions.ts";
import type { Correction, Step } from "./corrections.types.ts";

interface Asked {
  ledger: Ledger;
  correction: Correction;
  steps: readonly Step[];
  /** The asker's unit stands above that of the record. */
  above: boolean;
}

export function mayAnswer(asker: Asker, { ledger, correction, steps, above }: Asked): Verdict {
  const own =
    asker.account?.person === correction.person || steps.some(({ step, actor }) => step === "ask" && actor === asker.account?.id);
  if (own) return "这是您本人提出的申请，须由另一人答复。";
  if (correction.state !== "asked" && correction.state !== "review") return "这件申请已经办结，不能再答复。";
  const edits = mayUse(asker, ledger, "edit");
  if (edits !== true || correction.state === "asked") return edits;
  if (!above) return "复核须由上级单位办理。";
  const answered = steps.some(({ step, actor }) => step === "decline" && actor === asker.account?.id);
  return answered ? "原来的答复是您作出的，复核须由另一人办理。" : true;
}
