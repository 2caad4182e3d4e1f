/**
 * What sealing costs: entries recorded by 16 writers with and without the sealer at work in the same process, by turns; then
 * how fast rows are sealed and checked, and how much room they take. The witness lies on the same disk as the database.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventStamps } from "#kernel/stamps.ts";
import { asOwner, openDatabase, raw, sql, type Database } from "#platform/db.ts";
import { findServer } from "#platform/postgres-server.ts";
import { checkLog } from "#features/audit/log-check.model.ts";
import { openLog } from "#features/audit/opening.model.ts";
import { keepSealing, seal, type Log } from "#features/audit/sealing.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { openNation } from "./nation.ts";
import { dataFolder, median, openStage, quantile, type Result } from "./stage.ts";
import { newEntries, rate, record, writers } from "./writes.ts";

const pairs = 15;
/** Two runs of the sealer, which works every three seconds. */
const seconds = 6;

export async function sealing(scale: number, say: (line: string) => void): Promise<Result[]> {
  const entries = Math.max(2000, Math.round(100_000 * Math.min(1, scale * 10)));
  const name = `sealing-${entries}`;
  const stage = await openStage(name);
  const database = openDatabase({ ...stage.connection, max: writers + 4 });
  try {
    const campaign = await openNation(stage.database, { realms: 1, units: 300, people: 6000, entries }, say);
    const log = await openLog(database, join(dataFolder(name), "log"), new Date());
    if (!log) throw new Error("another log");
    database.stamp = log.key.stamp;
    await seal(database, log, new Date());
    const next = await newEntries(database, campaign);
    const times: Record<"without" | "with", number[]> = { without: [], with: [] };
    const rates: { without: number; with: number }[] = [];
    const measure = (into: number[]): Promise<number> =>
      rate(async () => {
        const begun = performance.now();
        await record(database, campaign, next());
        into.push(performance.now() - begun);
      }, seconds);
    const worked: Record<"without" | "with", number[]> = { without: [], with: [] };
    await measure([]);
    for (let pair = 0; pair < pairs; pair++) {
      const one = { without: 0, with: 0 };
      // By turns the one and the other first: a machine tires.
      for (const kind of pair % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)) {
        // Each window has its own rows to seal, and nobody else's.
        await seal(database, log, new Date());
        const work = kind === "with" ? startSealing(database, log) : undefined;
        const before = processors(dataFolder(name));
        const written = times[kind].length;
        one[kind] = await measure(times[kind]);
        await work?.stop();
        worked[kind].push((processors(dataFolder(name)) - before) / (times[kind].length - written));
      }
      rates.push(one);
      say(JSON.stringify(one));
      await foldAll(database, campaign);
    }
    await seal(database, log, new Date());
    const ratio = median(rates.map((one) => one.with / one.without));
    const without = median(rates.map((one) => one.without));
    return [
      {
        what: `entries recorded by ${writers} writers while rows are sealed (ratio: median of ${pairs} pairs)`,
        value: ratio * without,
        unit: "/s",
        baseline: { what: "the same without sealing", value: without },
        target: { ratioAtLeast: 0.97 },
      },
      ...[0.5, 0.99].map((share) => ({
        what: `one of these writes, p${share * 100}`,
        value: quantile(times.with, share),
        unit: "ms",
        baseline: { what: "the same without sealing", value: quantile(times.without, share) },
      })),
      {
        what: "time of processors for a write, the database's included",
        value: median(worked.with),
        unit: "ms",
        baseline: { what: "the same without sealing", value: median(worked.without) },
      },
      await importing(database, log),
      ...(await bulk(database, log, entries)),
    ];
  } finally {
    await database.close();
    await stage.close();
  }
}

const startSealing = (database: Database, log: Log): { stop(): Promise<void> } =>
  keepSealing(database, log, {
    now: () => new Date(),
    onHead: () => undefined,
    onError: (error) => {
      throw error;
    },
  });

/** Milliseconds that this process and those of its database have had of the processors. Linux counts them in hundredths of a second. */
function processors(dataDir: string): number {
  const server = findServer(join(dataDir, "pg"))?.pid;
  const own = process.cpuUsage();
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      continue;
    }
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[1]) === server) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (own.user + own.system) / 1000 + ticks * 10;
}

/** First events of entries as an import adds them, thousands at once: with the columns for sealing, and as it was without. */
async function importing(database: Database, { key }: Log): Promise<Result> {
  const times: Record<"without" | "with", number[]> = { without: [], with: [] };
  const ratios: number[] = [];
  await asOwner(database, "as an import", async (tx) => {
    for (const kind of ["without", "with"])
      await tx.query(
        sql`create temporary table ${raw(`events_${kind}`)} (like entry_events including defaults including indexes) on commit drop`,
      );
    await tx.query(sql`alter table events_without drop column xid, drop column stamp, drop column sha256`);
    const all = await tx.query<{ id: string; realm: number }>(
      sql`select entry_id as id, realm_id as realm from entries where version = 1 limit 5000`,
    );
    const ids = all.map(({ id }) => id);
    const realm = all[0]?.realm ?? 0;
    const at = new Date().toISOString();
    const columns = sql`realm_id, entry_id, 1, 'import', 1, created_at, data, ledger, unit_id, day, state, null::uuid`;
    const into = raw("(realm_id, entry_id, version, action, actor, at, changes, ledger, unit_id, day, state, import_id");
    const insert = {
      without: () =>
        tx.query(
          sql`insert into events_without ${into}) select ${columns} from entries where realm_id = ${realm} and entry_id = any(${ids}::uuid[])`,
        ),
      with: () => {
        const stamps = eventStamps({ stamp: key.stamp }, ids, { realm, version: 1, action: "import", actor: 1, at });
        return tx.query(sql`insert into events_with ${into}, stamp) select ${columns}, substr(${stamps}::bytea, given.n::integer * 16 - 15, 16)
          from entries e join unnest(${ids}::uuid[]) with ordinality as given (id, n) on e.entry_id = given.id where e.realm_id = ${realm}`);
      },
    };
    for (let run = -1; run < 25; run++) {
      const took = { without: 0, with: 0 };
      for (const kind of ["without", "with"] as const) {
        await tx.query(sql`truncate ${raw(`events_${kind}`)}`);
        const begun = performance.now();
        await insert[kind]();
        took[kind] = performance.now() - begun;
        if (run >= 0) times[kind].push(took[kind]);
      }
      if (run >= 0) ratios.push(took.with / took.without);
    }
  });
  const baseline = median(times.without);
  return {
    what: "5,000 events as an import adds them at once, with transaction and stamp (ratio: median of 25 pairs)",
    value: median(ratios) * baseline,
    unit: "ms",
    baseline: { what: "the same without these columns", value: baseline },
  };
}

/** As many rows as an import brings at once: sealed, checked, weighed. */
async function bulk(database: Database, log: Log, rows: number): Promise<Result[]> {
  const rates: number[] = [];
  for (let run = 0; run < 3; run++) {
    await asOwner(database, "many rows", (tx) =>
      tx.query(
        sql`insert into audit (realm_id, at, actor, action, unit_id, subject, result) select 1, now(), 1, 'ledgers.record', 1, gen_random_uuid()::text, 'ok' from generate_series(1, ${rows})`,
      ),
    );
    const begun = performance.now();
    const done = await seal(database, log, new Date());
    rates.push((done?.sealed ?? 0) / ((performance.now() - begun) / 1000));
    await sleep(100);
  }
  const begun = performance.now();
  const { size } = await checkLog(database, log.folder, new Date());
  const checked = size / ((performance.now() - begun) / 1000);
  const weighed = await asOwner(database, "weigh", (tx) =>
    tx.one<{ kept: number; found: number }>(
      sql`select pg_total_relation_size('log_batches') as kept, pg_relation_size('audit_xid') + pg_relation_size('entry_events_xid') as found`,
    ),
  );
  const files = ["leaves", "blocks", "heads.jsonl"].map((name) => statSync(join(log.folder, name)).size);
  const beside = files.reduce((sum, bytes) => sum + bytes, 0);
  return [
    { what: `rows sealed, ${rows} at once`, value: median(rates), unit: "/s" },
    { what: `rows checked by verify, of ${size}`, value: checked, unit: "/s" },
    {
      what: "kept of a row in the database, its index included",
      value: ((weighed?.kept ?? 0) + (weighed?.found ?? 0)) / size,
      unit: "bytes",
    },
    { what: "kept of a row in the witness", value: beside / size, unit: "bytes" },
  ];
}
