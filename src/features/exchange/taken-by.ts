/** Who took data out and when, as the foot of a page of a workbook says it: the sheet itself keeps its official shape. */
import type { Account } from "#kernel/access.ts";
import { chinaMinute } from "#kernel/fields.ts";

/** Name, the last four characters of the login, the minute in China. */
export const takenBy = ({ name, login }: Pick<Account, "name" | "login">, now: Date): string =>
  `导出：${name}（${login.slice(-4)}） ${chinaMinute(now)}`;
