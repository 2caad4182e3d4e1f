/** Versions of packs as stored. */
import type { Ledger, Pack } from "#kernel/definitions.ts";
import { notFound } from "#kernel/problem.ts";
import { isoText, sql, type Tx } from "#platform/db.ts";

export interface PackVersion {
  id: number;
  version: string;
  name: string;
  loadedAt: string;
  ledgers: number;
  figures: number;
}

/** The versions of a campaign's pack, the newest first. */
export const listPackVersions = (tx: Tx, key: string): Promise<PackVersion[]> =>
  tx.query(sql`select pack_id as id, version, definition->>'name' as name, ${isoText("loaded_at")} as "loadedAt",
    jsonb_array_length(definition->'ledgers') as ledgers, jsonb_array_length(definition->'figures') as figures
    from packs where key = ${key} order by pack_id desc`);

export async function getPackVersion(tx: Tx, key: string, id: number): Promise<Pack> {
  const row = await tx.one<{ definition: Pack }>(sql`select definition from packs where key = ${key} and pack_id = ${id}`);
  if (!row) throw notFound("这个版本的方案包");
  return row.definition;
}

/** All definitions that ledgers of these keys ever had in a campaign's pack. */
export const formerLedgers = async (tx: Tx, key: string, ledgers: readonly string[]): Promise<Ledger[]> =>
  (
    await tx.query<{ ledger: Ledger }>(
      sql`select ledger from packs, jsonb_array_elements(definition->'ledgers') as ledger where key = ${key} and ledger->>'key' = any(${ledgers}::text[])`,
    )
  ).map(({ ledger }) => ledger);
