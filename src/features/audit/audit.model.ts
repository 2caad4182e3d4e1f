/** What was asked of the product, by whom, about what, and how it went. Written by the owner, never changed. */
import type { AuditRow } from "#kernel/answer.ts";
import { sql, type Tx } from "#platform/db.ts";

export function writeAudit(tx: Tx, row: AuditRow): void {
  const details = row.bypasses.length > 0 ? JSON.stringify({ asSystem: row.bypasses }) : null;
  tx.later(
    sql`select add_audit(${row.realm}, ${row.at.toISOString()}, ${row.actor}, ${row.action}, ${row.unit}, ${row.subject}, ${row.result}, ${details})`,
  );
}
