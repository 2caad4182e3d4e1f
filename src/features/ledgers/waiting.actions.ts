/** What waits for someone: records sent back to their unit, steps that are theirs to take, corrections to be answered. */
import { z } from "zod";
import { mayUse, type Asker } from "#kernel/access.ts";
import { anyoneHere, campaignAction, type CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { chinaDay } from "#kernel/fields.ts";
import { listWaiting } from "./corrections.model.ts";
import { headline } from "./headline.types.ts";
import { mayTransit } from "./ledgers.policy.ts";
import type { Entry } from "./ledgers.types.ts";
import { listEntriesById, listQueues, listReturned, type Stop } from "./own.model.ts";

const brief = z.object({
  id: z.string(),
  unit: z.int(),
  day: z.string().nullable(),
  title: z.string(),
});

const atMost = 20;

/** Steps that send an entry back: those that must say why. */
const returning = (ledger: Ledger): Stop[] =>
  (ledger.lifecycle?.transitions ?? [])
    .filter(({ guard }) => guard.reason)
    .map(({ name, to }) => ({ ledger: ledger.key, state: to, step: name }));

/** Steps that someone else must take, or within so many days, and that the asker's role is named for. */
const asked = (asker: Asker, ledger: Ledger): Stop[] =>
  (ledger.lifecycle?.transitions ?? [])
    .filter((step) => step.roles.includes(asker.role.key) && mayTransit(asker, ledger, step) === true)
    .filter(({ guard, within }) => !guard.reason && (guard.notSamePerson || guard.superior || within !== undefined))
    .flatMap(({ name, from }) => from.map((state) => ({ ledger: ledger.key, state, step: name })));

/** What people asked to have put right and the asker may answer; not what they asked for themselves. */
async function correctionsWaiting({ tx, campaign, asker, account, now }: CampaignCall, editable: readonly Ledger[]) {
  const waits = await listWaiting(
    tx,
    campaign,
    asker.unit,
    editable.map(({ key }) => key),
    atMost,
  );
  const others = waits.filter(({ person }) => person !== account.person);
  if (others.length === 0) return [];
  const entries = await listEntriesById(
    tx,
    campaign,
    others.map(({ entry }) => entry),
  );
  return others.flatMap(({ entry: id, ledger, unit, field, state, due }) => {
    const entry = entries.get(id);
    const definition = campaign.ledgers.get(ledger);
    if (!entry || !definition || (state !== "asked" && state !== "review")) return [];
    return [{ id, unit, ledger, title: headline(definition, entry.data), field, state, due, late: due < chinaDay(now) }];
  });
}

export const waiting = campaignAction({
  name: "ledgers.waiting",
  method: "GET",
  path: "/api/campaigns/:campaign/waiting",
  summary: "等本人办的：退回本单位的记录，和要由本人办下一步的记录",
  description: `退回的列最近${atMost}条；等本人办的按台账和状态归在一起，各列最近三条。`,
  input: z.object({}),
  output: z.object({
    returned: z.array(
      brief.extend({
        ledger: z.string(),
        state: z.string().nullable(),
        step: z.string().meta({ description: "退回的那一步" }),
        reason: z.string().nullable(),
        at: z.string(),
      }),
    ),
    queues: z.array(
      z.object({
        ledger: z.string(),
        state: z.string(),
        steps: z.array(z.string()).meta({ description: "本人可办的步骤" }),
        count: z.int(),
        latest: z.array(brief),
      }),
    ),
    corrections: z
      .array(
        brief.omit({ day: true }).extend({
          ledger: z.string(),
          field: z.string(),
          state: z.enum(["asked", "review"]),
          due: z.string(),
          late: z.boolean(),
        }),
      )
      .meta({ description: "等本单位答复的更正申请，和等本单位复核的下级的答复" }),
  }),
  sensitive: true,
  subject: ({ campaign, asker }) =>
    Promise.resolve([...campaign.ledgers.values()].filter((ledger) => mayUse(asker, ledger, "read") === true)),
  allow: anyoneHere,
  async run(call, ledgers) {
    const { tx, campaign, asker, account } = call;
    const titled = <E extends Pick<Entry, "data">>(key: string, entry: E) => ({
      ...entry,
      title: headline(campaign.ledgers.get(key) as Ledger, entry.data),
    });
    const editable = ledgers.filter((ledger) => mayUse(asker, ledger, "edit") === true);
    const back = await listReturned(tx, campaign, asker.unit, editable.flatMap(returning), atMost);
    const next = ledgers.flatMap((ledger) => asked(asker, ledger));
    const queues = await listQueues(tx, campaign, account.id, next, ledgers.flatMap(returning));
    return {
      returned: back.map((entry) => titled(entry.ledger, entry)),
      queues: queues.map((queue) => ({
        ...queue,
        steps: next.filter(({ ledger, state }) => ledger === queue.ledger && state === queue.state).map(({ step }) => step),
        latest: queue.latest.map((entry) => titled(queue.ledger, entry)),
      })),
      corrections: await correctionsWaiting(call, editable),
    };
  },
});
