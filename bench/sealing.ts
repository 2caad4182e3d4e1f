/**
 * What sealing costs: entries recorded by 16 writers with and without the sealer at work in the same process, by turns; then
 * how fast rows are sealed and checked, and how much room they take. The witness lies on the same disk as the database.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asOwner, openDatabase, sql, type Database } from "#platform/db.ts";
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
    await measure([]);
    for (let pair = 0; pair < pairs; pair++) {
      const one = { without: 0, with: 0 };
      // By turns the one and the other first: a machine tires.
      for (const kind of pair % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)) {
        // Each window has its own rows to seal, and nobody else's.
        await seal(database, log, new Date());
        const work = kind === "with" ? startSealing(database, log) : undefined;
        one[kind] = await measure(times[kind]);
        await work?.stop();
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
