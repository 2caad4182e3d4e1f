/** What belongs to entries when they are shown: names behind ids, computed fields, who did what. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { valueSql } from "#kernel/measure-sql.ts";
import { join, raw, sql, type Tx } from "#platform/db.ts";
import { plainContext } from "./filter.model.ts";
import type { Entry } from "./ledgers.types.ts";

export interface Names {
  units: Record<string, string>;
  people: Record<string, string>;
}

/** Names of all units and people that these entries refer to, by id. */
export async function namesIn(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  entries: readonly Pick<Entry, "unit" | "data">[],
): Promise<Names> {
  const idsOf = (types: readonly string[]): number[] => {
    const fields = ledger.fields.filter((field) => types.includes(field.type)).map((field) => field.name);
    return entries.flatMap((entry) =>
      fields.flatMap((name) => entry.data[name] ?? []).filter((value): value is number => typeof value === "number"),
    );
  };
  const units = [...idsOf(["unit", "organ"]), ...entries.map((entry) => entry.unit)];
  const people = [...new Set(idsOf(["person", "people"]))];
  const named = await peopleNames(tx, campaign, people);
  return { units: Object.fromEntries(await unitNames(tx, campaign, units)), people: named };
}

/** Names of people by id. */
export async function peopleNames(tx: Tx, { realms }: Campaign, ids: readonly number[]): Promise<Record<string, string>> {
  if (ids.length === 0) return {};
  const rows = await tx.query<{ id: number; name: string }>(
    sql`select person_id as id, name from people where realm_id = any(${realms}::integer[]) and person_id = any(${ids}::bigint[])`,
  );
  return Object.fromEntries(rows.map(({ id, name }) => [String(id), name]));
}

/** Names of units by id. */
export async function unitNames(tx: Tx, { realms }: Campaign, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await tx.query<{ id: number; name: string }>(
    sql`select unit_id as id, name from units where realm_id = any(${realms}::integer[]) and unit_id = any(${[...new Set(ids)]}::bigint[])`,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Computed fields of entries, by entry. */
export async function computedOf(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  ids: readonly string[],
): Promise<Map<string, Record<string, string | null>>> {
  const fields = ledger.fields.filter((field) => field.derive !== undefined && !field.withheld);
  if (fields.length === 0 || ids.length === 0) return new Map();
  const context = plainContext(campaign);
  const columns = fields.map((field, index) => sql`(${valueSql(ledger, field, context)})::text as ${raw(`d${index}`)}`);
  const rows = await tx.query<Record<string, string | null> & { id: string }>(
    sql`select e.entry_id as id, ${join(columns)} from entries e where e.realm_id = any(${campaign.realms}::integer[]) and e.entry_id = any(${ids}::uuid[])`,
  );
  return new Map(
    rows.map((row) => [row.id, Object.fromEntries(fields.map((field, index) => [field.name, row[`d${index}`] ?? null]))]),
  );
}
