/**
 * A workbook of 100,000 rows and 15 columns, from the file to the figures: parsed, checked, written with its history,
 * folded. The baseline is the same file only read (unzipped and cut into cells, nothing checked) and then the same rows
 * only copied into a table without keys. Each run has a process of its own, so that its memory is its own.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { asOwner, sql, type Database } from "#platform/db.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { writeWorkbook } from "#features/exchange/write-workbook.ts";
import { registerPeople } from "#features/people/people.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { days, forms, kinds, nationPack } from "./nation-pack.ts";
import { dataFolder, median, openStage, random, type Result } from "./stage.ts";

interface Measured {
  ms: number;
  cpu: number;
  rss: number;
}

export async function importing(scale: number, say: (line: string) => void): Promise<Result[]> {
  const rows = Math.max(2000, Math.round(100_000 * Math.min(1, scale * 10)));
  const stage = await openStage("import");
  const path = `${dataFolder("import")}/${rows}.xlsx`;
  try {
    await prepare(stage.database);
    if (!existsSync(path)) await makeWorkbook(path, rows);
    const runs: { bare: Measured; copy: Measured; whole: Measured }[] = [];
    for (let run = 0; run < 5; run++) {
      await empty(stage.database);
      runs.push({ bare: child("read", path), copy: child("copy", path), whole: child("import", path) });
      say(JSON.stringify(runs.at(-1)));
    }
    const of = (kind: "bare" | "copy" | "whole", what: keyof Measured): number => median(runs.map((run) => run[kind][what]));
    const counted = await stage.database.pool.query(
      `select (select count(*)::int from entries) as entries, (select count(*)::int from entry_events) as events`,
    );
    const { entries, events } = counted.rows[0] as { entries: number; events: number };
    if (entries !== rows || events !== rows) throw new Error(`${rows} rows became ${entries} entries and ${events} events`);
    // The machine is not equally fast from one minute to the next: each run is compared with the baseline just before it.
    const against = (what: "ms" | "cpu"): Pick<Result, "value" | "unit" | "baseline"> => {
      const baseline = of("bare", what) + of("copy", what);
      const ratio = median(runs.map(({ bare, copy, whole }) => whole[what] / (bare[what] + copy[what])));
      return { value: ratio * baseline, unit: "ms", baseline: { what: "reading + COPY", value: baseline } };
    };
    return [
      {
        what: `import of ${rows} × 15, end to end (ratio: median of ${runs.length} pairs)`,
        ...against("ms"),
        target: { ratioAtMost: 3 },
      },
      { what: "the same, CPU of the process", ...against("cpu") },
      { what: "memory of the importing process", value: of("whole", "rss"), unit: "MB", target: { atMost: 600 } },
    ];
  } finally {
    await stage.close();
  }
}

function child(what: string, path: string): Measured {
  const run = spawnSync(process.execPath, [`${import.meta.dirname}/import-child.ts`, what, path], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Measured;
}

async function prepare(database: Database): Promise<void> {
  await asOwner(database, "prepare import", async (tx) => {
    if (await tx.one(sql`select 1 from campaigns`)) return;
    await storePack(tx, nationPack(), new Date("2023-01-01T00:00:00Z"));
    const campaign = await getCampaign(tx, "nation");
    const unit = (name: string, parent: string | null) => ({
      code: null,
      name,
      kind: null,
      level: null,
      parent,
      from: null,
      to: null,
    });
    const rows = [unit("全市", null)];
    for (let county = 0; county < 20; county++) rows.push(unit(`第${county}县纪委监委`, "全市"));
    for (let town = 0; town < 280; town++) rows.push(unit(`第${town}乡纪委`, `第${town % 20}县纪委监委`));
    const units = await registerUnits(tx, campaign.realm, rows, campaign.root);
    await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp);
    await registerPeople(
      tx,
      campaign.realm,
      Array.from({ length: 6000 }, (_, index) => ({
        code: `YC${String(index).padStart(6, "0")}`,
        name: `同志${index}`,
        unit: units[1 + (index % 300)] as number,
        department: null,
        position: null,
        to: null,
      })),
    );
  });
}

async function empty(database: Database): Promise<void> {
  await database.pool.query(
    "truncate entries, entry_events, figure_deltas, figure_cells, figure_sets, figure_members, imports, audit",
  );
  await database.pool.query("drop table if exists bare_copy");
}

async function makeWorkbook(path: string, count: number): Promise<void> {
  const next = random(7);
  const fields = nationPack().ledgers[0]?.fields ?? [];
  const pick = (values: readonly string[]): string => values[Math.floor(next() * values.length)] as string;
  const rows = function* () {
    for (let index = 0; index < count; index++) {
      const day = new Date(Date.parse(days.from) + Math.floor(next() * days.count) * 86_400_000).toISOString().slice(0, 10);
      const present = 5 + Math.floor(next() * 60);
      const absent = Math.floor(next() * 5);
      yield {
        cells: [
          `HD-${index + 1}`,
          `第${Math.floor(next() * 280)}乡纪委`,
          { date: day },
          `教育整顿专题活动${Math.floor(next() * 1000)}`,
          pick(kinds),
          pick(forms),
          `YC${String(Math.floor(next() * 6000)).padStart(6, "0")}`,
          `主讲${Math.floor(next() * 500)}`,
          present,
          present + absent,
          absent,
          Math.floor(next() * 16) / 2,
          `第${Math.floor(next() * 90)}会议室`,
          `传达学习上级会议精神，结合实际交流研讨，提出第${Math.floor(next() * 10_000)}号工作要求`,
          next() < 0.2 ? "已存档" : null,
        ],
      };
    }
  };
  await writeWorkbook(path, {
    title: "教育活动台账之1",
    created: new Date("2023-11-01T00:00:00Z"),
    sheets: [
      {
        name: "教育活动台账之1",
        columns: fields.map((field) => ({ heading: field.name, width: 16, style: field.type === "date" ? "date" : "text" })),
        rows: rows(),
      },
    ],
  });
}
