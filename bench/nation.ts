/**
 * Generates a nation: units in five levels, people, entries in 20 ledgers over 300 days. Units, paths and figures come
 * from the product's own functions; people and entries are made inside the database from a hash of their number, so
 * that the same size is the same nation. Indexes of the entries are made after the rows.
 */
import { campaignIn, type Campaign } from "#kernel/campaign.ts";
import { asOwner, sql, type Database } from "#platform/db.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { putPack } from "#features/campaigns/load.model.ts";
import { recountAll } from "#features/campaigns/totals.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { days, forms, kinds, ledgerKeys, nationPack, shares } from "./nation-pack.ts";

export interface Size {
  /** Realms below the root, each a province with its own subtree. */
  realms: number;
  units: number;
  people: number;
  entries: number;
}

export const wholeNation: Size = { realms: 31, units: 45_000, people: 600_000, entries: 10_000_000 };
export const scaled = (scale: number): Size => ({
  realms: 31,
  units: Math.max(31 * 20, Math.round(wholeNation.units * scale)),
  people: Math.round(wholeNation.people * scale),
  entries: Math.round(wholeNation.entries * scale),
});

/** The nation of this size in this database: found if it was generated before. */
export async function openNation(database: Database, size: Size, say: (line: string) => void): Promise<Campaign> {
  const known = await asOwner(database, "find nation", (tx) =>
    tx.one<{ size: string }>(sql`select name as size from realms where key = 'generated'`),
  );
  if (known?.size === JSON.stringify(size)) return asOwner(database, "open nation", (tx) => getCampaign(tx, "nation"));
  if (known) throw new Error(`The data folder holds a nation of another size: ${known.size}. Remove it or use another scale.`);
  const begun = performance.now();
  const step = (line: string): void => say(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const campaign = await makeUnits(database, size, step);
  await makeRows(database, campaign, size, step);
  await atOnce(campaign.realms, 2, (realm) =>
    asOwner(database, "count figures", (tx) => recountAll(tx, campaignIn(campaign, realm))),
  );
  step("figures counted");
  for (const table of ["figure_cells", "figure_sets", "figure_members", "figure_deltas", "unit_paths", "inner_units"])
    await database.pool.query(`vacuum analyze ${table}`);
  await asOwner(database, "mark nation", (tx) =>
    tx.query(sql`insert into realms (key, name) values ('generated', ${JSON.stringify(size)})`),
  );
  step("ready");
  return campaign;
}

async function makeUnits(database: Database, size: Size, step: (line: string) => void): Promise<Campaign> {
  const now = new Date("2023-01-01T00:00:00Z");
  const provinces = Array.from({ length: size.realms }, (_, index) => ({ key: `p${index + 1}`, name: `${index + 1}省纪委监委` }));
  const campaign = await putPack(database, nationPack(provinces), now);
  const each = Math.floor((size.units - 1) / size.realms);
  const cities = Math.max(2, Math.round(each / 132));
  const counties = Math.max(4, Math.round(each / 15));
  for (const [index, realm] of campaign.realms.filter((one) => one !== campaign.realm).entries())
    await asOwner(database, "make units", async (tx) => {
      const unit = (name: string, level: string, parent: string | null) => ({
        code: null,
        name: `${name}纪委监委`,
        kind: null,
        level,
        parent: parent && `${parent}纪委监委`,
        from: null,
        to: null,
      });
      const rows: ReturnType<typeof unit>[] = [];
      for (let city = 0; city < cities; city++) rows.push(unit(`${index + 1}省${city}市`, "市", `${index + 1}省`));
      for (let county = 0; county < counties; county++)
        rows.push(unit(`${index + 1}省${county}县`, "县", `${index + 1}省${county % cities}市`));
      for (let town = 0; rows.length < each - 1; town++)
        rows.push(unit(`${index + 1}省${town}乡`, "乡", `${index + 1}省${town % counties}县`));
      await registerUnits(tx, realm, rows, campaignIn(campaign, realm).root);
      await rebuildPaths(tx, realm, campaign.id, campaign.pack.rollUp);
    });
  step(`${size.units} units`);
  return campaign;
}

async function makeRows(database: Database, campaign: Campaign, size: Size, step: (line: string) => void): Promise<void> {
  const { pool } = database;
  const indexes = await pool.query<{ name: string; definition: string }>(
    "select indexname as name, indexdef as definition from pg_indexes where tablename = 'entries' and indexname <> 'entries_pk'",
  );
  await pool.query("alter table entries drop constraint entries_pk");
  for (const { name } of indexes.rows) await pool.query(`drop index ${name}`);
  const provinces = campaign.realms.filter((realm) => realm !== campaign.realm);
  const people = Math.floor(size.people / provinces.length);
  await atOnce(provinces, 2, async (realm) => {
    await pool.query(
      `insert into people (realm_id, code, name) select ${realm}, 'P' || i, '同志' || i from generate_series(1, ${people}) i`,
    );
    await pool.query(
      `insert into posts (realm_id, person_id, unit_id) select p.realm_id, p.person_id, u.ids[1 + (p.person_id % cardinality(u.ids))::integer]
       from people p, (select array_agg(unit_id order by unit_id) as ids from units where realm_id = ${realm}) u where p.realm_id = ${realm}`,
    );
    const entries = Math.floor(size.entries / provinces.length);
    for (const [index, ledger] of ledgerKeys.entries())
      await pool.query(entriesSql(realm, campaign, ledger, Math.round((entries * (shares[index] ?? 0)) / 100)));
  });
  await pool.query(entriesSql(campaign.realm, campaign, ledgerKeys[0] as string, 100));
  step(`${size.entries} entries`);
  const build = (statement: string): Promise<unknown> => pool.query(`set maintenance_work_mem = '1GB'; ${statement}`);
  await build("alter table entries add constraint entries_pk primary key (realm_id, entry_id)");
  for (const { definition } of indexes.rows) await build(definition);
  step("indexes");
  await pool.query("vacuum analyze");
  step("analysed");
}

function entriesSql(realm: number, campaign: Campaign, ledger: string, count: number): string {
  const list = (values: readonly string[]): string => `('{${values.join()}}'::text[])`;
  const among = (values: readonly string[], bits: number): string =>
    `${list(values)}[1 + (h >> ${bits} & 1023) % ${values.length}]`;
  return `insert into entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, data, version, identity, pack_id, created_at, updated_at)
    select ${realm}, id::uuid, ${campaign.id}, '${ledger}', unit_id, day,
      jsonb_build_object('编号', '${ledger}-' || i, '单位', unit_id, '活动日期', day::text, '活动名称', '教育整顿专题活动' || i % 1000, '类别', ${among(kinds, 10)},
        '形式', ${among(forms, 20)}, '人员', person, '参加人数', 5 + h % 60, '主要内容', '传达学习上级会议精神，结合实际交流研讨'),
      1, id::uuid, ${campaign.packId}, '2023-11-01', '2023-11-01'
    from (
      select i, abs(h) as h, md5('${realm} ${ledger} ' || i) as id, u.ids[1 + (abs(h) % cardinality(u.ids))::integer] as unit_id,
        date '${days.from}' + (abs(h) / 1000003 % ${days.count})::integer as day,
        p.first + (abs(h) % cardinality(u.ids) * 13 + abs(h) / 7919 % 13) % greatest(p.count, 1) as person
      from (select i, hashint8extended(i, ${realm * 100}) >> 8 as h from generate_series(1, ${count}) i) numbers,
        (select array_agg(unit_id order by unit_id) as ids from units where realm_id = ${realm}) u,
        (select coalesce(min(person_id), 0) as first, count(*) as count from people where realm_id = ${realm}) p
    ) drawn`;
}

/** Runs for each of the items, so many at a time. */
async function atOnce<T>(items: readonly T[], width: number, run: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
    }),
  );
}
