/** Filters and orders of a ledger's list, over HTTP, against a small oracle that reads the whole list and decides in memory. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Condition, Filter } from "#features/ledgers/filter.types.ts";
import { createWorld, type Client, type Reply, type World } from "./world.ts";

let world: World;
let office: Client;
let all: Row[];

interface Row {
  id: string;
  state: string;
  values: Record<string, string | number | boolean | (string | number)[] | undefined>;
  computed: Record<string, string | null>;
}
type Names = Record<"units" | "people", Record<string, string>>;
let names: Names;

const list = (client: Client, query: Record<string, unknown>): Promise<Reply> => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  return client.get(`/api/campaigns/trial/ledgers/study/entries?${search.toString()}`);
};

beforeAll(async () => {
  world = await createWorld();
  office = await world.as("office");
  const { units, people } = world;
  const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;
  for (let index = 0; index < 41; index++) {
    const values = {
      活动编号: `JX-${index}`,
      活动日期: `2023-0${3 + (index % 4)}-${String(1 + ((index * 7) % 28)).padStart(2, "0")}`,
      组织单位: pick([units.east, units.west, units.eastOffice], index),
      主题: pick(["学习报告", "Party 党课", "警示教育", "100%（完成）", "学习_讨论"], index * 3),
      形式: pick(["集体学习", "交流研讨", "专题党课", null], index),
      主持人: pick([people.ann, people.bob, null, "张三"], index),
      参加人员: pick([[people.ann, "李四"], [people.wei], [], ["王五", people.bob]], index * 5),
      实到人数: pick([9, 10, 100, null, 12], index),
      学时: pick([0.5, 1.5, 10, null], index),
      是否扩大: pick([true, false, null], index),
    };
    const reply = await office.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${randomUUID()}`, { values });
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  }
  ({ entries: all, names } = (await list(office, {})).body);
  for (const { id } of all.slice(0, 5))
    await office.send("POST", `/api/campaigns/trial/entries/${id}/move`, { version: 1, transition: "退回", reason: "重填" });
  ({ entries: all, names } = (await list(office, {})).body);
});
afterAll(() => world.close());

const fieldKinds = {
  unit: ["组织单位"],
  person: ["主持人", "参加人员"],
} as const;
const raw = (row: Row, name: string): (string | number | boolean)[] => {
  const value = name === "状态" ? row.state : (row.values[name] ?? row.computed[name] ?? undefined);
  return value === undefined ? [] : [value].flat();
};
const shown = (row: Row, name: string): string[] =>
  raw(row, name).map((one) => {
    const known = (fieldKinds.unit as readonly string[]).includes(name)
      ? names.units
      : (fieldKinds.person as readonly string[]).includes(name)
        ? names.people
        : {};
    return typeof one === "boolean" ? (one ? "是" : "否") : (known[String(one)] ?? String(one));
  });

/** The oracle. */
function meets(row: Row, name: string, { contains, is, from, to, empty }: Condition): boolean {
  const items = raw(row, name);
  const words = shown(row, name);
  const between = items.some((one) => (from === undefined || one >= from) && (to === undefined || one <= to));
  return (
    (empty === undefined || empty === (items.length === 0)) &&
    (contains === undefined || words.some((word) => word.toLowerCase().includes(contains.toLowerCase()))) &&
    (is === undefined ||
      (is.includes(null) && items.length === 0) ||
      is.some((one) => one !== null && (items.map(String).includes(String(one)) || words.includes(String(one))))) &&
    ((from === undefined && to === undefined) || between)
  );
}

const conditions: Record<string, fc.Arbitrary<Condition>> = {
  主题: fc.oneof(
    fc.constantFrom("学习", "party", "%", "_", "(", "没有").map((contains) => ({ contains })),
    fc.constantFrom("学习报告", "警示教育").map((one) => ({ is: [one] })),
  ),
  形式: fc.subarray(["集体学习", "交流研讨", null], { minLength: 1 }).map((is) => ({ is })),
  状态: fc.subarray(["已登记", "已退回"], { minLength: 1 }).map((is) => ({ is })),
  组织单位: fc.oneof(
    fc.constant<Condition>({ contains: "东区" }),
    fc.constant<Condition>({ is: ["西区纪委"] }),
    fc.constant(0).map(() => ({ is: [world.units.east, world.units.west] })),
  ),
  主持人: fc.oneof(
    fc.constantFrom<Condition[]>({ contains: "安" }, { contains: "张" }, { is: ["张三"] }, { empty: true }),
    fc.constant(0).map(() => ({ is: [world.people.bob, null] })),
  ),
  参加人员: fc.oneof(
    fc.constantFrom<Condition[]>({ contains: "四" }, { contains: "白帆" }, { is: ["李四", "魏西"] }, { empty: false }),
    fc.constant(0).map(() => ({ is: [world.people.ann] })),
  ),
  实到人数: fc.constantFrom<Condition[]>({ from: 10 }, { to: 10 }, { from: 10, to: 12 }, { empty: true }, { is: [9, null] }),
  学时: fc.constantFrom<Condition[]>({ from: 1.5 }, { to: 1 }, { is: [10] }),
  活动日期: fc.constantFrom<Condition[]>({ from: "2023-04-01", to: "2023-04-30" }, { from: "2023-06-10" }, { contains: "-05-" }),
  是否扩大: fc.constantFrom<Condition[]>({ is: [true] }, { is: ["否", null] }, { empty: false }, { contains: "是" }),
  周次: fc.constantFrom<Condition[]>({ is: ["第6周"] }, { contains: "1" }),
};
const filters: fc.Arbitrary<Filter> = fc
  .subarray(Object.keys(conditions), { minLength: 1, maxLength: 3 })
  .chain((columns) => fc.record(Object.fromEntries(columns.map((name) => [name, conditions[name] as fc.Arbitrary<Condition>]))));

const ids = (rows: readonly Row[]): string[] => rows.map(({ id }) => id).toSorted();

test("a filter finds what the oracle finds, and counts it", async () => {
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const { body } = await list(office, { where: filter, count: true, limit: 500 });
      const expected = all.filter((row) => Object.entries(filter).every(([name, one]) => meets(row, name, one)));
      expect({ filter, ids: ids(body.entries), total: body.total }).toEqual({
        filter,
        ids: ids(expected),
        total: expected.length,
      });
    }),
    { numRuns: 150, seed: 20230303 },
  );
});

const sortable = ["活动日期", "组织单位", "主题", "形式", "主持人", "参加人员", "实到人数", "学时", "是否扩大", "周次", "状态"];
describe.each(sortable)("sorted by %s", (sort) => {
  test.each(["asc", "desc"])("%s: windows in one order, what is empty last", async (order) => {
    const whole: Row[] = (await list(office, { sort, order, limit: 500 })).body.entries;
    expect(ids(whole)).toEqual(ids(all));
    const windows: Row[] = [];
    for (let offset = 0; offset < all.length; offset += 7)
      windows.push(...(await list(office, { sort, order, limit: 7, offset })).body.entries);
    expect(windows.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    const filled = whole.map((row) => raw(row, sort).length > 0);
    expect(filled).toEqual(filled.toSorted((left, right) => Number(right) - Number(left)));
    const keys = whole.flatMap((row) =>
      raw(row, sort).length === 0 ? [] : [raw(row, sort)[0], shown(row, sort)[0]].slice(0, 1),
    );
    if (["实到人数", "学时", "活动日期"].includes(sort)) {
      const sorted = keys.toSorted((left, right) => (left === right ? 0 : (left ?? 0) < (right ?? 0) ? -1 : 1));
      expect(keys).toEqual(order === "asc" ? sorted : sorted.toReversed());
    }
  });
});

test("names come as a dictionary has them, weeks and choices in their own order", async () => {
  const column = async (sort: string): Promise<(string | undefined)[]> => {
    const rows: Row[] = (await list(office, { sort, limit: 500 })).body.entries;
    return [...new Set(rows.map((row) => shown(row, sort)[0]))].filter((one) => one !== undefined);
  };
  expect(await column("主持人")).toEqual(["安然", "白帆", "张三"]);
  expect(await column("形式")).toEqual(["集体学习", "交流研讨", "专题党课"]);
  expect(await column("状态")).toEqual(["已登记", "已退回"]);
  const weeks = (await column("周次")).map((week) => Number(week?.replaceAll(/\D/g, "")));
  expect(weeks).toEqual(weeks.toSorted((left, right) => left - right));
});

test("others find among what they see only", async () => {
  const west = await world.as("west");
  const { body } = await list(west, { where: { 主题: { contains: "学习" } }, count: true });
  const own = all.filter((row) => row.values["组织单位"] === world.units.west && String(row.values["主题"]).includes("学习"));
  expect(ids(body.entries)).toEqual(ids(own));
  expect(body.total).toBe(own.length);
});

test("a window beyond the end is empty and still counted", async () => {
  const { body } = await list(office, { count: true, offset: 1000, sort: "主题" });
  expect(body).toMatchObject({ entries: [], more: false, total: 41 });
});

test.each([
  [{ where: "{" }, "bad_filter", /JSON/],
  [{ where: { 没有: { contains: "a" } } }, "unknown_column", /没有“没有”这一栏.*可用：活动编号/],
  [{ where: { 序号: { is: ["1"] } } }, "unknown_column", /序号/],
  [{ where: { 主题: { like: "a" } } }, "bad_filter", /主题/],
  [{ where: { 主题: { from: "a" } } }, "bad_filter", /不是数值或日期/],
  [{ where: { 实到人数: { from: "十" } } }, "bad_filter", /应写数字/],
  [{ where: { 活动日期: { from: "4月3日" } } }, "bad_filter", /2023-04-03/],
  [{ sort: "'; drop table entries" }, "unknown_column", /不能筛选或排序/],
])("%o is refused with what is wrong", async (query, code, detail) => {
  const reply = await list(office, query);
  expect(reply.status).toBe(400);
  expect(reply.body.code).toBe(code);
  expect(reply.body.detail).toMatch(detail);
});
