/** What someone begins with: the ledgers that they record in, and their own record. */
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { anyoneHere, campaignAction, nothing, type CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { chinaDay } from "#kernel/fields.ts";
import { pageInput } from "#kernel/input.ts";
import { shownValues } from "#kernel/sealed-values.ts";
import { correctionOut, correctionShown, findAnswers, namesOfSteps, responseOut, responseShown } from "./answers.ts";
import { carriedOver } from "./carry-over.ts";
import { entryOut, namesOut } from "./entries.ts";
import { ownFieldNames, ownLines, ownTitle, placesOf, tellingFields } from "./own-record.ts";
import { listNaming } from "./own.model.ts";
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

const retentionOut = z
  .object({ years: z.int(), then: z.enum(["archive", "purge"]), basis: z.string().optional() })
  .meta({ description: "保存几年，期满归档还是销毁，依据什么" });

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
        fields: z.array(z.string()).meta({ description: "可以申请更正的栏目" }),
        purpose: z.string().nullable().meta({ description: "这本台账作什么用" }),
        retention: retentionOut.nullable(),
        response: responseOut.nullable().meta({ description: "本人说明" }),
        corrections: z.array(correctionOut),
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
      const shown = found.slice(0, limit);
      const answers = await findAnswers(
        tx,
        realm,
        shown.map(({ id }) => id),
      );
      const actors = await namesOfSteps(tx, answers);
      const entries = [];
      for (const entry of shown) {
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
          fields: ownFieldNames(ledger, places),
          purpose: ledger.purpose ?? null,
          retention: ledger.retention ?? null,
          response: responseShown(
            answers.responses.filter((one) => one.entry === entry.id && one.person === person),
            account.name,
          ),
          corrections: answers.corrections
            .filter((one) => one.entry === entry.id && one.person === person)
            .map((one) => correctionShown(one, answers, account.name, actors, call.now)),
        });
      }
      return { entries, more: found.length > limit };
    });
  },
  about: () => ({ id: "own" }),
});
