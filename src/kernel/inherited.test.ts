import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadPack } from "./pack.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pack-"));
  await write("standard/pack.yaml", "key: standard\nname: 标准\nversion: 1.0.0\n");
  await write(
    "standard/ledgers/visits.yaml",
    `key: visits
name: 检查台账
fields:
  - {name: 检查日期, type: date}
  - {name: 反馈日期, type: date}
lifecycle:
  initial: 计划
  states: [计划, 已反馈]
  transitions:
    - {name: 反馈, from: [计划], to: 已反馈, guard: {fields: [检查日期, 反馈日期]}}
figures:
  - {key: visits.count, name: 检查次数, count: entries}
  - {key: visits.answered, name: 反馈次数, count: entries, where: {反馈日期: {empty: false}}}
  - {key: visits.rate, name: 反馈率, ratio: {of: visits.answered, to: visits.count, percent: true}}
`,
  );
  await write(
    "standard/ledgers/notes.yaml",
    "key: notes\nname: 笔记\nfields: [{name: 编号}]\nfigures: [{key: notes.count, name: 笔记数, count: entries}]\n",
  );
  await write(
    "standard/rules.yaml",
    "rules: [{key: answered, name: 应反馈尽反馈, figure: visits.rate, threshold: {atLeast: 100}}]\n",
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const own = "key: own\nname: 本级\nversion: 1.0.0\nextends: standard\n";

describe("what is inherited over something left out", () => {
  test("figures, rules and guards over a column that is not kept go with it", async () => {
    await write("own/pack.yaml", own);
    await write("own/ledgers/visits.yaml", "key: visits\nwithout: [反馈日期]\n");
    const { pack, problems } = await loadPack(join(root, "own"));
    expect(problems).toEqual([]);
    expect(pack?.figures.map((figure) => figure.key).toSorted()).toEqual(["notes.count", "visits.count"]);
    expect(pack?.rules).toEqual([]);
    const visits = pack?.ledgers.find((ledger) => ledger.key === "visits");
    expect(visits?.lifecycle?.transitions[0]?.guard.fields).toEqual(["检查日期"]);
  });

  test("figures over a ledger that is not kept go with it, and those built on them", async () => {
    await write("own/pack.yaml", `${own}ledgers: [notes]\n`);
    const { pack, problems } = await loadPack(join(root, "own"));
    expect(problems).toEqual([]);
    expect(pack?.figures.map((figure) => figure.key)).toEqual(["notes.count"]);
  });

  test("a register no longer reads a column that is not kept", async () => {
    await write(
      "standard/ledgers/units.yaml",
      "key: units\nname: 单位\nregisters: {what: units, name: 名称, from: 纳入日期}\nfields: [{name: 名称}, {name: 纳入日期, type: date}]\n",
    );
    await write("own/pack.yaml", own);
    await write("own/ledgers/units.yaml", "key: units\nwithout: [纳入日期]\n");
    const { pack, problems } = await loadPack(join(root, "own"));
    expect(problems).toEqual([]);
    expect(pack?.ledgers.find((ledger) => ledger.key === "units")?.registers).toEqual({ what: "units", name: "名称" });
  });

  test("a file that changes a ledger adds a state without repeating the first one", async () => {
    await write("own/pack.yaml", own);
    await write("own/ledgers/visits.yaml", "key: visits\nlifecycle: {states: [待补]}\n");
    const { pack, problems } = await loadPack(join(root, "own"));
    expect(problems).toEqual([]);
    const visits = pack?.ledgers.find((ledger) => ledger.key === "visits");
    expect([visits?.lifecycle?.initial, visits?.lifecycle?.states]).toEqual(["计划", ["计划", "已反馈", "待补"]]);
    await write("own/ledgers/notes.yaml", "key: notes\nlifecycle: {states: [待补]}\n");
    expect((await loadPack(join(root, "own"))).problems.map((problem) => [problem.path, problem.reason])).toEqual([
      ["lifecycle.initial", "缺少“initial”"],
    ]);
  });

  test("a pack's own figure over a missing column is reported", async () => {
    await write("own/pack.yaml", own);
    await write("own/ledgers/visits.yaml", "key: visits\nwithout: [反馈日期]\n");
    await write(
      "own/figures.yaml",
      "figures: [{key: A, name: 反馈数, ledger: visits, count: entries, where: {反馈日期: {empty: false}}}]\n",
    );
    const { problems } = await loadPack(join(root, "own"));
    expect(problems.map((problem) => problem.reason)).toEqual(["台账“检查台账”没有栏目“反馈日期”"]);
  });

  test("a state without a column of its own is kept but not printed", async () => {
    const { pack } = await loadPack(join(root, "standard"));
    const visits = pack?.ledgers.find((ledger) => ledger.key === "visits");
    expect(visits?.columns).toEqual(["检查日期", "反馈日期"]);
    expect(visits?.fields.at(-1)).toMatchObject({ name: "状态", values: ["计划", "已反馈"], hidden: true });
  });
});
