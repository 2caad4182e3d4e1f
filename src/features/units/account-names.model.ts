/** Who acted, by name: whatever keeps a history tells it. */
import { sql, type Tx } from "#platform/db.ts";

/** Names of accounts, by id. Asked as the owner: accounts are nobody's rows. */
export async function accountNames(tx: Tx, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await tx.query<{ id: number; name: string }>(
    sql`select account_id as id, name from accounts where account_id = any(${ids}::bigint[])`,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
