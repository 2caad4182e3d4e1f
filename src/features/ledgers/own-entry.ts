/** A record that names the asker, for what they may do about it as a person. */
import { noteOf } from "./note.model.ts";
import type { CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { notFound } from "#kernel/problem.ts";
import { findOwnEntry } from "./own.model.ts";
import type { Entry } from "./ledgers.types.ts";
import { placesOf } from "./own-record.ts";

export interface OwnEntry {
  entry: Entry;
  ledger: Ledger;
  person: number;
  /** Fields that name them. */
  places: string[];
}

/** As the person sees it wherever it was written; of what they are not told they learn nothing here either. */
export async function ownEntry(call: CampaignCall, id: string): Promise<OwnEntry> {
  const { campaign, account } = call;
  const { person } = account;
  const entry =
    person === null ? undefined : await call.asSystem("own record", (tx) => findOwnEntry(tx, campaign, account.realm, id));
  const ledger = entry && campaign.ledgers.get(entry.ledger);
  const places = ledger && person !== null ? placesOf(ledger, entry.data, person) : [];
  if (!entry || !ledger || person === null || places.length === 0) throw notFound("写到您的这条记录");
  call.note(noteOf(ledger, entry.data));
  return { entry, ledger, person, places };
}
