/** Tokens of programs: what they may do, and never may. */
import { z } from "zod";

export const tokenOut = z.object({
  id: z.int(),
  name: z.string(),
  actions: z.array(z.string()).nullable().meta({ description: "可以调用的接口名；空为全部只读接口" }),
  createdAt: z.string(),
  until: z.string().meta({ description: "到何时有效" }),
  seenAt: z.string().nullable().meta({ description: "最近一次使用" }),
  own: z.boolean().meta({ description: "本人自己开的，不是系统管理员代开的" }),
});

/** What every token begins with, so that one that was left somewhere is recognised. */
export const tokenPrefix = "ybz_";

/** Whoever holds a program's token does not thereby come to hold an account: these parts of the house it never reaches. */
const closed = ["access", "accounts", "tokens", "grants", "roles", "audit", "setup", "packs", "sso"];
const groupOf = (action: string): string => action.split(".")[0] ?? "";
export const mayBeGiven = (action: string): boolean => !closed.includes(groupOf(action));
