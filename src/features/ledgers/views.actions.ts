/** Saved views of ledgers. */
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { anyoneHere, campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import { done } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { encryptedFields } from "#kernel/sealed-values.ts";
import { filterSchema, readFilter, readSorting } from "./read-filter.model.ts";
import { listViews, removeView, saveView } from "./views.model.ts";
import { readableLedger } from "./ledgers.model.ts";

const shown = z.object({
  columns: z.array(z.string().max(100)).max(300).optional().meta({ description: "显示的栏目，按此顺序" }),
  where: filterSchema.optional().meta({ description: "筛选条件，同 ledgers.list 的 where" }),
  sort: z.string().max(100).optional(),
  order: z.enum(["asc", "desc"]).optional(),
});
const viewOut = z.object({
  id: z.string(),
  name: z.string(),
  own: z.boolean().meta({ description: "本人保存的" }),
  shared: z.boolean().meta({ description: "与本单位和下级共用" }),
  unitName: z.string().nullable().meta({ description: "共用它的单位" }),
  shown,
});

const viewerOf = ({ account, asker }: CampaignCall) => ({ account: account.id, unit: asker.unit });

export const list = campaignAction({
  name: "views.list",
  method: "GET",
  path: "/api/campaigns/:campaign/ledgers/:ledger/views",
  summary: "一本台账的视图：本人的，和上级共用的",
  input: z.object({ ledger: z.string() }),
  output: z.object({ views: z.array(viewOut) }),
  subject: (call, { ledger }) => Promise.resolve(readableLedger(call, ledger)),
  allow: anyoneHere,
  run: async (call, ledger) => ({ views: await listViews(call.tx, call.campaign, ledger.key, viewerOf(call)) }),
});

export const save = campaignAction({
  name: "views.save",
  method: "PUT",
  path: "/api/campaigns/:campaign/ledgers/:ledger/views/:view",
  summary: "保存一个视图",
  touches: "nothing",
  description: "编号（UUID）由客户端生成；本人已有的换成这一个。视图里没有记录，各人看到的仍是自己可以看的。",
  input: z.object({
    ledger: z.string(),
    view: z.uuid(),
    name: z.string().trim().min(1).max(60),
    shared: z.boolean().default(false).meta({ description: "与本单位和下级共用" }),
    shown,
  }),
  output: done,
  subject: (call, { ledger }) => Promise.resolve(readableLedger(call, ledger)),
  allow: (asker, ledger, { shared }) => !shared || mayUse(asker, ledger, "edit"),
  async run(call, ledger, input) {
    const { tx, campaign, account, asker, now } = call;
    const filter = readFilter(call, ledger, JSON.stringify(input.shown.where ?? {}));
    const secret = encryptedFields(ledger).find(({ name }) => filter[name]?.is !== undefined);
    if (secret)
      throw new Problem(
        "encrypted_column",
        422,
        `视图里不能存“${secret.name}”的内容，它是加密存放的。请去掉这个筛选条件再保存。`,
      );
    readSorting(ledger, input.shown.sort, input.shown.order ?? "asc");
    await saveView(tx, campaign, account.id, {
      id: input.view,
      ledger: ledger.key,
      name: input.name,
      shown: input.shown,
      unit: input.shared ? asker.unit : null,
      at: now.toISOString(),
    });
    return { ok: true as const };
  },
  about: ({ view }) => ({ id: view }),
});

export const remove = campaignAction({
  name: "views.remove",
  method: "DELETE",
  path: "/api/campaigns/:campaign/views/:view",
  summary: "删除本人的一个视图",
  touches: "nothing",
  input: z.object({ view: z.uuid() }),
  output: done,
  subject: nothing,
  allow: anyoneHere,
  async run({ tx, campaign, account }, _, { view }) {
    await removeView(tx, campaign, account.id, view);
    return { ok: true as const };
  },
  about: ({ view }) => ({ id: view }),
});
