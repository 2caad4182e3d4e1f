/** Who may sign everybody out. */
import type { Account, Verdict } from "#kernel/access.ts";

export const mayEndAll = ({ duty }: Pick<Account, "duty">): Verdict =>
  duty === "system_admin" || duty === "security_admin" || "让所有人退出登录，由系统管理员或安全保密管理员办理，请向其提出。";
