/** The audit, for those who watch. It can be read and taken along; nothing of it can be changed or removed. */
import { z } from "zod";
import { campaignAction, nothing, type Action } from "#kernel/action.ts";
import { notFound } from "#kernel/problem.ts";
import { answerAudit, auditInput, auditOut, deedsOf, filterFor, placeInput, placeOf } from "./audit-asked.model.ts";
import { findAudit, listAudit } from "./audit.model.ts";
import { mayAudit } from "./audit.policy.ts";

/** Told of all actions, its own among them, whose summaries its sentences are made of. */
export function auditActions(all: () => readonly Action[]) {
  const deeds = deedsOf(all);

  const list = campaignAction({
    name: "audit.list",
    method: "GET",
    path: "/api/campaigns/:campaign/audit",
    summary: "审计记录，新的在前",
    description: "接着往下看的，把最后一行的 id 写在 before 里。只有编号、数目和台账名称，没有业务内容。",
    input: z.object({
      ...auditInput,
      before: placeInput.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    output: z.object({ rows: z.array(auditOut), more: z.boolean() }),
    sensitive: true,
    subject: nothing,
    allow: mayAudit,
    async run(call, _, { before, limit, ...asked }) {
      const filter = await filterFor(call, deeds, asked);
      return call.asSystem("读审计记录", async (tx) => {
        const rows = await listAudit(tx, filter, limit + 1, before === undefined ? undefined : placeOf(before));
        call.note({ rows: Math.min(rows.length, limit) });
        return { rows: await answerAudit(call, tx, deeds, rows.slice(0, limit)), more: rows.length > limit };
      });
    },
  });

  const get = campaignAction({
    name: "audit.get",
    method: "GET",
    path: "/api/campaigns/:campaign/audit/:row",
    summary: "一条审计记录",
    input: z.object({ row: placeInput }),
    output: auditOut.extend({
      rows: z.int().nullable().meta({ description: "涉及几条记录" }),
      filter: z.string().nullable().meta({ description: "筛选条件的摘要；条件相同则相同" }),
      level: z.string().nullable().meta({ description: "所涉台账的知悉范围" }),
      asSystem: z.array(z.string()).meta({ description: "越过行级权限的缘由" }),
    }),
    sensitive: true,
    subject: nothing,
    allow: mayAudit,
    async run(call, _, input) {
      const filter = await filterFor(call, deeds, {});
      const { realm, id } = placeOf(input.row);
      return call.asSystem("读审计记录", async (tx) => {
        const found = await findAudit(tx, filter, realm, id);
        const [row] = found ? await answerAudit(call, tx, deeds, [found]) : [];
        if (!found || !row) throw notFound("这条审计记录");
        const { rows, filter: digest, level, asSystem } = found.details;
        return { ...row, rows: rows ?? null, filter: digest ?? null, level: level ?? null, asSystem: asSystem ?? [] };
      });
    },
    about: ({ row }) => ({ id: row }),
  });
  return { list, get, deeds };
}
