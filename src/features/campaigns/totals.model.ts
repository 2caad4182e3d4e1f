/** Totals of a campaign's figures: which measures have them, and counting them anew, each realm by itself. */
import type { Campaign } from "#kernel/campaign.ts";
import { holdPack, keptMeasures, readMeasures, type Prepared } from "#kernel/figure-deltas.ts";
import { preparedPlans } from "#kernel/figure-value.ts";
import type { SqlContext } from "#kernel/measure-sql.ts";
import { asOwner, type Database, join, sql, type Tx } from "#platform/db.ts";
import { stopWriters } from "#features/figures/cells.model.ts";
import { rebuildCells, verifyCells, type CellFault } from "#features/figures/recount.model.ts";
import { getCampaign, listCampaigns } from "./campaigns.model.ts";

/** Writes down the measures that the pack's figures need; new ones, and ones that are needed again, are of a new generation. */
export async function syncMeasures(tx: Tx, campaign: Campaign): Promise<void> {
  const plans = preparedPlans(campaign);
  const known = new Set(
    (await tx.query<{ digest: string }>(sql`select digest from measures where campaign_id = ${campaign.id}`)).map(
      (row) => row.digest,
    ),
  );
  const fresh = plans.filter((plan) => !known.has(plan.digest));
  const newest = await tx.one<{ generation: number | null }>(
    sql`select max(generation) as generation from measures where campaign_id = ${campaign.id}`,
  );
  const generation = (newest?.generation ?? 0) + 1;
  if (fresh.length > 0)
    await tx.query(
      sql`insert into measures (campaign_id, ledger, digest, generation, definition) values ${join(
        fresh.map(
          (plan) =>
            sql`(${campaign.id}, ${plan.ledger.key}, ${plan.digest}, ${generation}, ${JSON.stringify({ operation: plan.operation, fields: plan.fields, where: plan.where, any: plan.any, date: plan.date })})`,
        ),
      )}`,
    );
  const digests = plans.map((plan) => plan.digest);
  await tx.query(
    sql`update measures set retired = not retired, generation = case when retired then ${generation} else generation end
      where campaign_id = ${campaign.id} and retired = (digest = any(${digests}::text[]))`,
  );
}

/** After an upgrade of the program that plans measures otherwise, totals of every campaign are counted anew, once. */
export async function renewMeasures(database: Database): Promise<void> {
  for (const { key } of await asOwner(database, "list campaigns", listCampaigns)) {
    const campaign = await asOwner(database, `renew measures of ${key}`, async (tx) => {
      const current = await getCampaign(tx, key);
      await syncMeasures(tx, current);
      return current;
    });
    for (const realm of campaign.realms)
      await asOwner(database, `count realm ${realm} of ${key}`, async (tx) => countNew(tx, await getCampaign(tx, key), realm));
  }
}

/** Counts all day totals of the campaign's own realm anew. */
export const recountAll = (tx: Tx, campaign: Campaign): Promise<void> => recountIn(tx, campaign, campaign.realm);

/** Counts the day totals of these units of the campaign's own realm anew: what stands below them has changed. */
export const recountUnits = (tx: Tx, campaign: Campaign, units: readonly number[]): Promise<void> =>
  recountIn(tx, campaign, campaign.realm, units);

export async function recountIn(tx: Tx, campaign: Campaign, realm: number, units?: readonly number[]): Promise<void> {
  await settle(tx, campaign, realm);
  await rebuildCells(tx, campaign, realm, await allPrepared(tx, campaign), contextOf(campaign), units);
}

/**
 * Stops writers of a realm and makes sure that the campaign is still the current version: what is counted by an older one
 * would leave out the totals that a newer one keeps. SQLSTATE 40001 if not, for the transaction to be run again.
 */
async function settle(tx: Tx, campaign: Campaign, realm: number): Promise<void> {
  await stopWriters(tx, [realm]);
  holdPack(tx, campaign);
}

const allPrepared = async (tx: Tx, campaign: Campaign): Promise<Prepared[]> =>
  [...(await readMeasures(tx, campaign)).values()].flat();

/** Prepared measures are decided by the entry alone: no dates of a question, no names of units. */
const contextOf = (campaign: Campaign): SqlContext => ({
  campaign,
  variables: { from: campaign.from, to: campaign.from, asOf: campaign.from },
  unitIds: () => [],
});

/** Day totals of a realm that are not what its entries come to. */
export async function verifyCampaignCells(tx: Tx, campaign: Campaign, realm: number): Promise<CellFault[]> {
  await settle(tx, campaign, realm);
  const idOf = await keptMeasures(tx, { ...campaign, realms: [realm] });
  const kept = (await allPrepared(tx, campaign)).filter(({ plan }) => idOf(plan.digest, [realm]) !== undefined);
  return verifyCells(tx, campaign, realm, kept, contextOf(campaign));
}

/** Counts a realm anew if measures have come since it was counted; whether it did. */
export async function countNew(tx: Tx, campaign: Campaign, realm: number): Promise<boolean> {
  const newest = await tx.one<{ generation: number; counted: number | null }>(
    sql`select max(m.generation) as generation, (select c.generation from counted c where c.realm_id = ${realm} and c.campaign_id = ${campaign.id}) as counted
      from measures m where m.campaign_id = ${campaign.id} and not m.retired`,
  );
  if (!newest?.generation || newest.generation <= (newest.counted ?? 0)) return false;
  // Who wrote under the version before has ended when this goes on, and is counted; who comes later must take the new one.
  await stopWriters(tx, [realm]);
  const anything = await tx.one(sql`select 1 from entries where realm_id = ${realm} and campaign_id = ${campaign.id} limit 1`);
  if (anything) await recountIn(tx, campaign, realm);
  await tx.query(sql`insert into counted (realm_id, campaign_id, generation) values (${realm}, ${campaign.id}, ${newest.generation})
    on conflict (realm_id, campaign_id) do update set generation = excluded.generation`);
  return true;
}
