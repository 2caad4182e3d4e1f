/** Loading a version of a campaign's pack from the browser: what is refused there, and how it is done. */
import type { CampaignCall } from "#kernel/action.ts";
import type { Pack } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import { holdCampaign, storePack } from "./load.model.ts";
import { empowered, widened } from "./pack-rights.ts";
import { formerLedgers } from "./packs.model.ts";

/** One transaction writes in one realm; a pack that opens several takes one for each. */
function refuseRealms(pack: Pack, { campaign }: Pick<CampaignCall, "campaign">): void {
  if (pack.key !== campaign.key)
    throw new Problem(
      "other_pack",
      422,
      `这是另一项活动的方案包（${pack.key}），不能装入“${campaign.name}”（${campaign.key}）。请核对 pack.yaml 里的 key。`,
    );
  if ((pack.campaign?.realms?.length ?? 0) > 0 || campaign.realms.length > 1)
    throw new Problem(
      "several_realms",
      422,
      "这项活动分设了几个辖区，新版本要逐个辖区装入。请由维护人员在服务器上用 yibenzhang pack load 办理。",
    );
}

/**
 * Who needs to know is not decided by who manages the pack: one that lets some role see or do more with a ledger than it
 * does now is loaded on the server, by whoever keeps it.
 */
async function refuseWider(pack: Pack, { tx, campaign }: Pick<CampaignCall, "tx" | "campaign">): Promise<void> {
  const absent = pack.ledgers.map(({ key }) => key).filter((key) => !campaign.ledgers.has(key));
  const wider = widened(
    {
      ledgers: [...campaign.pack.ledgers, ...(await formerLedgers(tx, campaign.key, absent))],
      figures: campaign.pack.figures,
      roles: campaign.pack.roles,
    },
    pack,
  );
  const roles = empowered(campaign.pack, pack);
  if (roles.length > 0)
    throw new Problem(
      "wider_roles",
      403,
      `这个方案包会让岗位${roles.map((name) => `“${name}”`).join("")}管得或看得比现在多，没有装入。请核对 roles.yaml 的 may、sees 和 everyone；确要扩大权限的，请由维护人员在服务器上用 yibenzhang pack load 装入。`,
      { roles },
    );
  if (wider.length > 0)
    throw new Problem(
      "wider_rights",
      403,
      `这个方案包会让有的岗位对${wider.map((name) => `《${name}》`).join("")}看到或办理得比现在多，没有装入。请核对这些台账的 rights、取自它们的栏目和统计它们的指标；确要扩大权限的，请由维护人员在服务器上用 yibenzhang pack load 装入。`,
      { ledgers: wider },
    );
}

/** Refuses what may not be loaded from the browser. */
export async function refuseLoading(pack: Pack, call: CampaignCall): Promise<void> {
  refuseRealms(pack, call);
  await refuseWider(pack, call);
}

/** Loads what may be loaded from here, if nobody has loaded another meanwhile. */
export async function loadHere(call: CampaignCall, pack: Pack): Promise<void> {
  await refuseLoading(pack, call);
  await call.asSystem(`load pack ${pack.key} ${pack.version}`, async (tx) => {
    await holdCampaign(tx, call.campaign);
    await storePack(tx, pack, call.now);
  });
}
