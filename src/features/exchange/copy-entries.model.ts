/** New entries of an import. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { eventStamps } from "#kernel/stamps.ts";
import { copyRows, sql, type Tx } from "#platform/db.ts";
import { orderedId } from "#platform/ordered-id.ts";
import type { Doer } from "#features/ledgers/ledgers.types.ts";
import type { Shape } from "#features/ledgers/shape.model.ts";

/** New entries by COPY, and their first events from them. */
export async function copyEntries(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  doer: Doer,
  shapes: readonly Shape[],
  importId: string,
): Promise<void> {
  if (shapes.length === 0) return;
  const at = doer.now.toISOString();
  const ids = shapes.map(() => orderedId());
  await copyRows(
    tx,
    "entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, state, data, version, identity, imported, pack_id, created_at, updated_at)",
    shapes.map(({ unit, day, state, text, identity, content }, index) => [
      campaign.realm,
      ids[index],
      campaign.id,
      ledger.key,
      unit,
      day,
      state,
      text,
      1,
      identity,
      content,
      campaign.packId,
      at,
      at,
    ]),
  );
  const stamps = eventStamps(tx, ids, { realm: campaign.realm, version: 1, action: "import", actor: doer.account, at });
  await tx.query(sql`-- lint: owner bulk, the whole of the rows that were just copied, not sent a second time
    insert into entry_events (realm_id, entry_id, version, action, actor, at, changes, ledger, unit_id, day, state, import_id, stamp)
    select realm_id, entry_id, 1, 'import', ${doer.account}::bigint, created_at, data, ledger, unit_id, day, state, ${importId}::uuid, substr(${stamps}::bytea, given.n::integer * 16 - 15, 16)
      from entries e join unnest(${ids}::uuid[]) with ordinality as given (id, n) on e.entry_id = given.id where e.realm_id = ${campaign.realm}`);
}
