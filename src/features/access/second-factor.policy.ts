/** Who may take away another's second factor: whoever answers for who comes in, and nobody for themselves. */
import { can, type Asker, type Verdict } from "#kernel/access.ts";
import { allowChange } from "./accounts.ts";

export const mayResetFactors = (asker: Pick<Asker, "role">): Verdict =>
  can(asker, "policy") || "解除别人的身份验证器由安全保密管理员办理，请向其提出。";

export function mayResetFactor(asker: Asker, found: Parameters<typeof allowChange>[1]): Verdict {
  const may = allowChange(asker, found);
  return may === true ? mayResetFactors(asker) : may;
}
