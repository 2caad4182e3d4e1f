/** People told apart from kept sets: always as many as a count of the records, whatever was changed, taken away or folded. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { asOwner, withScope } from "#platform/db.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { changeEntry, getEntry, ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { book, openSmallCampaign, type SmallCampaign } from "../../../test/small-campaign.ts";
import { foldBatch } from "./cells.model.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const ledger = { ...book, fields: [...book.fields, { name: "人员", type: "person" }] };
const figures = [
  { key: "times", name: "场次", unit: "场", ledger: "book", count: "entries" },
  { key: "people", name: "人数", unit: "人", ledger: "book", distinct: "人员" },
  { key: "talkers", name: "研讨人数", unit: "人", ledger: "book", distinct: "人员", where: { 形式: "研讨" } },
];

/** Few days in three spans of sixteen, few people, so that they meet. `person` below 6 is on the roster, else a name. */
const change = fc.record({
  what: fc.constantFrom("record", "record", "record", "edit", "edit", "delete", "fold", "ask"),
  which: fc.nat(50),
  unit: fc.constantFrom("甲处", "乙处", "科"),
  day: fc.constantFrom("2023-03-03", "2023-03-10", "2023-03-21", "2023-03-22", "2023-04-09"),
  person: fc.nat(9),
  form: fc.constantFrom("研讨", "党课"),
});

/** The same question from kept sets and, as of a moment after everything, from the records alone. */
async function compare(small: SmallCampaign, from: string, to: string): Promise<void> {
  const { campaign } = small;
  await withScope(
    database,
    small.scope,
    async (tx) => {
      const of = async (asOf?: string): Promise<unknown> =>
        (await answerFigures(tx, campaign, ["people", "talkers"], [campaign.root], { from, to, asOf }))
          .get(campaign.root)
          ?.map((one) => one.value);
      expect(await of()).toEqual(await of("2100-01-01T00:00:00Z"));
    },
    true,
  );
}

it("sets come to what the records come to", { timeout: 120_000 }, async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 20, maxLength: 60 }), async (changes) => {
      const key = `sets${++number}`;
      const small = await openSmallCampaign(
        database,
        key,
        [{ name: "局" }, { name: "甲处", parent: "局" }, { name: "乙处", parent: "局" }, { name: "科", parent: "甲处" }],
        {
          ledgers: [ledger],
          figures,
        },
      );
      const { campaign } = small;
      const made: string[] = [];
      for (const { what, which, unit, day, person, form } of changes) {
        const values = { 日期: day, 形式: form, 人员: person < 6 ? 1000 + person : `外聘${person}` };
        const id = made[which % Math.max(1, made.length)];
        if (what === "record")
          await withScope(database, small.scope, async (tx) => {
            const all = { 编号: `S${made.length}`, 单位: small.id(unit), ...values };
            const next = randomUUID();
            await recordEntry(tx, campaign, campaign.realm, ledgerOf(campaign, "book"), small.doer(), next, all);
            made.push(next);
          });
        else if (what === "fold") await asOwner(database, "fold", (tx) => foldBatch(tx, campaign.realm, 3));
        else if (what === "ask") await compare(small, "2023-03-05", day);
        else if (id !== undefined)
          await withScope(database, small.scope, async (tx) => {
            const entry = await getEntry(tx, campaign, id, true);
            const done = what === "delete" ? { action: "delete", deleted: !entry.deleted } : { action: "edit", values };
            await changeEntry(tx, campaign, entry, entry.version, small.doer(), done);
          });
      }
      await compare(small, "2023-01-01", "2023-12-31");
      await compare(small, "2023-03-10", "2023-04-09");
      await small.fold();
      await compare(small, "2023-03-10", "2023-03-22");
      await small.expectSound();
    }),
    { numRuns: 6, seed: 20230303 },
  );
});
