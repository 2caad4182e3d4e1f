/** What someone begins with: the ledgers that they record in, their own record, and what waits for them. */
import { z } from "zod";
import { mayUse, type Asker } from "#kernel/access.ts";
import { anyoneHere, campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { chinaDay } from "#kernel/fields.ts";
import { pageInput } from "#kernel/input.ts";
import { shownValues } from "#kernel/sealed-values.ts";
import { carriedOver } from "./carry-over.ts";
import { entryOut, namesOut } from "./entries.ts";
import { mayTransit } from "./ledgers.policy.ts";
import type { Entry } from "./ledgers.types.ts";
import { ownLines, ownTitle, placesOf, tellingFields } from "./own-record.ts";
import { headline } from "./headline.types.ts";
import { listNaming, listQueues, listReturned, type Stop } from "./own.model.ts";
import { listHabits, listLatest } from "./recent.model.ts";
import { namesIn, unitNames, type Names } from "./show.model.ts";

const recordable = ({ campaign, asker }: CampaignCall): Ledger[] =>
  [...campaign.ledgers.values()].filter(
    (ledger) => mayUse(asker, ledger, "read") === true && mayUse(asker, ledger, "record") === true,
  );

export const recent = campaignAction({
  name: "ledgers.recent",
  method: "GET",
  path: "/api/campaigns/:campaign/recording",
  summary: "登记从哪里开始：常用的台账，和新的一条先填什么",
  description: "again 是本单位上一次所填、这一次多半还一样的栏目；日期、人数和编号不带出。",
  input: z.object({}),
  output: z.object({
    now: z.string().meta({ description: "服务器的时刻；设备的时钟可能不准" }),
    unit: z.int().nullable().meta({ description: "以哪个单位的名义登记；最顶一级须逐条填写单位" }),
    kinds: z.array(
      z.object({
        ledger: z.string(),
        mine: z.int().meta({ description: "近来本人登记了几条" }),
        again: entryOut.shape.values,
      }),
    ),
    names: namesOut,
  }),
  sensitive: true,
  subject: (call) => Promise.resolve(recordable(call)),
  allow: anyoneHere,
  async run(call, ledgers) {
    const { tx, campaign, asker, now } = call;
    const habits = await listHabits(
      tx,
      campaign,
      asker,
      ledgers.map(({ key }) => key),
    );
    const used = habits.map(({ ledger }) => ledger);
    const latest = await listLatest(tx, campaign, asker.unit, used, chinaDay(now));
    const names: Names = { units: Object.fromEntries(await unitNames(tx, campaign, [asker.unit])), people: {} };
    const kinds = [];
    for (const { ledger: key, mine } of habits) {
      const ledger = ledgers.find((one) => one.key === key) as Ledger;
      const own = latest.filter((one) => one.ledger === key);
      const again = carriedOver(
        ledger,
        own.map(({ data }) => data),
      );
      const known = await namesIn(tx, campaign, ledger, [{ unit: asker.unit, data: again }]);
      Object.assign(names.units, known.units);
      Object.assign(names.people, known.people);
      kinds.push({ ledger: key, mine, again });
    }
    return { now: now.toISOString(), unit: asker.unit === campaign.root ? null : asker.unit, kinds, names };
  },
});

export const mine = campaignAction({
  name: "ledgers.mine",
  method: "GET",
  path: "/api/campaigns/:campaign/own-record",
  summary: "本人的记录：写到本人的各条记录，分页",
  description: "只答本人账号所属的人；限知的台账和栏目不列，别人的姓名不列。",
  input: z.object({ ...pageInput, limit: pageInput.limit.default(50) }),
  output: z.object({
    entries: z.array(
      z.object({
        id: z.string(),
        ledger: z.string().meta({ description: "台账名称" }),
        unit: z.string(),
        day: z.string().nullable(),
        state: z.string().nullable(),
        title: z.string(),
        places: z.array(z.string()).meta({ description: "写到本人的栏目" }),
        lines: z.array(z.object({ name: z.string(), text: z.string() })),
      }),
    ),
    more: z.boolean(),
  }),
  sensitive: true,
  subject: nothing,
  allow: anyoneHere,
  async run(call, _, { limit, offset }) {
    const { campaign, account } = call;
    const { person, realm } = account;
    if (person === null) return { entries: [], more: false };
    const fields = [...campaign.ledgers.values()].flatMap((ledger) =>
      tellingFields(ledger).map(({ name, type }) => ({ ledger: ledger.key, field: name, several: type === "people" })),
    );
    return call.asSystem("own record", async (tx) => {
      const found = await listNaming(tx, campaign, realm, person, fields, { limit: limit + 1, offset });
      const entries = [];
      for (const entry of found.slice(0, limit)) {
        const ledger = campaign.ledgers.get(entry.ledger) as Ledger;
        const names = await namesIn(tx, campaign, ledger, [entry]);
        const data = shownValues(tx, entry.realm, ledger, entry.data);
        const places = placesOf(ledger, entry.data, person);
        entries.push({
          id: entry.id,
          ledger: ledger.name,
          unit: names.units[entry.unit] ?? "",
          day: entry.day,
          state: entry.state,
          title: ownTitle(ledger, entry.data, places),
          places,
          lines: ownLines(ledger, data, places, names),
        });
      }
      return { entries, more: found.length > limit };
    });
  },
  about: () => ({ id: "own" }),
});

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
  }),
  sensitive: true,
  subject: ({ campaign, asker }) =>
    Promise.resolve([...campaign.ledgers.values()].filter((ledger) => mayUse(asker, ledger, "read") === true)),
  allow: anyoneHere,
  async run({ tx, campaign, asker, account }, ledgers) {
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
    };
  },
});
