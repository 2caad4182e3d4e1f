/**
 * Who may make and manage accounts. One rule: nobody makes, changes or takes over an account that reads a ledger kept
 * from them. What a role may *do* is no measure, for a liaison records what its office only reads and a leader approves:
 * that is told from the audit.
 */
import { mayUse, type Asker, type Verdict } from "#kernel/access.ts";
import type { Ledger } from "#kernel/definitions.ts";

/** The three administrators: none of them may hold another's office, and units below the top appoint none. */
export const administrators: readonly string[] = ["system_admin", "security_admin", "auditor"];
const managers = new Set(["operator", "office", "office_director", "system_admin", "security_admin"]);
/** They decide who needs to know, whatever they read themselves. */
const deciding = new Set(["operator", "security_admin"]);

/** What an account's role is judged by. */
export interface Standing {
  ledgers: readonly Ledger[];
  /** Roles of administrators that somebody holds. */
  held: ReadonlySet<string>;
}

export const mayManageAccounts = ({ role }: Pick<Asker, "role">): Verdict =>
  managers.has(role) || "账号由教育整顿办公室或系统管理员管理。需要新开账号、重设口令的，请向其提出。";

/** Whether an account of this role may be made or managed. */
export function mayGrant(asker: Pick<Asker, "role" | "scope">, role: string, { ledgers, held }: Standing): Verdict {
  const may = mayManageAccounts(asker);
  if (may !== true) return may;
  if (administrators.includes(role)) {
    if (asker.scope.units !== "whole") return "系统管理员、安全保密管理员和安全审计员由活动主办单位设置，请向其提出。";
    // The first of each comes from who opened the campaign: there is nobody else yet.
    return (
      deciding.has(asker.role) || !held.has(role) || "已经设了的系统、安全保密和审计管理员，由安全保密管理员管理，请向其提出。"
    );
  }
  if (deciding.has(asker.role)) return true;
  // Whoever manages accounts does so for the office, the system administrator who reads nothing too.
  const kept = ledgers.find(
    (ledger) =>
      mayUse({ role }, ledger, "read") === true &&
      ![asker.role, "office"].some((own) => mayUse({ role: own }, ledger, "read") === true),
  );
  return !kept || `这个岗位能看《${kept.name}》，您的岗位不能看。这类账号由安全保密管理员设置和管理，请向其提出。`;
}

/** Nobody locks themselves out, or raises themselves. */
export function mayChange(
  asker: Pick<Asker, "role" | "scope" | "account">,
  account: { id: number; role: string },
  standing: Standing,
): Verdict {
  if (asker.account?.id === account.id) return "这是您自己的账号，请由其他管理人员办理；口令可在“修改口令”中自行修改。";
  return mayGrant(asker, account.role, standing);
}
