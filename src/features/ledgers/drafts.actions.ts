/** Drafts: what someone has typed is kept for them until they save it or throw it away. */
import { z } from "zod";
import { anyoneHere, campaignAction, nothing } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { dropDraft, keepDraft, listDrafts } from "./drafts.model.ts";

const key = z.string().min(1).max(200).meta({ description: "草稿的编号，由客户端定，如 entry/… 或 record/…" });
const content = z.unknown().meta({ description: "所填内容，JSON；由写入它的页面解释" });

export const list = campaignAction({
  name: "drafts.list",
  method: "GET",
  path: "/api/campaigns/:campaign/drafts",
  summary: "本人没有保存的草稿，新的在前",
  input: z.object({ under: z.string().max(200).default("").meta({ description: "编号以此开头的" }) }),
  output: z.object({ drafts: z.array(z.object({ key: z.string(), content, at: z.string() })) }),
  subject: nothing,
  allow: anyoneHere,
  run: async ({ tx, campaign, account }, _, { under }) => ({ drafts: await listDrafts(tx, campaign, account.id, under) }),
});

export const keep = campaignAction({
  name: "drafts.keep",
  method: "PUT",
  path: "/api/campaigns/:campaign/drafts/:key",
  summary: "存一份草稿，同一编号的换成这一份",
  input: z.object({
    key,
    content: content.refine(
      (given) => given !== undefined && JSON.stringify(given).length <= 300_000,
      "草稿没有内容，或超过30万字",
    ),
  }),
  output: z.object({ at: z.string() }),
  step: true,
  touches: "nothing",
  subject: nothing,
  allow: anyoneHere,
  async run({ tx, campaign, account, now }, _, input) {
    const at = now.toISOString();
    await keepDraft(tx, campaign, account.id, { key: input.key, content: input.content, at });
    return { at };
  },
  about: (input) => ({ id: input.key }),
});

export const drop = campaignAction({
  name: "drafts.drop",
  method: "DELETE",
  path: "/api/campaigns/:campaign/drafts/:key",
  summary: "不要一份草稿了",
  description: "没有这份草稿时也算办好。",
  input: z.object({ key }),
  output: done,
  step: true,
  touches: "nothing",
  subject: nothing,
  allow: anyoneHere,
  run({ tx, campaign, account }, _, input) {
    dropDraft(tx, campaign, account.id, input.key);
    return Promise.resolve({ ok: true as const });
  },
  about: (input) => ({ id: input.key }),
});
