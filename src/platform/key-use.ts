/** Which versions of the key the database still needs: its own rows are asked, wherever a token may stand. */
import { asOwner, raw, sql, type Database, type Tx } from "./db.ts";

export interface KeyUse {
  version: number;
  /** Table, and how many tokens stand in it. */
  tables: Map<string, number>;
}

/** All versions that some row was written with. Reads every table whole, as the owner. */
export const listKeyUse = (database: Database): Promise<Map<number, KeyUse>> =>
  asOwner(database, "which keys are in use", keyUse);

export async function keyUse(tx: Tx): Promise<Map<number, KeyUse>> {
  const uses = new Map<number, KeyUse>();
  for (const { table, column } of await listTexts(tx)) {
    const rows = await tx.query<{ version: number; tokens: number }>(
      sql`select found[1]::integer as version, count(*) as tokens
          from ${raw(table)} t cross join lateral regexp_matches(t.${raw(column)}::text, '§v1\\.[as](\\d{1,4})\\.', 'g') as found group by 1`,
    );
    for (const { version, tokens } of rows) {
      const use = uses.get(version) ?? { version, tables: new Map<string, number>() };
      uses.set(version, use);
      use.tables.set(table, (use.tables.get(table) ?? 0) + tokens);
    }
  }
  return uses;
}

/** Every column that may hold text, by table; names as SQL writes them. */
const listTexts = (tx: Tx): Promise<{ table: string; column: string }[]> =>
  tx.query(sql`select quote_ident(c.relname) as table, quote_ident(a.attname) as column from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped and a.atttypid in ('text'::regtype, 'jsonb'::regtype) order by 1, 2`);
