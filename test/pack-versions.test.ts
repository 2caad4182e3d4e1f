/** What a later version of a pack may change under records that are there. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { storePack } from "#features/campaigns/load.model.ts";
import type { Pack } from "#kernel/definitions.ts";
import { asOwner, withScope } from "#platform/db.ts";
import { changeEntry, ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { book, figures, openSmallCampaign } from "./small-campaign.ts";
import { smallPack } from "./written-pack.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

it("more decimals are counted anew; fewer are refused while a record has more", async () => {
  const version = (decimals: number): Promise<Pack> =>
    smallPack({
      key: "money",
      ledgers: [{ ...book, fields: [...book.fields, { name: "金额", type: "decimal", decimals }] }],
      figures: [...figures, { key: "money", name: "金额", ledger: "book", sum: "金额" }],
    });
  const load = async (decimals: number): Promise<void> => {
    const pack = await version(decimals);
    small.campaign = await asOwner(database, "load", (tx) => storePack(tx, pack, new Date("2023-06-01T00:00:00Z")));
  };
  const small = await openSmallCampaign(database, "money", [{ name: "局" }, { name: "科", parent: "局" }]);
  await load(2);
  const values = { 编号: "M1", 单位: small.id("科"), 日期: "2023-03-10", 金额: 11.82 };
  const entry = await withScope(database, small.scope, (tx) =>
    recordEntry(
      tx,
      small.campaign,
      small.campaign.realm,
      ledgerOf(small.campaign, "book"),
      small.doer(),
      crypto.randomUUID(),
      values,
    ),
  );
  await small.fold();
  await load(3);
  expect(await small.ask("局")).toMatchObject({ money: 11.82 });
  await expect(load(1)).rejects.toThrow("《学习台账》的“金额”改为只留1位小数，但已记的数有更多位的（如 11.82）");
  expect(await small.ask("局")).toMatchObject({ money: 11.82 });
  await withScope(database, small.scope, (tx) =>
    changeEntry(tx, small.campaign, entry, 1, small.doer(), { action: "change", values: { 金额: 11.8 } }),
  );
  await load(1);
  expect(await small.ask("局")).toMatchObject({ money: 11.8 });
  await small.expectSound();
});
