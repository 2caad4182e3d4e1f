import type { ClientBase } from "pg";
import { escapeIdentifier } from "pg";
import type { BackupTable } from "./backup-format.ts";

export const qualified = ({ schema, name }: { schema: string; name: string }) =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
export const columnList = ({ columns }: BackupTable) => columns.map((column) => escapeIdentifier(column)).join(", ");

/** The ordinary and partitioned tables of the schemas with the columns that hold data, by name: not computed ones, nor numbers of transactions (xid8), which mean nothing in another cluster. Partitions count as their parent, extensions' own tables are left out. */
export async function listTables(client: ClientBase, schemas: string[]): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `select n.nspname as schema, c.relname as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid <> 'xid8'::regtype order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition
       and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by n.nspname, c.relname`,
    [schemas],
  );
  return rows;
}

export interface ForeignKey {
  name: string;
  /** The referring and the referred table as "schema"."name". */
  from: string;
  to: string;
}

/** Foreign keys that refer to another table. */
export async function listForeignKeys(client: ClientBase): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select k.conname as name, format('"%s"."%s"', fn.nspname, f.relname) as from, format('"%s"."%s"', tn.nspname, t.relname) as to
     from pg_constraint k
       join pg_class f on f.oid = k.conrelid join pg_namespace fn on fn.oid = f.relnamespace
       join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
     where k.contype = 'f' and k.conparentid = 0 and k.conrelid <> k.confrelid`,
  );
  return rows;
}

/** The tables so ordered that each comes after those it refers to; where tables refer to each other in a circle, one of the circle comes first. */
export function inRestoreOrder(tables: BackupTable[], keys: ForeignKey[]): BackupTable[] {
  const left = new Map(tables.map((table) => [qualified(table), table]));
  const ordered: BackupTable[] = [];
  while (left.size) {
    const waits = (name: string) => keys.some(({ from, to }) => from === name && left.has(to));
    const [name, table] = [...left].find(([candidate]) => !waits(candidate)) ?? [...left][0]!;
    left.delete(name);
    ordered.push(table);
  }
  return ordered;
}

export interface SequenceState {
  schema: string;
  name: string;
  /** The number it gives out next. */
  next: string;
}

export async function listSequences(client: ClientBase, schemas: string[]): Promise<SequenceState[]> {
  const { rows } = await client.query<{ schema: string; name: string; increment: string }>(
    `select n.nspname as schema, c.relname as name, s.seqincrement::text as increment
     from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) order by n.nspname, c.relname`,
    [schemas],
  );
  const states: SequenceState[] = [];
  for (const { schema, name, increment } of rows) {
    const state = await client.query<{ next: string }>(
      `select (case when is_called then last_value + $1::bigint else last_value end)::text as next from ${qualified({ schema, name })}`,
      [increment],
    );
    states.push({ schema, name, next: state.rows[0]?.next ?? "1" });
  }
  return states;
}
