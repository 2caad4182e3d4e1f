/** Where one is signed in, each of which can be ended; and one place from which everyone is signed out. */
import { z } from "zod";
import { accountAction, anyoneHere, nothing } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { sessionListed } from "./access.types.ts";
import * as model from "./sessions.model.ts";
import { mayEndAll } from "./sessions.policy.ts";

export const list = accountAction({
  name: "access.sessions",
  method: "GET",
  path: "/api/me/sessions",
  summary: "本人现在的登录",
  input: z.object({}),
  output: z.object({ sessions: z.array(sessionListed.extend({ own: z.boolean().meta({ description: "就是这一处" }) })) }),
  subject: nothing,
  allow: anyoneHere,
  run: async ({ account, now, token, asSystem }) => ({
    sessions: await asSystem("list own sessions", (tx) => model.listSessions(tx, account.id, now, token)),
  }),
});

export const end = accountAction({
  name: "access.endSessions",
  method: "DELETE",
  path: "/api/me/sessions",
  summary: "结束本人的一处登录，或除这一处以外的全部",
  input: z.object({ session: z.string().max(40).optional().meta({ description: "不写则结束其他全部" }) }),
  output: done,
  subject: nothing,
  allow: anyoneHere,
  async run({ account, token = "", asSystem }, _, { session }) {
    await asSystem("end own sessions", (tx) =>
      session === undefined ? model.endOtherSessions(tx, account.id, token) : model.endSessions(tx, account.id, session),
    );
    return { ok: true as const };
  },
});

export const endAll = accountAction({
  name: "access.endAllSessions",
  method: "POST",
  path: "/api/sessions/end-all",
  summary: "让所有人退出登录",
  description: "办理人自己的这一处除外。接口令牌不受影响，另行吊销。",
  input: z.object({ reason: z.string().trim().min(2).max(200) }),
  output: z.object({ ended: z.int().meta({ description: "结束了几处登录" }) }),
  subject: nothing,
  allow: mayEndAll,
  run: async ({ token = "", asSystem }, _, { reason }) => ({
    ended: await asSystem(`sign everyone out: ${reason}`, (tx) => model.endAllSessions(tx, token)),
  }),
});
