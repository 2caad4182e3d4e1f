/**
 * The promise of the product, against random organisations, definitions and work: every figure at every unit over any
 * period, now or as of then, is what a slow and obvious count over all records gives, and what the records listed behind
 * it come to; and a trend is what its periods are by themselves. FIGURES_RUNS sets how many organisations are tried, FIGURES_SEED and FIGURES_PATH replay one,
 * FIGURES_SHRINK=0 shows a failure as it came.
 */
import { Big } from "big.js";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operator } from "#features/access/asker.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { digestOf, listRecords } from "#features/figures/records.model.ts";
import type { FigureRecord } from "#features/figures/figures.types.ts";
import { cutPeriod } from "#features/figures/periods.types.ts";
import { answerTrend } from "#features/figures/trend.model.ts";
import type { FigureDefinition, Pack } from "#kernel/definitions.ts";
import { withScope } from "#platform/db.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { figureDrafts, figuresFile, ledgerChoice, ledgerFile, type FigureDrafts } from "./oracle/definitions.ts";
import { answer, type Asked, type Version } from "./oracle/figures.ts";
import { steps, type Step } from "./oracle/steps.ts";
import { createWorld, digest, expectSound, take, type World } from "./oracle/world.ts";
import { smallPack } from "./written-pack.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const scenario = fc.record({
  ledgers: fc.tuple(ledgerChoice, ledgerChoice),
  figures: fc.tuple(figureDrafts, figureDrafts),
  parents: fc.array(fc.nat(8), { minLength: 1, maxLength: 9 }),
  staff: fc.array(fc.nat(9), { maxLength: 4 }),
  steps,
});

type Plain = number | string | null;
/** Numbers as JSON has them, to twelve digits; a text that is a number counts as one. */
function plain(value: Big | Plain): Plain {
  if (value instanceof Big || typeof value === "object") return value === null ? null : plain(value.toNumber());
  if (typeof value === "number") return Number(value.toPrecision(12));
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value) ? plain(Number(value)) : value;
}

async function ask(world: World, { from, to, then, looks }: Extract<Step, { do: "ask" }>): Promise<void> {
  const [first, last] = from <= to ? [from, to] : [to, from];
  // Between two of the moments at which something was written.
  const asOf = then === null ? undefined : new Date(world.clock - 500 - 1000 * (then % 20)).toISOString();
  const question = { from: first, to: last, asOf };
  const keys = [...world.campaign.figures.keys()];
  const units = world.books.organisation.units.map((unit) => unit.id);
  await withScope(world.database, operator(world.campaign).scope, async (tx) => {
    const answers = await answerFigures(tx, world.campaign, keys, units, question);
    const expected = new Map(units.map((unit) => [unit, keys.map((key) => answer(world.books, key, { unit, ...question }))]));
    for (const unit of units)
      keys.forEach((key, index) => {
        const found = answers.get(unit)?.[index];
        expect({ unit, ...question, figure: shown(world, key), value: plain(found?.value ?? null) }).toEqual({
          unit,
          ...question,
          figure: shown(world, key),
          value: plain(expected.get(unit)?.[index]?.value ?? null),
        });
      });
    // A trend is what its parts are, asked one by one.
    for (const unit of looks.slice(0, 1).map((look) => units[look % units.length] as number)) {
      const periods = [...cutPeriod(question, "month"), ...cutPeriod({ from: first, to: last }, "week").slice(0, 5)];
      const found = await answerTrend(tx, world.campaign, keys, unit, periods, asOf);
      for (const key of keys) {
        const place = { unit, asOf, periods, figure: shown(world, key) };
        const wanted = periods.map((period) => plain(answer(world.books, key, { unit, ...period, asOf }).value));
        expect({ place, values: found.get(key)?.map(plain) }).toEqual({ place, values: wanted });
      }
    }
    for (const look of looks) {
      const [unit, index] = [units[look % units.length] as number, Math.floor(look / units.length) % keys.length];
      const key = keys[index] as string;
      const wanted = expected.get(unit)?.[index];
      const asked: Asked = { unit, ...question };
      const listed = await listRecords(tx, world.campaign, key, asked, { limit: 100_000, offset: 0 });
      const place = { asked, figure: shown(world, key) };
      const names = (list: { id: string; version: number }[]): string[] =>
        [...new Set(list.map((one) => `${one.id}:${one.version}`))].toSorted();
      expect({ place, records: names(listed.map((one) => ({ id: one.entryId, version: one.version }))) }).toEqual({
        place,
        records: names(wanted?.records ?? []),
      });
      expect({ place, ...(await digestOf(tx, world.campaign, key, asked)) }).toEqual({
        place,
        records: wanted?.records.length,
        digest: digest(wanted?.records as Version[]),
      });
      const come = comesTo(definition(world, key), listed);
      if (come !== undefined)
        expect({ place, come: plain(come) }).toEqual({ place, come: plain(answers.get(unit)?.[index]?.value ?? null) });
    }
  });
}

const definition = (world: World, key: string): FigureDefinition => world.campaign.figures.get(key) as FigureDefinition;

const shown = (world: World, key: string): string => JSON.stringify(definition(world, key));

/** What the amounts and values of the listed records come to; undefined for figures made of others. */
function comesTo(figure: FigureDefinition, listed: readonly FigureRecord[]): Big | Plain | undefined {
  const { divide, round } = figure;
  const finish = (value: Big): Big => {
    const scaled = divide === undefined ? value : value.div(divide);
    return round === undefined ? scaled : scaled.round(round, Big.roundHalfUp);
  };
  const sum = listed.reduce((total, one) => total.plus(one.amount ?? 0), new Big(0));
  if (figure.count || figure.sum || figure.distinct || figure.items) return finish(sum);
  if (figure.avg) return listed.length === 0 ? null : finish(sum.div(listed.length));
  if (figure.value) {
    const values = [...new Set(listed.map((one) => one.value))];
    if (values.length > 1) return null;
    const [value = null] = values;
    return ["人数", "金额", "天数"].includes(figure.value) && value !== null ? finish(new Big(value)) : value;
  }
  return undefined;
}

const runs = Number(process.env["FIGURES_RUNS"] ?? 60);
const seed = Number(process.env["FIGURES_SEED"] ?? 20230303);
const path = process.env["FIGURES_PATH"];

test(`figures are what records come to (seed ${seed}, ${runs} organisations)`, { timeout: 600_000 }, async () => {
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ ledgers, figures, parents, staff, steps: work }) => {
      const key = `t${++serial}`;
      // Later versions keep some figures, drop some and add some, and keep one place more of amounts for good.
      const [first, second] = figures;
      const later = { ...second, plain: [...first.plain.slice(0, 4), ...second.plain] };
      const pack = (drafts: FigureDrafts, more: boolean): Promise<Pack> =>
        smallPack({
          key,
          ledgers: ledgers.map((choice, at) => ledgerFile(choice, at, more)),
          figures: figuresFile(drafts, ledgers),
        });
      const packs = [await pack(first, false), await pack(later, true), await pack(first, true)] as const;
      const world = await createWorld(database, packs, parents, staff);
      for (const step of work) {
        if (step.do === "ask") await ask(world, step);
        else await take(world, step);
      }
      await ask(world, { do: "ask", from: "2023-01-15", to: "2023-07-20", then: null, looks: [1, 23, 456] });
      await expectSound(world);
    }),
    {
      numRuns: runs,
      seed,
      ...(path === undefined ? {} : { path }),
      interruptAfterTimeLimit: 1000 * Number(process.env["FIGURES_SECONDS"] ?? 300),
      endOnFailure: process.env["FIGURES_SHRINK"] === "0",
    },
  );
});
