/** What the audit is asked and what it answers. */
import type { Note } from "#kernel/action.ts";

export interface AuditEntry {
  realm: number;
  id: number;
  at: string;
  actor: number | null;
  action: string;
  unit: number | null;
  subject: string | null;
  result: string;
  details: Note & { role?: string; address?: string; device?: string; asSystem?: string[] };
}

/** Whose rows are meant, and which of them. */
export interface AuditFilter {
  realms: readonly number[];
  units?: readonly number[] | undefined;
  actors?: readonly number[] | undefined;
  actions?: readonly string[] | undefined;
  /** Id of what it is about, or the number of the record. */
  subject?: string | undefined;
  /** Days in China. */
  from?: string | undefined;
  to?: string | undefined;
  refused?: boolean | undefined;
  /** Only what auditors did themselves. */
  byAuditors?: boolean | undefined;
}

/** Where a page ends: the order is that of time, then of realms and rows. */
export interface Place {
  at: string;
  realm: number;
  id: number;
}

/** Which roles read the audit, and how much of it. */
export const auditReaders: Readonly<Partial<Record<string, "all" | "auditors">>> = { auditor: "all", security_admin: "auditors" };
