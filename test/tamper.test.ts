/**
 * The tamper trial: somebody with all rights over the database, and none over the data folder, changes, removes, inserts
 * and swaps. Whatever they do, `verify` names the row; of what nobody touched it says nothing.
 */
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asOwner, copyLines, plainText, raw, sql, type Sql, type Tx } from "#platform/db.ts";
import { headText, type SignedHead } from "#platform/log-key.ts";
import { recordBytes } from "#platform/log-record.ts";
import { edge, leafHash } from "#platform/merkle.ts";
import { checkLog } from "#features/audit/log-check.model.ts";
import { rowWords } from "#features/audit/log-faults.ts";
import { columnsOf, kindOf, recordAt, recordOf } from "#features/audit/log-rows.model.ts";
import { findBatch } from "#features/audit/log.model.ts";
import { openLog } from "#features/audit/opening.model.ts";
import { seal, type Log } from "#features/audit/sealing.model.ts";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { verifyAttachments, verifyEntries } from "#features/ledgers/verify.model.ts";
import { createWorld, type Reply, type World } from "./world.ts";

let world: World;
let log: Log;
let folder = "";
let saved = "";
/** Three entries of the east: with versions 1 to 3, the third with a file; and the file. */
let entries: [string, string, string];
let file = "";
const tables = "entries entry_events audit log_batches log_removals attachments attachment_parts figure_cells".split(" ");

const owner = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => asOwner(world.database, "tamper", run);
const well = ({ status, body }: Reply): void => {
  if (status !== 200) throw new Error(JSON.stringify(body));
};
const sealNow = (): Promise<unknown> => seal(world.database, log, world.time.now);

beforeAll(async () => {
  world = await createWorld();
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-tamper-"));
  saved = `${folder}-saved`;
  const opened = await openLog(world.database, join(folder, "log"), world.time.now);
  if (!opened) throw new Error("no log");
  log = opened;
  world.database.stamp = log.key.stamp;
  const east = await world.as("east");
  const api = "/api/campaigns/trial";
  const made: string[] = [];
  for (let number = 1; number <= 3; number++) {
    const id = randomUUID();
    made.push(id);
    const values = {
      活动编号: `X${number}`,
      活动日期: "2023-05-10",
      组织单位: world.units.east,
      主题: `第${number}次`,
      实到人数: number,
    };
    well(await east.send("PUT", `${api}/ledgers/study/entries/${id}`, { values }));
    await sealNow();
    for (let version = 1; version <= 2; version++) {
      const change = { version, values: { 主题: `第${number}次，改${version}` }, reason: "更正" };
      well(await east.send("PATCH", `${api}/entries/${id}`, change));
      world.time.now = new Date(world.time.now.getTime() + 1000);
    }
  }
  entries = made as [string, string, string];
  file = randomUUID();
  const content = Buffer.from("会议记录");
  const place = `${api}/entries/${entries[2]}/attachments/${file}`;
  await east.send("PUT", place, {
    name: "会议记录.txt",
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
  });
  await east.put(`${place}/parts/0`, content);
  well(await east.send("POST", `${place}/finish`, {}));
  await foldAll(world.database, world.campaign);
  await sealNow();
  for (const name of tables) await world.database.pool.query(`create table public.saved_${name} as table ${name}`);
  cpSync(folder, saved, { recursive: true });
});
afterAll(async () => {
  await world.close();
  for (const path of [folder, saved]) rmSync(path, { recursive: true, force: true });
});

/** Everything as it was when all was well. */
async function restore(): Promise<void> {
  await owner(async (tx) => {
    await tx.query(sql`truncate ${raw(tables.join(", "))}`);
    await tx.query(sql`alter table audit drop constraint if exists audit_pk`);
    await tx.query(sql`alter table audit add constraint audit_pk primary key (realm_id, audit_id)`);
    for (const name of tables) await tx.query(sql`insert into ${raw(name)} select * from ${raw(`saved_${name}`)}`);
  });
  rmSync(folder, { recursive: true });
  cpSync(saved, folder, { recursive: true });
}

/** All that `verify` says: what of the log, entries, files and totals, and about which. */
async function found(): Promise<string[]> {
  const report = await checkLog(world.database, log.folder, world.time.now);
  expect(report.count).toBe(report.faults.length);
  const { campaign } = world;
  const others = await owner(async (tx) => [
    ...(await verifyEntries(tx, campaign, campaign.realm)).map((fault) => `entry ${fault.entryId} ${fault.differs.join()}`),
    ...(await verifyAttachments(tx, campaign, campaign.realm)).map((fault) => `file ${fault.attachmentId} ${fault.differs}`),
    ...(await verifyCampaignCells(tx, campaign, campaign.realm)).map(() => "cells"),
  ]);
  for (const { row } of report.faults)
    if (row) expect(rowWords(row)).toMatch(/^(历史　(《study》)?记录 [0-9a-f-]{36} 第\d+版|审计　第\d+号)（\S+，\d{4}-/);
  const rows = report.faults.map(({ what, row }) =>
    row
      ? `${what} ${row.table === "audit" ? "audit" : "event"} ${row.id}${row.table === "audit" ? "" : ` ${row.version}`}`
      : what,
  );
  return [...new Set([...rows, ...others])].toSorted();
}

const event = (what: string, entry: 0 | 1 | 2, version: number): string => `${what} event ${entries[entry]} ${version}`;
const auditRow = (what: string, id: number): string => `${what} audit ${id}`;
const at = (entry: 0 | 1 | 2, version: number): Sql => sql`where entry_id = ${entries[entry]} and version = ${version}`;
const auditIds = async (): Promise<number[]> =>
  (await owner((tx) => tx.query<{ id: number }>(sql`select audit_id as id from audit order by audit_id`))).map(({ id }) => id);

/** Changes what stands at the head of the log, and everything under it, as whoever has only the database would. */
async function rewriteLog(change: (records: Buffer, from: number) => Buffer): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  await owner(async (tx) => {
    const tree = edge();
    for (let size = -1; ;) {
      const batch = await findBatch(tx, size);
      if (!batch) return;
      const records = change(batch.records, batch.from);
      for (let place = 0; place < records.length; place += recordBytes)
        tree.push(leafHash(records.subarray(place, place + recordBytes)));
      const head: SignedHead = { ...batch.head, root: tree.root() };
      head.signature = sign(null, Buffer.from(headText(head)), privateKey);
      await tx.query(
        sql`update log_batches set records = ${records}, root = ${head.root}, signature = ${head.signature} where size = ${batch.head.size}`,
      );
      size = batch.head.size;
    }
  });
}
/** Where a row's record stands in the log. */
async function leafOf(letter: string, id: string, version = 0): Promise<{ size: number; offset: number; seq: number }> {
  return owner(async (tx) => {
    for (let size = -1; ;) {
      const batch = await findBatch(tx, size);
      if (!batch) throw new Error("no such leaf");
      for (let index = 0; index * recordBytes < batch.records.length; index++) {
        const record = recordAt(batch.records, index);
        if (record.kind === letter && record.id === id && record.version === version)
          return { size: batch.head.size, offset: index * recordBytes, seq: batch.from + index };
      }
      size = batch.head.size;
    }
  });
}

interface Trial {
  what: string;
  tamper: (ids: number[]) => Promise<unknown>;
  /** All that is found; of audit rows by their numbers before. */
  finds: (ids: number[]) => string[];
}
const change = (what: string, statements: (ids: number[]) => Sql[], finds: Trial["finds"]): Trial => ({
  what,
  tamper: (ids) =>
    owner(async (tx) => {
      for (const statement of statements(ids)) await tx.query(statement);
    }),
  finds,
});
const takenBack = (entry: 0 | 1 | 2): Sql[] => [
  sql`delete from entry_events ${at(entry, 3)}`,
  sql`update entries e set version = 2, data = data || '{"主题": "第1次，改1"}', updated_at = (select v.at from entry_events v where v.entry_id = e.entry_id and v.version = 2)
    where entry_id = ${entries[entry]}`,
];
const gone = (entry: 0 | 1 | 2): Sql[] => [
  sql`delete from entries where entry_id = ${entries[entry]}`,
  sql`delete from entry_events where entry_id = ${entries[entry]}`,
];
const allOf = (what: string, entry: 0 | 1 | 2): string[] => [1, 2, 3].map((version) => event(what, entry, version));
/** Another version of an entry, and the entry made to fit. */
const added = (xid: Sql): Sql[] => [
  sql`insert into entry_events (realm_id, entry_id, version, action, actor, at, changes, ledger, unit_id, day, state, deleted, xid)
    select realm_id, entry_id, 4, 'edit', actor, at + interval '1 hour', '{"主题": "补记"}', ledger, unit_id, day, state, deleted, ${xid} from entry_events ${at(0, 3)}`,
  sql`update entries e set version = 4, data = data || '{"主题": "补记"}', updated_at = updated_at + interval '1 hour' where entry_id = ${entries[0]}`,
];
const audited = (xid: Sql): Sql =>
  sql`insert into audit (realm_id, audit_id, at, actor, action, unit_id, result, xid) values (${world.campaign.realm}, 900, ${world.time.now.toISOString()}, 1, 'ledgers.record', 1, 'ok', ${xid})`;
const own = sql`pg_current_xact_id()`;

/** Bytes of the log's records in the database changed at one place, no head signed anew. */
const patchLeaf = async (
  letter: string,
  id: string,
  version: number,
  patch: (records: Buffer, offset: number) => void,
): Promise<void> => {
  const { size, offset } = await leafOf(letter, id, version);
  await owner(async (tx) => {
    const batch = await findBatch(tx, size - 1);
    if (!batch) throw new Error("no batch");
    patch(batch.records, offset);
    await tx.query(sql`update log_batches set records = ${batch.records} where size = ${size}`);
  });
};

const trials: Trial[] = [
  change(
    "what an event changed",
    () => [sql`update entry_events set changes = '{"主题": "另一个"}' ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "who did it",
    () => [sql`update entry_events set actor = actor + 1 ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "when it was done",
    () => [sql`update entry_events set at = at - interval '1 day' ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "when, by a microsecond",
    () => [sql`update entry_events set at = at + interval '1 microsecond' ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "why it was done",
    () => [sql`update entry_events set reason = '另一个理由' ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "an empty reason for none",
    () => [sql`update entry_events set reason = '' ${at(0, 1)}`],
    () => [event("changed", 0, 1)],
  ),
  change(
    "what was done",
    () => [sql`update entry_events set action = 'import' ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "whose unit it was",
    () => [sql`update entry_events set unit_id = unit_id + 1 ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "an entry and its last event that agree",
    () => [
      sql`update entries set data = data || '{"实到人数": 40}' where entry_id = ${entries[0]}`,
      sql`update entry_events set changes = changes || '{"实到人数": 40}' ${at(0, 3)}`,
    ],
    () => [event("changed", 0, 3), "cells"],
  ),
  change(
    "a change that is made to look like a new row",
    () => [sql`update entry_events set reason = '另一个理由', xid = ${own} ${at(0, 2)}`],
    () => [event("changed", 0, 2)],
  ),
  change(
    "a version taken back, with its event",
    () => takenBack(0),
    () => [event("removed", 0, 3)],
  ),
  change(
    "an entry removed with all its history",
    () => gone(0),
    () => [...allOf("removed", 0), "cells"],
  ),
  change(
    "versions that change places",
    () => [
      sql`update entry_events set version = -1 ${at(0, 2)}`,
      sql`update entry_events set version = 2 ${at(0, 3)}`,
      sql`update entry_events set version = 3 ${at(0, -1)}`,
    ],
    () => [event("changed", 0, 2), event("changed", 0, 3), `entry ${entries[0]} 内容,时间`],
  ),
  change(
    "events that change entries",
    () => [
      sql`update entry_events set entry_id = '00000000-0000-4000-8000-000000000000' ${at(0, 2)}`,
      sql`update entry_events set entry_id = ${entries[0]} ${at(1, 2)}`,
      sql`update entry_events set entry_id = ${entries[1]} where entry_id = '00000000-0000-4000-8000-000000000000'`,
    ],
    () => [event("changed", 0, 2), event("changed", 1, 2)],
  ),
  change(
    "an event added, and its entry made to fit",
    () => added(own),
    () => [event("unstamped", 0, 4)],
  ),
  change(
    "an event added as of an old transaction",
    () => added(sql`'3'::xid8`),
    () => [event("inserted", 0, 4)],
  ),
  change(
    "an event added as of a transaction to come",
    () => added(sql`'999999999'::xid8`),
    () => [event("inserted", 0, 4)],
  ),
  change(
    "an event added with another's stamp",
    () => [...added(own), sql`update entry_events set stamp = (select stamp from entry_events ${at(0, 3)}) ${at(0, 4)}`],
    () => [event("unstamped", 0, 4)],
  ),
  change(
    "an entry changed beside its history",
    () => [sql`update entries set data = data || '{"主题": "改"}' where entry_id = ${entries[1]}`],
    () => [`entry ${entries[1]} 内容`],
  ),
  change(
    "an entry recorded earlier",
    () => [sql`update entries set created_at = created_at - interval '1 day' where entry_id = ${entries[1]}`],
    () => [`entry ${entries[1]} 时间`],
  ),
  change(
    "an entry moved into another ledger",
    () => [sql`update entries set ledger = 'tasks' where entry_id = ${entries[1]}`],
    () => ["cells", `entry ${entries[1]} 台账`],
  ),
  change(
    "an entry without history",
    () => [
      sql`insert into entries select realm_id, '00000000-0000-4000-8000-000000000000', campaign_id, ledger, unit_id, day, state, data, version, deleted, null, null, pack_id, created_at, updated_at from entries where entry_id = ${entries[1]}`,
    ],
    () => ["cells", "entry 00000000-0000-4000-8000-000000000000 内容,状态,单位,日期,版本,删除标记,台账,时间"],
  ),
  change(
    "an audit row changed",
    ([id]) => [sql`update audit set result = 'forbidden' where audit_id = ${id}`],
    ([id = 0]) => [auditRow("changed", id)],
  ),
  change(
    "an audit row removed",
    (ids) => [sql`delete from audit where audit_id = ${ids[3]}`],
    (ids) => [auditRow("removed", ids[3] ?? 0)],
  ),
  change(
    "the last audit rows removed",
    (ids) => [sql`delete from audit where audit_id >= ${ids.at(-2)}`],
    (ids) => ids.slice(-2).map((id) => auditRow("removed", id)),
  ),
  change(
    "audit rows that change numbers",
    ([one, two]) => [
      sql`update audit set audit_id = 0 where audit_id = ${one}`,
      sql`update audit set audit_id = ${one} where audit_id = ${two}`,
      sql`update audit set audit_id = ${two} where audit_id = 0`,
    ],
    ([one = 0, two = 0]) => [auditRow("changed", one), auditRow("changed", two)],
  ),
  change(
    "an audit row given another number",
    ([id]) => [sql`update audit set audit_id = 900 where audit_id = ${id}`],
    ([id = 0]) => [auditRow("inserted", 900), auditRow("removed", id)],
  ),
  change(
    "an audit row added",
    () => [audited(own)],
    () => [auditRow("unstamped", 900)],
  ),
  change(
    "an audit row added as of an old transaction",
    () => [audited(sql`'3'::xid8`)],
    () => [auditRow("inserted", 900)],
  ),
  change(
    "an audit row copied, stamp and all",
    ([id]) => [
      sql`insert into audit select realm_id, 900, at, actor, action, unit_id, subject, result, details, pg_current_xact_id(), stamp from audit where audit_id = ${id}`,
    ],
    () => [auditRow("copied", 900)],
  ),
  change(
    "an audit row twice",
    ([id]) => [
      sql`alter table audit drop constraint audit_pk`,
      sql`insert into audit select * from audit where audit_id = ${id}`,
    ],
    ([id = 0]) => [auditRow("repeated", id)],
  ),
  change(
    "a file and its digest changed",
    () => [
      sql`update attachment_parts set content = '另一份'::bytea where attachment_id = ${file}`,
      sql`update attachments set bytes = length('另一份'::bytea), sha256 = encode(sha256('另一份'::bytea), 'hex') where attachment_id = ${file}`,
    ],
    () => [`file ${file} 与历史不符`],
  ),
  change(
    "a file removed",
    () => [sql`delete from attachments where attachment_id = ${file}`],
    () => [`file ${file} 内容缺失或改动`],
  ),
  change(
    "a file marked as removed",
    () => [sql`update attachments set deleted = true where attachment_id = ${file}`],
    () => [`file ${file} 与历史不符`],
  ),
  change(
    "a total changed",
    () => [sql`update figure_cells set total = total + 1, prefix = array(select p + 1 from unnest(prefix) p)`],
    () => ["cells"],
  ),
  {
    what: "a leaf in the database",
    tamper: () =>
      patchLeaf("e", entries[0], 1, (records, offset) => records.writeUInt8(records.readUInt8(offset + 70) ^ 1, offset + 70)),
    finds: () => [event("leaf", 0, 1)],
  },
  {
    what: "leaves that change places",
    async tamper() {
      const [one, two] = [await leafOf("e", entries[2], 2), await leafOf("e", entries[2], 3)];
      expect(one.size).toBe(two.size);
      await patchLeaf("e", entries[2], 2, (records) => {
        const kept = Buffer.from(records.subarray(one.offset, one.offset + recordBytes));
        records.copy(records, one.offset, two.offset, two.offset + recordBytes);
        kept.copy(records, two.offset);
      });
    },
    finds: () => [event("leaf", 2, 2), event("leaf", 2, 3)],
  },
  change(
    "an old head put in the place of a newer one",
    () => [
      sql`update log_batches b set root = o.root, signature = o.signature, at = o.at from log_batches o
      where b.size = (select max(size) from log_batches) and o.size = (select min(size) from log_batches where size > 0)`,
    ],
    () => ["batch", "head"],
  ),
  change(
    "what the log says to have seen",
    () => [sql`update log_batches set snapshot = '9999999:9999999:' where size = (select max(size) from log_batches)`],
    () => ["head"],
  ),
  {
    what: "an event, its entry, its leaf and every head, signed anew",
    async tamper() {
      await owner(async (tx) => {
        await tx.query(sql`update entries set data = data || '{"主题": "第1次，换了"}' where entry_id = ${entries[0]}`);
        await tx.query(sql`update entry_events set changes = '{"主题": "第1次，换了"}' ${at(0, 3)}`);
      });
      const { seq } = await leafOf("e", entries[0], 3);
      const digest = await owner((tx) => digestNow(tx, entries[0], 3));
      await rewriteLog((records, from) => {
        const offset = (seq - from) * recordBytes;
        if (offset >= 0 && offset < records.length) digest.copy(records, offset + 64);
        return records;
      });
    },
    finds: () => ["batch", event("changed", 0, 3), "head", event("leaf", 0, 3)],
  },
  {
    what: "an entry removed with its history and the log from there on",
    async tamper() {
      const { size } = await leafOf("e", entries[1], 2);
      await owner(async (tx) => {
        for (const statement of gone(1)) await tx.query(statement);
        await tx.query(sql`delete from log_batches where size >= ${size}`);
      });
    },
    finds: () => ["batch", "cells", ...allOf("removed", 1), "rolled-back"],
  },
  {
    what: "the whole database as it was before",
    async tamper() {
      const { size } = await leafOf("e", entries[1], 1);
      const head = await owner((tx) => findBatch(tx, size - 1));
      await owner(async (tx) => {
        await tx.query(
          sql`delete from entry_events where xid::text::bigint >= split_part(${head?.head.snapshot ?? ""}, ':', 2)::bigint`,
        );
        await tx.query(
          sql`delete from audit where xid::text::bigint >= split_part(${head?.head.snapshot ?? ""}, ':', 2)::bigint`,
        );
        await tx.query(sql`delete from log_batches where size > ${size}`);
        await tx.query(sql`delete from attachments`);
        await tx.query(sql`delete from entries where entry_id = ${entries[2]}`);
        await tx.query(
          sql`update entries set version = 1, data = (select changes from entry_events ${at(1, 1)}), updated_at = created_at where entry_id = ${entries[1]}`,
        );
      });
    },
    finds: (ids) => [
      "batch",
      "cells",
      event("removed", 1, 2),
      event("removed", 1, 3),
      ...allOf("removed", 2),
      event("removed", 2, 4),
      ...ids.slice(-7).map((id) => auditRow("removed", id)),
      "rolled-back",
    ],
  },
  {
    what: "a removal that is said to be lawful",
    async tamper([, id = 0]) {
      const { size, offset } = await leafOf("a", String(id));
      await owner(async (tx) => {
        const batch = await findBatch(tx, size - 1);
        await tx.query(sql`delete from audit where audit_id = ${id}`);
        await tx.query(
          sql`insert into log_removals values (gen_random_uuid(), 0, ${batch?.head.log}, ${world.time.now.toISOString()}, '到期', '{}', ${batch?.records.subarray(offset, offset + recordBytes)}, ${batch?.head.signature})`,
        );
      });
    },
    finds: ([, id = 0]) => ["removal", auditRow("removed", id)],
  },
  change(
    "the whole log",
    () => [sql`delete from log_batches`],
    () => ["batch", "rolled-back"],
  ),
];

/** The digest of an event as it stands now. */
async function digestNow(tx: Tx, entry: string, version: number): Promise<Buffer> {
  const kind = kindOf("e");
  plainText(tx);
  for await (const [line = ""] of copyLines(
    tx,
    sql`select ${columnsOf(kind, "r")} from entry_events r where r.entry_id = ${entry} and r.version = ${version}`,
  ))
    return recordOf(kind, line.split("\t")).digest;
  throw new Error("no such event");
}

describe("verify", () => {
  it("says nothing of what nobody touched", async () => {
    expect(await found()).toEqual([]);
    await restore();
    expect(await found()).toEqual([]);
  });

  it.each(trials)("names $what", async ({ tamper, finds }) => {
    const ids = await auditIds();
    await tamper(ids);
    try {
      expect(await found()).toEqual(finds(ids).toSorted());
    } finally {
      await restore();
    }
  });

  it("says that there is no witness, and still names what is against the database's own log", async () => {
    await owner((tx) => tx.query(sql`update entry_events set reason = '另一个理由' ${at(0, 2)}`));
    rmSync(join(folder, "log/heads.jsonl"));
    try {
      expect(await found()).toEqual(["batch", event("changed", 0, 2), "witness"].toSorted());
    } finally {
      await restore();
    }
  });

  it("says that the witness is cut off, or is not what was signed", async () => {
    truncateSync(join(folder, "log/leaves"), recordBytes);
    expect(await found()).toEqual(["batch", "witness"]);
    await restore();
    const leaves = openSync(join(folder, "log/leaves"), "r+");
    writeSync(leaves, Buffer.of(7), 0, 1, 70);
    closeSync(leaves);
    const said = await found();
    await restore();
    expect(said).toEqual(expect.arrayContaining(["head"]));
    expect(said.filter((one) => one.startsWith("leaf"))).toHaveLength(1);
  });
});
