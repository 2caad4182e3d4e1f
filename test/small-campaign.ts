/** A small campaign with one ledger, and the few things that tests do with it, all through the product's own functions. */
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { operator } from "#features/access/asker.model.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { recountUnits, verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { listRecords } from "#features/figures/records.model.ts";
import { ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import type { Doer, Entry, Values } from "#features/ledgers/ledgers.types.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { asOwner, withScope, type Database, type Scope, type Tx } from "#platform/db.ts";
import { smallPack, type SmallPack } from "./written-pack.ts";

export const book = {
  key: "book",
  name: "学习台账",
  unit: "单位",
  date: "日期",
  identity: ["编号"],
  fields: [
    { name: "编号", required: true },
    { name: "单位", type: "unit", required: true },
    { name: "日期", type: "date" },
    { name: "人数", type: "integer" },
    { name: "形式" },
  ],
};
export const figures = [
  { key: "times", name: "场次", unit: "场", ledger: "book", count: "entries" },
  { key: "attended", name: "人次", unit: "人次", ledger: "book", sum: "人数" },
  { key: "forms", name: "形式", unit: "种", ledger: "book", distinct: "形式" },
  { key: "ever", name: "累计", unit: "场", ledger: "book", count: "entries", date: "none" },
];

export interface Place {
  name: string;
  parent?: string;
  kind?: string;
}

export interface SmallCampaign {
  database: Database;
  campaign: Campaign;
  ids: Map<string, number>;
  scope: Scope;
  id: (name: string) => number;
  doer(): Doer;
  /** Records one session of a unit; its form is the number of people, so that equal sessions are told apart by it. */
  record(unit: string, day: string | null, people: number, realm?: number): Promise<Entry>;
  /** Values of all figures, by figure. */
  ask(unit: string, from?: string, to?: string, as?: Scope): Promise<Record<string, number | string | null>>;
  /** All figures of all units over a period: to be compared with what they were. */
  askAll(from?: string, to?: string): Promise<Record<string, Record<string, number | string | null>>>;
  /** Changes the graph and does what follows, as the importer does. */
  reorganise(run: (tx: Tx) => Promise<unknown>): Promise<void>;
  fold(): Promise<void>;
  /** Cells are what entries come to, entries what their events make of them, in every realm. */
  expectSound(): Promise<void>;
}

let serial = 0;
const clock = Date.parse("2023-03-03T08:00:00Z");

/** Makes a campaign with these units, each after the one above it; without `parent` below the top. */
export async function openSmallCampaign(
  database: Database,
  key: string,
  places: readonly Place[],
  pack: Partial<SmallPack> = {},
): Promise<SmallCampaign> {
  const loaded = await smallPack({ key, ledgers: [book], figures, ...pack });
  const campaign = await asOwner(database, "load", (tx) => storePack(tx, loaded, new Date(clock)));
  const ids = new Map<string, number>([["总", campaign.root]]);
  const rows = places.map(({ name, parent, kind }) => ({
    code: null,
    name,
    kind: kind ?? null,
    level: null,
    parent: parent ?? null,
    from: null,
    to: null,
  }));
  const { scope } = operator(campaign);
  const id = (name: string): number => {
    const found = ids.get(name);
    if (found === undefined) throw new Error(`no unit ${name} in this test`);
    return found;
  };
  const small: SmallCampaign = {
    database,
    campaign,
    ids,
    scope,
    id,
    doer: () => ({ account: null, unit: campaign.root, role: "operator", now: new Date(clock + 1000 * ++serial) }),
    record: (unit, day, people, realm = campaign.realm) =>
      withScope(database, operator(small.campaign).scope, async (tx) => {
        const current = await getCampaign(tx, key);
        const values: Values = { 编号: `B${++serial}`, 单位: id(unit), 人数: people, 形式: `形式${people}` };
        if (day !== null) values["日期"] = day;
        return recordEntry(tx, current, realm, ledgerOf(current, "book"), small.doer(), randomUUID(), values);
      }),
    ask: async (unit, from, to, as) => (await answers(small, [unit], from, to, as))[unit] ?? {},
    askAll: (from, to) => answers(small, [...ids.keys()], from, to),
    async reorganise(run) {
      await asOwner(database, "reorganise", async (tx) => {
        await run(tx);
        const changed = await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp);
        await recountUnits(tx, campaign, changed);
      });
    },
    fold: () => foldAll(database, small.campaign),
    async expectSound() {
      for (const realm of small.campaign.realms)
        await asOwner(database, "verify", async (tx) => {
          expect(await verifyCampaignCells(tx, small.campaign, realm)).toEqual([]);
          expect(await verifyEntries(tx, small.campaign, realm)).toEqual([]);
        });
    },
  };
  await small.reorganise(async (tx) => {
    const made = await registerUnits(tx, campaign.realm, rows, campaign.root);
    places.forEach((place, index) => ids.set(place.name, made[index] as number));
  });
  return small;
}

async function answers(
  small: SmallCampaign,
  names: readonly string[],
  from = "2023-01-01",
  to = "2023-12-31",
  scope: Scope = operator(small.campaign).scope,
): Promise<Record<string, Record<string, number | string | null>>> {
  const { database, campaign } = small;
  const id = (name: string): number => small.id(name);
  return withScope(database, scope, async (tx) => {
    const keys = [...campaign.figures.keys()];
    const found = await answerFigures(tx, campaign, keys, names.map(id), { from, to });
    for (const name of names) {
      // Whatever is asked here, the records behind it are as many.
      const listed = await listRecords(tx, campaign, "times", { unit: id(name), from, to });
      expect(listed.length).toBe(found.get(id(name))?.find((one) => one.key === "times")?.value);
    }
    return Object.fromEntries(
      names.map((name) => [name, Object.fromEntries((found.get(id(name)) ?? []).map((one) => [one.key, one.value]))]),
    );
  });
}
