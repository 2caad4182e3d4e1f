/**
 * Stamps: that a row of history or audit was written by the program. A code over which row it is, by a key outside the
 * database; what the row says is kept by the log, a few seconds later. Null where the program runs without a key.
 */
import { randomBytes } from "node:crypto";
import type { Stamp, Tx } from "#platform/db.ts";
import type { AuditRow } from "./answer.ts";

export interface EventIdentity {
  realm: number;
  entry: string;
  version: number;
  action: string;
  actor: number | null;
  /** ISO 8601 in UTC, milliseconds. */
  at: string;
}

export const eventStamp = (
  stamp: Stamp | undefined,
  { realm, entry, version, action, actor, at }: EventIdentity,
): Buffer | null => stamp?.(["event", realm, entry, version, action, actor, at]) ?? null;

/** Those of events of many entries that differ in nothing else. */
export const eventStamps = (tx: Tx, entries: readonly string[], event: Omit<EventIdentity, "entry">): (Buffer | null)[] =>
  entries.map((entry) => eventStamp(tx.stamp, { ...event, entry }));

const nonceBytes = 8;
type Audited = Pick<AuditRow, "realm" | "actor" | "action" | "unit" | "subject" | "result"> & { at: string };

/** Its number is not known when it is written: eight random bytes tell the row from a copy. */
export function auditStamp(stamp: Stamp | undefined, row: Audited, nonce: Buffer = randomBytes(nonceBytes)): Buffer | null {
  const { realm, at, actor, action, unit, subject, result } = row;
  const code = stamp?.(["audit", nonce.toString("hex"), realm, at, actor, action, unit, subject, result]);
  return code ? Buffer.concat([nonce, code]) : null;
}

export const isEventStamped = (stamp: Stamp, event: EventIdentity, found: Buffer): boolean =>
  eventStamp(stamp, event)?.equals(found) === true;
export const isAuditStamped = (stamp: Stamp, row: Audited, found: Buffer): boolean =>
  auditStamp(stamp, row, found.subarray(0, nonceBytes))?.equals(found) === true;
