/** Packs and campaigns as stored: loading a pack makes or renews its campaign, with figures and units that it names. */
import { createHash } from "node:crypto";
import { campaignIn, campaignOf, type Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Pack } from "#kernel/definitions.ts";
import { holdPack, keptMeasures, readMeasures, type Prepared } from "#kernel/figure-deltas.ts";
import { preparedPlans } from "#kernel/figure-value.ts";
import type { SqlContext } from "#kernel/measure-sql.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, type Database, join, sql, type Tx } from "#platform/db.ts";
import { stopWriters } from "#features/figures/cells.model.ts";
import { rebuildCells, verifyCells, type CellFault } from "#features/figures/recount.model.ts";
import { registerUnits, renameUnit } from "#features/units/units.model.ts";
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
  await syncMeasures(tx, campaign);
  await settleRealm(tx, campaign, campaign.realm);
  return campaign;
}

/** Stores a pack and brings every realm of its campaign up to it, each in a transaction of its own. */
export async function putPack(database: Database, pack: Pack, now: Date): Promise<Campaign> {
  const { id, realm } = await asOwner(database, `load pack ${pack.key}`, (tx) => storePack(tx, pack, now));
  for (const part of pack.campaign?.realms ?? [])
    await asOwner(database, `open realm ${part.key}`, async (tx) => openRealm(tx, await getCampaign(tx, pack.key), part));
  const campaign = await asOwner(database, "read campaign", (tx) => getCampaign(tx, pack.key));
  // The top's own realm last: which of its units have others below them depends on the others.
  for (const other of [...campaign.realms.filter((one) => one !== realm), realm])
    await asOwner(database, `settle realm ${other} of campaign ${id}`, async (tx) => settleRealm(tx, campaign, other));
  return campaign;
}

/** Makes a realm and the unit at its top, or gives a known one its new name. */
async function openRealm(tx: Tx, campaign: Campaign, part: { key: string; name: string }): Promise<void> {
  const { realm_id: realm, top_unit_id: top } = (await tx.one<{ realm_id: number; top_unit_id: number | null }>(
    sql`insert into realms (key, name) values (${`${campaign.key}/${part.key}`}, ${part.name})
      on conflict (key) do update set name = excluded.name returning realm_id, top_unit_id`,
  )) as { realm_id: number; top_unit_id: number | null };
  if (top !== null) return renameUnit(tx, realm, top, part.name);
  const row = { code: null, name: part.name, kind: scopeKind, level: null, parent: null, from: null, to: null };
  const [unit] = await registerUnits(tx, realm, [row], campaign.root);
  await tx.query(sql`update realms set top_unit_id = ${unit} where realm_id = ${realm}`);
}

/** Kind of the unit at the top of a realm, which no register lists. */
const scopeKind = "活动范围";

/** Puts a realm's paths right, and its totals where units have moved or measures have come that it was not counted for. */
async function settleRealm(tx: Tx, campaign: Campaign, realm: number): Promise<void> {
  const moved = await rebuildPaths(tx, realm, campaign.id, campaign.pack.rollUp);
  if (!(await countNew(tx, campaign, realm)) && moved.length > 0) await recountIn(tx, campaign, realm, moved);
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
    sql`select unit_id from units where realm_id = ${realm.realm_id} and kind = ${scopeKind}`,
  );
  const rootId =
    root?.unit_id ??
    (
      (await tx.one<{ unit_id: number }>(
        sql`insert into units (realm_id, name, kind) values (${realm.realm_id}, ${campaign.organ ?? campaign.name}, ${scopeKind}) returning unit_id`,
      )) as { unit_id: number }
    ).unit_id;
  await tx.query(sql`update realms set top_unit_id = ${rootId} where realm_id = ${realm.realm_id}`);
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

/** Writes down the measures that the pack's figures need; new ones, and ones that are needed again, are of a new generation. */
async function syncMeasures(tx: Tx, campaign: Campaign): Promise<void> {
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
      await asOwner(database, `count realm ${realm} of ${key}`, (tx) => countNew(tx, campaign, realm));
  }
}

/** Counts all day totals of the campaign's own realm anew. */
export const recountAll = (tx: Tx, campaign: Campaign): Promise<void> => recountIn(tx, campaign, campaign.realm);

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
  const idOf = await keptMeasures(tx, { ...campaign, realms: [realm] });
  const kept = (await allPrepared(tx, campaign)).filter(({ plan }) => idOf(plan.digest, [realm]) !== undefined);
  return verifyCells(tx, campaign, realm, kept, contextOf(campaign));
}

export async function getCampaign(tx: Tx, key: string, realm?: number): Promise<Campaign> {
  const campaign = await findCampaign(tx, key, realm);
  if (!campaign) throw new Problem("unknown_campaign", 404, `没有活动“${key}”。请先用 yibenzhang pack load 装入方案包。`);
  return campaign;
}

/** A campaign: as it is seen from one of its realms if one is named. */
export async function findCampaign(tx: Tx, key: string, realm?: number): Promise<Campaign | undefined> {
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
  const realms = await tx.query<{ realm_id: number; top_unit_id: number | null; name: string }>(
    sql`select realm_id, top_unit_id, name from realms where realm_id = ${row.realm} or key like ${`${key}/%`} order by realm_id`,
  );
  const tops = new Map(
    realms.flatMap(({ realm_id, top_unit_id, name }) => (top_unit_id === null ? [] : [[realm_id, { unit: top_unit_id, name }]])),
  );
  const campaign = campaignOf({ ...row, tops }, pack);
  return realm === undefined ? campaign : campaignIn(campaign, realm);
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
  return { ...campaignOf({ ...campaign, packId }, row.definition), realms: campaign.realms, organ: campaign.organ };
}
