/**
 * Entries recorded one by one by 16 writers at different units, as the product does it (who asks, the pack held, entry,
 * history, what it adds to figures, audit row; each its own committed transaction), against a bare insert of the same
 * row into the same table, by the same driver, in turns.
 */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Campaign } from "#kernel/campaign.ts";
import { writeAudit } from "#features/audit/audit.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { shapeEntry } from "#features/ledgers/shape.model.ts";
import { asOwner, openDatabase, sql, withScope, type Database } from "#platform/db.ts";
import { forms, kinds } from "./nation-pack.ts";
import { openNation, scaled } from "./nation.ts";
import { median, openStage, random, type Result } from "./stage.ts";

export const writers = 16;
const seconds = 3;

export async function writes(scale: number, say: (line: string) => void): Promise<Result[]> {
  const stage = await openStage(`nation-${scale}`);
  const database = openDatabase({ ...stage.connection, max: writers });
  try {
    const campaign = await openNation(stage.database, scaled(scale), say);
    const begun = new Date().toISOString();
    const next = await newEntries(database, campaign);
    const rates: { bare: number; product: number }[] = [];
    for (let round = 0; round < 5; round++) {
      const bare = await rate(() => bareInsert(database, campaign, next()));
      const product = await rate(() => record(database, campaign, next()));
      rates.push({ bare, product });
      say(JSON.stringify(rates.at(-1)));
    }
    await database.pool.query(
      "delete from entries e where created_at >= $1 and not exists (select from entry_events v where v.realm_id = e.realm_id and v.entry_id = e.entry_id)",
      [begun],
    );
    await foldAll(database, campaign);
    const ratio = median(rates.map(({ bare, product }) => product / bare));
    const bare = median(rates.map((one) => one.bare));
    return [
      {
        what: `entries recorded by ${writers} writers (ratio: median of ${rates.length} pairs)`,
        value: ratio * bare,
        unit: "/s",
        baseline: { what: "bare insert", value: bare },
        target: { ratioAtLeast: 1 / 3 },
      },
    ];
  } finally {
    await database.close();
    await stage.close();
  }
}

/** Entries to be recorded, of units drawn by a seed. */
export async function newEntries(database: Database, campaign: Campaign): Promise<() => New> {
  const units = await asOwner(database, "choose units", (tx) =>
    tx.query<{ id: number; realm: number }>(
      sql`select unit_id as id, realm_id as realm from units where realm_id = any(${campaign.realms}::integer[]) and level = '乡' order by hashint8(unit_id) limit 4000`,
    ),
  );
  const draw = random(3);
  return () => {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T;
    const unit = pick(units);
    const values = {
      编号: `新-${randomUUID()}`,
      单位: unit.id,
      活动日期: `2023-0${1 + Math.floor(draw() * 9)}-1${Math.floor(draw() * 10)}`,
      活动名称: "教育整顿专题活动",
      类别: pick(kinds),
      形式: pick(forms),
      人员: Math.floor(draw() * 600_000),
      参加人数: 5 + Math.floor(draw() * 60),
      主要内容: "传达学习上级会议精神，结合实际交流研讨",
    };
    return { unit, values };
  };
}

/** Writes a second by all writers together. */
export async function rate(write: () => Promise<unknown>, during = seconds): Promise<number> {
  const begun = performance.now();
  const end = begun + during * 1000;
  let count = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (; performance.now() < end; count++) await write();
    }),
  );
  return count / ((performance.now() - begun) / 1000);
}

interface New {
  unit: { id: number; realm: number };
  values: Record<string, string | number>;
}

/** Records an entry as the product does. */
export const record = (database: Database, campaign: Campaign, { unit, values }: New): Promise<unknown> =>
  withScope(database, { actor: 1, realms: [unit.realm], units: [unit.id], ledgers: [...campaign.ledgers.keys()] }, async (tx) => {
    const now = new Date();
    const id = randomUUID();
    await recordEntry(
      tx,
      campaign,
      unit.realm,
      ledgerOf(campaign, "l01"),
      { account: 1, unit: unit.id, role: "clerk", now },
      id,
      values,
    );
    writeAudit(tx, {
      realm: unit.realm,
      at: now,
      actor: 1,
      action: "ledgers.record",
      unit: unit.id,
      subject: id,
      result: "ok",
      bypasses: [],
      role: "liaison",
      address: "10.1.2.3",
      device: "Chrome 140 · Windows",
      note: { ledger: "集中学习台账", level: "internal", number: "JX-1" },
    });
  });

function bareInsert({ pool }: Database, campaign: Campaign, { unit, values }: New): Promise<pg.QueryResult> {
  const shape = shapeEntry(ledgerOf(campaign, "l01"), values, unit.id);
  const at = new Date().toISOString();
  return pool.query(
    `insert into entries (realm_id, entry_id, campaign_id, ledger, unit_id, day, state, data, version, identity, pack_id, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $11)`,
    [
      unit.realm,
      randomUUID(),
      campaign.id,
      "l01",
      unit.id,
      shape.day,
      shape.state,
      JSON.stringify(shape.data),
      shape.identity,
      campaign.packId,
      at,
    ],
  );
}
