/** An account as the subject of actions: found or held, with the roles that it is judged by. */
import type { Asker, Role, Verdict } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { Problem } from "#kernel/problem.ts";
import * as model from "./accounts.model.ts";
import { rolesOf } from "./grants.model.ts";
import { mayChange } from "./grants.policy.ts";

const subjectBy =
  (get: typeof model.getAccount) =>
  ({ asSystem, asker, campaign, now }: CampaignCall, { account }: { account: number }) =>
    asSystem("find account", async (tx) => {
      const found = await get(tx, asker, account);
      const held = (await rolesOf(tx, campaign.id, [account], chinaDay(now))).get(account) ?? [];
      const roles: Role[] = campaign.pack.roles.filter(({ key }) => held.includes(key));
      return { account: found, roles, ledgers: campaign.pack.ledgers };
    });
type Found = Awaited<ReturnType<ReturnType<typeof subjectBy>>>;
export const toSee = subjectBy(model.getAccount);
export const toChange = subjectBy(model.holdAccount);
export const allowChange = (asker: Asker, { account, roles, ledgers }: Found): Verdict =>
  mayChange(asker, account, roles, ledgers);
export const aboutAccount = ({ account: given }: { account: number }, found: Found | undefined) => ({
  id: found ? `${given} ${found.account.login}` : given,
  unit: found?.account.unit,
  realm: found?.account.realm,
});

/** A role of the campaign's pack. */
export function roleOf({ campaign }: Pick<CampaignCall, "campaign">, wanted: string): Role {
  const found = campaign.pack.roles.find(({ key }) => key === wanted);
  if (!found) throw new Problem("unknown_role", 422, `方案包里没有岗位“${wanted}”。请从 roles.yaml 所列的岗位中选择。`);
  return found;
}
