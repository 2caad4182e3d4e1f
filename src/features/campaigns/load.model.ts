/** Loading a pack: it makes or renews its campaign, with the realms and units that it names. */
import { createHash } from "node:crypto";
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Pack } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, type Database, sql, type Tx } from "#platform/db.ts";
import { registerUnits, renameUnit } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { getCampaign } from "./campaigns.model.ts";
import { countNew, recountIn, syncMeasures } from "./totals.model.ts";

/** Keeps others from changing a campaign's pack meanwhile; refused if one has since the request read it. */
export async function holdCampaign(tx: Tx, { id, packId }: Campaign): Promise<void> {
  const now = await tx.one<{ pack: number }>(sql`select pack_id as pack from campaigns where campaign_id = ${id} for update`);
  if (now?.pack !== packId)
    throw new Problem("pack_changed", 409, "活动的方案包刚刚被别人更换，您的修改没有保存。请刷新页面，核对后再改。");
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
  const current = (tx: Tx): Promise<Campaign> => getCampaign(tx, pack.key);
  const campaign = await asOwner(database, "read campaign", current);
  // The top's own realm last: which of its units have others below them depends on the others.
  for (const other of [...campaign.realms.filter((one) => one !== realm), realm])
    await asOwner(database, `settle realm ${other} of campaign ${id}`, async (tx) => settleRealm(tx, await current(tx), other));
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
