/**
 * Every pack as it is shipped. What a ledger's definition says survives form, workbook and import; what an organisation
 * reported comes out of its sample files exactly.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Ledger, Pack } from "#kernel/definitions.ts";
import { isStored } from "#kernel/fields.ts";
import { loadPack } from "#kernel/pack.ts";
import { revealed } from "#kernel/sealed-values.ts";
import { asOwner, sql, withScope } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { checkTemplate } from "#features/documents/template-check.ts";
import { writeLedger, type ShownEntry } from "#features/exchange/export-ledger.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { foldAll } from "#features/figures/cells.model.ts";

import type { Value } from "#kernel/values/cell.ts";
import { registerPeople } from "#features/people/people.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { repository, seeded } from "./program.ts";
import { importPath } from "./small-pack.ts";

const packFolder = join(repository, "packs");
const packs = readdirSync(packFolder).toSorted();
const standard = "jiaoyu-zhengdun";

/** A pack without faults, its templates too. */
async function readSound(key: string): Promise<Pack> {
  const { pack, problems } = await loadPack(join(packFolder, key));
  expect(problems).toEqual([]);
  if (!pack) throw new Error(`no pack ${key}`);
  const known = { figures: new Set(pack.figures.map((figure) => figure.key)), ledgers: pack.ledgers };
  expect(pack.templates.flatMap((template) => checkTemplate(template, known))).toEqual([]);
  return pack;
}

test.each(packs)("%s is sound", async (key) => {
  const pack = await readSound(key);
  expect(pack.key).toBe(key);
});

describe("every ledger of the standard pack, by way of its official workbook", () => {
  let database: TestDatabase;
  let campaign: Campaign;
  let folder = "";
  const names = new Map<string, number>();
  const units = ["甲", "乙", "丙", "丁", "戊"].map((letter) => `${letter}区纪委监委`);
  const people = Array.from({ length: 12 }, (_, n) => ({ code: `R${1000 + n}`, name: `张${"一二三四五六七八九十百千"[n]}` }));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "yibenzhang-packs-"));
    database = await createTestDatabase();
    const pack = await readSound(standard);
    const held: Pack = {
      ...pack,
      campaign: { name: "试用", organ: "市办公室", from: "2023-01-01", to: "2023-12-31", reportDate: "2023-12-31" },
    };
    campaign = await asOwner(database, "prepare", async (tx) => {
      const stored = await storePack(tx, held, new Date());
      const ids = await registerUnits(
        tx,
        stored.realm,
        units.map((name, n) => ({ code: `U${n}`, name, kind: "机关", level: null, parent: null, from: null, to: null })),
        stored.root,
      );
      units.forEach((name, n) => names.set(name, ids[n] as number));
      const persons = await registerPeople(
        tx,
        stored.realm,
        people.map((person, n) => ({
          ...person,
          unit: ids[n % ids.length] as number,
          department: null,
          position: null,
          to: null,
        })),
      );
      people.forEach(({ code }, n) => names.set(code, persons[n] as number));
      await rebuildPaths(tx, stored.realm, stored.id, stored.pack.rollUp);
      return stored;
    });
  });
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const keys = readdirSync(join(packFolder, standard, "ledgers")).map((name) => name.replace(/\.yaml$/, ""));
  test.each(keys)("%s", async (key) => {
    const ledger = campaign.ledgers.get(key);
    if (!ledger) throw new Error("no ledger");
    const random = seeded([...key].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) | 0);
    const rows = Array.from({ length: 12 }, (_, n) => makeRow(ledger, n, random));
    const path = join(folder, `${ledger.name}.xlsx`);
    await writeLedger(path, {
      ledger,
      organ: "市办公室",
      created: new Date("2023-12-31T00:00:00Z"),
      entries: rows.map((row) => row.shown),
    });

    const result = await importPath(database, campaign, path);
    expect(result.complaints).toEqual([]);
    expect(result.notes).toEqual([]);
    expect(result.tables.map((table) => [table.ledger, table.valid])).toEqual([[key, rows.length]]);
    expect(Object.values(result.tables[0]?.columns ?? {})).not.toContain(null);
    expect(result.added).toBe(rows.length);

    const stored = await asOwner(database, "look", (tx) =>
      tx.query<{ data: Record<string, Value>; state: string | null; unit: number }>(
        sql`select data, state, unit_id as unit from entries where campaign_id = ${campaign.id} and ledger = ${key}`,
      ),
    );
    // Units and people that the ledger itself has just made have numbers that nobody could foretell.
    const registered = await asOwner(database, "look", (tx) =>
      tx.query<{ id: number; name: string }>(sql`select unit_id as id, name from units`),
    );
    const plain = (data: Record<string, unknown>): string =>
      JSON.stringify(
        Object.entries(data)
          .map(([name, value]) => [
            name,
            typeof value === "number" && ledger.registers?.what === "units"
              ? (registered.find((unit) => unit.id === value)?.name ?? value)
              : revealed({ ring: database.keys.ring }, campaign.realm, ledger, name, value as Value),
          ])
          .toSorted(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
      );
    expect(stored.map(({ data }) => plain(data)).toSorted()).toEqual(rows.map((row) => plain(row.stored)).toSorted());
    if (ledger.lifecycle)
      expect(stored.map(({ state }) => String(state)).toSorted()).toEqual(rows.map((row) => String(row.state)).toSorted());
    const owner = ledger.unit;
    if (owner !== undefined && !ledger.registers)
      for (const { data, unit } of stored) if (typeof data[owner] === "number") expect(unit).toBe(data[owner]);

    const again = await importPath(database, campaign, path);
    expect(again).toMatchObject({ added: 0, changed: 0, unchanged: rows.length, complaints: [] });
  });

  interface Row {
    shown: ShownEntry;
    stored: Record<string, unknown>;
    state: string | null;
  }

  /** A record with a value in every field that is written: as a clerk sees it, and as it is kept. */
  function makeRow(ledger: Ledger, n: number, random: () => number): Row {
    const row: Row = { shown: {}, stored: {}, state: null };
    const written = new Set(ledger.columns);
    for (const field of ledger.fields) {
      if (!written.has(field.name) || field.hidden) continue;
      if (ledger.lifecycle && field.name === ledger.stateField) {
        row.state = pick(ledger.lifecycle.states, random);
        row.shown[field.name] = row.state;
      } else if (field.derive !== undefined || field.type === "serial") continue;
      else {
        const { shown, stored } = makeValue(ledger, field, n, random);
        row.shown[field.name] = shown;
        if (isStored(ledger, field)) row.stored[field.name] = stored;
      }
    }
    row.state ??= ledger.lifecycle?.initial ?? null;
    return row;
  }

  const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = (random: () => number): string =>
    `2023-${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`;
  const odd = ["甲、乙；丙", "“引号”与<括号>&", "第1项\\第2项", "=不是公式", "１２３全角", "王\u{20000}吉", " 中 间 ", "100%"];

  function makeValue(ledger: Ledger, field: FieldDefinition, n: number, random: () => number): { shown: Value; stored: Value } {
    const same = (value: Value): { shown: Value; stored: Value } => ({ shown: value, stored: value });
    const { registers } = ledger;
    if (registers?.what === "units") {
      if (field.name === registers.name) return same(`新${n}区纪委监委`);
      if (field.name === registers.code) return same(`N${n}`);
      if (field.name === registers.parent) return same(pick(units, random));
    }
    if (registers?.what === "people") {
      if (field.name === registers.code) return same(`Q${2000 + n}`);
      if (field.name === registers.name) return same(`李${n}号`);
    }
    if (field.name === ledger.identity[0] && field.type === "text") return same(`${ledger.key.slice(0, 3).toUpperCase()}-${n}`);
    switch (field.type) {
      case "text":
        return same(`${field.name}${n}${pick(odd, random).trim()}`.slice(0, field.maxLength ?? 500));
      case "longtext":
        return same(`${field.name}${n}：\n${pick(odd, random).trim()}\n结束`);
      case "integer":
        return same(Math.max(field.min, 1) + Math.floor(random() * Math.min(900, (field.max ?? 1000) - Math.max(field.min, 1))));
      case "decimal":
        return same(Number((Math.max(field.min, 0) + random() * Math.min(90, field.max ?? 90)).toFixed(field.decimals ?? 1)));
      case "date":
        return same(day(random));
      case "month":
        return same(day(random).slice(0, 7));
      case "time":
        return same(`${two(Math.floor(random() * 24))}:${two(Math.floor(random() * 60))}`);
      case "period":
        return same([day(random), day(random)].toSorted().join("/"));
      case "boolean":
        return same(random() < 0.5);
      case "choice":
        return same(pick(field.values ?? ["其他"], random));
      case "choices":
        return same([...new Set([pick(field.values ?? ["其他"], random), pick(field.values ?? ["其他"], random)])]);
      case "unit":
      case "organ": {
        const unit = pick(units, random);
        return field.type === "organ" && random() < 0.3 ? same("市委常委会") : { shown: unit, stored: names.get(unit) as number };
      }
      case "person": {
        const { code } = pick(people, random);
        return { shown: code, stored: names.get(code) as number };
      }
      case "people": {
        const { code } = pick(people, random);
        return { shown: [code, "外单位王五"], stored: [names.get(code) as number, "外单位王五"] };
      }
      case "entry":
        return same(`YY-${n}`);
      case "serial":
        return same(null);
    }
  }
});

interface Expected {
  report_date: string;
  ledgers: { id: string; rows: number }[];
  figures: { id: string; value: number | string; text: string }[];
}
const samples = join(repository, "samples");
// The municipality and the organisations of sample-packs.test.ts have longer tests of their own.
const organisations = ["bureau-report", "county-plan"];

describe.each(organisations)("%s, from its workbooks to its figures", (key) => {
  let database: TestDatabase;
  let campaign: Campaign;
  const folder = join(samples, key);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const paths = readdirSync(folder)
    .filter((name) => /\.(xlsx|csv)$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));

  beforeAll(async () => {
    database = await createTestDatabase();
    const pack = await readSound(key);
    campaign = await asOwner(database, "load", (tx) => storePack(tx, pack, new Date()));
  });
  afterAll(() => database.close());

  test("every row goes in without complaint, and every figure comes out", async () => {
    const rows: Record<string, number> = {};
    for (const path of paths) {
      const result = await importPath(database, campaign, path);
      expect(result.complaints, result.file).toEqual([]);
      for (const { ledger, valid, added } of result.tables) {
        expect(added, `${result.file} ${ledger}`).toBe(valid);
        rows[ledger] = (rows[ledger] ?? 0) + valid;
      }
    }
    expect(rows).toEqual(Object.fromEntries(expected.ledgers.map((ledger) => [ledger.id, ledger.rows])));
    await foldAll(database, campaign);
    await figuresAreRight();
  }, 60_000);

  test("again it adds and changes nothing", async () => {
    // The largest three quarters of a sample's rows stand in few files; the others show the same in a fraction of the time.
    for (const path of paths.filter((one) => readFileSync(one).length < 60_000)) {
      const result = await importPath(database, campaign, path);
      expect(result, result.file).toMatchObject({ added: 0, changed: 0, refused: 0 });
    }
    await figuresAreRight();
  }, 60_000);

  async function figuresAreRight(): Promise<void> {
    const keys = expected.figures.map((figure) => figure.id);
    const question = { from: campaign.from, to: campaign.reportDate as string };
    const answers = await withScope(database, operator(campaign).scope, (tx) =>
      answerFigures(tx, campaign, keys, [campaign.root], question),
    );
    expect(
      (answers.get(campaign.root) ?? []).map((answer) => ({ id: answer.key, value: answer.value, text: answer.text })),
    ).toEqual(expected.figures.map(({ id, value, text }) => ({ id, value, text })));
  }
});
