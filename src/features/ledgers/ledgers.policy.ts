/** Who may do what with entries, beyond what the ledger's rights say. */
import { mayUse, type Asker, type Verdict } from "#kernel/access.ts";
import type { Ledger, TransitionDefinition } from "#kernel/definitions.ts";

/** Whether the asker's role may take a lifecycle step. Without roles, whoever may edit. */
export function mayTransit(asker: Asker, ledger: Ledger, transition: TransitionDefinition): Verdict {
  if (asker.role === "operator" || transition.roles.includes(asker.role)) return true;
  if (transition.roles.length > 0) return `您的岗位不能办理“${transition.name}”，请交由有权的岗位办理。`;
  return mayUse(asker, ledger, "edit");
}
