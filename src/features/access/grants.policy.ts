/**
 * Who may give which grants, and manage whose accounts. One rule: nobody gives, or takes over with an account, what is kept
 * from themselves. What a role may *do* is no measure, for a liaison records what its office only reads: that is told from
 * the audit. The security administrator decides who needs to know, and reads none of it.
 */
import { can, mayUse, type Account, type Asker, type Role, type Verdict } from "#kernel/access.ts";
import { isDuty } from "#kernel/duties.ts";
import { sensitivities, type Ledger } from "#kernel/definitions.ts";

type By = Pick<Asker, "role" | "scope">;
const decides = ({ role }: Pick<Asker, "role">): boolean => can({ role }, "policy");

export const mayManageGrants = (asker: Pick<Asker, "role">): Verdict =>
  can(asker, "grants") || "授权由安全保密管理员或教育整顿办公室办理，请向其提出。";

/** Who sees what is looked up by those who decide it, and by the auditor. */
export const mayLookUp = (asker: Pick<Asker, "role">): Verdict => (can(asker, "audit") ? true : mayManageGrants(asker));

/** Whether a role may be given; `ledgers` are the campaign's. */
export function mayGive(asker: By, role: Role, ledgers: readonly Ledger[]): Verdict {
  const may = mayManageGrants(asker);
  if (may !== true || decides(asker)) return may;
  const kept = keptFrom(asker.role, role, ledgers);
  if (kept) return kept;
  return (
    role.may.every((power) => asker.role.may.includes(power)) ||
    `岗位“${role.name}”可以管理您的岗位不管的事项，请由安全保密管理员授予。`
  );
}

function keptFrom(own: Role, role: Role, ledgers: readonly Ledger[]): string | undefined {
  const kept = ledgers.find(
    (ledger) => mayUse({ role }, ledger, "read") === true && mayUse({ role: own }, ledger, "read") !== true,
  );
  if (kept) return `岗位“${role.name}”能看《${kept.name}》，您的岗位不能看。请由安全保密管理员授予。`;
  return sensitivities.indexOf(role.sees) > sensitivities.indexOf(own.sees)
    ? `岗位“${role.name}”能看您的岗位看不到的栏目。请由安全保密管理员授予。`
    : undefined;
}

export const mayManageAccounts = (asker: Pick<Asker, "role">): Verdict =>
  can(asker, "accounts") ||
  can(asker, "policy") ||
  "账号由系统管理员或教育整顿办公室管理。需要新开账号、重设口令的，请向其提出。";

/** Administrators' accounts are the security administrator's, at the top. */
export const mayAppoint = (asker: By): Verdict =>
  (decides(asker) && asker.scope.units === "whole") ||
  "系统管理员、安全保密管理员和安全审计员由活动主办单位的安全保密管理员设置，请向其提出。";

/**
 * Whether an account may be changed, given a new password or ended: whoever could come in with it could use what it holds.
 * The system administrator, who reads nothing, manages the accounts of those who read nothing restricted.
 */
export function mayChange(
  asker: By & Pick<Asker, "account">,
  account: Pick<Account, "id" | "duty">,
  roles: readonly Role[],
  ledgers: readonly Ledger[],
): Verdict {
  if (asker.account?.id === account.id) return "这是您自己的账号，请由其他管理人员办理；口令可在“修改口令”中自行修改。";
  const may = mayManageAccounts(asker);
  if (may !== true) return may;
  if (account.duty !== null) return mayAppoint(asker);
  if (decides(asker)) return true;
  const own: Role = isDuty(asker.role.key) ? { ...asker.role, key: "", ledgers: ["read"], sees: "personal" } : asker.role;
  for (const role of roles) {
    const kept = keptFrom(own, role, ledgers);
    if (kept) return `这个账号的${kept.replace("授予", "管理")}`;
  }
  return true;
}
