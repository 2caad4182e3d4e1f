/**
 * Organisations that each go their own way, from their Excel files to their report. All share one database, and each
 * starts from nothing but its pack and must come out exactly as the `expected.json` of its folder says.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operator } from "#features/access/asker.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { checkTemplate } from "#features/documents/template-check.ts";
import { parseTag, splitTags } from "#features/documents/template.ts";
import { importFile } from "#features/exchange/import.model.ts";
import type { ImportResult } from "#features/exchange/import.types.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { loadPack } from "#kernel/pack.ts";
import { asOwner, withScope } from "#platform/db.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

const root = join(import.meta.dirname, "..");

interface Expected {
  ledgers: { id: string; columns: string[]; rows: number }[];
  figures: { id: string; kind: "reported" | "extra"; value: number | string; text: string }[];
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const organisations = ["customs", "province-ln", "province-zj", "province-hn", "region-xj", "dispatched-mfa", "district-report"];

describe.each(organisations)("%s", (key) => {
  let campaign: Campaign;
  let expected: Expected;
  beforeAll(async () => {
    const { pack, problems } = await loadPack(join(root, "packs", key));
    if (!pack) throw new Error(problems.map(({ file, line, reason }) => `${file}:${line} ${reason}`).join("\n"));
    campaign = await asOwner(database, "load pack", (tx) => storePack(tx, pack, new Date()));
    expected = JSON.parse(await readFile(join(root, "samples", key, "expected.json"), "utf8")) as Expected;
  }, 60_000);

  const importAll = async (): Promise<ImportResult[]> => {
    const results: ImportResult[] = [];
    const doer = { account: null, unit: campaign.root, role: "operator", now: new Date() };
    const names = (await readdir(join(root, "samples", key))).filter((name) => name.endsWith(".xlsx")).toSorted();
    for (const name of names) {
      const path = join(root, "samples", key, name);
      results.push(await importFile(database, campaign, doer, { path, goodRows: true, mayWrite: () => true }));
    }
    await foldAll(database, campaign);
    return results;
  };

  test("every row goes in once, without complaint or remark, and every figure comes out", async () => {
    const results = await importAll();
    expect(results.flatMap((result) => [...result.complaints, ...result.notes])).toEqual([]);
    const added: Record<string, number> = {};
    for (const table of results.flatMap((result) => result.tables))
      added[table.ledger] = (added[table.ledger] ?? 0) + table.added;
    expect(added).toEqual(Object.fromEntries(expected.ledgers.map(({ id, rows }) => [id, rows])));

    const again = await importAll();
    expect(again.flatMap((result) => [result.added, result.changed, result.refused]).filter((count) => count > 0)).toEqual([]);

    const question = { from: campaign.from, to: campaign.reportDate as string };
    const answers = await withScope(database, operator(campaign).scope, (tx) =>
      answerFigures(
        tx,
        campaign,
        expected.figures.map(({ id }) => id),
        [campaign.root],
        question,
      ),
    );
    const found = (answers.get(campaign.root) ?? []).map(({ key: id, value, text }) => ({ id, value, text }));
    expect(found).toEqual(expected.figures.map(({ id, value, text }) => ({ id, value, text })));
  }, 120_000);

  test("official forms have the columns that the organisation keeps, in its order", () => {
    // Values listed in a heading, 类型（简报/信息）, are not part of the field's name.
    const plain = (heading: string): string => heading.replace(/（[^（）]*\/[^（）]*）$/, "");
    const forms = Object.fromEntries(expected.ledgers.map(({ id }) => [id, campaign.ledgers.get(id)?.columns]));
    expect(forms).toEqual(Object.fromEntries(expected.ledgers.map(({ id, columns }) => [id, columns.map(plain)])));
  });

  test("the report is in order and uses every figure that the organisation reported", () => {
    const templates = campaign.pack.templates.filter((one) => one.kind === "报告");
    const known = { figures: [...campaign.figures.keys()], ledgers: [...campaign.ledgers.values()] };
    expect(templates.flatMap((template) => checkTemplate(template, known))).toEqual([]);
    const used = new Set(
      templates.flatMap((template) =>
        splitTags(template.body).flatMap((piece, index) => {
          const tag = index % 2 === 1 ? parseTag(piece) : undefined;
          return tag?.kind === "figure" ? [tag.key] : [];
        }),
      ),
    );
    const reported = expected.figures.filter(({ kind }) => kind === "reported").map(({ id }) => id);
    expect(reported.filter((id) => !used.has(id))).toEqual([]);
  });
});
