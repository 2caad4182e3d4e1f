/** Who may do what with entries, beyond what the ledger's rights say. */
import { mayUse, type Asker, type Verdict } from "#kernel/access.ts";
import type { Ledger, TransitionDefinition } from "#kernel/definitions.ts";
import type { Entry } from "./ledgers.types.ts";

/** Whether the asker's role may take a lifecycle step. Without roles, whoever may edit. */
export function mayTransit(asker: Asker, ledger: Ledger, transition: TransitionDefinition): Verdict {
  if (asker.role.key === "operator" || transition.roles.includes(asker.role.key)) return true;
  if (transition.roles.length > 0) return `您的岗位不能办理“${transition.name}”，请交由有权的岗位办理。`;
  return mayUse(asker, ledger, "edit");
}

/** Whoever may record or change entries may add files to them. */
export function mayAttach(asker: Asker, ledger: Ledger, entry: Pick<Entry, "deleted">): Verdict {
  return entry.deleted ? gone : mayUse(asker, ledger, "record") === true || mayUse(asker, ledger, "edit");
}

/** To take a file away is to change what the entry says. */
export function mayDetach(asker: Asker, ledger: Ledger, entry: Pick<Entry, "deleted">): Verdict {
  return entry.deleted ? gone : mayUse(asker, ledger, "edit");
}

const gone = "这条记录已删除，不能增减附件。确需增减的，请先恢复记录。";

/** Whether an entry comes to a state only by a step that asks for evidence, be it an earlier one. */
export function restsOnEvidence({ lifecycle }: Ledger, state: string | null): boolean {
  if (!lifecycle || state === null) return false;
  const reach = (from: readonly string[], steps: readonly TransitionDefinition[]): Set<string> => {
    const states = new Set(from);
    // A set is walked to its end, what is added on the way included.
    for (const one of states) for (const step of steps) if (step.from.includes(one)) states.add(step.to);
    return states;
  };
  const { initial, transitions } = lifecycle;
  const without = transitions.filter(({ guard }) => !guard.evidence);
  return reach([initial], transitions).has(state) && !reach([initial], without).has(state);
}
