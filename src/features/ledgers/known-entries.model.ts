/** What is there already of the rows that an import brings. */
import type { Campaign } from "#kernel/campaign.ts";
import { sql, type Tx } from "#platform/db.ts";
import { entryColumns } from "./ledgers.model.ts";
import type { Entry } from "./ledgers.types.ts";
import type { Shape } from "./shape.model.ts";

/** Ledgers of a campaign's own realm that hold any entry. */
export async function heldLedgers(tx: Tx, campaign: Campaign): Promise<string[]> {
  const rows = await tx.query<{ ledger: string }>(
    sql`select l.ledger from unnest(${[...campaign.ledgers.keys()]}::text[]) as l (ledger) where exists (
      select 1 from entries e where e.realm_id = ${campaign.realm} and e.campaign_id = ${campaign.id} and e.ledger = l.ledger)`,
  );
  return rows.map((row) => row.ledger);
}

/** Entries that are there already, by identity: to see what an import would add or change. */
export async function findByIdentity(
  tx: Tx,
  campaign: Campaign,
  realm: number,
  shapes: readonly Shape[],
): Promise<Map<string, { entry: Entry; imported: string | null }>> {
  const rows = await tx.query<
    Entry & { identity: string; imported: string | null }
  >(sql`select ${entryColumns}, identity, imported from entries
    where realm_id = ${realm} and campaign_id = ${campaign.id} and identity = any(${shapes.map((shape) => shape.identity)}::uuid[])`);
  return new Map(
    rows.map(({ identity, imported, ...entry }) => [digits(identity), { entry, imported: imported && digits(imported) }]),
  );
}

/** A digest as the database writes it, without its hyphens. */
const digits = (uuid: string): string => uuid.replaceAll("-", "");

/** Content, by unit, of rows that files brought and that were changed since: `unit|hash`. */
export async function listEditedImports(tx: Tx, campaign: Campaign, realm: number, ledger: string): Promise<Set<string>> {
  const rows = await tx.query<{ unit_id: number; imported: string }>(
    sql`select unit_id, imported from entries where realm_id = ${realm} and campaign_id = ${campaign.id} and ledger = ${ledger} and version > 1 and imported is not null`,
  );
  return new Set(rows.map((row) => `${row.unit_id}|${digits(row.imported)}`));
}
