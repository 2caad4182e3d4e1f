/** What was asked of the product, by whom, about what, and how it went. Written by the owner, never changed. */
import type { AuditRow } from "#kernel/answer.ts";
import { auditStamp } from "#kernel/stamps.ts";
import { sql, type Tx } from "#platform/db.ts";

/** A deed of the program itself, or of whoever has the machine: of no realm and no account. */
export function writeOwnAudit(
  tx: Tx,
  { at, action, subject, details }: { at: Date; action: string; subject: string; details: object },
): void {
  const row = { realm: 0, at: at.toISOString(), actor: null, action, unit: null, subject: subject.slice(0, 200), result: "ok" };
  const stamp = auditStamp(tx.stamp, row);
  tx.later(
    sql`select add_audit(${row.realm}, ${row.at}, ${row.actor}, ${row.action}, ${row.unit}, ${row.subject}, ${row.result}, ${details}, ${stamp})`,
  );
}

export function writeAudit(tx: Tx, row: AuditRow): void {
  const { bypasses, field, reason } = row;
  const said = { asSystem: bypasses.length > 0 ? bypasses : undefined, field, reason };
  const details = Object.values(said).every((one) => one === undefined) ? null : JSON.stringify(said);
  const at = row.at.toISOString();
  const stamp = auditStamp(tx.stamp, { ...row, at });
  tx.later(
    sql`select add_audit(${row.realm}, ${at}, ${row.actor}, ${row.action}, ${row.unit}, ${row.subject}, ${row.result}, ${details}, ${stamp})`,
  );
}
