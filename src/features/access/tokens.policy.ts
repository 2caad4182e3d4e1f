/** Who may make a token for another account: the system administrator, for a program that acts for an office. */
import type { Asker, Verdict } from "#kernel/access.ts";
import { allowChange } from "./accounts.ts";

export const mayGiveTokens = ({ account }: Pick<Asker, "account">): Verdict =>
  account?.duty === "system_admin" || "给别的账号开接口令牌由系统管理员办理，请向其提出。";

export function mayGiveToken(asker: Asker, found: Parameters<typeof allowChange>[1]): Verdict {
  const may = allowChange(asker, found);
  return may === true ? mayGiveTokens(asker) : may;
}
