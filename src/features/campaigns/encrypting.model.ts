/**
 * Keeps what is stored as the packs and the key ring ask for now: encrypted with the current version of the key, or not
 * encrypted any more. A job in small steps that can be cut off anywhere: what it has done is seen in the rows themselves,
 * and a ledger is written down as done only after a pass that found nothing. Nobody waits for it, since it holds a row no
 * longer than one statement, and an entry stays the same version: its content is the same. Events are evidence and are
 * left as they were written; the versions of the key that they need stay in the ring.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { encryptedFields, placeOf } from "#kernel/sealed-values.ts";
import { open, seal } from "#platform/cipher.ts";
import { asOwner, constraintOf, sql, type Database, type Tx } from "#platform/db.ts";
import { KeyError, type KeyRing } from "#platform/key-ring.ts";
import { readToken } from "#platform/token.ts";
import { renewDrafts } from "#features/ledgers/drafts.model.ts";
import type { Values } from "#features/ledgers/ledgers.types.ts";
import { shapeEntry } from "#features/ledgers/shape.model.ts";
import { getCampaign, listCampaigns } from "./campaigns.model.ts";

const batch = 500;

/** How entries of a ledger are to be stored; empty when there is nothing encrypted in it. */
function wantedOf(ledger: Ledger, { current }: KeyRing): string {
  const fields = encryptedFields(ledger).map(({ name }) => name);
  return fields.length === 0 ? "" : `${current.version} ${fields.toSorted().join("、")}`;
}

export interface Encrypted {
  /** Entries and drafts that were written anew. */
  written: number;
  /** Values that do not open, and were left alone. */
  unreadable: number;
}

/**
 * Goes through what is not as it should be; `again` what is written down as done too. `step` is called between steps and
 * stops the job by throwing.
 */
export async function encryptStored(
  database: Database,
  { again = false, step = () => undefined }: { again?: boolean; step?: () => void } = {},
): Promise<Encrypted> {
  const done: Encrypted = { written: 0, unreadable: 0 };
  for (const { key } of await asOwner(database, "list campaigns", listCampaigns)) {
    const campaign = await asOwner(database, "read campaign", (tx) => getCampaign(tx, key));
    for (const realm of campaign.realms) {
      const left = await asOwner(database, "what is to be encrypted", (tx) => ledgersLeft(tx, campaign, realm, again));
      if (left.length > 0) await goThrough(database, campaign, realm, left, done, step);
    }
  }
  for (const { realm_id: realm } of await asOwner(database, "list realms", (tx) =>
    tx.query<{ realm_id: number }>(sql`select realm_id from realms order by realm_id`),
  )) {
    done.written += await asOwner(database, "encrypt drafts", (tx) => renewDrafts(tx, realm));
    step();
  }
  return done;
}

async function ledgersLeft(tx: Tx, campaign: Campaign, realm: number, again: boolean): Promise<Ledger[]> {
  const rows = await tx.query<{ ledger: string; stored: string }>(
    sql`select ledger, stored from encrypted_ledgers where realm_id = ${realm} and campaign_id = ${campaign.id}`,
  );
  const stored = new Map(rows.map((row) => [row.ledger, row.stored]));
  return [...campaign.ledgers.values()].filter((ledger) => {
    const wanted = wantedOf(ledger, tx.ring);
    return again ? wanted !== "" || stored.has(ledger.key) : (stored.get(ledger.key) ?? "") !== wanted;
  });
}

interface Row {
  id: string;
  ledger: string;
  unit: number;
  state: string | null;
  data: Values;
  version: number;
  imported: boolean;
}

/** Passes over these ledgers of a realm until one finds nothing to do; what others wrote meanwhile is found by the next. */
async function goThrough(
  database: Database,
  campaign: Campaign,
  realm: number,
  ledgers: readonly Ledger[],
  done: Encrypted,
  step: () => void,
): Promise<void> {
  const { ring } = database.keys;
  const keys = ledgers.map(({ key }) => key);
  await asOwner(database, "begin to encrypt", (tx) => note(tx, campaign, realm, ledgers, () => "…"));
  for (let written = -1; written !== 0;) {
    written = 0;
    done.unreadable = 0;
    for (let last = "00000000-0000-0000-0000-000000000000"; ;) {
      const rows = await asOwner(database, "look for what is to be encrypted", (tx) =>
        tx.query<Row>(sql`select entry_id as id, ledger, unit_id as unit, state, data, version, imported is not null as imported from entries
          where realm_id = ${realm} and entry_id > ${last}::uuid and campaign_id = ${campaign.id} and ledger = any(${keys}::text[])
          order by entry_id limit ${batch}`),
      );
      const changed = rows.flatMap((row) => {
        const ledger = campaign.ledgers.get(row.ledger) as Ledger;
        const { data, unreadable } = asWanted(ring, realm, ledger, row.data);
        done.unreadable += unreadable;
        return data === row.data ? [] : [{ ...row, data }];
      });
      if (changed.length > 0) await writeAnew(database, campaign, realm, changed);
      written += changed.length;
      step();
      if (rows.length < batch) break;
      last = (rows.at(-1) as Row).id;
    }
    done.written += written;
  }
  await asOwner(database, "what is encrypted", (tx) => note(tx, campaign, realm, ledgers, (one) => wantedOf(one, ring)));
}

async function note(tx: Tx, campaign: Campaign, realm: number, ledgers: readonly Ledger[], of: (ledger: Ledger) => string) {
  for (const ledger of ledgers)
    await tx.query(sql`insert into encrypted_ledgers (realm_id, campaign_id, ledger, stored)
      values (${realm}, ${campaign.id}, ${ledger.key}, ${of(ledger)})
      on conflict (realm_id, campaign_id, ledger) do update set stored = excluded.stored`);
}

/** The same object when nothing in it is to be written anew. */
function asWanted(ring: KeyRing, realm: number, ledger: Ledger, data: Values): { data: Values; unreadable: number } {
  const sealed = new Set(encryptedFields(ledger).map(({ name }) => name));
  let wanted = data;
  let unreadable = 0;
  for (const [name, value] of Object.entries(data)) {
    if (typeof value !== "string") continue;
    const token = readToken(value);
    if (sealed.has(name) ? token?.version === ring.current.version : !token) continue;
    const place = placeOf(realm, ledger.key, name);
    try {
      const text = token ? open(ring, place, value) : value;
      if (wanted === data) wanted = { ...data };
      wanted[name] = sealed.has(name) ? seal(ring, place, text) : text;
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      unreadable++;
    }
  }
  return { data: wanted, unreadable };
}

/** What somebody has changed since it was read is left for the next pass. */
async function writeAnew(database: Database, campaign: Campaign, realm: number, rows: readonly Row[]): Promise<void> {
  const shaped = rows.map((row) => {
    const ledger = campaign.ledgers.get(row.ledger) as Ledger;
    const state = ledger.stateField === undefined ? {} : { [ledger.stateField]: row.state };
    const { identity, content } = shapeEntry(ledger, { ...row.data, ...state }, row.unit, row.unit);
    // Of a row as its file brought it; what was changed since cannot be told any more.
    return { ...row, identity, content: row.imported && row.version === 1 ? content : null };
  });
  const write = (withIdentity: boolean): Promise<unknown> =>
    asOwner(database, "encrypt entries", (tx) =>
      tx.query(sql`update entries e set data = n.data, imported = coalesce(n.content, e.imported),
          identity = case when e.identity is not null and ${withIdentity}::boolean then n.identity else e.identity end
        from unnest(${shaped.map(({ id }) => id)}::uuid[], ${shaped.map(({ version }) => version)}::integer[],
          ${shaped.map(({ data }) => JSON.stringify(data))}::jsonb[], ${shaped.map(({ identity }) => identity)}::uuid[],
          ${shaped.map(({ content }) => content)}::uuid[]) as n (id, version, data, identity, content)
        where e.realm_id = ${realm} and e.entry_id = n.id and e.version = n.version`),
    );
  await write(true).catch((error: unknown) => {
    // The same content was recorded a second time while the first could not be recognised.
    if (constraintOf(error) !== "entries_identity") throw error;
    return write(false);
  });
}

const pause = 1000;
/** Packs are looked at every so many times that keys are. */
const rarely = 15;

/** Looks every second whether keys have changed, and now and then whether packs have, until stopped. A failure is told and tried again. */
export function keepEncrypted(database: Database, onError: (error: unknown) => void): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    let again = false;
    for (let turn = 0; !stopping.signal.aborted; turn++) {
      try {
        // What was written here with an older key since another process rotated it is looked for too.
        again = database.keys.renew() || again;
        if (again || turn % rarely === 0) await encryptStored(database, { again, step: () => stopping.signal.throwIfAborted() });
        again = false;
      } catch (error) {
        if (!stopping.signal.aborted) onError(error);
      }
      await sleep(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
