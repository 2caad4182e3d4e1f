/** The rules of signing in: read, and set by the security administrator. */
import { z } from "zod";
import { accountAction, nothing } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { readRules, writeRules } from "./sign-in-rules.model.ts";
import { maySeeRules, maySetRules } from "./sign-in-rules.policy.ts";
import { mayEndAll } from "./sessions.policy.ts";
import { rulesOut, rulesShape } from "./sign-in-rules.types.ts";

export const read = accountAction({
  name: "access.rules",
  method: "GET",
  path: "/api/sign-in-rules",
  summary: "登录规则",
  input: z.object({}),
  output: rulesOut.extend({ may: z.boolean().meta({ description: "本人能否设置" }), mayEndAll: z.boolean() }),
  subject: nothing,
  allow: maySeeRules,
  run: async ({ account, asSystem }) => ({
    ...(await asSystem("read sign-in rules", readRules)),
    may: maySetRules(account) === true,
    mayEndAll: mayEndAll(account) === true,
  }),
});

export const set = accountAction({
  name: "access.setRules",
  method: "PUT",
  path: "/api/sign-in-rules",
  summary: "设置登录规则",
  description: "随即对所有人生效；已有的口令到下次修改时才按新规则检查。",
  input: z.object(rulesShape),
  output: done,
  subject: nothing,
  allow: maySetRules,
  async run({ account, now, asSystem }, _, rules) {
    await asSystem("set sign-in rules", (tx) => writeRules(tx, rules, account.id, now));
    return { ok: true as const };
  },
});
