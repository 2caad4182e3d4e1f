/** Many records changed at once: together or the good ones, seen beforehand, each fault at its record. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type Client, type World } from "./world.ts";

let world: World;
let east: Client;
beforeAll(async () => {
  world = await createWorld();
  east = await world.as("east");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
let serial = 0;
async function recorded(): Promise<string> {
  const id = randomUUID();
  const values = { 活动编号: `C-${++serial}`, 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习", 实到人数: 10 };
  const reply = await east.send("PUT", `${api}/ledgers/study/entries/${id}`, { values });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return id;
}
const change = (changes: [id: string, values: object, version?: number][], more: object = {}) =>
  east.send("POST", `${api}/ledgers/study/changes`, {
    changes: changes.map(([entry, values, version = 1]) => ({ entry, version, values })),
    ...more,
  });
const topic = async (id: string): Promise<[string, number]> => {
  const { entry, history } = (await east.get(`${api}/entries/${id}`)).body;
  expect(history).toHaveLength(entry.version);
  return [entry.values.主题, entry.version];
};

test("all together, with what is written the way clerks write it", async () => {
  const [one, two] = [await recorded(), await recorded()];
  const { body } = await change([
    [one, { 主题: "新的", 活动日期: "4月5日" }],
    [two, { 主题: "也是新的", 参加人员: "安然、白帆", 实到人数: null }],
  ]);
  expect(body).toMatchObject({ committed: true, refused: [] });
  expect(body.entries[0].values).toMatchObject({ 主题: "新的", 活动日期: "2023-04-05" });
  expect(body.entries[1].values["参加人员"]).toEqual([world.people.ann, world.people.bob]);
  expect(body.entries[1].values).not.toHaveProperty("实到人数");
  expect(body.names.people).toMatchObject({ [world.people.ann]: "安然" });
  expect(await topic(two)).toEqual(["也是新的", 2]);
});

test("one fault keeps all out unless the good ones are wanted; seen beforehand without a trace", async () => {
  const [one, two, three] = [await recorded(), await recorded(), await recorded()];
  const asked: [string, object][] = [
    [one, { 主题: "改了" }],
    [two, { 活动日期: "2023-02-30", 实到人数: "很多" }],
    [three, { 活动编号: "C-1" }],
  ];
  const refused = [
    { entry: two, code: "invalid_values", faults: [{ field: "活动日期" }, { field: "实到人数" }] },
    { entry: three, code: "number_taken", detail: /已有活动编号“C-1”/ },
  ].map((one_) => expect.objectContaining({ ...one_, faults: expect.anything(), detail: expect.anything() }));
  for (const more of [{}, { dryRun: true, goodRows: true }]) {
    const { body } = await change(asked, more);
    expect(body).toMatchObject({ committed: false });
    expect(body.refused).toEqual(refused);
    expect(await topic(one)).toEqual(["学习", 1]);
  }
  const { body } = await change(asked, { goodRows: true });
  expect(body).toMatchObject({ committed: true, entries: [{ id: one, version: 2 }] });
  expect(body.refused).toEqual(refused);
  expect(await topic(one)).toEqual(["改了", 2]);
  expect(await topic(two)).toEqual(["学习", 1]);
});

test("what others changed meanwhile is told at its record", async () => {
  const [one, two] = [await recorded(), await recorded()];
  await change([[one, { 主题: "别人的" }]]);
  const { body } = await change(
    [
      [one, { 主题: "我的" }],
      [two, { 主题: "我的" }],
    ],
    { goodRows: true },
  );
  expect(body.refused).toMatchObject([{ entry: one, code: "version_conflict", version: 2, theirs: { 主题: "别人的" } }]);
  expect(await topic(one)).toEqual(["别人的", 2]);
  expect(await topic(two)).toEqual(["我的", 2]);
});

test("deleted, twice or another ledger's are refused in words", async () => {
  const id = await recorded();
  expect(
    (
      await change([
        [id, { 主题: "a" }],
        [id, { 主题: "b" }],
      ])
    ).body.code,
  ).toBe("twice");
  await east.send("POST", `${api}/entries/${id}/delete`, { version: 1, reason: "重复" });
  expect((await change([[id, { 主题: "a" }, 2]])).body.refused).toMatchObject([{ code: "deleted" }]);
  const other = await east.send("POST", `${api}/ledgers/roster/changes`, { changes: [{ entry: id, version: 2, values: {} }] });
  expect(other.body.code).toBe("wrong_ledger");
});
