/** Trends, coverage and the workbook of figures, through HTTP: the same numbers as asking one by one, and nothing more. */
import { randomUUID } from "node:crypto";
import { readXlsx } from "hucre/xlsx";
import { afterAll, beforeAll, expect, test } from "vitest";
import { foldAll } from "#features/figures/cells.model.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
const api = "/api/campaigns/trial";
const all = "from=2023-03-01&to=2023-06-30";
const record = async (login: "east" | "west", unit: number, number: string, day: string, present: number): Promise<string> => {
  const id = randomUUID();
  const reply = await (
    await world.as(login)
  ).send("PUT", `${api}/ledgers/study/entries/${id}`, {
    values: { 活动编号: number, 活动日期: day, 组织单位: unit, 主题: "集中学习", 实到人数: present },
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
};
const read = async (path: string, login: "office" | "east" | "west" = "office") => (await world.as(login)).get(`${api}${path}`);

let first: string;
beforeAll(async () => {
  world = await createWorld();
  first = await record("east", world.units.east, "E-1", "2023-03-02", 10);
  await record("east", world.units.east, "E-2", "2023-04-30", 20);
  await record("east", world.units.eastOffice, "E-3", "2023-05-01", 30);
});
afterAll(() => world.close());

interface Trend {
  by: string;
  periods: { from: string; to: string }[];
  figures: { key: string; values: (number | string | null)[] }[];
}

test.each(["pending", "folded"])("a trend is what its periods are by themselves: %s", async (state) => {
  if (state === "folded") await foldAll(world.database, world.campaign);
  for (const by of ["day", "week", "month"]) {
    const { status, body } = await read(`/figures/trend?${all}&by=${by}`);
    expect(status).toBe(200);
    const { periods, figures }: Trend = body;
    expect([periods[0]?.from, periods.at(-1)?.to]).toEqual(["2023-03-01", "2023-06-30"]);
    for (const [index, { from, to }] of by === "day" ? [] : periods.entries()) {
      const { body: asked } = await read(`/figures?keys=${figures.map(({ key }) => key).join(",")}&from=${from}&to=${to}`);
      const values = asked.units[0].figures.map((one: { value: number }) => one.value);
      expect(figures.map((one) => one.values[index])).toEqual(values);
    }
    const sum = figures.find(({ key }) => key === "attended")?.values.reduce((total: number, one) => total + Number(one), 0);
    expect(sum).toBe(60);
  }
  const { body } = await read(`/figures/trend?${all}&by=month&keys=attended`);
  expect(body.figures).toEqual([{ key: "attended", values: [10, 20, 30, 0] }]);
});

test("weeks begin on Monday, and the period says where the first and last end", async () => {
  const { body } = await read("/figures/trend?from=2023-03-02&to=2023-03-14&by=week&keys=sessions");
  expect(body.periods).toEqual([
    { from: "2023-03-02", to: "2023-03-05" },
    { from: "2023-03-06", to: "2023-03-12" },
    { from: "2023-03-13", to: "2023-03-14" },
  ]);
});

test("as of a moment: records as they were then, in figures, trends, coverage and the workbook alike", async () => {
  const then = world.time.now.toISOString();
  world.time.now = new Date(world.time.now.getTime() + 3_600_000);
  const east = await world.as("east");
  const changed = await east.send("PATCH", `${api}/entries/${first}`, { version: 1, values: { 实到人数: 99 } });
  expect(changed.status).toBe(200);
  await record("west", world.units.west, "W-1", "2023-03-03", 7);
  const at = `&asOf=${encodeURIComponent(then)}`;
  const months = async (asOf: string) =>
    (await read(`/figures/trend?${all}&by=month&keys=attended${asOf}`)).body.figures[0].values;
  expect(await months("")).toEqual([106, 20, 30, 0]);
  expect(await months(at)).toEqual([10, 20, 30, 0]);
  const lacking = async (asOf: string) => (await read(`/figures/coverage?${all}&keys=attended${asOf}`)).body;
  expect(await lacking("")).toEqual({
    units: [
      { unit: world.units.east, name: "东区纪委", kind: "区" },
      { unit: world.units.west, name: "西区纪委", kind: "区" },
    ],
    figures: [{ key: "attended", without: [] }],
    silent: [],
  });
  expect(await lacking(at)).toMatchObject({ figures: [{ without: [world.units.west] }], silent: [world.units.west] });
  const { raw } = await read(`/figures/export?${all}&keys=attended${at}`);
  expect(JSON.stringify((await readXlsx(raw)).sheets[0]?.rows)).toContain("不是现在的");
  // Before the campaign there was nothing.
  const before = await read(`/figures/trend?${all}&by=month&keys=attended&asOf=2020-01-01T00:00:00Z`);
  expect(before.body.figures[0].values).toEqual([0, 0, 0, 0]);
});

test("the workbook has the units in rows, the total first, and what the figures count on a second sheet", async () => {
  const reply = await read(`/figures/export?${all}&keys=sessions,attended`);
  expect(reply.status).toBe(200);
  expect(String(reply.headers["content-disposition"])).toContain(encodeURIComponent("数字"));
  const { sheets } = await readXlsx(reply.raw);
  expect(sheets.map(({ name }) => name)).toEqual(["数字", "口径"]);
  const [table, words] = sheets.map((sheet) => sheet.rows);
  expect(table?.slice(2)).toEqual([
    ["单位", "集中学习次数（场）", "参学人次（人次）"],
    [expect.stringMatching(/（合计）$/), 4, 156],
    ["东区纪委", 3, 149],
    ["西区纪委", 1, 7],
  ]);
  expect(words?.[3]?.slice(0, 4)).toEqual(["sessions", "集中学习次数", "场", expect.stringContaining("计条数")]);
});

test("what is sealed from the asker has no trend and no coverage, and no small number in the workbook", async () => {
  const keysIn = ({ figures }: { figures: { key: string }[] }): string[] => figures.map(({ key }) => key);
  for (const path of ["trend", "coverage"]) {
    const { body } = await read(`/figures/${path}?${all}`);
    expect(keysIn(body)).toContain("attended");
    expect(keysIn(body)).not.toContain("leads");
  }
  const { sheets } = await readXlsx((await read(`/figures/export?${all}&keys=attended,leads`)).raw);
  expect(sheets[0]?.rows.slice(2, 4).map((row) => row[2] ?? null)).toEqual(["问题线索（件）", null]);
});

test.each([
  ["/figures/trend?by=hour", 400, /by/],
  ["/figures/trend?keys=nothing", 404, /没有指标“nothing”/],
  ["/figures/trend?from=2023-05-02&to=2023-05-01", 422, /早于第一天/],
  ["/figures/trend?from=2020-01-01&to=2023-05-01&by=day", 422, /超过400段.*改按周、按月/],
  ["/figures/trend?asOf=昨天", 400, /asOf/],
  ["/figures/coverage?unit=999999", 404, /单位/],
  ["/figures/coverage?keys=nothing", 404, /没有指标“nothing”/],
  ["/figures/export?from=2023-02-30", 400, /from/],
  ["/figures/export?keys=nothing", 404, /没有指标“nothing”/],
  ["/figures/export?width=3", 400, /没有这一项/],
])("%s is refused with %i", async (path, status, reason) => {
  const reply = await read(path);
  expect([reply.status, reply.body.detail]).toEqual([status, expect.stringMatching(reason)]);
});

test("a unit sees itself and what lies below it only", async () => {
  for (const path of ["/figures/trend", "/figures/coverage", "/figures/export"]) {
    const [forbidden, absent] = [
      await read(`${path}?unit=${world.units.east}`, "west"),
      await read(`${path}?unit=999999`, "west"),
    ];
    expect(forbidden.status).toBe(404);
    expect(forbidden.raw.equals(absent.raw)).toBe(true);
  }
  const own = await read(`/figures/trend?${all}&by=month&keys=attended`, "west");
  expect(own.body.figures[0].values).toEqual([7, 0, 0, 0]);
});
