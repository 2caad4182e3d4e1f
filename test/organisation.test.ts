/** The dated graph of units: what was under whom on a day stays so, whatever is reorganised later. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storePack } from "#features/campaigns/load.model.ts";
import { recountUnits } from "#features/campaigns/totals.model.ts";
import { makeXlsx, type SheetSource } from "#features/exchange/fixtures/make-xlsx.ts";
import { importFile } from "#features/exchange/import.model.ts";
import { listPosts, registerPeople, second, transfer, unitOn } from "#features/people/people.model.ts";
import { links, paths } from "#features/units/paths.ts";
import { findUnitByName, listRelationsOf, mergeUnit, moveUnit, registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { relationKinds, type Relation } from "#features/units/units.types.ts";
import { asOwner, raw, sql } from "#platform/db.ts";
import { createTestDatabase, isAnyoneWaiting, type TestDatabase } from "./database.ts";
import { aboveOn, always, hasCycle, turningDays, type Organisation } from "./oracle/organisation.ts";
import { book, figures, openSmallCampaign, type SmallCampaign } from "./small-campaign.ts";
import { smallPack } from "./written-pack.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const day = "2023-04-15";
const before = ["2023-01-01", "2023-04-14"] as const;
const after = ["2023-04-15", "2023-12-31"] as const;

/** A bureau with two divisions, an office below the first; a session a month in each. */
async function bureau(key: string): Promise<SmallCampaign> {
  const small = await openSmallCampaign(database, key, [
    { name: "局" },
    { name: "甲处", parent: "局" },
    { name: "乙处", parent: "局" },
    { name: "科", parent: "甲处" },
  ]);
  let people = 1;
  for (const month of ["2023-03-10", "2023-04-14", "2023-04-15", "2023-05-10"])
    for (const unit of ["局", "甲处", "乙处", "科"]) await small.record(unit, month, people++);
  return small;
}
/** Without the figure that no period applies to. */
const dated = (all: Record<string, Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).map(([unit, { ever: _ever, ...values }]) => [unit, values]));
const times = (all: Record<string, Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).map(([unit, values]) => [unit, values["times"]]));

describe("reorganising", () => {
  it("a move counts old days under the old unit above and new days under the new one", async () => {
    const small = await bureau("moved");
    await small.fold();
    const [old, whole] = [await small.askAll(...before), await small.askAll()];
    expect(times(whole)).toEqual({ 总: 16, 局: 16, 甲处: 8, 乙处: 4, 科: 4 });
    // Written before the move and folded after it.
    const late = await small.record("科", "2023-04-14", 50);
    await small.record("科", "2023-05-11", 51);
    expect(late.day).toBe("2023-04-14");
    await small.reorganise((tx) => moveUnit(tx, small.campaign.realm, small.id("科"), small.id("乙处"), day));
    await small.fold();
    const oldNow = await small.askAll(...before);
    expect(times(oldNow)).toEqual({ ...times(old), 总: 9, 局: 9, 甲处: 5, 科: 3 });
    expect(times(await small.askAll(...after))).toEqual({ 总: 9, 局: 9, 甲处: 2, 乙处: 5, 科: 3 });
    expect(times(await small.askAll())).toEqual({ 总: 18, 局: 18, 甲处: 7, 乙处: 7, 科: 6 });
    // What no period applies to still counts where the unit stood on the record's day.
    expect(await small.ask("甲处")).toMatchObject({ ever: 7 });
    await small.expectSound();
  });

  it("a merger leaves the old unit its days, and its subordinates go with it", async () => {
    const small = await bureau("merged");
    const old = await small.askAll(...before);
    await small.reorganise((tx) => mergeUnit(tx, small.campaign.realm, small.id("甲处"), small.id("乙处"), day));
    expect(dated(await small.askAll(...before))).toEqual(dated(old));
    await small.record("科", "2023-06-01", 60);
    expect(times(await small.askAll(...after))).toEqual({ 总: 9, 局: 9, 甲处: 2, 乙处: 5, 科: 3 });
    await small.fold();
    expect(times(await small.askAll(...after))).toEqual({ 总: 9, 局: 9, 甲处: 2, 乙处: 5, 科: 3 });
    const unit = await asOwner(database, "look", (tx) => findUnitByName(tx, [small.campaign.realm], "甲处"));
    expect(unit?.to).toBe(day);
    await small.expectSound();
  });

  it("a split founds a unit that has nothing of the days before", async () => {
    const small = await bureau("split");
    await small.fold();
    const old = await small.askAll(...before);
    await small.reorganise(async (tx) => {
      const row = { code: null, name: "丙处", kind: null, level: null, parent: "局", from: day, to: null };
      const [id] = await registerUnits(tx, small.campaign.realm, [row], small.campaign.root);
      small.ids.set("丙处", id as number);
      await moveUnit(tx, small.campaign.realm, small.id("科"), id as number, day);
    });
    const { 丙处: founded, ...others } = await small.askAll(...before);
    expect(dated(others)).toEqual(dated(old));
    expect(founded).toEqual({ times: 0, attended: 0, forms: 0, ever: 2 });
    expect(times(await small.askAll(...after))).toEqual({ 总: 8, 局: 8, 甲处: 2, 乙处: 2, 丙处: 2, 科: 2 });
    await small.expectSound();
  });

  it("of two moves at once the second sees the first", async () => {
    const small = await bureau("crossed");
    const { realm } = small.campaign;
    const order: string[] = [];
    const move = (to: string, on: string, then?: () => Promise<void>) =>
      small
        .reorganise(async (tx) => {
          await moveUnit(tx, realm, small.id("科"), small.id(to), on);
          await then?.();
        })
        .then(() => order.push(to));
    let other: Promise<unknown> = Promise.resolve();
    await move("乙处", day, async () => {
      other = move("局", "2023-05-01");
      // Until it waits, or is through where it should have waited.
      while (order.length === 0 && !(await isAnyoneWaiting(database))) await new Promise((done) => setTimeout(done, 5));
    });
    await other;
    expect(order).toEqual(["乙处", "局"]);
    const relations = await asOwner(database, "look", (tx) => listRelationsOf(tx, [realm], small.id("科")));
    expect(relations.map(({ parentName, from, to }) => [parentName, from, to])).toEqual([
      ["甲处", "-infinity", day],
      ["乙处", day, "2023-05-01"],
      ["局", "2023-05-01", "infinity"],
    ]);
    expect(times(await small.askAll(...after))).toEqual({ 总: 8, 局: 8, 甲处: 2, 乙处: 3, 科: 2 });
    await small.expectSound();
  });

  it("superior and subordinate may change places", async () => {
    const small = await bureau("swapped");
    const old = await small.askAll(...before);
    await small.reorganise(async (tx) => {
      await moveUnit(tx, small.campaign.realm, small.id("科"), small.id("局"), day);
      await moveUnit(tx, small.campaign.realm, small.id("甲处"), small.id("科"), day);
    });
    expect(dated(await small.askAll(...before))).toEqual(dated(old));
    expect(times(await small.askAll(...after))).toMatchObject({ 甲处: 2, 科: 4 });
    await small.expectSound();
  });

  it("a circle is refused with the names in it, and nothing has changed", async () => {
    const small = await bureau("circle");
    const old = await small.askAll();
    const { realm } = small.campaign;
    const attempt = small.reorganise((tx) => moveUnit(tx, realm, small.id("局"), small.id("科"), day));
    await expect(attempt).rejects.toMatchObject({ code: "unit_cycle", status: 422 });
    await expect(attempt).rejects.toThrow(/局 → 科 → 甲处 → 局|科 → 甲处 → 局 → 科|甲处 → 局 → 科 → 甲处/);
    await expect(small.reorganise((tx) => moveUnit(tx, realm, small.id("局"), small.id("局"), day))).rejects.toThrow(
      "自己的上级",
    );
    await expect(small.reorganise((tx) => mergeUnit(tx, realm, small.id("甲处"), small.id("科"), day))).rejects.toThrow(
      "下级单位",
    );
    await expect(small.reorganise((tx) => mergeUnit(tx, realm, small.id("局"), small.id("科"), day))).rejects.toMatchObject({
      code: "unit_cycle",
    });
    expect(await small.askAll()).toEqual(old);
    await small.expectSound();
  });

  it("a unit that gets its first subordinate has its day totals from then on", async () => {
    const small = await bureau("inner");
    await small.fold();
    const cells = (): Promise<{ n: number } | undefined> =>
      asOwner(database, "look", (tx) => tx.one(sql`select count(*) as n from figure_cells where unit_id = ${small.id("科")}`));
    expect((await cells())?.n).toBe(0);
    await small.reorganise(async (tx) => {
      const row = { code: null, name: "组", kind: null, level: null, parent: "科", from: null, to: null };
      small.ids.set("组", (await registerUnits(tx, small.campaign.realm, [row], small.campaign.root))[0] as number);
    });
    expect((await cells())?.n).toBeGreaterThan(0);
    await small.record("组", "2023-05-05", 99);
    expect(await small.ask("科")).toEqual({ times: 5, attended: 4 + 8 + 12 + 16 + 99, forms: 5, ever: 5 });
    await small.fold();
    expect(await small.ask("科")).toEqual({ times: 5, attended: 4 + 8 + 12 + 16 + 99, forms: 5, ever: 5 });
    await small.expectSound();
  });

  it("a pack that names another superior is counted anew when it is loaded", async () => {
    const key = "renamed";
    const units = (parent: string): object => ({
      units: [{ name: "局" }, { name: "甲处", parent: "局" }, { name: "乙处", parent: "局" }, { name: "科", parent }],
    });
    const small = await openSmallCampaign(database, key, [], { head: units("甲处") as Record<string, unknown> });
    await asOwner(database, "look", async (tx) => {
      for (const name of ["局", "甲处", "乙处", "科"])
        small.ids.set(name, (await findUnitByName(tx, [small.campaign.realm], name))?.id as number);
    });
    await small.record("科", "2023-03-10", 7);
    await small.fold();
    expect(times(await small.askAll())).toEqual({ 总: 1, 局: 1, 甲处: 1, 乙处: 0, 科: 1 });
    const next = await smallPack({ key, ledgers: [book], figures, head: units("乙处") as Record<string, unknown> });
    small.campaign = await asOwner(database, "load", (tx) => storePack(tx, next, new Date("2023-06-01T00:00:00Z")));
    expect(times(await small.askAll())).toEqual({ 总: 1, 局: 1, 甲处: 0, 乙处: 1, 科: 1 });
    await small.expectSound();
  });
});

describe("a workbook", () => {
  it("that brings records first and then the units they are to stand below counts each record once", async () => {
    const units = {
      key: "units",
      name: "单位台账",
      registers: { what: "units", name: "单位名称", parent: "上级单位" },
      identity: ["单位名称"],
      fields: [{ name: "单位名称", required: true }, { name: "上级单位" }],
    };
    const small = await openSmallCampaign(
      database,
      "sheets",
      [{ name: "局" }, { name: "甲处", parent: "局" }, { name: "科", parent: "甲处" }],
      {
        ledgers: [book, units],
      },
    );
    const sheet = (name: string, rows: string[][]): SheetSource => ({
      name,
      rows: rows
        .map((cells) => `<row>${cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join("")}</row>`)
        .join(""),
    });
    const records = [
      ["编号", "单位", "日期", "人数", "形式"],
      ["S1", "科", "2023-03-10", "5", "研讨"],
      ["S2", "科", "2023-05-10", "7", "党课"],
    ];
    const places = [
      ["单位名称", "上级单位"],
      ["局", ""],
      ["乙处", "局"],
      ["科", "乙处"],
    ];
    const content = await makeXlsx({ sheets: [sheet("学习台账", records), sheet("单位台账", places)] });
    const folder = await mkdtemp(join(tmpdir(), "yibenzhang-sheets-"));
    const path = join(folder, "上报.xlsx");
    await writeFile(path, content);
    const result = await importFile(database, small.campaign, small.doer(), { path, mayWrite: () => true });
    await rm(folder, { recursive: true });
    expect(result).toMatchObject({ committed: true, complaints: [], added: 5 });
    const expected = { 总: 2, 局: 2, 甲处: 0, 科: 2 };
    expect(times(await small.askAll())).toEqual(expected);
    await small.fold();
    expect(times(await small.askAll())).toEqual(expected);
    await small.expectSound();
  });
});

describe("the roll-up path", () => {
  it("takes the kind of relation that the campaign puts first, on each day", async () => {
    const count = async (key: string, rollUp: string[]): Promise<Record<string, unknown>> => {
      const small = await openSmallCampaign(database, key, [{ name: "委" }, { name: "局" }, { name: "派驻组", parent: "局" }], {
        head: { rollUp },
      });
      await small.record("派驻组", "2023-03-10", 1);
      await small.record("派驻组", "2023-05-10", 2);
      await small.reorganise((tx) => moveUnit(tx, small.campaign.realm, small.id("派驻组"), small.id("委"), day, "派驻"));
      await small.expectSound();
      return times(await small.askAll());
    };
    expect(await count("sent", ["派驻", "隶属"])).toEqual({ 总: 2, 委: 1, 局: 1, 派驻组: 2 });
    expect(await count("sits", ["隶属", "派驻"])).toEqual({ 总: 2, 委: 0, 局: 2, 派驻组: 2 });
    expect(await count("only", ["隶属"])).toEqual({ 总: 2, 委: 0, 局: 2, 派驻组: 2 });
  });

  const someDay = fc.constantFrom("2023-01-01", "2023-02-01", "2023-03-01", "2023-04-01", "2023-05-01");
  const relation = fc
    .record({
      unit: fc.integer({ min: 1, max: 7 }),
      parent: fc.integer({ min: 0, max: 6 }),
      kind: fc.constantFrom(...relationKinds),
      from: fc.oneof(fc.constant(always.from), someDay),
      to: fc.oneof(fc.constant(always.to), someDay),
    })
    .filter((one) => one.unit !== one.parent && one.from < one.to);

  it("is what one finds by walking up day by day, and refuses circles of one day only", () => {
    const infinite = (one: string): string => (one === always.from ? "-infinity" : one === always.to ? "infinity" : one);
    fc.assert(
      fc.property(
        fc.array(relation, { maxLength: 14 }),
        fc.subarray([...relationKinds], { minLength: 1 }),
        (relations, rollUp) => {
          const units = Array.from({ length: 8 }, (_, id) => ({ id, name: `单位${id}`, code: null, kind: "" }));
          const model: Organisation = { root: 0, rollUp, units, relations, people: [] };
          const given = relations.map((one, id): Relation => ({ ...one, id, from: infinite(one.from), to: infinite(one.to) }));
          const compute = () =>
            paths(
              units.map((unit) => unit.id),
              links(given, rollUp),
              (id) => `单位${id}`,
            );
          if (hasCycle(model)) {
            expect(compute).toThrow(/单位\d → .*单位\d/);
            return;
          }
          const found = compute();
          for (const { id } of units)
            for (const date of turningDays(model)) {
              const covering = found.filter(
                (path) =>
                  path.unit === id &&
                  (path.from === "-infinity" || path.from <= date) &&
                  (path.to === "infinity" || date < path.to),
              );
              const above = covering.toSorted((one, two) => one.depth - two.depth).map((path) => path.ancestor);
              expect(above).toEqual(aboveOn(model, id, date));
            }
        },
      ),
      { numRuns: 400, seed: 20230303 },
    );
  });
});

describe("people on secondment", () => {
  it("count at home or at the host as the campaign says, and where they were on the day", async () => {
    const small = await bureau("seconded");
    const { realm } = small.campaign;
    await asOwner(database, "people", async (tx) => {
      const row = { code: "P0001", name: "干部", unit: small.id("甲处"), department: null, position: null, to: null };
      const [person] = (await registerPeople(tx, realm, [row])) as [number];
      await second(tx, realm, person, small.id("乙处"), "2023-03-01", "2023-04-01");
      await transfer(tx, realm, person, small.id("科"), "2023-06-01");
      const name = (id: number | undefined): string => [...small.ids].find(([, own]) => own === id)?.[0] ?? "";
      const where = async (date: string): Promise<string[]> => [
        name(unitOn(await listPosts(tx, realm, [person]), date, "home")),
        name(unitOn(await listPosts(tx, realm, [person]), date, "host")),
      ];
      expect(await where("2023-02-28")).toEqual(["甲处", "甲处"]);
      expect(await where("2023-03-01")).toEqual(["甲处", "乙处"]);
      expect(await where("2023-03-31")).toEqual(["甲处", "乙处"]);
      expect(await where("2023-04-01")).toEqual(["甲处", "甲处"]);
      expect(await where("2023-05-31")).toEqual(["甲处", "甲处"]);
      expect(await where("2023-06-01")).toEqual(["科", "科"]);
      await expect(transfer(tx, realm, person, small.id("局"), "2023-06-01")).rejects.toMatchObject({ code: "transfer_before" });
    });
  });
});

describe("a top above realms", () => {
  it("is summed when it is read, and no write touches two realms", async () => {
    const small = await openSmallCampaign(database, "nation", []);
    const realms = await asOwner(database, "realms", async (tx) =>
      tx.query<{ id: number }>(
        sql`insert into realms (key, name) values ('nation/a', '甲省'), ('nation/b', '乙省') returning realm_id as id`,
      ),
    );
    // Each province makes its own units, below the top that stands in another realm.
    for (const [index, { id: realm }] of realms.entries())
      await asOwner(database, "province", async (tx) => {
        const [top, below] = [`省${index}`, `市${index}`];
        const row = { code: null, kind: null, level: null, from: null, to: null };
        const made = await registerUnits(
          tx,
          realm,
          [
            { ...row, name: top, parent: null },
            { ...row, name: below, parent: top },
          ],
          small.campaign.root,
        );
        [top, below].forEach((name, position) => small.ids.set(name, made[position] as number));
        await rebuildPaths(tx, realm, small.campaign.id, small.campaign.pack.rollUp);
      });
    small.campaign = { ...small.campaign, realms: [small.campaign.realm, ...realms.map((one) => one.id)] };
    for (const [index, { id: realm }] of realms.entries())
      for (const month of ["2023-03-10", "2023-04-10", null]) await small.record(`市${index}`, month, index + 1, realm);
    const expected = {
      总: { times: 4, attended: 6, forms: 2, ever: 6 },
      省0: { times: 2, attended: 2, forms: 1, ever: 3 },
      市0: { times: 2, attended: 2, forms: 1, ever: 3 },
      省1: { times: 2, attended: 4, forms: 1, ever: 3 },
      市1: { times: 2, attended: 4, forms: 1, ever: 3 },
    };
    expect(await small.askAll()).toEqual(expected);
    await small.fold();
    expect(await small.askAll()).toEqual(expected);
    await small.record("市0", "2023-05-01", 9, realms[0]?.id);
    expect(await small.ask("总")).toEqual({ times: 5, attended: 15, forms: 3, ever: 7 });
    await small.expectSound();
    // Which transaction wrote a row last is in the row itself.
    const tables = ["units", "relations", "unit_paths", "entries", "entry_events", "figure_deltas", "figure_cells"];
    const across = await asOwner(database, "look", (tx) =>
      tx.query(
        sql`select writer, count(distinct realm_id) as realms from (${raw(
          tables.map((table) => `select xmin::text as writer, realm_id from ${table}`).join(" union all "),
        )}) as written group by writer having count(distinct realm_id) > 1`,
      ),
    );
    expect(across).toEqual([]);
  });

  it("counts a province that is reorganised in its own realm", async () => {
    const small = await openSmallCampaign(database, "country", []);
    const [realm] = await asOwner(database, "realm", async (tx) =>
      tx.query<{ id: number }>(sql`insert into realms (key, name) values ('country/a', '甲省') returning realm_id as id`),
    );
    const province = realm?.id as number;
    const campaign = { ...small.campaign, realm: province, realms: [small.campaign.realm, province] };
    small.campaign = { ...small.campaign, realms: campaign.realms };
    const row = { code: null, kind: null, level: null, from: null, to: null };
    const change = (run: (tx: Parameters<Parameters<typeof asOwner>[2]>[0]) => Promise<unknown>): Promise<void> =>
      asOwner(database, "province", async (tx) => {
        await run(tx);
        await recountUnits(tx, campaign, await rebuildPaths(tx, province, campaign.id, campaign.pack.rollUp));
      });
    await change(async (tx) => {
      const rows = ["省", "甲市", "乙市", "县"].map((name, index) => ({
        ...row,
        name,
        parent: [null, "省", "省", "甲市"][index] ?? null,
      }));
      const made = await registerUnits(tx, province, rows, campaign.root);
      rows.forEach((one, index) => small.ids.set(one.name, made[index] as number));
    });
    await small.record("县", "2023-03-10", 1, province);
    await small.record("县", "2023-05-10", 2, province);
    await small.fold();
    await change((tx) => moveUnit(tx, province, small.id("县"), small.id("乙市"), day));
    expect(times(await small.askAll())).toEqual({ 总: 2, 省: 2, 甲市: 1, 乙市: 1, 县: 2 });
    await small.expectSound();
  });
});
