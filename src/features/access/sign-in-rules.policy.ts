/** Who sets what is asked of whoever signs in. */
import type { Account, Verdict } from "#kernel/access.ts";

type Held = Pick<Account, "duty">;

export const maySeeRules = ({ duty }: Held): Verdict =>
  duty !== null || "登录规则由安全保密管理员设置，系统管理员和安全审计员可以查看。";

export const maySetRules = ({ duty }: Held): Verdict =>
  duty === "security_admin" || "登录规则由安全保密管理员设置。需要调整的，请向其提出。";
