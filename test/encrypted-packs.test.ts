/** What a pack may not do with an encrypted field is told by file and line. */
import { expect, it } from "vitest";
import { smallPack } from "./written-pack.ts";

const ledger = {
  key: "visits",
  name: "来访台账",
  identity: ["编号"],
  date: "日期",
  fields: [{ name: "编号" }, { name: "日期", type: "date" }, { name: "电话", encrypted: true, mask: "phone" }],
};
const load = (change: object, figures: Record<string, unknown>[] = [], more: Record<string, unknown>[] = []) =>
  smallPack({ key: "small", ledgers: [{ ...ledger, ...change }, ...more], figures });
const withField = (field: object) => ({ fields: [...ledger.fields, field] });
const count = { key: "f", name: "件数", ledger: "visits", count: "entries" };

it("takes an encrypted field that is masked, recorded and counted as filled", async () => {
  const pack = await load({}, [{ ...count, where: { 电话: { empty: false } } }]);
  expect(pack.ledgers[0]?.fields.at(-1)).toMatchObject({ encrypted: true, mask: "phone" });
});

it.each([
  ["as what tells records apart", { identity: ["电话"] }, "identity.0 栏目“电话”是加密存放的（encrypted），不能用来认出记录"],
  ["as the date", { date: "电话" }, "不能作日期栏目"],
  ["as the unit", { unit: "电话" }, "不能作单位栏目"],
  ["in a register", { registers: { what: "people", name: "电话", unit: "编号" } }, "不能用来登记单位或人员"],
  ["of another type", withField({ name: "人数", type: "integer", encrypted: true }), "类型应为 text、longtext"],
  ["with a mask alone", withField({ name: "姓名", mask: "name" }), "也要写 encrypted: true"],
  ["with a list of values", withField({ name: "来源", encrypted: true, values: ["甲"] }), "不能再写 derive、values 或 default"],
])("is not used %s", async (_, change, reason) => {
  await expect(load(change)).rejects.toThrow(reason);
  await expect(load(change)).rejects.toThrow(/ledgers\/visits\.yaml:\d+ /);
});

it.each([
  ["by value", { where: { 电话: "110" } }],
  ["by part of it", { where: { 电话: { contains: "110" } } }],
  ["in an alternative", { any: [{ 电话: { not: "110" } }] }],
  ["told apart", { count: undefined, distinct: "电话" }],
  ["as the latest", { count: undefined, latest: "电话" }],
  ["compared with", { where: { 编号: { from: { field: "电话" } } } }],
])("is not counted %s", async (_, part) => {
  await expect(load({}, [{ ...count, ...part }])).rejects.toThrow(/figures\.yaml:\d+ .*“电话”是加密存放的/);
});

it("is not derived from another ledger's record", async () => {
  const other = {
    key: "others",
    name: "转办台账",
    identity: ["件号"],
    fields: [{ name: "件号" }, { name: "来访", type: "entry", ledger: "visits" }, { name: "来电", derive: "来访.电话" }],
  };
  await expect(load({}, [], [other])).rejects.toThrow("由“电话”带出，那一栏是加密存放的（encrypted），不能带出");
});
