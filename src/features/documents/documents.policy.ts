/** Who may do what with documents: which exist for them is row-level security's matter. Pure. */
import { can, mayUse, type Asker, type Verdict } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";

export const mayHandle = (asker: Asker): Verdict =>
  can(asker, "documents") || "您的岗位不办理文稿。需要起草或查看的，请联系本单位办公室。";

/** What is given out stays as it is, and each unit writes its own. */
export function mayEdit(asker: Asker, document: { unit: number; unitName: string; state: string }): Verdict {
  const verdict = mayHandle(asker);
  if (verdict !== true) return verdict;
  if (asker.unit !== document.unit) return `这份文稿由${document.unitName}起草，您可以查看，不能修改。`;
  return document.state === "draft" || "这份文稿已经定稿，不能再改。需要改动的，请“重新起草”。";
}

/** A document that was given out shows what its finisher could read, so whoever opens it must be able to as well. */
export function mayRead(asker: Asker, campaign: Campaign, document: { ledgers: readonly string[] }): Verdict {
  const verdict = mayHandle(asker);
  if (verdict !== true) return verdict;
  const hidden = document.ledgers
    .flatMap((key) => campaign.ledgers.get(key) ?? [])
    .some((one) => mayUse(asker, one, "read") !== true);
  return !hidden || "这份文稿引用了限定知悉范围的台账，不能查看。需要查看的，请联系起草单位。";
}
