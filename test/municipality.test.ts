/**
 * The sample city, from its Excel files to its figures: a clean folder and the folder as units really send it.
 * Both start from nothing but the pack and must come out exactly as `expected.json` and `errors.json` say.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
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
import { asOwner, openDatabase, withScope, type Database } from "#platform/db.ts";
import { openKeys } from "#platform/keys.ts";
import { migrate } from "#platform/migrate.ts";
import { startDatabase } from "#platform/postgres.ts";

const root = join(import.meta.dirname, "..");
const clean = join(root, "samples/municipality");
const messy = join(root, "samples/municipality-messy");

interface Expected {
  ledgers: { id: string; columns?: string[]; rows?: number; valid_rows?: number; invalid_rows?: number }[];
  figures: { id: string; value: number | string; text: string }[];
}
const read = async <T>(...path: string[]): Promise<T> => JSON.parse(await readFile(join(...path), "utf8")) as T;

interface City {
  database: Database;
  campaign: Campaign;
  stop: () => Promise<void>;
}

async function openCity(): Promise<City> {
  const dataDir = await mkdtemp(join(tmpdir(), "yibenzhang-city-"));
  const server = await startDatabase({ dataDir, purpose: "tool" });
  const database = openDatabase(server.connection);
  await migrate(database);
  await openKeys(database, { dataDir, keys: undefined, cipher: "aes" });
  const { pack, problems } = await loadPack(join(root, "packs/municipality"));
  expect(problems).toEqual([]);
  if (!pack) throw new Error("no pack");
  const campaign = await asOwner(database, "load pack", (tx) => storePack(tx, pack, new Date()));
  return {
    database,
    campaign,
    stop: async () => {
      await database.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The workbooks of a folder, in the order of their names, as `import 文件夹/*` takes them. */
const workbooks = async (folder: string): Promise<string[]> =>
  (await readdir(folder))
    .filter((name) => /\.(xlsx|csv)$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));

async function importAll({ database, campaign }: City, paths: readonly string[]): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  const doer = { account: null, unit: campaign.root, role: "operator", now: new Date() };
  for (const path of paths)
    results.push(await importFile(database, campaign, doer, { path, goodRows: true, mayWrite: () => true }));
  await foldAll(database, campaign);
  return results;
}

/** Rows per ledger over all tables: accepted, refused, new. */
function rowsOf(results: readonly ImportResult[]): Record<string, { valid: number; invalid: number; added: number }> {
  const rows: Record<string, { valid: number; invalid: number; added: number }> = {};
  for (const { ledger, valid, invalid, added } of results.flatMap((result) => result.tables)) {
    const sum = (rows[ledger] ??= { valid: 0, invalid: 0, added: 0 });
    sum.valid += valid;
    sum.invalid += invalid;
    sum.added += added;
  }
  return rows;
}

async function figuresOf(
  { database, campaign }: City,
  { figures }: Expected,
): Promise<{ id: string; value: unknown; text: string }[]> {
  const question = { from: campaign.from, to: campaign.reportDate as string };
  const keys = figures.map((figure) => figure.id);
  const answers = await withScope(database, operator(campaign).scope, (tx) =>
    answerFigures(tx, campaign, keys, [campaign.root], question),
  );
  return (answers.get(campaign.root) ?? []).map(({ key, value, text }) => ({ id: key, value, text }));
}
const wanted = ({ figures }: Expected) => figures.map(({ id, value, text }) => ({ id, value, text }));

describe("the clean folder", () => {
  let city: City;
  let expected: Expected;
  beforeAll(async () => {
    city = await openCity();
    expected = await read<Expected>(clean, "expected.json");
  }, 120_000);
  afterAll(() => city.stop());

  test("every row goes in, without complaint or remark, and every figure comes out", async () => {
    const results = await importAll(city, await workbooks(clean));
    expect(results.flatMap((result) => [...result.complaints, ...result.notes])).toEqual([]);
    expect(rowsOf(results)).toEqual(
      Object.fromEntries(expected.ledgers.map(({ id, rows }) => [id, { valid: rows, invalid: 0, added: rows }])),
    );
    expect(await figuresOf(city, expected)).toEqual(wanted(expected));
  }, 120_000);

  test("the same files again bring nothing new", async () => {
    // The two ledgers with a row per person and event, most of all rows, are left out to keep this short.
    const paths = (await workbooks(clean)).filter((path) => !/(19互动式|22周学周测)/.test(path));
    const again = await importAll(city, paths);
    expect(again.map(({ added, changed, refused }) => [added, changed, refused])).toEqual(paths.map(() => [0, 0, 0]));
    expect(await figuresOf(city, expected)).toEqual(wanted(expected));
  }, 120_000);

  test("official forms have the columns that the city keeps, in its order", () => {
    // Values listed in a heading, 类型（书籍/汇编/读本）, are not part of the field's name.
    const plain = (heading: string): string => heading.replace(/（[^（）]*\/[^（）]*）$/, "");
    const forms = Object.fromEntries(expected.ledgers.map(({ id }) => [id, city.campaign.ledgers.get(id)?.columns]));
    expect(forms).toEqual(Object.fromEntries(expected.ledgers.map(({ id, columns }) => [id, columns?.map(plain)])));
  });

  test("the report uses every figure", () => {
    const [template] = city.campaign.pack.templates.filter((one) => one.key === "situation");
    if (!template) throw new Error("no template");
    expect(
      checkTemplate(template, { figures: city.campaign.figures.keys(), ledgers: [...city.campaign.ledgers.values()] }),
    ).toEqual([]);
    const used = new Set(
      splitTags(template.body).flatMap((piece, index) => {
        const tag = index % 2 === 1 ? parseTag(piece) : undefined;
        return tag?.kind === "figure" ? [tag.key] : tag?.kind === "if" ? [tag.condition.key] : [];
      }),
    );
    expect(expected.figures.filter(({ id }) => !used.has(id)).map(({ id }) => id)).toEqual([]);
  });
});

describe("the folder as units send it", () => {
  let city: City;
  beforeAll(async () => {
    city = await openCity();
  }, 120_000);
  afterAll(() => city.stop());

  test("good rows go in, each bad one is named, and the figures are the same", async () => {
    await importAll(city, (await workbooks(clean)).slice(0, 1));
    const results = await importAll(city, await workbooks(messy));
    const expected = await read<Expected>(messy, "expected.json");
    expect(rowsOf(results)).toEqual(
      Object.fromEntries(
        expected.ledgers.map(({ id, valid_rows, invalid_rows }) => [
          id,
          { valid: valid_rows, invalid: invalid_rows, added: valid_rows },
        ]),
      ),
    );
    expect(results.flatMap((result) => result.notes)).toEqual([]);
    const complaints = results.flatMap((result) => result.complaints);
    expect(
      complaints.map(({ file, sheet, row, column, value, code, reason }) => ({ file, sheet, row, column, value, code, reason })),
    ).toEqual(await read(messy, "errors.json"));
    expect(await figuresOf(city, expected)).toEqual(wanted(expected));

    const again = await importAll(city, await workbooks(messy));
    expect(again.flatMap(({ added, changed }) => [added, changed]).every((count) => count === 0)).toBe(true);
  }, 120_000);
});
