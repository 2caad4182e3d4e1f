/** The steps of a lifecycle: an entry reaches a state by one of them, never by assignment. */
import type { Campaign } from "#kernel/campaign.ts";
import { Problem } from "#kernel/problem.ts";
import { sql, type Tx } from "#platform/db.ts";
import { hasEvidence } from "./attachments.model.ts";
import { changeEntry, isUnchangedSince, ledgerOf, versionConflict } from "./ledgers.model.ts";
import type { Doer, Entry } from "./ledgers.types.ts";

/** Takes a lifecycle step. What the guards ask is checked here; who may is asked before. */
export async function moveEntry(
  tx: Tx,
  campaign: Campaign,
  entry: Entry,
  base: number,
  doer: Doer,
  name: string,
  reason?: string,
): Promise<Entry> {
  const ledger = ledgerOf(campaign, entry.ledger);
  if (!(await isUnchangedSince(tx, entry, base))) throw await versionConflict(tx, ledger, entry, base, {});
  const transition = ledger.lifecycle?.transitions.find((one) => one.name === name);
  if (!transition)
    throw new Problem(
      "unknown_transition",
      422,
      `《${ledger.name}》没有“${name}”这一步。可用：${ledger.lifecycle?.transitions.map((one) => one.name).join("、") || "无"}`,
    );
  if (entry.state === null || !transition.from.includes(entry.state))
    throw new Problem(
      "wrong_state",
      422,
      `现在是“${entry.state ?? "无状态"}”，不能${name}；须先到“${transition.from.join("”或“")}”。`,
    );
  const { guard } = transition;
  const missing = guard.fields.filter((field) => entry.data[field] === undefined);
  if (missing.length > 0)
    throw new Problem("missing_fields", 422, `${name}之前请先填写：${missing.join("、")}`, { fields: missing });
  if (guard.evidence && !(await hasEvidence(tx, entry)))
    throw new Problem("missing_evidence", 422, `${name}需要佐证材料，请先上传附件，或填写佐证栏目。`);
  if (guard.reason && !reason?.trim()) throw new Problem("missing_reason", 422, `${name}必须写明理由。`);
  if (guard.notSamePerson) {
    const last = await tx.one<{ actor: number | null }>(
      sql`select actor from entry_events where realm_id = ${entry.realm} and entry_id = ${entry.id} and version > coalesce((
        select max(version) from entry_events where realm_id = ${entry.realm} and entry_id = ${entry.id} and state is distinct from ${entry.state}), 0)
        order by version limit 1`,
    );
    if (last && last.actor !== null && last.actor === doer.account)
      throw new Problem("same_person", 403, `${name}须由另一人办理，不能由提交人自己办理。`);
  }
  if (guard.superior) {
    const above = await tx.one(
      sql`select 1 from unit_paths where realm_id = ${entry.realm} and campaign_id = ${campaign.id} and unit_id = ${entry.unit} and ancestor_id = ${doer.unit} and depth > 0`,
    );
    if (!above) throw new Problem("not_superior", 403, `${name}须由上级单位办理。`);
  }
  return changeEntry(tx, campaign, entry, base, doer, { action: name, state: transition.to, reason });
}
