/** An account as the subject of actions: found or held, with what its role is judged by. */
import type { Asker } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Tx } from "#platform/db.ts";
import * as model from "./accounts.model.ts";
import { administrators, mayChange, type Standing } from "./accounts.policy.ts";

/** What roles are judged by in a campaign. Asked as the owner. */
export const standingIn = async (tx: Tx, campaign: Campaign): Promise<Standing> => ({
  ledgers: campaign.pack.ledgers,
  held: await model.heldRoles(tx, campaign, administrators),
});

const subjectBy =
  (get: typeof model.getAccount) =>
  ({ asSystem, asker, campaign }: CampaignCall, { account }: { account: number }) =>
    asSystem("find account", async (tx) => ({
      account: await get(tx, asker, account),
      standing: await standingIn(tx, campaign),
    }));
type Found = Awaited<ReturnType<ReturnType<typeof subjectBy>>>;
export const toSee = subjectBy(model.getAccount);
export const toChange = subjectBy(model.holdAccount);
export const allowChange = (asker: Asker, { account, standing }: Found) => mayChange(asker, account, standing);
export const aboutAccount = ({ account: given }: { account: number }, found: Found | undefined) => ({
  id: found ? `${given} ${found.account.login}` : given,
  unit: found?.account.unit,
  realm: found?.account.realm,
});
