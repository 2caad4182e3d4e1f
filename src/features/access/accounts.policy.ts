/** Who may make and manage accounts. Which units' accounts exist for them is their scope's matter. */
import type { Asker, Verdict } from "#kernel/access.ts";

/** The three administrators: none of them may hold another's office, and units below the top appoint none. */
const administrators = new Set(["system_admin", "security_admin", "auditor"]);
const managers = new Set(["operator", "office", "office_director", "system_admin"]);

export const mayManageAccounts = ({ role }: Pick<Asker, "role">): Verdict =>
  managers.has(role) || "账号由教育整顿办公室或系统管理员管理。需要新开账号、重设口令的，请向其提出。";

/** Whether an account of this role may be made or managed. */
export function mayGrant(asker: Pick<Asker, "role" | "scope">, role: string): Verdict {
  const may = mayManageAccounts(asker);
  if (may !== true || !administrators.has(role)) return may;
  return asker.scope.units === "whole" || "系统管理员、安全保密管理员和安全审计员由活动主办单位设置，请向其提出。";
}

/** Nobody locks themselves out, or raises themselves; an auditor's account is not taken over by whom it audits. */
export function mayChange(asker: Pick<Asker, "role" | "scope" | "account">, account: { id: number; role: string }): Verdict {
  if (asker.account?.id === account.id) return "这是您自己的账号，请由其他管理人员办理；口令可在“修改口令”中自行修改。";
  return mayGrant(asker, account.role);
}
