/** What a sender's headings mean, remembered from file to file. */
import type { Campaign } from "#kernel/campaign.ts";
import { fieldOf } from "#kernel/fields.ts";
import { sql, type Tx } from "#platform/db.ts";
import type { HeadingMemory } from "./exchange.types.ts";
import type { TableResult } from "./import.types.ts";

/** What this sender's headings were said to mean before, and what is said now. */
export async function readMemory(
  tx: Tx,
  campaign: Campaign,
  unit: number,
  said: Record<string, string | null>,
): Promise<HeadingMemory> {
  const rows = await tx.query<{ ledger: string; heading: string; field: string | null }>(
    sql`select ledger, heading, field from import_mappings where realm_id = ${campaign.realm} and campaign_id = ${campaign.id} and unit_id = ${unit}`,
  );
  const memory: HeadingMemory = {};
  for (const { ledger, heading, field } of rows) (memory[ledger] ??= {})[heading] = field;
  for (const ledger of campaign.ledgers.values())
    for (const [heading, field] of Object.entries(said))
      if (field === null || fieldOf(ledger, field)) (memory[ledger.key] ??= {})[heading] = field;
  return memory;
}

/** Remembers what was said of headings, for the ledgers that the file turned out to hold. */
export async function remember(
  tx: Tx,
  campaign: Campaign,
  unit: number,
  said: Record<string, string | null>,
  tables: readonly TableResult[],
): Promise<void> {
  for (const { ledger, columns } of tables)
    for (const [heading, field] of Object.entries(said))
      if (heading in columns)
        await tx.query(sql`insert into import_mappings (realm_id, campaign_id, unit_id, ledger, heading, field) values (${campaign.realm}, ${campaign.id}, ${unit}, ${ledger}, ${heading}, ${field})
          on conflict (realm_id, campaign_id, unit_id, ledger, heading) do update set field = excluded.field`);
}
