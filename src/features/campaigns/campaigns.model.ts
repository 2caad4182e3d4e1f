/** Campaigns as stored, each with the version of its pack that is current or that an old record was written under. */
import { campaignIn, campaignOf, type Campaign } from "#kernel/campaign.ts";
import type { Pack } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import { sql, type Tx } from "#platform/db.ts";

interface CampaignRow {
  id: number;
  key: string;
  name: string;
  packId: number;
  root: number;
  realm: number;
  definition: Pack;
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
    sql`select realm_id, top_unit_id, name from realms where realm_id = ${row.realm} or starts_with(key, ${`${key}/`}) order by realm_id`,
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
