/** Packs and campaigns as stored: loading a pack makes or renews its campaign, with figures and units that it names. */
import { createHash } from "node:crypto";
import { campaignOf, type Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Pack } from "#kernel/definitions.ts";
import { holdPack, readMeasures, type Prepared } from "#kernel/figure-deltas.ts";
import { preparedPlans } from "#kernel/figure-value.ts";
import type { SqlContext } from "#kernel/measure-sql.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, type Database, join, sql, type Tx } from "#platform/db.ts";
import { stopWriters } from "#features/figures/cells.model.ts";
import { rebuildCells, verifyCells, type CellFault } from "#features/figures/recount.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";

interface CampaignRow {
  id: number;
  key: string;
  name: string;
  packId: number;
  root: number;
  realm: number;
  definition: Pack;
}

/**
 * Stores a pack and makes its campaign, or gives a campaign the new version: old entries stay readable under the
 * version that they were written with. A first load makes the realm and the unit at the top.
 */
export async function storePack(tx: Tx, pack: Pack, now: Date): Promise<Campaign> {
  if (!pack.campaign)
    throw new Problem(
      "no_campaign",
      422,
      `方案包“${pack.name}”没有写 campaign（活动名称和起止日期），只能被继承，不能直接开展。`,
    );
  const text = JSON.stringify(pack);
  const digest = createHash("sha256").update(text).digest("hex");
  const known = await tx.one<{ pack_id: number }>(sql`select pack_id from packs where key = ${pack.key} and digest = ${digest}`);
  const packId =
    known?.pack_id ??
    (
      (await tx.one<{ pack_id: number }>(
        sql`insert into packs (key, version, digest, definition, loaded_at) values (${pack.key}, ${pack.version}, ${digest}, ${text}, ${now.toISOString()}) returning pack_id`,
      )) as { pack_id: number }
    ).pack_id;
  const old = await tx.one<{ campaign_id: number }>(sql`select campaign_id from campaigns where key = ${pack.key}`);
  if (old) await refuseFewerDecimals(tx, old.campaign_id, pack);
  if (old)
    await tx.query(
      sql`update campaigns set pack_id = ${packId}, name = ${pack.campaign.name}, from_day = ${pack.campaign.from}, to_day = ${pack.campaign.to ?? null} where campaign_id = ${old.campaign_id}`,
    );
  else await createCampaign(tx, pack, packId);
  const campaign = await getCampaign(tx, pack.key);
  await syncUnits(tx, campaign);
  const moved = await rebuildPaths(tx, campaign.realm, campaign.id, pack.rollUp);
  if (!(await syncMeasures(tx, campaign)) && moved.length > 0) await recountUnits(tx, campaign, moved);
  return campaign;
}

/** Places that a field's numbers keep; undefined for what is no number. */
const placesOf = (field: FieldDefinition | undefined): number | undefined =>
  field?.type === "decimal" ? (field.decimals ?? 2) : field?.type === "integer" ? 0 : undefined;

/**
 * Sums are kept in units of the last place of their field, so a new version may not keep fewer places than numbers that
 * are recorded have: the sum of the records would no longer be the sum that is kept.
 */
async function refuseFewerDecimals(tx: Tx, campaign: number, pack: Pack): Promise<void> {
  const before = await tx.one<{ definition: Pack }>(
    sql`select p.definition from campaigns c join packs p on p.pack_id = c.pack_id where c.campaign_id = ${campaign}`,
  );
  for (const ledger of pack.ledgers)
    for (const field of ledger.fields) {
      const old = before?.definition.ledgers.find((one) => one.key === ledger.key)?.fields.find((one) => one.name === field.name);
      const [had, keeps] = [placesOf(old), placesOf(field)];
      if (had === undefined || keeps === undefined || keeps >= had) continue;
      const longer = await tx.one<{
        value: string;
      }>(sql`select data->>${field.name}::text as value from entries where campaign_id = ${campaign} and ledger = ${ledger.key}
        and jsonb_typeof(data->${field.name}::text) = 'number' and scale(trim_scale((data->>${field.name}::text)::numeric)) > ${keeps} limit 1`);
      if (longer)
        throw new Problem(
          "fewer_decimals",
          422,
          `《${ledger.name}》的“${field.name}”改为只留${keeps}位小数，但已记的数有更多位的（如 ${longer.value}），合计会对不上。请把 decimals 改回${had}，或先更正这些记录。`,
        );
    }
}

async function createCampaign(tx: Tx, pack: Pack, packId: number): Promise<void> {
  const { campaign } = pack;
  if (!campaign) return;
  const realm = (await tx.one<{
    realm_id: number;
  }>(sql`insert into realms (key, name) values (${pack.key}, ${campaign.organ ?? campaign.name})
    on conflict (key) do update set name = excluded.name returning realm_id`)) as { realm_id: number };
  const root = await tx.one<{ unit_id: number }>(
    sql`select unit_id from units where realm_id = ${realm.realm_id} and kind = '活动范围'`,
  );
  const rootId =
    root?.unit_id ??
    (
      (await tx.one<{ unit_id: number }>(
        sql`insert into units (realm_id, name, kind) values (${realm.realm_id}, ${campaign.organ ?? campaign.name}, '活动范围') returning unit_id`,
      )) as { unit_id: number }
    ).unit_id;
  await tx.query(
    sql`insert into campaigns (key, name, pack_id, from_day, to_day, root_unit_id) values (${pack.key}, ${campaign.name}, ${packId}, ${campaign.from}, ${campaign.to ?? null}, ${rootId})`,
  );
}

/** Units that the pack itself names. */
async function syncUnits(tx: Tx, campaign: Campaign): Promise<void> {
  if (campaign.pack.units.length === 0) return;
  const rows = campaign.pack.units.map((unit) => ({
    code: unit.code ?? null,
    name: unit.name,
    kind: unit.kind ?? null,
    level: null,
    parent: unit.parent ?? null,
    from: null,
    to: null,
    aliases: unit.aliases,
  }));
  await registerUnits(tx, campaign.realm, rows, campaign.root);
}

/** Measures that the pack's figures need; true if some are new and all day totals were counted anew for them. */
async function syncMeasures(tx: Tx, campaign: Campaign): Promise<boolean> {
  const plans = preparedPlans(campaign);
  const known = new Set(
    (await tx.query<{ digest: string }>(sql`select digest from measures where campaign_id = ${campaign.id}`)).map(
      (row) => row.digest,
    ),
  );
  const fresh = plans.filter((plan) => !known.has(plan.digest));
  if (fresh.length > 0)
    await tx.query(
      sql`insert into measures (campaign_id, ledger, digest, definition) values ${join(
        fresh.map(
          (plan) =>
            sql`(${campaign.id}, ${plan.ledger.key}, ${plan.digest}, ${JSON.stringify({ operation: plan.operation, fields: plan.fields, where: plan.where, any: plan.any, date: plan.date })})`,
        ),
      )}`,
    );
  const digests = plans.map((plan) => plan.digest);
  const revived = await tx.query<{ digest: string }>(
    sql`update measures set retired = not (digest = any(${digests}::text[])) where campaign_id = ${campaign.id} and retired <> not (digest = any(${digests}::text[])) returning digest`,
  );
  if (fresh.length + revived.length === 0) return false;
  // Who wrote under the version before has ended when this goes on, and is counted; who comes later must take the new one.
  await stopWriters(tx, campaign.realms);
  const anything = await tx.one(
    sql`select 1 from entries where realm_id = any(${campaign.realms}::integer[]) and campaign_id = ${campaign.id} limit 1`,
  );
  if (anything) await recountAll(tx, campaign);
  return true;
}

/** After an upgrade of the program that plans measures otherwise, totals of every campaign are counted anew, once. */
export async function renewMeasures(database: Database): Promise<void> {
  for (const { key } of await asOwner(database, "list campaigns", listCampaigns))
    await asOwner(database, `renew measures of ${key}`, async (tx) => syncMeasures(tx, await getCampaign(tx, key)));
}

/** Counts all day totals of a campaign anew. */
export async function recountAll(tx: Tx, campaign: Campaign): Promise<void> {
  for (const realm of campaign.realms) await recountIn(tx, campaign, realm);
}

/** Counts the day totals of these units of the campaign's own realm anew: what stands below them has changed. */
export const recountUnits = (tx: Tx, campaign: Campaign, units: readonly number[]): Promise<void> =>
  recountIn(tx, campaign, campaign.realm, units);

async function recountIn(tx: Tx, campaign: Campaign, realm: number, units?: readonly number[]): Promise<void> {
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
  return verifyCells(tx, campaign, realm, await allPrepared(tx, campaign), contextOf(campaign));
}

export async function getCampaign(tx: Tx, key: string): Promise<Campaign> {
  const campaign = await findCampaign(tx, key);
  if (!campaign) throw new Problem("unknown_campaign", 404, `没有活动“${key}”。请先用 yibenzhang pack load 装入方案包。`);
  return campaign;
}

export async function findCampaign(tx: Tx, key: string): Promise<Campaign | undefined> {
  const found = await tx.one<
    Omit<CampaignRow, "definition"> & { digest: string }
  >(sql`select c.campaign_id as id, c.key, c.name, c.pack_id as "packId", c.root_unit_id as root, p.digest,
    (select realm_id from realms r where r.key = c.key) as realm from campaigns c join packs p on p.pack_id = c.pack_id where c.key = ${key}`);
  if (!found) return undefined;
  const { digest, ...row } = found;
  // A stored version never changes, so a copy kept in memory cannot grow old; but a backup restored beneath a running
  // program brings other packs under the same numbers.
  const remembered = `pack ${row.packId} ${digest}`;
  let pack = tx.memory.get(remembered) as Pack | undefined;
  if (!pack) {
    pack = (
      (await tx.one<{ definition: Pack }>(sql`select definition from packs where pack_id = ${row.packId}`)) as {
        definition: Pack;
      }
    ).definition;
    tx.memory.set(remembered, pack);
  }
  const realms = await tx.query<{ realm_id: number }>(
    sql`select realm_id from realms where realm_id = ${row.realm} or key like ${`${key}/%`} order by realm_id`,
  );
  return campaignOf({ ...row, realms: realms.map((one) => one.realm_id) }, pack);
}

export const listCampaigns = (
  tx: Tx,
): Promise<{ key: string; name: string; version: string; from: string; to: string | null }[]> =>
  tx.query(
    sql`select c.key, c.name, p.version, c.from_day as "from", c.to_day as "to" from campaigns c join packs p on p.pack_id = c.pack_id order by c.campaign_id`,
  );

/** A campaign as an earlier version of its pack defined it. */
export async function getCampaignAt(tx: Tx, campaign: Campaign, packId: number): Promise<Campaign> {
  if (packId === campaign.packId) return campaign;
  const row = await tx.one<{ definition: Pack }>(sql`select definition from packs where pack_id = ${packId}`);
  if (!row) throw new Problem("unknown_pack", 404, "生成这份报告时所用的方案包版本已不在库中，无法核对。");
  return campaignOf({ ...campaign, packId }, row.definition);
}
