/** What the audit keeps of ledgers and records that were looked at or taken out: names, numbers and counts, never content. */
import { createHash } from "node:crypto";
import type { Note } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { withoutWithheld } from "#kernel/withheld.ts";
import type { Filter } from "./filter.types.ts";
import type { Values } from "./ledgers.types.ts";

/** The record's own number, if the ledger numbers its records. */
export function numberOf(ledger: Ledger, data: Values): string | null {
  const number = withoutWithheld(ledger, data)[ledger.identity[0] ?? ""];
  return typeof number === "string" ? number : null;
}

/** What the audit keeps of a ledger, and of one of its records. */
export function noteOf(ledger: Ledger, data?: Values): Note {
  const number = data && numberOf(ledger, data);
  return { ledger: ledger.name, level: ledger.sensitivity, ...(number ? { number } : {}) };
}

/**
 * Conditions as the audit tells them apart: what they look for may be what a field holds, so only a digest is kept. A
 * value of an encrypted column could be guessed from that too: `where` is to be read, with keyed hashes in their place.
 */
export function filterNote({ where = {}, ...others }: { where?: Filter | undefined } & Record<string, unknown>): Note {
  const conditions = Object.keys(where).length === 0 ? others : { ...others, where };
  const some = JSON.stringify(conditions);
  return some === "{}" ? {} : { filter: createHash("sha256").update(some).digest("hex").slice(0, 12) };
}
