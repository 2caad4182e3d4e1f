/** What was asked of the product, by whom, about what, and how it went. Written by the owner, never changed. */
import type { AuditRow } from "#kernel/answer.ts";
import { sql, type Tx } from "#platform/db.ts";

export function writeAudit(tx: Tx, row: AuditRow): void {
  const { bypasses, field, reason } = row;
  const said = { asSystem: bypasses.length > 0 ? bypasses : undefined, field, reason };
  const details = Object.values(said).every((one) => one === undefined) ? null : JSON.stringify(said);
  tx.later(
    sql`select add_audit(${row.realm}, ${row.at.toISOString()}, ${row.actor}, ${row.action}, ${row.unit}, ${row.subject}, ${row.result}, ${details})`,
  );
}
