/** One measured run of the import benchmark: `import-child.ts read|copy|import file.xlsx`. Prints milliseconds, CPU and memory. */
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom } from "pg-copy-streams";
import { asOwner } from "#platform/db.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import type { Cell } from "#kernel/values/cell.ts";
import { readLimits } from "#features/exchange/file-refused.ts";
import { importFile } from "#features/exchange/import.model.ts";
import { rowBudget } from "#features/exchange/read-events.ts";
import { openWorkbook } from "#features/exchange/workbook-guard.ts";
import { readXlsx } from "#features/exchange/xlsx-rows.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import { openStage } from "./stage.ts";

const [what, path] = process.argv.slice(2) as [string, string];

async function* read(): AsyncGenerator<Cell[][]> {
  const zip = await openWorkbook(path, path, readLimits);
  for await (const event of readXlsx(zip, rowBudget(path, readLimits), readLimits))
    if (event.type === "rows") yield event.rows.map((row) => row.cells);
  zip.close();
}

const work: Record<string, () => Promise<() => Promise<void>>> = {
  read: async () => async () => {
    let cells = 0;
    for await (const rows of read()) for (const row of rows) cells += row.length;
    if (cells === 0) throw new Error("nothing read");
  },
  copy: async () => {
    const lines: string[] = [];
    const text = (cell: Cell): string => (cell === null ? "\\N" : typeof cell === "object" ? cell.date : String(cell));
    for await (const rows of read())
      for (const row of rows) lines.push(`${Array.from({ length: 15 }, (_, i) => text(row[i] ?? null)).join("\t")}\n`);
    const stage = await openStage("import");
    const columns = Array.from({ length: 15 }, (_, index) => `c${index} text`).join();
    await stage.database.pool.query(`create table bare_copy (${columns})`);
    return async () => {
      const client = await stage.database.pool.connect();
      await pipeline(Readable.from(lines), client.query(copyFrom("copy bare_copy from stdin")));
      client.release();
      await stage.close();
    };
  },
  import: async () => {
    const stage = await openStage("import");
    const campaign = await asOwner(stage.database, "read campaign", (tx) => getCampaign(tx, "nation"));
    return async () => {
      const result = await importFile(
        stage.database,
        campaign,
        { account: null, unit: campaign.root, role: "operator", now: new Date() },
        { path, mayWrite: () => true },
      );
      if (!result.committed) throw new Error(JSON.stringify(result.complaints.slice(0, 3)) + JSON.stringify(result.notes));
      await foldAll(stage.database, campaign);
      await stage.close();
    };
  },
};

const run = await (work[what] as () => Promise<() => Promise<void>>)();
const cpu = process.cpuUsage();
const begun = performance.now();
await run();
const used = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    ms: performance.now() - begun,
    cpu: (used.user + used.system) / 1000,
    rss: process.resourceUsage().maxRSS / 1024,
  }),
);
