/** What goes out as a workbook comes back as what it was: every ledger of the sample organisations. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPack } from "#kernel/pack.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { asOwner, withScope } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { exportLedger } from "#features/exchange/export.model.ts";
import { importFile } from "#features/exchange/import.model.ts";
import type { ImportResult } from "#features/exchange/import.types.ts";
import { changeEntry } from "#features/ledgers/ledgers.model.ts";
import { listEntries } from "#features/ledgers/list-entries.model.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

const root = join(import.meta.dirname, "..");
const now = new Date("2023-06-15T02:00:00Z");

describe.each(["county-plan", "customs"])("%s", (name) => {
  let database: TestDatabase;
  let campaign: Campaign;
  let folder: string;
  const doer = () => ({ account: null, unit: campaign.root, role: "operator", now });
  const load = (path: string, ledger?: string): Promise<ImportResult> =>
    importFile(database, campaign, doer(), { path, ledger, mayWrite: () => true });
  const send = (ledger: Ledger, form: "xlsx" | "csv" = "xlsx"): Promise<{ rows: number; path: string }> =>
    withScope(database, operator(campaign).scope, async (tx) => {
      const path = join(folder, `${ledger.name}.${form}`);
      return { path, ...(await exportLedger(tx, campaign, ledger, path, { filter: {}, form, now })) };
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "yibenzhang-trip-"));
    database = await createTestDatabase();
    const { pack, problems } = await loadPack(join(root, "packs", name));
    if (!pack) throw new Error(JSON.stringify(problems));
    campaign = await asOwner(database, "load pack", (tx) => storePack(tx, pack, now));
    const samples = join(root, "samples", name);
    for (const file of (await readdir(samples)).filter((one) => one.endsWith(".xlsx")).toSorted())
      await importFile(database, campaign, doer(), { path: join(samples, file), mayWrite: () => true, goodRows: true });
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("every ledger that is exported and imported again adds and changes nothing", async () => {
    const wrong: unknown[] = [];
    let entries = 0;
    for (const ledger of campaign.ledgers.values()) {
      const { rows, path } = await send(ledger);
      if (rows === 0) continue;
      entries += rows;
      const { added, changed, unchanged, refused, complaints } = await load(path, ledger.key);
      if (added + changed + refused > 0 || unchanged !== rows)
        wrong.push({ ledger: ledger.key, rows, added, changed, unchanged, refused, first: complaints.slice(0, 2) });
    }
    expect(wrong).toEqual([]);
    expect(entries).toBeGreaterThan(200);
  }, 300_000);

  test("nor after entries were corrected here", async () => {
    const wrong: unknown[] = [];
    for (const ledger of campaign.ledgers.values()) {
      const text = ledger.fields.find(
        (field) =>
          (field.type === "text" || field.type === "longtext") &&
          field.derive === undefined &&
          !field.required &&
          !field.hidden &&
          field.name !== ledger.stateField &&
          !ledger.identity.includes(field.name) &&
          !field.maxLength,
      );
      if (!text || ledger.registers) continue;
      const touched = await withScope(database, operator(campaign).scope, async (tx) => {
        const [entry] = (await listEntries(tx, campaign, ledger, {}, { limit: 1, offset: 0 })).entries;
        if (entry)
          await changeEntry(tx, campaign, entry, entry.version, doer(), {
            action: "change",
            values: { [text.name]: "已更正的内容" },
          });
        return entry !== undefined;
      });
      if (!touched) continue;
      const { rows, path } = await send(ledger);
      const { added, changed, unchanged, refused } = await load(path, ledger.key);
      if (added + changed + refused > 0 || unchanged !== rows)
        wrong.push({ ledger: ledger.key, rows, added, changed, unchanged, refused });
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});
