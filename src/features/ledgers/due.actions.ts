/** What is stuck, over all ledgers that one may read. */
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { anyoneHere, campaignAction, type CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { id } from "#kernel/input.ts";
import { getUnit } from "#features/units/units.model.ts";
import { dueDay, listDue } from "./due.model.ts";
import { numberOf } from "./note.model.ts";
import type { Entry } from "./ledgers.types.ts";
import { headline } from "./headline.types.ts";
import { unitNames } from "./show.model.ts";
import { readableLedger } from "./ledgers.model.ts";

const limit = z.coerce.number().int().min(1).max(200).default(50);
const itemOut = z.object({
  id: z.string(),
  ledger: z.string(),
  ledgerName: z.string(),
  unit: z.int(),
  unitName: z.string(),
  number: z.string().nullable().meta({ description: "记录的编号" }),
  title: z.string().meta({ description: "记录的内容，一句话" }),
  state: z.string().nullable(),
  day: z.string().nullable(),
  updatedAt: z.string(),
  steps: z.array(z.object({ name: z.string(), roles: z.array(z.string()) })).meta({ description: "下一步可办的事和办理的岗位" }),
});

const readable = ({ campaign, asker }: CampaignCall): Ledger[] =>
  [...campaign.ledgers.values()].filter((ledger) => mayUse(asker, ledger, "read") === true);

/** Entries as lists over several ledgers show them. */
async function itemsOf(call: CampaignCall, entries: readonly Entry[]): Promise<z.input<typeof itemOut>[]> {
  const { campaign, tx } = call;
  const roles = new Map(campaign.pack.roles.map(({ key, name }) => [key, name]));
  const units = await unitNames(
    tx,
    campaign,
    entries.map(({ unit }) => unit),
  );
  return entries.map((entry) => {
    const ledger = readableLedger(call, entry.ledger);
    const steps = (ledger.lifecycle?.transitions ?? []).filter(({ from }) => entry.state !== null && from.includes(entry.state));
    return {
      id: entry.id,
      ledger: ledger.key,
      ledgerName: ledger.name,
      unit: entry.unit,
      unitName: units.get(entry.unit) ?? "",
      number: numberOf(ledger, entry.data),
      title: headline(ledger, entry.data),
      state: entry.state,
      day: entry.day,
      updatedAt: entry.updatedAt,
      steps: steps.map((step) => ({ name: step.name, roles: step.roles.map((role) => roles.get(role) ?? role) })),
    };
  });
}

export const due = campaignAction({
  name: "ledgers.due",
  method: "GET",
  path: "/api/campaigns/:campaign/due",
  summary: "逾期和临期的记录",
  description:
    "按方案包里的时限：指标中与 $asOf 比较的日期栏目，和流转的 within。逾期最久的在前；counts 按台账和下一级单位计数。活动已结束的，按结束之日判断。",
  input: z.object({ unit: id.optional(), limit }),
  output: z.object({
    day: z.string().meta({ description: "按这一天判断" }),
    items: z.array(
      itemOut.extend({
        due: z.string().meta({ description: "时限" }),
        late: z.int().meta({ description: "逾期天数；负数是还剩的天数" }),
      }),
    ),
    counts: z.array(
      z.object({
        ledger: z.string(),
        ledgerName: z.string(),
        unit: z.int().meta({ description: "下一级单位，或所问的单位自己" }),
        unitName: z.string(),
        late: z.int(),
        soon: z.int(),
      }),
    ),
  }),
  sensitive: true,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: anyoneHere,
  async run(call, unit, input) {
    const { tx, campaign, now } = call;
    const day = dueDay(campaign, now);
    const { entries, counts } = await listDue(tx, campaign, readable(call), unit.id, day, input.limit);
    const items = await itemsOf(call, entries);
    const names = await unitNames(
      tx,
      campaign,
      counts.map((one) => one.unit),
    );
    return {
      day,
      items: items.map((item, index) => ({ ...item, due: entries[index]?.due ?? day, late: entries[index]?.late ?? 0 })),
      counts: counts.map((one) => ({
        ...one,
        ledgerName: readableLedger(call, one.ledger).name,
        unitName: names.get(one.unit) ?? "",
      })),
    };
  },
  about: (_, unit) => ({ unit: unit?.id, realm: unit?.realm }),
});
