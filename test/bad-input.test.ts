/**
 * What people really send. Each must be told in Chinese what is wrong, where and what to do, with the right exit code,
 * and leave everything that was there as it was.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CFB } from "@e965/xlsx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Campaign } from "#kernel/campaign.ts";
import { loadPack } from "#kernel/pack.ts";
import type { Problem } from "#kernel/problem.ts";
import { asOwner, sql } from "#platform/db.ts";
import { changeEntry, getEntry, ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { listEntries } from "#features/ledgers/list-entries.model.ts";
import { makeXlsx, rowsOf, temporary, zip } from "../src/features/exchange/fixtures/make-xlsx.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { run, type Outcome } from "./program.ts";
import {
  importClean,
  importPath,
  load,
  operatorOf,
  peopleCsv,
  sessionsCsv,
  sessionsHead,
  smallFile,
  unitsCsv,
  writeSmallPack,
} from "./small-pack.ts";

let folder = "";
let database: TestDatabase;
let campaign: Campaign;
const files = temporary();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-bad-"));
  database = await createTestDatabase();
  campaign = await load(database, writeSmallPack(join(folder, "small")));
  for (const [name, text] of [
    ["单位名册.csv", unitsCsv],
    ["人员名册.csv", peopleCsv],
    ["学习台账.csv", sessionsCsv(1, 20)],
  ] as const)
    await importClean(database, campaign, files.put(name, text));
  before = await everything();
});
afterAll(async () => {
  await database.close();
  files.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** All that a bad file could have touched. */
const everything = (): Promise<unknown> =>
  asOwner(database, "look", (tx) =>
    tx.one(sql`select (select count(*) from entries) as entries, (select count(*) from entry_events) as events, (select count(*) from units) as units,
      (select count(*) from people) as people, (select count(*) from imports) as imports, (select count(*) from reports) as reports,
      (select md5(string_agg(data::text || version, ',' order by entry_id)) from entries) as content`),
  );
let before: unknown;
const nothingChanged = async (): Promise<void> => expect(await everything()).toEqual(before);

const yibenzhang = (...args: string[]): Promise<Outcome> => run(args, { DATABASE_URL: database.url });
/** Nobody should ever read this of a mistake of their own. */
const blamesUser = (outcome: Outcome): void => {
  expect(outcome.out + outcome.err).not.toMatch(/内部错误|\n\s+at |Error:|undefined|\[object/);
};

describe("packs", () => {
  let number = 0;
  const reasons = async (changes: Record<string, string | null>): Promise<string[]> => {
    const { pack, problems } = await loadPack(writeSmallPack(join(folder, `pack${++number}`), changes));
    expect(pack).toBeUndefined();
    return problems.map(({ file, line, path, reason }) => `${file.replace(/^pack\d+\//, "")}:${line} ${path} ${reason}`);
  };
  const pack = smallFile("pack.yaml");
  const sessions = smallFile("ledgers/sessions.yaml");

  test.each([
    [
      "an unknown key",
      { "ledgers/sessions.yaml": sessions.replace("name: 学习台账", "name: 学习台账\nlable: 学习") },
      [/^ledgers\/sessions\.yaml:3 lable 不认识的项“lable”/],
    ],
    [
      "an unknown key of a field",
      { "ledgers/sessions.yaml": sessions.replace("required: true}", "requird: true}") },
      [/^ledgers\/sessions\.yaml:8 fields\.0\.requird 不认识的项“requird”/],
    ],
    [
      "a cycle among its units",
      { "pack.yaml": `${pack}units:\n  - {name: 甲, parent: 乙}\n  - {name: 乙, parent: 丙}\n  - {name: 丙, parent: 甲}\n` },
      [/^pack\.yaml:6 units\.0\.parent 上级关系形成了循环：甲 → 乙 → 丙 → 甲/, /:7 /, /:8 /],
    ],
    [
      "a unit above itself",
      { "pack.yaml": `${pack}units:\n  - {name: 甲, parent: 甲}\n` },
      [/^pack\.yaml:6 units\.0\.parent 上级关系形成了循环：甲 → 甲/],
    ],
    [
      "a figure over a missing field",
      { "figures.yaml": "figures:\n  - {key: A1, name: 次数, ledger: sessions, sum: 到会人数}\n", "templates/brief.md": null },
      [/^figures\.yaml:2 sum 台账“学习台账”没有栏目“到会人数”/],
    ],
    [
      "a figure over a missing ledger",
      { "figures.yaml": "figures:\n  - {key: A1, name: 次数, ledger: meetings, count: entries}\n", "templates/brief.md": null },
      [/^figures\.yaml:2 ledger 没有台账“meetings”/],
    ],
    [
      "figures in a circle",
      {
        "figures.yaml": "figures:\n  - {key: A1, name: 甲, total: [A2]}\n  - {key: A2, name: 乙, total: [A1]}\n",
        "templates/brief.md": null,
      },
      [/:2 .*循环：A1 → A2 → A1/, /:3 /],
    ],
    [
      "an extended pack that is not there",
      { "pack.yaml": pack.replace("version", "extends: elsewhere\nversion") },
      [/^pack\.yaml:3 extends 找不到所继承的方案包“elsewhere”，请把它的文件夹放在/],
    ],
    [
      "an extended pack that is no name",
      { "pack.yaml": pack.replace("version", "extends: [甲]\nversion") },
      [/^pack\.yaml:3 extends /],
    ],
    [
      "a pack that extends itself",
      { "pack.yaml": pack.replace("version", "extends: small\nversion") },
      [/^pack\.yaml:3 extends 方案包互相继承，形成了循环：small → small/],
    ],
    [
      "broken YAML",
      { "ledgers/sessions.yaml": sessions.replace("unit: 组织单位", "unit: 组织单位: 甲") },
      [/^ledgers\/sessions\.yaml:3 +YAML 写法有误：[^a-z]*[\u4e00-\u9fff]/],
    ],
    [
      "an unclosed bracket",
      { "figures.yaml": "figures:\n  - {key: A1, name: 次数\n" },
      [/^figures\.yaml:\d YAML 写法有误|^figures\.yaml:\d +YAML 写法有误：[^a-z]*[\u4e00-\u9fff]/],
    ],
    ["the same key twice", { "pack.yaml": `${pack}name: 又一个\n` }, [/^pack\.yaml:5 +YAML 写法有误：.*重复/]],
    [
      "a tab for indentation",
      { "pack.yaml": "key: small\nname: 甲\nversion: 1.0.0\ncampaign:\n\tname: 甲\n" },
      [/^pack\.yaml:5 +YAML 写法有误：.*制表符/, /^pack\.yaml:4 /],
    ],
    [
      "two realms of one name, and one of the name of the top",
      {
        "pack.yaml":
          "key: small\nname: 小\nversion: 1.0.0\ncampaign:\n  {name: 甲, organ: 市办公室, from: 2023-03-01, realms: [{key: a, name: 北省}, {key: b, name: 北省}, {key: c, name: 市办公室}]}\n",
      },
      [/^pack\.yaml:5 .*辖区“北省”的 key 或名称与前面的“北省”重复/, /^pack\.yaml:5 .*辖区“市办公室”与最顶一级的 organ 同名/],
    ],
    ["an empty pack.yaml", { "pack.yaml": "" }, [/^pack\.yaml:1 /]],
    ["a pack.yaml that is a list", { "pack.yaml": "- 甲\n- 乙\n" }, [/^pack\.yaml:1 /]],
    [
      "a wrong date",
      { "pack.yaml": pack.replace("from: 2023-03-01", "from: 2023-02-30") },
      [/^pack\.yaml:4 campaign\.from .*日期/],
    ],
    ["no pack.yaml", { "pack.yaml": null }, [/没有 pack\.yaml，不是方案包/]],
  ] as [string, Record<string, string | null>, RegExp[]][])("%s", async (_name, changes, wanted) => {
    const found = await reasons(changes);
    expect(found.length, found.join("\n")).toBe(wanted.length);
    wanted.forEach((reason, index) => expect(found[index]).toMatch(reason));
  });

  test("packs that extend one another", async () => {
    const circle = join(folder, "circle");
    const of = (key: string, base: string): string =>
      pack.replace("key: small", `key: ${key}`).replace("version", `extends: ${base}\nversion`);
    writeSmallPack(join(circle, "one"), { "pack.yaml": of("one", "two") });
    writeSmallPack(join(circle, "two"), { "pack.yaml": of("two", "one") });
    const { problems } = await loadPack(join(circle, "one"));
    expect(problems.map(({ file, line, reason }) => `${file}:${line} ${reason}`)).toEqual([
      "two/pack.yaml:3 方案包互相继承，形成了循环：one → two → one",
    ]);
  });

  test("YAML that unfolds without end", async () => {
    const bomb = Array.from(
      { length: 12 },
      (_, n) =>
        `l${n}: &l${n} [${Array(10)
          .fill(n === 0 ? "甲" : `*l${n - 1}`)
          .join(", ")}]`,
    ).join("\n");
    expect(await reasons({ "pack.yaml": `${pack}${bomb}\n` })).toEqual([expect.stringMatching(/^pack\.yaml:\d+ .*YAML/)]);
  });

  test("through the program: each place, exit 3, and the campaign stays as it was", async () => {
    const bad = writeSmallPack(join(folder, "unknown-figure"), {
      "templates/brief.md": smallFile("templates/brief.md").replace("{{A2}}", "{{A9}}"),
    });
    for (const action of ["check", "load"]) {
      const outcome = await yibenzhang("pack", action, bad);
      expect(outcome.code).toBe(3);
      expect(outcome.out).toMatch(/unknown-figure\/templates\/brief\.md:7 .*A9/);
      expect(outcome.err).toMatch(/方案包有1处问题，没有装入/);
      blamesUser(outcome);
    }
    const missing = await yibenzhang("pack", "load", join(folder, "没有这个文件夹"));
    expect(missing).toMatchObject({ code: 3, out: expect.stringContaining("没有 pack.yaml") });
    await nothingChanged();
  });
});

describe("files that are refused whole", () => {
  const good = [
    ["活动编号", "活动日期", "组织单位", "主讲人", "参加人数", "学习内容"],
    ["H90001", "2023-03-15", "乙区", null, 30, "甲"],
  ];
  const book = (parts: Record<string, string> = {}): Promise<Buffer> =>
    makeXlsx({ sheets: [{ name: "学习台账", rows: rowsOf(good) }], parts });

  test("each by its own name with fault and remedy, the others taken, exit 1", async () => {
    const put = (name: string, content: Buffer | string): string => files.put(name, content);
    const whole = await book();
    // An OLE container with the stream that Office puts an encrypted workbook in.
    const container = CFB.utils.cfb_new();
    for (const name of ["EncryptionInfo", "EncryptedPackage"]) CFB.utils.cfb_add(container, name, Buffer.from("甲"));
    const encrypted = CFB.write(container, { type: "buffer" }) as Buffer;
    const cut = put("截断.xlsx", whole);
    truncateSync(cut, Math.floor(whole.length * 0.6));
    mkdirSync(join(folder, "一个文件夹"));
    const locked = put("没有权限.xlsx", whole);
    chmodSync(locked, 0);
    const bomb = await makeXlsx({ sheets: [{ name: "学习台账", rows: " ".repeat(40 << 20) }] });
    const cases: [path: string, said: RegExp][] = [
      [put("加密.xlsx", encrypted), /《加密\.xlsx》设了密码.*取消/],
      [cut, /《截断\.xlsx》已损坏或不完整.*重新下载/],
      [put("炸弹.xlsx", bomb), /《炸弹\.xlsx》.*压缩炸弹/],
      [put("宏.xlsx", await book({ "xl/vbaProject.bin": "x" })), /《宏\.xlsx》含有宏.*另存为/],
      [put("外链.xlsx", await book({ "xl/externalLinks/externalLink1.xml": "<x/>" })), /《外链\.xlsx》.*断开链接/],
      [put("图片.xlsx", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")), /《图片\.xlsx》的内容不是 Excel 工作簿.*另存为/],
      [put("网页.xls", "<html><table><tr><td>1</td></tr></table></html>"), /《网页\.xls》其实是网页格式.*另存为/],
      [put("空.xlsx", ""), /《空\.xlsx》是空的/],
      [put("压缩包.xlsx", await zip({ "说明.txt": "甲" })), /《压缩包\.xlsx》/],
      [join(folder, "不存在.xlsx"), /找不到文件 .*不存在\.xlsx/],
      [join(folder, "一个文件夹"), /一个文件夹 是文件夹/],
    ];
    const outcome = await yibenzhang("import", "--marked", "none", ...cases.map(([path]) => path));
    expect(outcome.code).toBe(1);
    for (const [, said] of cases) expect(outcome.out + outcome.err).toMatch(said);
    blamesUser(outcome);
    await nothingChanged();

    const json = await yibenzhang("import", "--dry-run", "--json", "--marked", "none", cut, put("好.xlsx", whole));
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject([
      { file: "截断.xlsx", error: { code: "damaged" } },
      { file: "好.xlsx", added: 1 },
    ]);
    await nothingChanged();
  });

  test("a workbook under the wrong extension is read for what it is", async () => {
    const result = await importPath(database, campaign, files.put("学习台账.csv", await book()), { dryRun: true });
    expect(result).toMatchObject({ added: 1, complaints: [] });
  });

  test("two million empty rows cost little and mean nothing", async () => {
    const empty = Array.from({ length: 2_000_000 }, (_, index) => `<row r="${index + 3}"/>`).join("");
    const path = files.put("空行.xlsx", await makeXlsx({ sheets: [{ name: "学习台账", rows: rowsOf(good) + empty }] }));
    const begun = performance.now();
    const result = await importPath(database, campaign, path, { dryRun: true });
    expect(result).toMatchObject({ added: 1, complaints: [] });
    expect(performance.now() - begun).toBeLessThan(20_000);
  }, 40_000);

  test("a ledger that does not exist, a heading or field that does not", async () => {
    const path = files.put("学习.csv", sessionsCsv(1, 1));
    expect(await yibenzhang("import", path, "--ledger", "meetings")).toMatchObject({
      code: 1,
      out: expect.stringMatching(/没有台账“meetings”.*people、sessions、units/),
    });
    expect(await yibenzhang("import", path, "--map", "人数=到会人数")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/“到会人数”不是任何台账的栏目/),
    });
    await nothingChanged();
  });
});

describe("rows that are refused", () => {
  const csv = (...rows: string[]): string => files.put("学习台账.csv", [sessionsHead, ...rows, ""].join("\n"));
  const complaints = async (path: string): Promise<string[]> => {
    const result = await importPath(database, campaign, path);
    expect(result).toMatchObject({ committed: false });
    await nothingChanged();
    return result.complaints.map(
      ({ file, sheet, row, column, code, reason, suggestion }) =>
        `${file} ${sheet ?? "-"} ${row} ${column ?? "-"} ${code} ${reason}${suggestion === null ? "" : `。${suggestion}`}`,
    );
  };

  test("a day outside the campaign, before and after", async () => {
    expect(await complaints(csv("K1,2023-02-28,乙区,,1,甲", "K2,2024-01-01,乙区,,1,乙"))).toEqual([
      "学习台账.csv - 2 活动日期 out_of_campaign 日期2023-02-28不在活动期间（2023-03-01至2023-12-31）内。请核对日期",
      "学习台账.csv - 3 活动日期 out_of_campaign 日期2024-01-01不在活动期间（2023-03-01至2023-12-31）内。请核对日期",
    ]);
  });

  test("a person who had left; before that day is fine", async () => {
    expect(await complaints(csv("K1,2023-05-01,乙区,P002,1,甲", "K2,2023-04-30,乙区,P002,1,乙"))).toEqual([
      "学习台账.csv - 2 主讲人 left_person 该同志已于2023-05-01退出，2023-05-01的记录不能再登记。请核对人员和日期",
    ]);
  });

  test("units, people, numbers and dates that are none, with sheet, row and column", async () => {
    const path = files.put(
      "汇总.xlsx",
      await makeXlsx({
        sheets: [
          {
            name: "三月",
            rows: rowsOf([
              sessionsHead.split(","),
              ["K1", "2023-02-30", "乙区", null, 1, "甲"],
              ["K2", "2023-03-01", "乙区县", null, 1, "甲"],
              ["K3", "2023-03-01", "乙区", "P999", -1, "甲"],
            ]),
          },
        ],
      }),
    );
    expect(await complaints(path)).toEqual([
      "汇总.xlsx 三月 2 活动日期 bad_date 日期2023-02-30不存在",
      expect.stringMatching(/^汇总\.xlsx 三月 3 组织单位 unknown_unit 所填单位不在《单位名册》中。是否为：/),
      "汇总.xlsx 三月 4 主讲人 unknown_person 人员编号P999不在人员名册中",
      expect.stringMatching(/^汇总\.xlsx 三月 4 参加人数 negative 人数为负数/),
    ]);
  });

  test("the same number twice with different content; the same row twice", async () => {
    expect(await complaints(csv("K1,2023-03-01,乙区,,1,甲", "K1,2023-03-01,乙区,,2,甲", "K1,2023-03-01,乙区,,2,甲"))).toEqual([
      "学习台账.csv - 3 活动编号 conflict 活动编号与前面一行相同，内容却不同。请核对编号，一条记录一个编号",
      "学习台账.csv - 4 - duplicate 与本表前面一行内容完全相同（重复填报）。请删除重复的一行",
    ]);
  });

  test("ten megabytes in a cell", async () => {
    expect(await complaints(csv(`K1,2023-03-01,乙区,,1,${"甲".repeat(3_500_000)}`))).toEqual([
      "学习台账.csv - 2 学习内容 too_long 学习内容超过32767字。请压缩到32767字以内",
    ]);
  });

  test("characters that no database can hold", async () => {
    const rows = ["K1_x0000_", "学_xD800_"].map((odd, n) => [`K${n}`, "2023-03-01", "乙区", null, 1, odd]);
    const path = files.put(
      "怪字.xlsx",
      await makeXlsx({ sheets: [{ name: "甲", rows: rowsOf([sessionsHead.split(","), ...rows]) }] }),
    );
    expect(await complaints(path)).toEqual(
      [2, 3].map((row) => expect.stringMatching(`^怪字.xlsx 甲 ${row} 学习内容 bad_value 含有无法识别的字符`) as string),
    );
  });

  test("formulas: their results are taken, errors and missing results are told", async () => {
    const cell = (at: string, inner: string, type = ""): string => `<c r="${at}"${type}>${inner}</c>`;
    const texts = (row: number, number: string): string =>
      ["A", "B", "C", "F"]
        .map((column, index) =>
          cell(`${column}${row}`, `<is><t>${[number, "2023-03-01", "乙区", number][index]}</t></is>`, ' t="inlineStr"'),
        )
        .join("");
    const rows =
      rowsOf([sessionsHead.split(",")]) +
      `<row r="2">${texts(2, "K1")}${cell("E2", "<f>1+1</f><v>2</v>")}</row>` +
      `<row r="3">${texts(3, "K2")}${cell("E3", "<f>1/0</f><v>#DIV/0!</v>", ' t="e"')}</row>` +
      `<row r="4">${texts(4, "K3")}${cell("E4", "<f>1+2</f>")}</row>`;
    const path = files.put("公式.xlsx", await makeXlsx({ sheets: [{ name: "甲", rows }] }));
    const result = await importPath(database, campaign, path, { dryRun: true });
    expect(result).toMatchObject({ added: 2, refused: 1 });
    expect(result.complaints).toMatchObject([
      { row: 3, column: "参加人数", cell: "E3", code: "bad_value", reason: "公式出错（#DIV/0!），没有结果" },
    ]);
    expect(result.notes).toMatchObject([{ sheet: "甲", code: "uncomputed_formulas" }]);
  });

  test("through the program: exit 3, nothing in; with --good-rows the good ones", async () => {
    const path = csv("K1,2023-03-01,乙区,,1,甲", "K2,2023-13-01,乙区,,1,乙");
    const refused = await yibenzhang("import", path, "--marked", "none");
    expect(refused.code).toBe(3);
    expect(refused.out).toMatch(/没有导入《学习台账\.csv》：.*退回1条/);
    expect(refused.out).toMatch(/✗ 第3行 活动日期“2023-13-01”：日期2023-13-01不存在/);
    blamesUser(refused);
    await nothingChanged();
    const marked = join(folder, "退回");
    const kept = await yibenzhang("import", path, "--good-rows", "--marked", marked);
    expect(kept).toMatchObject({ code: 3, out: expect.stringMatching(/已导入《学习台账\.csv》：新增1条.*退回1条/) });
    expect(readdirSync(marked)).toEqual(["学习台账（退回）.xlsx"]);
    before = await everything();
    const unwritable = await yibenzhang("import", path, "--marked", join(path, "退回"));
    expect(unwritable).toMatchObject({ code: 1, err: expect.stringMatching(/标红的《学习台账\.csv》没有存成：不能写 .*请确认/) });
    blamesUser(unwritable);
    await nothingChanged();
  });
});

describe("registers", () => {
  const units = (...rows: string[]): string => files.put("单位名册.csv", ["单位编号,单位名称,上级单位", ...rows, ""].join("\n"));
  const refusal = async (path: string): Promise<string> => {
    const outcome = await yibenzhang("import", path, "--marked", "none");
    expect(outcome.code).toBe(1);
    blamesUser(outcome);
    await nothingChanged();
    return outcome.out + outcome.err;
  };
  test("a circle of units", async () => {
    expect(await refusal(units("E1,丙区,丙区二街道", "E2,丙区一街道,丙区", "E3,丙区二街道,丙区一街道"))).toMatch(
      /单位名册\.csv》：第2、3、4行：单位的上级关系形成了循环：.*丙区.*请更正其中一个单位的上级单位/,
    );
  });
  test("a unit above itself", async () => {
    expect(await refusal(units("E1,丙区,丙区"))).toMatch(/单位名册\.csv》：第2行：单位“丙区”的上级单位写成了它自己/);
  });
  test("a unit below one that is nowhere", async () => {
    expect(await refusal(units("E1,丙区,", "E2,丁街道,丁区"))).toMatch(
      /单位名册\.csv》：第3行：单位“丁街道”的上级单位“丁区”不在台账中，请先补上/,
    );
  });
});

describe("two at a time", () => {
  const anEntry = () =>
    asOwner(database, "look", async (tx) => {
      const { entries } = await listEntries(tx, campaign, ledgerOf(campaign, "sessions"), {}, { limit: 1, offset: 0 });
      return entries[0];
    });

  test("the same entry from the same version: the second is told what the first changed", async () => {
    const entry = await anEntry();
    if (!entry) throw new Error("no entry");
    const edit = (values: Record<string, number | string>) =>
      asOwner(database, "edit", async (tx) =>
        changeEntry(tx, campaign, await getEntry(tx, campaign, entry.id), entry.version, operatorOf(campaign), {
          action: "edit",
          values,
        }),
      );
    const results = await Promise.allSettled([edit({ 参加人数: 41 }), edit({ 学习内容: "改过" })]);
    const refused = results.filter((one) => one.status === "rejected").map((one) => one.reason as Problem);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      code: "version_conflict",
      status: 409,
      message: expect.stringMatching(/已被他人修改|刚刚被他人修改/),
    });
    const again = await edit({ 学习内容: "再改" }).catch((error: unknown) => error as Problem);
    expect(again).toMatchObject({
      code: "version_conflict",
      status: 409,
      details: { version: entry.version + 1, yours: { 学习内容: "再改" } },
    });
    const theirs = (again as Problem).details["theirs"] as object;
    expect([{ 参加人数: 41 }, { 学习内容: "改过" }]).toContainEqual(theirs);
    await asOwner(database, "undo", async (tx) => {
      await tx.query(sql`delete from entry_events where entry_id = ${entry.id} and version > ${entry.version}`);
      await tx.query(
        sql`update entries set data = ${JSON.stringify(entry.data)}, version = ${entry.version} where entry_id = ${entry.id}`,
      );
      await tx.query(sql`delete from figure_deltas`);
    });
    await nothingChanged();
  });

  test("a second entry of a number that is taken", async () => {
    const values = { 活动编号: "H00001", 活动日期: "2023-03-02", 组织单位: (await anUnit("甲区一街道")) as number, 参加人数: 3 };
    const taken = await asOwner(database, "record", (tx) =>
      recordEntry(
        tx,
        campaign,
        campaign.realm,
        ledgerOf(campaign, "sessions"),
        operatorOf(campaign),
        crypto.randomUUID(),
        values,
      ),
    ).catch((error: unknown) => error as Problem);
    expect(taken).toMatchObject({
      code: "number_taken",
      status: 409,
      message: expect.stringMatching(/已有活动编号“H00001”的记录/),
    });
    await nothingChanged();
  });
  test("a number that was corrected is the one by which the next file finds the record", async () => {
    const [old] = await asOwner(database, "look", (tx) =>
      tx.query<{ id: string; version: number }>(
        sql`select entry_id as id, version from entries where ledger = 'sessions' and data->>'活动编号' = 'H00020'`,
      ),
    );
    await asOwner(database, "correct", async (tx) =>
      changeEntry(tx, campaign, await getEntry(tx, campaign, old?.id ?? ""), old?.version ?? 0, operatorOf(campaign), {
        action: "edit",
        values: { 活动编号: "H77777" },
      }),
    );
    before = await everything();
    const [, row = ""] = sessionsCsv(20, 20).split("\n");
    const path = files.put("学习台账.csv", `${sessionsHead}\n${row.replace("H00020", "H77777")}\n`);
    expect(await importPath(database, campaign, path, { dryRun: true })).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
    await nothingChanged();
  });

  const anUnit = async (name: string): Promise<number | undefined> =>
    (await asOwner(database, "look", (tx) => tx.one<{ unit_id: number }>(sql`select unit_id from units where name = ${name}`)))
      ?.unit_id;

  test("the same files by two processes add each unit, person and record once", async () => {
    const paths = [
      files.put("单位名册.csv", "单位编号,单位名称,上级单位\nF1,己区,\nF2,庚区,\n"),
      files.put("人员名册.csv", "人员编号,姓名,所在单位,退出日期\nP101,王五,乙区,\nP102,赵六,乙区,\n"),
      files.put("学习台账.csv", sessionsCsv(30_001, 30_400)),
    ];
    const other = database.open();
    for (const path of paths) {
      const both = await Promise.all([importPath(database, campaign, path), importPath(other, campaign, path)]);
      expect(both.flatMap((one) => one.complaints)).toEqual([]);
      expect(both[0].added + both[1].added).toBe(both[0].added + both[0].unchanged);
      expect(both[0].added + both[0].unchanged).toBe(both[1].added + both[1].unchanged);
    }
    await other.close();
    const twice = await asOwner(database, "look", (tx) =>
      tx.query(
        sql`select name from units group by name having count(*) > 1 union all select code from people group by code having count(*) > 1`,
      ),
    );
    expect(twice).toEqual([]);
    before = await everything();
  });
});

describe("the command line", () => {
  test.each([
    [["chaxun"], 2, /没有“chaxun”这个命令.*\n[^]*用法/],
    [["import"], 2, /用法：yibenzhang import/],
    [["figures", "--form", "2023-03-01"], 2, /没有“--form”这个选项.*\n.*figures --help/],
    [["figures", "--from"], 2, /“--from”要写值|--from/],
    [["figures", "--from", "2023-02-30"], 2, /--from 的日期“2023-02-30”不对/],
    [["figures", "--from", "三月"], 2, /--from 的日期“三月”不对，应写成/],
    [["figures", "--from", "2023-05-01", "--to", "2023-04-01"], 2, /--from（2023-05-01）晚于 --to（2023-04-01）/],
    [["figures", "--as-of", "昨天"], 2, /--as-of 的时刻“昨天”不对，应写成/],
    [["figures", "--unit", "丁区"], 1, /没有单位“丁区”/],
    [["figures", "--campaign", "other"], 1, /没有活动“other”/],
    [["figures", "A9"], 1, /没有指标“A9”/],
    [["report", "年报", "--out", "年报.docx"], 1, /没有报告模板“年报”。可用：brief/],
    [["report", "brief"], 2, /请用 --out/],
    [["report", "没有.docx", "--out", "年报.docx"], 1, /找不到.*没有\.docx/],
    [["report", "verify", "没有.docx"], 1, /找不到.*没有\.docx/],
  ] as [string[], number, RegExp][])("%j", async (args, code, said) => {
    const outcome = await yibenzhang(...args);
    expect(outcome.err).toMatch(said);
    expect(outcome.code).toBe(code);
    expect(outcome.out).toBe("");
    blamesUser(outcome);
  });

  test("a database that is not there, or an address that is none", async () => {
    const away = await run(["figures"], { DATABASE_URL: "postgresql://someone:secret@127.0.0.1:1/nothing" });
    expect(away).toMatchObject({
      code: 1,
      err: expect.stringMatching(/连接不上环境变量 DATABASE_URL.*不设 DATABASE_URL 则使用自带的数据库/),
    });
    const none = await run(["figures"], { DATABASE_URL: "mysql://root:secret@127.0.0.1/x" });
    expect(none).toMatchObject({ code: 1, err: expect.stringMatching(/DATABASE_URL 的值（略）不对/) });
    for (const outcome of [away, none]) {
      expect(outcome.err).not.toContain("secret");
      blamesUser(outcome);
    }
  });

  test("a report to a place that cannot be written leaves no file and no frozen report", async () => {
    mkdirSync(join(folder, "是文件夹.docx"));
    writeFileSync(join(folder, "是文件"), "");
    for (const out of [
      join(folder, "没有/报告.docx"),
      join(folder, "是文件夹.docx"),
      join(folder, "是文件/报告.docx"),
      "/proc/报告.docx",
    ]) {
      const outcome = await yibenzhang("report", "brief", "--out", out);
      expect(outcome, out).toMatchObject({ code: 1, err: expect.stringMatching(/不能(在|写).*(报告\.docx|是文件夹\.docx)/) });
      blamesUser(outcome);
    }
    await nothingChanged();
  });

  test("a Word file that is no report, or is none at all", async () => {
    const picture = files.put("图.docx", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
    expect(await yibenzhang("report", "verify", picture)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/图\.docx.*不是 \.docx 文件/),
    });
    const { Document, Packer, Paragraph } = await import("docx");
    const plain = files.put(
      "普通.docx",
      await Packer.toBuffer(new Document({ sections: [{ children: [new Paragraph("学习{A9}次")] }] })),
    );
    expect(await yibenzhang("report", "verify", plain)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/普通\.docx 里没有本系统的报告标识/),
    });
    const filled = await yibenzhang("report", plain, "--out", join(folder, "出.docx"));
    expect(filled).toMatchObject({
      code: 1,
      err: expect.stringMatching(/普通\.docx.*\n?.*正文第1段“学习\{A9\}次”中的“A9”：没有这个指标或名称/),
    });
    blamesUser(filled);
    await nothingChanged();
  });

  test("backups: truncated, none at all, a folder, over data that is there", async () => {
    const file = join(folder, "一.bak");
    expect((await yibenzhang("backup", file)).code).toBe(0);
    const bytes = readFileSync(file);
    const cut = files.put("截断.bak", bytes.subarray(0, Math.floor(bytes.length / 2)));
    const cases: [string[], RegExp][] = [
      [[cut], /备份文件不完整|备份文件.*(截断|损坏|不完整)/],
      [[cut, "--replace"], /备份文件不完整|备份文件.*(截断|损坏|不完整)/],
      [[files.put("不是.bak", "不是备份")], /不是.*备份|备份文件/],
      [[join(folder, "没有.bak")], /找不到备份文件 .*没有\.bak/],
      [[folder], /是文件夹/],
      [[file], /当前数据库不是空的.*明确要求覆盖|--replace/],
    ];
    for (const [args, said] of cases) {
      const outcome = await yibenzhang("restore", ...args);
      expect(outcome).toMatchObject({ code: 1, err: expect.stringMatching(said) });
      blamesUser(outcome);
      await nothingChanged();
    }
    const unwritable = await yibenzhang("backup", join(folder, "没有/一.bak"));
    expect(unwritable).toMatchObject({ code: 1, err: expect.stringMatching(/不能在 .*没有\/一\.bak 写备份文件/) });
    expect(await yibenzhang("restore", file, "--replace")).toMatchObject({ code: 0 });
    await nothingChanged();
  });
});
