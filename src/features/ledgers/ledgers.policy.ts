/** Who may do what with entries, beyond what the ledger's rights say. */
import { mayUse, type Asker, type Verdict } from "#kernel/access.ts";
import type { Ledger, TransitionDefinition } from "#kernel/definitions.ts";
import type { Entry } from "./ledgers.types.ts";

/** Whether the asker's role may take a lifecycle step. Without roles, whoever may edit. */
export function mayTransit(asker: Asker, ledger: Ledger, transition: TransitionDefinition): Verdict {
  if (asker.role === "operator" || transition.roles.includes(asker.role)) return true;
  if (transition.roles.length > 0) return `您的岗位不能办理“${transition.name}”，请交由有权的岗位办理。`;
  return mayUse(asker, ledger, "edit");
}

/** Whoever may record or change entries may add files to them, and take them away. */
export function mayAttach(asker: Asker, ledger: Ledger, { deleted }: Pick<Entry, "deleted">): Verdict {
  if (deleted) return "这条记录已删除，不能增减附件。确需增减的，请先恢复记录。";
  return mayUse(asker, ledger, "record") === true || mayUse(asker, ledger, "edit");
}
