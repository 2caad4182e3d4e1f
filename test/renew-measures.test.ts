/** A program that plans measures otherwise than the one before counts their totals anew when it starts to serve. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { renewMeasures, verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { openSmallCampaign } from "./small-campaign.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test("measures of another plan are retired, and totals kept for the new ones", async () => {
  const small = await openSmallCampaign(database, "renew", [{ name: "局" }, { name: "甲处", parent: "局" }]);
  const { campaign } = small;
  await small.record("甲处", "2023-03-10", 3);
  await small.fold();
  const live = (): Promise<{ measure_id: number }[]> =>
    asOwner(database, "look", (tx) =>
      tx.query(sql`select measure_id from measures where campaign_id = ${campaign.id} and not retired order by 1`),
    );
  const before = await live();
  await asOwner(database, "as an older program", (tx) =>
    tx.query(sql`update measures set digest = 'old ' || digest where campaign_id = ${campaign.id}`),
  );
  await renewMeasures(database);
  const after = await live();
  expect(after).toHaveLength(before.length);
  expect(after.filter((one) => before.some((old) => old.measure_id === one.measure_id))).toEqual([]);
  expect(await asOwner(database, "verify", (tx) => verifyCampaignCells(tx, campaign, campaign.realm))).toEqual([]);
  const cells = await asOwner(database, "look", (tx) =>
    tx.query<{ total: number }>(
      sql`select total from figure_cells where campaign_id = ${campaign.id} and measure_id = any(${after.map((one) => one.measure_id)}::integer[])`,
    ),
  );
  expect(cells.length).toBeGreaterThan(0);
  await renewMeasures(database);
  expect(await live()).toEqual(after);
});
