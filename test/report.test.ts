/**
 * A report and what becomes of it: made through the program, checked, a record changed beneath it, checked again. The
 * answer must name the figure, what it was and is, and the record that did it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Document, Packer, Paragraph, Table, TableCell, TableRow } from "docx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Campaign } from "#kernel/campaign.ts";
import { openLog } from "#features/audit/opening.model.ts";
import { asOwner, sql } from "#platform/db.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { openDocx, packDocx, setText, text } from "#features/documents/docx-package.ts";
import { readDocx } from "#features/documents/read-docx.ts";
import { changeEntry, getEntry } from "#features/ledgers/ledgers.model.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { run, type Outcome } from "./program.ts";
import {
  importClean,
  importPath,
  load,
  operatorOf,
  peopleCsv,
  sessionsHead,
  smallFile,
  unitsCsv,
  writeSmallPack,
} from "./small-pack.ts";

let folder = "";
let database: TestDatabase;
let campaign: Campaign;
const put = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const yibenzhang = (...args: string[]): Promise<Outcome> =>
  run(args, { DATABASE_URL: database.url, YIBENZHANG_LOG_DIR: join(folder, "log") });

const sessions = [
  "H1,2023-03-10,甲区,P001,30,第一次",
  "H2,2023-04-10,甲区一街道,,20,第二次",
  "H3,2023-05-10,乙区,,10,第三次",
  // After the period of the reports.
  "H4,2023-09-10,乙区,,50,第四次",
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-report-"));
  database = await createTestDatabase();
  // What is changed from here is the program's doing too, and bears its stamp.
  database.stamp = (await openLog(database, join(folder, "log"), new Date()))?.key.stamp;
  campaign = await load(database, writeSmallPack(join(folder, "small")));
  for (const [name, content] of [
    ["单位名册.csv", unitsCsv],
    ["人员名册.csv", peopleCsv],
    ["学习台账.csv", [sessionsHead, ...sessions, ""].join("\n")],
  ] as const)
    await importClean(database, campaign, put(name, content));
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function change(number: string, values: Record<string, number | string>, reason: string): Promise<void> {
  await asOwner(database, "change", async (tx) => {
    const found = await tx.one<{ id: string }>(sql`select entry_id as id from entries where data->>'活动编号' = ${number}`);
    const now = await getCampaign(tx, campaign.key);
    const entry = await getEntry(tx, now, found?.id ?? "");
    await changeEntry(tx, now, entry, entry.version, operatorOf(campaign), { action: "edit", values, reason });
  });
}

interface Checked {
  consistent: boolean;
  figures: {
    figure: string;
    status: string;
    frozen: unknown;
    now: unknown;
    shown: string;
    shownNow: string;
    inFile: string | null;
    definitionChanged: boolean;
    causes: { number: string; change: string; unit: string; ledger: string; events: { reason: string; changes: object }[] }[];
  }[];
}
async function check(path: string): Promise<Checked & { exit: number | null }> {
  const outcome = await yibenzhang("report", "verify", path, "--json");
  return { exit: outcome.code, ...(JSON.parse(outcome.out) as Checked) };
}

async function make(name: string, ...options: string[]): Promise<string> {
  const path = join(folder, name);
  const outcome = await yibenzhang("report", "brief", "--out", path, ...options);
  expect(outcome).toMatchObject({ code: 0, err: expect.stringMatching(/3处数字，核验码 [2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/) });
  return path;
}

describe("from a template of the pack", () => {
  test("made, found consistent, changed beneath, and consistent again when the change is taken back", async () => {
    const path = await make("报告.docx");
    expect((await readDocx(readFileSync(path))).paragraphs.join("")).toContain("市办公室共学习3次，参学60人次，次均20人。");
    expect(await check(path)).toMatchObject({ exit: 0, consistent: true });
    expect(await yibenzhang("report", "verify", path)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/3处数字，3处一致，0处有变化/),
    });

    await change("H2", { 参加人数: 26 }, "漏记六人");
    const drifted = await check(path);
    expect(drifted.exit).toBe(4);
    expect(
      drifted.figures.map(({ figure, status, frozen, now, shown, shownNow }) => [figure, status, frozen, now, shown, shownNow]),
    ).toEqual([
      ["A1", "记录有变化", 3, 3, "3次", "3次"],
      ["A2", "有变化", 60, 66, "60人次", "66人次"],
      ["A3", "有变化", 20, 22, "20人", "22人"],
    ]);
    for (const { causes } of drifted.figures)
      expect(causes).toMatchObject([
        {
          number: "H2",
          ledger: "学习台账",
          unit: "甲区一街道",
          change: "已修改",
          events: [{ reason: "漏记六人", changes: { 参加人数: 26 } }],
        },
      ]);
    const said = await yibenzhang("report", "verify", path);
    expect(said.code).toBe(4);
    expect(said.out).toMatch(
      /✗ A2 参学人次：从“60人次”（60）变为“66人次”（66）\n {4}已修改：《学习台账》H2（甲区一街道）\n.*修改，理由：漏记六人：参加人数→26/,
    );

    await change("H2", { 参加人数: 20 }, "核实无误");
    const back = await check(path);
    expect(back.figures.map(({ frozen, now }) => [frozen, now])).toEqual([
      [3, 3],
      [60, 60],
      [20, 20],
    ]);
    expect(back.figures.map(({ status }) => status)).not.toContain("有变化");
  });

  test("a record that comes, goes, or moves out of the period", async () => {
    const path = await make("报告二.docx");
    await importPath(database, campaign, put("学习台账.csv", [sessionsHead, "H5,2023-06-01,乙区,,40,第五次", ""].join("\n")));
    await change("H1", { 活动日期: "2023-08-01" }, "记错日期");
    const { figures } = await check(path);
    expect(figures[0]).toMatchObject({ figure: "A1", status: "记录有变化", frozen: 3, now: 3 });
    expect(figures[1]).toMatchObject({ figure: "A2", status: "有变化", frozen: 60, now: 70 });
    expect(figures[1]?.causes.map(({ number, change: how }) => `${number} ${how}`).toSorted()).toEqual([
      "H1 不再计入",
      "H5 新增",
    ]);
    await change("H1", { 活动日期: "2023-03-10" }, "改回");
    await change("H5", { 活动日期: "2023-12-01" }, "改到期外");
  });

  test("a unit's own report, and a change elsewhere that does not touch it", async () => {
    const path = await make("甲区.docx", "--unit", "甲区", "--from", "2023-03-01", "--to", "2023-04-30");
    expect((await readDocx(readFileSync(path))).paragraphs.join("")).toContain("甲区共学习2次，参学50人次，次均25人。");
    await change("H3", { 参加人数: 11 }, "别处的事");
    expect(await check(path)).toMatchObject({ exit: 0, consistent: true });
    await change("H3", { 参加人数: 10 }, "改回");
  });

  test("words changed in the file itself are told apart from changed records", async () => {
    const path = await make("改过.docx");
    const parts = await openDocx(readFileSync(path));
    const xml = text(parts, "word/document.xml");
    const at = xml.indexOf(">60", xml.indexOf("fig_2_A2"));
    expect(at).toBeGreaterThan(0);
    setText(parts, "word/document.xml", `${xml.slice(0, at)}>600${xml.slice(at + 3)}`);
    const edited = put("改过.docx", await packDocx(parts));
    const { exit, figures } = await check(edited);
    expect(exit).toBe(4);
    expect(figures.filter(({ status }) => status !== "一致")).toMatchObject([
      { figure: "A2", status: "文稿被改", shown: "60人次", inFile: "600人次" },
    ]);
    expect((await yibenzhang("report", "verify", edited)).out).toMatch(/✗ A2 参学人次：系统给出“60人次”，文件里是“600人次”/);

    setText(parts, "word/document.xml", xml.replace(/<w:bookmarkStart[^>]*w:name="fig_1_A1"[^>]*\/>/, ""));
    const lost = put("书签没了.docx", await packDocx(parts));
    expect((await check(lost)).figures[0]).toMatchObject({ figure: "A1", status: "文稿被改", inFile: "（书签已不在）" });
  });

  test("of another installation: its code is not known here", async () => {
    const path = await make("别处.docx");
    const elsewhere = await createTestDatabase();
    await load(elsewhere, join(folder, "small"));
    const outcome = await run(["report", "verify", path], { DATABASE_URL: elsewhere.url });
    await elsewhere.close();
    expect(outcome).toMatchObject({
      code: 1,
      err: expect.stringMatching(/别处\.docx 的核验码“[2-9A-Z-]{14}”不在本系统中：它可能由另一套系统生成/),
    });
  });

  test("a draft leaves nothing to check against", async () => {
    const path = join(folder, "草稿.docx");
    const count = async (): Promise<unknown> => asOwner(database, "look", (tx) => tx.one(sql`select count(*) as n from reports`));
    const before = await count();
    expect(await yibenzhang("report", "brief", "--out", path, "--draft")).toMatchObject({ code: 0 });
    expect(await count()).toEqual(before);
    expect(await yibenzhang("report", "verify", path)).toMatchObject({ code: 1, err: expect.stringMatching(/不在本系统中/) });
  });

  test("the annex lists every figure with definition, scope, period, moment, records and digest", async () => {
    const path = await make("有附表.docx", "--unit", "甲区");
    const report = await readDocx(readFileSync(path));
    const annex = await readDocx(readFileSync(path.replace(".docx", "-指标口径附表.docx")));
    const cells = annex.paragraphs;
    const start = cells.indexOf("核验码") + 1;
    const rows = [0, 1, 2].map((n) => cells.slice(start + n * 11, start + (n + 1) * 11));
    const frozen = await asOwner(database, "look", (tx) =>
      tx.query<{ figure: string; records: number; digest: string; words: string }>(
        sql`select figure, records, digest, definition->>'words' as words from report_figures where report_id = ${report.report ?? ""} order by position`,
      ),
    );
    expect(rows).toEqual(
      (
        [
          ["学习次数（A1）", "2次", "2", /学习台账/],
          ["参学人次（A2）", "50人次", "50", /学习台账.*参加人数/],
          ["次均人数（A3）", "25人", "25", /“参学人次”，除以“学习次数”/],
        ] as [string, string, string, RegExp][]
      ).map(([name, written, exact, definition], n) => [
        String(n + 1),
        name,
        written,
        exact,
        expect.stringMatching(new RegExp(`${definition.source}.*（第1\\.0\\.0/[0-9a-f]{8}版）$`)),
        "甲区",
        "2023.3.1至2023.6.30",
        expect.stringMatching(/^\d{4}\.\d+\.\d+ \d\d:\d\d$/),
        String(frozen[n]?.records),
        frozen[n]?.digest.slice(0, 12),
        `${report.code}-${n + 1}`,
      ]),
    );
    expect(frozen.map(({ figure, records }) => [figure, records])).toEqual([
      ["A1", 2],
      ["A2", 2],
      ["A3", 2],
    ]);
    expect(cells.join("")).toContain(`报告编号：${report.report}  核验码：${report.code}`);
  });
});

test("under a later version of the pack, a report is checked by its own definitions", async () => {
  const path = await make("旧口径.docx");
  const later = writeSmallPack(join(folder, "small"), {
    "pack.yaml": smallFile("pack.yaml").replace("1.0.0", "1.1.0"),
    "figures.yaml": smallFile("figures.yaml").replace("sum: 参加人数}", "sum: 参加人数, where: {参加人数: {above: 15}}}"),
  });
  expect(await yibenzhang("pack", "load", later)).toMatchObject({ code: 0 });
  expect(await yibenzhang("figures", "A2")).toMatchObject({ code: 0, out: expect.stringMatching(/参学人次　50人次/) });
  const checked = await check(path);
  expect(checked).toMatchObject({ exit: 0, consistent: true });
  expect(checked.figures.map(({ figure, definitionChanged }) => [figure, definitionChanged])).toEqual([
    ["A1", false],
    ["A2", true],
    ["A3", true],
  ]);
  const fresh = await make("新口径.docx");
  expect((await readDocx(readFileSync(fresh))).paragraphs.join("")).toContain("参学50人次");
  expect(await check(fresh)).toMatchObject({ exit: 0, consistent: true });
  // Back again: an old version that is loaded anew is the same version.
  expect(await yibenzhang("pack", "load", writeSmallPack(join(folder, "small")))).toMatchObject({ code: 0 });
  expect(await check(fresh)).toMatchObject({ exit: 0, consistent: true });
  expect(await yibenzhang("verify")).toMatchObject({ code: 0 });
});

test("a figure that a later version no longer has is still checked", async () => {
  const path = await make("少一项.docx");
  const fewer = writeSmallPack(join(folder, "small"), {
    "pack.yaml": smallFile("pack.yaml").replace("1.0.0", "2.0.0"),
    "figures.yaml": "figures:\n  - {key: A1, name: 学习次数, unit: 次, ledger: sessions, count: entries}\n",
    "templates/brief.md": null,
  });
  rmSync(join(fewer, "templates"), { recursive: true });
  expect(await yibenzhang("pack", "load", fewer)).toMatchObject({ code: 0 });
  expect(await check(path)).toMatchObject({ exit: 0, consistent: true });
  await change("H3", { 参加人数: 16 }, "补记");
  const { exit, figures } = await check(path);
  expect(exit).toBe(4);
  expect(figures[1]).toMatchObject({ figure: "A2", name: "参学人次", frozen: 60, now: 66, causes: [{ number: "H3" }] });
  await change("H3", { 参加人数: 10 }, "改回");
  expect(await yibenzhang("pack", "load", writeSmallPack(join(folder, "small")))).toMatchObject({ code: 0 });
});

test("a user's own Word file as template, through the program, is filled, frozen and checked alike", async () => {
  const row = (...cells: string[]): TableRow =>
    new TableRow({ children: cells.map((cell) => new TableCell({ children: [new Paragraph(cell)] })) });
  const template = put(
    "我的模板.docx",
    await Packer.toBuffer(
      new Document({
        sections: [
          {
            children: [
              new Paragraph("{unit}{period}学习{A1}，参学{A2.n}人次。"),
              new Table({ rows: [row("编号", "内容"), row("{#学习台账}{活动编号}", "{学习内容}{/}")] }),
            ],
          },
        ],
      }),
    ),
  );
  const out = join(folder, "我的报告.docx");
  expect(await yibenzhang("report", template, "--out", out)).toMatchObject({ code: 0, err: expect.stringMatching(/2处数字/) });
  const { paragraphs } = await readDocx(readFileSync(out));
  expect(paragraphs[0]).toBe("市办公室2023年3月1日至6月30日学习3次，参学60人次。");
  expect(paragraphs).toEqual(expect.arrayContaining(["H1", "第一次", "H3", "第三次"]));
  expect(await check(out)).toMatchObject({ exit: 0, consistent: true });
  await change("H1", { 参加人数: 31 }, "补记");
  expect((await check(out)).figures).toMatchObject([
    { figure: "A1", status: "记录有变化" },
    { figure: "A2", status: "有变化", shown: "60", now: 61 },
  ]);
  await change("H1", { 参加人数: 30 }, "改回");
});
