/**
 * Documents as kept: a row each, and their changes in the order in which they arrived. A change is added under the lock
 * of its document's row, so that whoever has read up to a number has missed none before it.
 */
import * as Y from "yjs";
import type { Asker } from "#kernel/access.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { isoText, raw, sql, type Tx } from "#platform/db.ts";
import type { OfficialDocument, ReportIdentity } from "./documents.types.ts";
import { draftDoc, isChange } from "./draft-doc.types.ts";

export interface DocumentRow {
  realm: number;
  id: string;
  unit: number;
  unitName: string;
  about: number;
  aboutName: string;
  template: string | null;
  kind: "报告" | "通知";
  title: string;
  from: string;
  to: string;
  state: "draft" | "final";
  seq: number;
  report: string | null;
  code: string | null;
  ledgers: string[];
  source: string | null;
  reason: string | null;
  author: number | null;
  authorName: string;
  createdAt: string;
  updatedBy: string;
  updatedAt: string;
}

const columns = sql`d.realm_id as realm, d.document_id as id, d.unit_id as unit, u.name as "unitName", d.about_unit_id as about, a.name as "aboutName",
  d.template, d.kind, d.title, d.from_day as "from", d.to_day as "to", d.state, d.seq, d.report_id as report, r.code, d.ledgers, d.source_id as source,
  d.reason, d.author, d.author_name as "authorName", ${isoText("d.created_at")} as "createdAt", d.updated_by as "updatedBy", ${isoText("d.updated_at")} as "updatedAt"`;
const joined = sql`documents d join units u on u.realm_id = d.realm_id and u.unit_id = d.unit_id
  join units a on a.realm_id = d.realm_id and a.unit_id = d.about_unit_id left join reports r on r.realm_id = d.realm_id and r.report_id = d.report_id`;

export const listDocuments = (tx: Tx, campaign: Campaign): Promise<DocumentRow[]> =>
  tx.query(sql`select ${columns} from ${joined} where d.realm_id = any(${campaign.realms}::integer[]) and d.campaign_id = ${campaign.id}
    order by d.updated_at desc limit 1000`);

/** A document, as far as the asker may see it. */
export async function getDocument(tx: Tx, campaign: Campaign, id: string): Promise<DocumentRow> {
  const found = await tx.one<DocumentRow>(sql`select ${columns} from ${joined}
    where d.realm_id = any(${campaign.realms}::integer[]) and d.campaign_id = ${campaign.id} and d.document_id = ${id}::uuid`);
  if (!found) throw notFound("这份文稿");
  return found;
}

export interface NewDocument extends Pick<DocumentRow, "id" | "about" | "template" | "kind" | "title" | "from" | "to"> {
  change: Uint8Array;
  source?: string;
  reason?: string;
}

export async function createDocument(tx: Tx, campaign: Campaign, asker: Asker, made: NewDocument, now: Date): Promise<void> {
  const { realm = campaign.realm, id: account = null, name = "" } = asker.account ?? {};
  const at = now.toISOString();
  await tx.query(sql`insert into documents (realm_id, document_id, campaign_id, unit_id, about_unit_id, template, kind, title, from_day, to_day, seq, source_id, reason, author, author_name, created_at, updated_by, updated_at)
    values (${realm}, ${made.id}, ${campaign.id}, ${asker.unit}, ${made.about}, ${made.template}, ${made.kind}, ${made.title}, ${made.from}, ${made.to}, 1, ${made.source ?? null}, ${made.reason ?? null}, ${account}, ${name}, ${at}, ${name}, ${at})`);
  await tx.query(
    sql`insert into document_updates (realm_id, document_id, seq, unit_id, change, actor, at) values (${realm}, ${made.id}, 1, ${asker.unit}, ${Buffer.from(made.change)}, ${account}, ${at})`,
  );
}

type Kept = Pick<DocumentRow, "realm" | "id">;
interface Changes {
  /** Number of the last of them. */
  seq: number;
  changes: Uint8Array[];
}

/** So many changes are gathered into one. */
const snapshotEvery = 100;

const rowsAfter = (tx: Tx, { realm, id }: Kept, after: number): Promise<{ seq: number; change: Buffer }[]> =>
  tx.query(
    sql`select seq, change from document_updates where realm_id = ${realm} and document_id = ${id} and seq > ${after} order by seq`,
  );

/** Everything that was ever written in a document, as few changes. */
export async function allChanges(tx: Tx, document: Kept): Promise<Changes> {
  const { realm, id } = document;
  const kept = await tx.one<{ snapshot: Buffer | null; upTo: number }>(
    sql`select snapshot, snapshot_seq as "upTo" from documents where realm_id = ${realm} and document_id = ${id}`,
  );
  const { snapshot = null, upTo = 0 } = kept ?? {};
  const later = await rowsAfter(tx, document, upTo);
  return { seq: later.at(-1)?.seq ?? upTo, changes: [...(snapshot ? [snapshot] : []), ...later.map(({ change }) => change)] };
}

/** Changes after a number, without `own`, oldest first; whoever is far behind is given everything, as few changes. */
export async function changesAfter(tx: Tx, document: Kept & { seq: number }, after: number, own?: number): Promise<Changes> {
  if (document.seq - after > snapshotEvery) return allChanges(tx, document);
  const later = await rowsAfter(tx, document, after);
  return {
    seq: later.at(-1)?.seq ?? after,
    changes: later.filter(({ seq }) => seq !== own).map(({ change }) => change),
  };
}

/** Adds a change to a draft; returns its number. */
export async function addChange(
  tx: Tx,
  document: DocumentRow,
  asker: Asker,
  { change, title }: { change: Buffer; title?: string | undefined },
  now: Date,
): Promise<number> {
  if (!isChange(change))
    throw new Problem("bad_change", 422, "送来的修改无法识别，没有保存。请刷新页面后重试；已写的内容保存在本机。");
  const { realm, id } = document;
  const at = now.toISOString();
  const taken = await tx.one<{
    seq: number;
  }>(sql`update documents set seq = seq + 1, title = coalesce(${title ?? null}, title), updated_by = ${asker.account?.name ?? ""}, updated_at = ${at}
    where realm_id = ${realm} and document_id = ${id} and state = 'draft' returning seq`);
  if (!taken) throw new Problem("document_final", 409, "这份文稿刚刚已定稿，不能再改。需要改动的，请“重新起草”。");
  await tx.query(
    sql`insert into document_updates (realm_id, document_id, seq, unit_id, change, actor, at) values (${realm}, ${id}, ${taken.seq}, ${document.unit}, ${change}, ${asker.account?.id ?? null}, ${at})`,
  );
  if (taken.seq % snapshotEvery === 0) {
    const whole = Buffer.from(Y.encodeStateAsUpdate(draftDoc((await allChanges(tx, document)).changes)));
    await tx.query(
      sql`update documents set snapshot = ${whole}, snapshot_seq = ${taken.seq} where realm_id = ${realm} and document_id = ${id}`,
    );
  }
  return taken.seq;
}

export interface Present {
  account: number;
  name: string;
  /** Where they are, as their editor says it. */
  place: string | null;
}

/** Who else has a document open; notes that the asker has. Written only when there is something new to say. */
export async function meet(
  tx: Tx,
  { realm, id, unit }: DocumentRow,
  asker: Asker,
  place: string | null,
  now: Date,
): Promise<Present[]> {
  const rows = await tx.query<
    Present & { age: number }
  >(sql`select account_id as account, name, place, extract(epoch from ${now.toISOString()}::timestamptz - seen_at)::integer as age
    from document_presence where realm_id = ${realm} and document_id = ${id} and seen_at > ${now.toISOString()}::timestamptz - interval '40 seconds' order by account_id`);
  const { account } = asker;
  const known = rows.find((row) => row.account === account?.id);
  if (account && (!known || known.place !== place || known.age >= 8))
    tx.later(sql`insert into document_presence (realm_id, document_id, account_id, unit_id, name, place, seen_at)
      values (${realm}, ${id}, ${account.id}, ${unit}, ${account.name}, ${place}, ${now.toISOString()})
      on conflict (realm_id, document_id, account_id) do update set place = excluded.place, name = excluded.name, seen_at = excluded.seen_at`);
  return rows
    .filter((row) => row.account !== account?.id)
    .map(({ account: other, name, place: theirs }) => ({ account: other, name, place: theirs }));
}

/** A title as a list shows it. */
export const oneLine = (title: string): string => title.replace(/\s*\n\s*/g, "").slice(0, 200);

/** Ends a draft: it is now this report. */
export async function markFinal(
  tx: Tx,
  { realm, id, seq }: DocumentRow,
  asker: Asker,
  final: OfficialDocument,
  identity: ReportIdentity,
  ledgers: readonly string[],
  now: Date,
): Promise<void> {
  const changed =
    await tx.query(sql`update documents set state = 'final', title = ${oneLine(final.title)}, report_id = ${identity.report}, final = ${JSON.stringify(final)}, ledgers = ${ledgers}::text[],
    updated_by = ${asker.account?.name ?? ""}, updated_at = ${now.toISOString()} where realm_id = ${realm} and document_id = ${id} and state = 'draft' and seq = ${seq} ${raw("returning 1")}`);
  if (changed.length === 0) throw movedOn();
}

export const movedOn = (): Problem =>
  new Problem("document_moved_on", 409, "您确认之后，又有人改了这份文稿，没有定稿。请看过新的内容后再定稿。");

/** The document as it was given out. */
export async function getFinal(tx: Tx, { realm, id }: DocumentRow): Promise<OfficialDocument> {
  const row = await tx.one<{ final: OfficialDocument | null }>(
    sql`select final from documents where realm_id = ${realm} and document_id = ${id}`,
  );
  if (!row?.final) throw new Problem("document_not_final", 409, "这份文稿还没有定稿，定稿后才能下载。");
  return row.final;
}
