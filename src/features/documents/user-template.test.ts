import { Document, Footer, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from "docx";
import { describe, expect, test } from "vitest";
import { openDocx, packDocx, setText, text } from "./docx-package.ts";
import { readDocx } from "./read-docx.ts";
import { answer, figureKeys, identity, ledgers, resolver } from "./report-fixture.ts";
import { checkUserTemplate, fillUserTemplate, TemplateRefused } from "./user-template.ts";

const names = { figures: new Set(figureKeys), ledgers };
const p = (value: string): Paragraph => new Paragraph(value);
const row = (...cells: string[]): TableRow => new TableRow({ children: cells.map((c) => new TableCell({ children: [p(c)] })) });

function docx(...children: (Paragraph | Table)[]): Promise<Buffer> {
  return Packer.toBuffer(
    new Document({ sections: [{ children, footers: { default: new Footer({ children: [p("警示教育{S01-F25.n}人")] }) } }] }),
  );
}

test("figures, fields, loops in tables and text, conditions; figures become bookmarks with identity", async () => {
  const template = await docx(
    new Paragraph({
      children: [
        new TextRun({ text: "{unit}开展警示教育，{S01-F25}受教育", bold: true }),
        new TextRun("，参学率{X08}。{"),
        new TextRun("period}"),
      ],
    }),
    new Table({
      rows: [
        row("序号", "会议", "日期"),
        row("{#会议台账 会议类型=领导小组会议}{序号}", "{会议名称}（{S01-F01}）", "{召开日期}{/}"),
      ],
    }),
    p("{#下级单位}"),
    p("{单位}：{X05}；全市{S01-F23:汉}人"),
    p("{/下级单位}"),
    p("{#X30}有未办结{/X30}{^X30}无未办结{/X30}"),
  );
  expect(await checkUserTemplate(template, "汇报.docx", names)).toEqual([]);
  const asked: unknown[] = [];
  const watching = { ...resolver, entries: (q: Parameters<typeof resolver.entries>[0]) => (asked.push(q), resolver.entries(q)) };
  const { docx: made, marks } = await fillUserTemplate(template, "汇报.docx", names, watching, identity);
  const back = await readDocx(made);
  expect(back.paragraphs).toEqual([
    "市纪委监委开展警示教育，3700余人受教育，参学率96.3%。2023年3月3日至5月14日",
    "序号",
    "会议",
    "日期",
    ...["全市纪检监察干部队伍教育整顿动员部署会", "领导小组第一次会议", "领导小组第二次会议"].flatMap((name, i) => [
      String(i + 1),
      `${name}（2次）`,
      ["2023年3月3日", "2023年3月10日", "2023年4月12日"][i] ?? "",
    ]),
    "东湖区纪委监委：890人；全市三十二人",
    "青松区纪委监委：890人；全市三十二人",
    "市纪委监委驻市公共安全局纪检监察组：890人；全市三十二人",
    "无未办结",
  ]);
  expect(asked).toEqual([
    { ledger: "meetings", where: { 会议类型: "领导小组会议" }, columns: ["会议名称", "召开日期"], sort: [], limit: 2000 },
  ]);
  expect(back).toMatchObject(identity);
  expect(marks).toHaveLength(2 + 3 + 6 + 1);
  // The footer's figure is read back by its mark only: readDocx reads the body.
  expect(back.figures.filter((f) => f.now !== undefined).map((f) => f.now)).toEqual(marks.slice(0, -1).map((m) => m.text));
  expect(marks.at(-1)).toMatchObject({ text: "3742", answer: { key: "S01-F25" } });
  const xml = text(await openDocx(made), "word/document.xml");
  expect(xml).toMatch(
    /<w:bookmarkStart w:id="1" w:name="fig_1_S01_F25"\/><w:r><w:rPr><w:b\/><w:bCs\/><\/w:rPr><w:t xml:space="preserve">3700余人<\/w:t><\/w:r><w:bookmarkEnd w:id="1"\/>/,
  );
  expect(xml).not.toMatch(/[\uE000-\uE002]/);
  const again = await fillUserTemplate(template, "汇报.docx", names, resolver, identity);
  expect(Buffer.compare(again.docx, made)).toBe(0);
});

describe("faults are all listed, in Chinese, with tag and place", () => {
  const reasons = async (...lines: string[]): Promise<string[]> =>
    (await checkUserTemplate(await docx(...lines.map(p)), "汇报.docx", names)).map((f) => f.reason);
  test("names that do not exist", async () => {
    expect(
      await reasons(
        "甲{S01-F99}",
        "{#会议}{会议名称}{/会议}",
        "{#meetings}{会议地点}{/meetings}",
        "{#会议台账 种类=甲}{/}",
        "{#会议台账}{#下级单位}{/}{/}",
        "{@原文}",
      ),
    ).toEqual([
      "正文第1段“甲{S01-F99}”中的“S01-F99”：没有这个指标或名称",
      expect.stringContaining("正文第2段“{#会议}{会议名称}{/会议}”中的“会议”：没有叫这个名称的台账或指标"),
      "正文第3段“{#meetings}{会议地点}{/meetings}”中的“会议地点”：台账“会议台账”没有这个栏目，也没有这个指标",
      "正文第4段“{#会议台账 种类=甲}{/}”中的“会议台账 种类=甲”：台账“会议台账”没有栏目“种类”",
      expect.stringContaining("循环里不能再套"),
      expect.stringContaining("不支持这种写法"),
    ]);
  });
  test("tags that are not closed", async () => {
    const found = await reasons("甲{S01-F01", "{#会议台账}乙", "{/下级单位}");
    expect(found.some((f) => f.includes("“{”没有对应的“}”"))).toBe(true);
    expect((await reasons("{#会议台账}乙{/下级单位}"))[0]).toMatch(/循环的开头和结尾名称不一致/);
    expect((await reasons("{#会议台账}乙"))[0]).toMatch(/没有结尾/);
    expect((await reasons("乙{/会议台账}"))[0]).toMatch(/没有开头/);
  });
  test("filling refuses with the same list", async () => {
    const error = await fillUserTemplate(await docx(p("{X99}")), "a.docx", names, resolver, identity).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TemplateRefused);
    expect((error as TemplateRefused).problems).toHaveLength(1);
  });
});

test("a template cannot compute, reach prototypes, or smuggle XML through data", async () => {
  const faults = await checkUserTemplate(
    await docx(p("{constructor}{X05.constructor}{1+1}{__proto__}{process.exit()}")),
    "a.docx",
    names,
  );
  expect(faults).toHaveLength(5);
  const nasty = {
    ...resolver,
    unit: `</w:t><w:t>&"<甲\uE000`,
    figure: async (key: string) => ({ ...answer(key), text: `<&>"1` }),
  };
  const { docx: made, marks } = await fillUserTemplate(await docx(p("{unit}{X05}")), "a.docx", names, nasty, identity);
  expect((await readDocx(made)).figures[0]).toMatchObject({ key: "X05", now: `<&>"1`, written: `<&>"1` });
  expect(marks[0]?.text).toBe(`<&>"1`);
});

test("a template made from an earlier report loses that report's bookmarks and identity", async () => {
  const first = await fillUserTemplate(await docx(p("旧{X05}")), "a.docx", names, resolver, { report: "OLD-1", code: "OLD" });
  const parts = await openDocx(first.docx);
  setText(parts, "word/document.xml", text(parts, "word/document.xml").replace(">旧<", ">{X08}旧<"));
  const second = await fillUserTemplate(await packDocx(parts), "b.docx", names, resolver, identity);
  const back = await readDocx(second.docx);
  expect(back).toMatchObject(identity);
  expect(back.figures.filter((f) => f.now !== undefined).map((f) => [f.key, f.now])).toEqual([["X08", "96.3%"]]);
});
