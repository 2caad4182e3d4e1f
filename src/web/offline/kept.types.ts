/** The things that are kept on a device: what is typed, records on their way, files. */
import type { Value } from "#kernel/values/cell.ts";

export interface KeptDraft {
  /** Null when it was thrown away and the server does not know yet. */
  content: unknown;
  at: string;
}

/** A file on its way to an entry. */
export interface KeptFile {
  entry: string;
  file: File;
  /** Day from which the document counts, as 2023-05-14. */
  effectiveDay?: string;
}

export interface Fault {
  field?: string;
  reason: string;
  suggestion: string | null;
}

export type Values = Record<string, Value>;

/** A record that is being filled in; `id` is the entry's from the first stroke on. */
export interface RecordDraft {
  id: string;
  ledger: string;
  /** As people call it, for lists that must do without definitions. */
  ledgerName: string;
  title: string;
  values: Values;
  /** Of a roll call: who is not there. */
  away: Readonly<Record<string, "excused" | "absent">>;
  /** What the server did not take. */
  faults?: Fault[];
  /** Found again: the record may be there already, sent from where it was begun. */
  resumed?: boolean;
}

export interface Outgoing extends RecordDraft {
  campaign: string;
  at: string;
  /** Keys of its files. */
  photos: { key: string; sent?: boolean }[];
  /** `refused` waits for its author, the others need nobody. */
  state: "waiting" | "sending" | "sent" | "refused";
  tries: number;
  /** Not before this moment, in milliseconds; the network's return and the author may be faster. */
  nextAt: number;
  /** Edited after an attempt of which no answer came: what arrived then may be older. */
  edited: boolean;
  /** Version that the server has. */
  version?: number;
  reason?: string;
}

/** What the drafts of a ledger's new records are kept under. */
export const draftsOf = (ledger: string): string => `record/${ledger}`;
/** What the photos of a new record are kept under. */
export const photosOf = (entry: string): string => `record/${entry}/`;
