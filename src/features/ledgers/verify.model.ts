/** Whether every entry is what its events make of it, and every file of one is what was kept. */
import type { Campaign } from "#kernel/campaign.ts";
import { isSameContent } from "#kernel/sealed-values.ts";
import { sql, type Tx } from "#platform/db.ts";
import type { Values } from "./ledgers.types.ts";

export interface FoldFault {
  entryId: string;
  ledger: string;
  version: number;
  /** What differs: 内容, 状态, 单位, 日期, 版本, 删除标记, 台账, 时间; 单位不存在; or 没有记录 of a history that belongs to none. */
  differs: string[];
}

interface Compared {
  entry_id: string;
  ledger: string;
  version: number;
  now: Values | null;
  folded: Values | null;
  data: boolean;
  state: boolean;
  unit: boolean;
  day: boolean;
  count: boolean;
  deleted: boolean;
  ledgers: boolean;
  times: boolean;
  homeless: boolean;
}

const most = 1000;

/** Entries after one, in the order of ids, that are not what their events make of them as they are stored. */
const listDiffering = (tx: Tx, campaign: Campaign, realm: number, after: string): Promise<Compared[]> =>
  tx.query(sql`
    select * from (
      select e.entry_id, e.ledger, e.version, e.data as now, f.data as folded,
        e.data is distinct from f.data as data, e.state is distinct from f.state as state, e.unit_id is distinct from f.unit_id as unit,
        e.day is distinct from f.day as day, (e.version, e.version) is distinct from (f.version, f.events) as count, e.deleted is distinct from f.deleted as deleted,
        (f.ledger, f.ledger) is distinct from (e.ledger, f.last_ledger) as ledgers,
        (e.created_at, e.updated_at) is distinct from (f.first_at, f.last_at) as times,
        not exists (select 1 from units u where u.realm_id = e.realm_id and u.unit_id = e.unit_id) as homeless
      from entries e left join (
        select entry_id, jsonb_strip_nulls(jsonb_merge(changes order by version)) as data, max(version) as version, count(*)::integer as events,
          (array_agg(state order by version desc))[1] as state, (array_agg(unit_id order by version desc))[1] as unit_id,
          (array_agg(day order by version desc))[1] as day, (array_agg(deleted order by version desc))[1] as deleted,
          min(ledger) as ledger, max(ledger) as last_ledger, (array_agg(at order by version))[1] as first_at, (array_agg(at order by version desc))[1] as last_at
        from entry_events where realm_id = ${realm} and entry_id > ${after}::uuid group by entry_id) f on f.entry_id = e.entry_id
      where e.realm_id = ${realm} and e.campaign_id = ${campaign.id} and e.entry_id > ${after}::uuid) as compared
    where data or state or unit or day or count or deleted or ledgers or times or homeless order by entry_id limit ${most}`);

/** Folds the events of every entry of a realm again and returns the entries that differ, at most 1,000. */
export async function verifyEntries(tx: Tx, campaign: Campaign, realm: number): Promise<FoldFault[]> {
  const rows: Compared[] = [];
  for (let after = "00000000-0000-0000-0000-000000000000"; rows.length < most;) {
    const found = await listDiffering(tx, campaign, realm, after);
    for (const row of found) {
      // What is encrypted anew with another key says the same as the event that it came with.
      if (row.data && row.now && row.folded) row.data = !isSameContent(tx, realm, { key: row.ledger }, row.now, row.folded);
      if (row.data || row.state || row.unit || row.day || row.count || row.deleted || row.ledgers || row.times || row.homeless)
        rows.push(row);
    }
    if (found.length < most) break;
    after = (found.at(-1) as Compared).entry_id;
  }
  const names = {
    data: "内容",
    state: "状态",
    unit: "单位",
    day: "日期",
    count: "版本",
    deleted: "删除标记",
    ledgers: "台账",
    times: "时间",
    homeless: "单位不存在",
  } as const;
  const orphans = await tx.query<{ entry_id: string; version: number }>(sql`
    select v.entry_id, max(v.version) as version from entry_events v where v.realm_id = ${realm}
      and not exists (select 1 from entries e where e.realm_id = v.realm_id and e.entry_id = v.entry_id) group by v.entry_id limit 1000`);
  const lost = orphans.map((row) => ({ entryId: row.entry_id, ledger: "", version: row.version, differs: ["没有记录"] }));
  const faults = rows.slice(0, most).map((row) => ({
    entryId: row.entry_id,
    ledger: row.ledger,
    version: row.version,
    differs: (Object.keys(names) as (keyof typeof names)[]).filter((key) => row[key]).map((key) => names[key]),
  }));
  return [...faults, ...lost];
}

export interface FileFault {
  attachmentId: string;
  entryId: string;
  name: string;
  /** 内容缺失或改动; 与历史不符 where the entry's history knows it otherwise; 没有记录 of a file whose entry is not there. */
  differs: string;
}

/** Reads every file that a realm keeps and returns those that are not what their digest says, at most 1,000. */
export async function verifyAttachments(tx: Tx, campaign: Campaign, realm: number): Promise<FileFault[]> {
  const rows = await tx.query<{ id: string; entry: string; name: string; homeless: boolean; altered: boolean }>(sql`
    select * from (
      select a.attachment_id as id, a.entry_id as entry, a.name,
        not exists (select 1 from entries e where e.realm_id = a.realm_id and e.entry_id = a.entry_id and e.unit_id = a.unit_id) as homeless,
        (a.bytes, a.sha256) is distinct from (c.bytes, encode(sha256(c.content), 'hex')) as altered,
        (select coalesce(bool_or(v.sha256 <> a.sha256), false) or (array_agg(v.action order by v.version desc))[1] is distinct from case when a.deleted then 'detach' else 'attach' end
          from entry_events v where v.realm_id = a.realm_id and v.entry_id = a.entry_id and v.attachment_id = a.attachment_id) as otherwise
      from attachments a cross join lateral (
        select sum(length(p.content))::integer as bytes, string_agg(p.content, ''::bytea order by p.part) as content
        from attachment_parts p where p.realm_id = a.realm_id and p.attachment_id = a.attachment_id and p.unit_id = a.unit_id) as c
      where a.realm_id = ${realm} and a.campaign_id = ${campaign.id} and a.state = 'kept') as compared
    where homeless or altered or otherwise limit 1000`);
  const lost = await tx.query<{
    id: string;
    entry: string;
  }>(sql`select distinct v.attachment_id as id, v.entry_id as entry from entry_events v join entries e on e.realm_id = v.realm_id and e.entry_id = v.entry_id
      where v.realm_id = ${realm} and e.campaign_id = ${campaign.id} and v.attachment_id is not null
        and not exists (select 1 from attachments a where a.realm_id = v.realm_id and a.attachment_id = v.attachment_id and a.state = 'kept') limit 1000`);
  return [
    ...rows.map(({ id, entry, name, homeless, altered }) => ({
      attachmentId: id,
      entryId: entry,
      name,
      differs: homeless ? "没有记录" : altered ? "内容缺失或改动" : "与历史不符",
    })),
    ...lost.map(({ id, entry }) => ({ attachmentId: id, entryId: entry, name: id, differs: "内容缺失或改动" })),
  ];
}
