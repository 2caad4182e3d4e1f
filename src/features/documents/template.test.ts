import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, Inline, OfficialDocument } from "./documents.types.ts";
import { figureKeys, ledgers, reportTemplate, resolver } from "./report-fixture.ts";
import { checkTemplate } from "./template-check.ts";
import { fillTemplate } from "./template-fill.ts";
import { readTemplate, type TemplateSource } from "./template.ts";

const head = "---\nkey: t\nname: 样本\nkind: 报告\ntitle: 关于某事的报告\n---\n";

function read(body: string): TemplateSource {
  const { template, problems } = readTemplate(head + body, "templates/t.md");
  expect(problems).toEqual([]);
  return template as TemplateSource;
}

function check(body: string): string[] {
  return checkTemplate(read(body), { figures: figureKeys, ledgers }).map((p) => `${p.line} ${p.reason}`);
}

async function fill(body: string): Promise<Block[]> {
  return (await fillTemplate(read(body), resolver)).body;
}

const say = (inlines: Inline[]): string => inlines.map((i) => i.text).join("");
const lines = (blocks: Block[]): string[] =>
  blocks.map((b) =>
    b.kind === "table"
      ? b.rows.map((r) => r.map(say).join("|")).join("/")
      : b.kind === "heading"
        ? `${say(b.inlines)}${say(b.text)}`
        : say(b.inlines),
  );

test("a real report is read, checked and filled", async () => {
  const { template, problems } = readTemplate(reportTemplate, "templates/progress.md");
  expect(problems).toEqual([]);
  expect(checkTemplate(template as TemplateSource, { figures: figureKeys, ledgers })).toEqual([]);
  const document: OfficialDocument = await fillTemplate(template as TemplateSource, resolver, { copyNumber: "000001" });
  expect(document).toMatchObject({
    kind: "报告",
    organ: "中共云川市纪律检查委员会",
    date: "2023-05-15",
    copyNumber: "000001",
    attachments: ["各区、各派驻派出机构工作进展情况表", "教育整顿任务分解表"],
  });
  const text = lines(document.body);
  expect(text[0]).toBe(
    "按照省纪委监委统一部署，市纪委监委坚决扛起政治责任，3月3日召开动员部署会，一周内完成层层传达部署。现将2023年3月3日至5月14日工作进展情况报告如下。",
  );
  expect(text).toContain("二、突出学习教育，筑牢思想根基");
  expect(text.some((line) => line.startsWith("（二）建立机制抓落实。建立") && line.endsWith("已收线索全部办结。"))).toBe(true);
  expect(text).toContain(
    "部署开展违规插手工程专项治理（干部监督室）、涉案财物管理专项治理（案件监督管理室）等专项治理，逐项明确整改措施，定期评估整改成效。",
  );
  expect(text.at(-2)).toContain("合计|1736|3561|126");
});

describe("filling", () => {
  test("figures in their forms", async () => {
    expect(
      lines(await fill("{{S01-F25}}、{{S01-F25.n}}、{{S01-F25.exact}}、{{S01-F25:万余}}、{{S01-F02.exact}}、{{S01-F01:两}}次")),
    ).toEqual(["3700余人、3742、3742人、3700余、2023年3月3日、两次"]);
  });
  test("headings are numbered where the author did not, by place", async () => {
    expect(lines(await fill("# 甲\n## 乙\n## （二）丙\n### 丁\n#### 戊\n# 己\n## 庚"))).toEqual([
      "一、甲",
      "（一）乙",
      "（二）丙",
      "1.丁",
      "（1）戊",
      "二、己",
      "（一）庚",
    ]);
  });
  test("a heading with a full stop takes the text below into its paragraph", async () => {
    const [heading, other] = await fill("## 乙。\n正文\n\n另段");
    expect(heading).toMatchObject({ kind: "heading", level: 2, text: [{ text: "正文" }] });
    expect(other).toMatchObject({ kind: "paragraph" });
  });
  test("conditions choose, also over paragraphs and nested", async () => {
    const body =
      "{{#if X30 > 0}}\n有{{X30}}。\n{{else}}\n无。\n{{#if X05 >= 3561}}\n内层{{#if X08 = 96.3}}甲{{else}}乙{{/if}}。\n{{/if}}\n{{/if}}\n\n末。";
    expect(lines(await fill(body))).toEqual(["无。内层甲。", "末。"]);
    expect(lines(await fill("{{#if S01-F02 = 2023-03-03}}是{{/if}}{{#if X30}}有{{/if}}"))).toEqual(["是"]);
  });
  test("a table cut at its limit says how many there are", async () => {
    const [table] = await fill("```table\nledger: 会议台账\ncolumns: [召开日期]\nlimit: 2\nnumber: false\n```");
    expect(table).toBeDefined();
    // The fixture answers to keys only, so a name gives the empty table.
    expect(table).toMatchObject({ kind: "table", rows: [[[{ text: "无" }]]] });
    const [cut] = await fill("```table\nledger: meetings\ncolumns: [召开日期]\nlimit: 2\n```");
    expect(cut).toMatchObject({ note: "注：共3条，此表列前2条。", columns: [{ title: "序号" }, { title: "召开日期" }] });
  });
  test("each figure is asked once", async () => {
    const asked: string[] = [];
    const counting = { ...resolver, figure: (key: string) => (asked.push(key), resolver.figure(key)) };
    await fillTemplate(read("{{X05}}{{X05.n}}{{#if X05 > 1}}{{X05}}{{/if}}"), counting);
    expect(asked).toEqual(["X05"]);
  });
});

describe("checking lists every fault with its line", () => {
  test("front matter", () => {
    expect(readTemplate("# 无说明", "a.md").problems).toEqual([
      { file: "a.md", line: 1, reason: expect.stringContaining("缺少用两行") as string },
    ]);
    expect(
      readTemplate("---\nkey: t\nname: x\nkind: 函\ntitel: y\n---\n", "a.md").problems.map((p) => `${p.line} ${p.reason}`),
    ).toEqual(["4 “kind”应为：报告、通知", "2 “title”缺少，或类型不对", "2 不认识：titel"]);
    expect(readTemplate("---\nkey: [t\nname: x\n---\n", "a.md").problems[0]?.reason).toContain("YAML 写法有误");
  });
  test("tags", () => {
    expect(check("{{S01-F99}}\n{{未知}}\n{{X05:约}}\n甲{{X05\n{{#if X99 > 1}}\n{{else}}\n{{else}}\n")).toEqual([
      "7 没有指标“S01-F99”，是否为“S01-F29”",
      expect.stringContaining("8 不认识“{{未知}}”"),
      expect.stringContaining("9 “{{X05:约}}”的形式“约”不认识"),
      "10 “{{”没有对应的“}}”：{{X05",
      "11 条件里没有指标“X99”",
      "11 “{{#if …}}”没有对应的“{{/if}}”",
      "13 一个“{{#if …}}”只能有一个“{{else}}”",
    ]);
    expect(check("{{else}}{{/if}}甲}}")).toHaveLength(3);
  });
  test("blocks", () => {
    expect(check("```table\nledger: meeting\ncolumns: [a]\n```")).toEqual(["7 没有台账“meeting”，是否为“meetings”"]);
    expect(
      check("```table\nledger: meetings\nwhere: {会议种类: 甲}\nsort: [-日期]\ncolumns: [召开日期, {field: 主持}]\n```"),
    ).toEqual([
      "7 台账“会议台账”没有栏目“会议种类”",
      "7 台账“会议台账”没有栏目“日期”",
      "7 台账“会议台账”没有栏目“主持”，是否为“主持人”",
    ]);
    expect(check("```list\nledger: special\nitem: '{专项名}'\n```")).toEqual([
      "7 台账“专项整治台账”没有栏目“专项名”，是否为“专项名称”",
    ]);
    expect(check("```figures\nfigures: [X05, X77]\n```")).toEqual(["7 没有指标“X77”"]);
    expect(check("\n```table\nledger: meetings\nkolumns: [a]\n```")).toEqual([
      "9 “columns”缺少，或类型不对",
      "9 不认识：kolumns",
    ]);
    expect(check("```chart\n```")).toEqual(["7 不认识“```chart”，可用：table、list、figures"]);
    expect(check("```list\nledger: special")).toEqual(["7 “```list”没有结尾的“```”"]);
  });
  test("the head may hold fields, not figures", () => {
    const { template } = readTemplate("---\nkey: t\nname: x\nkind: 报告\ntitle: '{{unit}}{{X05}}报告'\n---\n", "a.md");
    expect(checkTemplate(template as TemplateSource, { figures: figureKeys, ledgers })).toEqual([
      { file: "a.md", line: 1, reason: expect.stringContaining("{{X05}}") as string },
    ]);
  });
});

test("the example in docs/templates.md can be used", () => {
  const text = readFileSync(new URL("../../../docs/templates.md", import.meta.url), "utf8");
  const example = /````markdown\n([\s\S]*?)\n````/.exec(text)?.[1] ?? "";
  const { template, problems } = readTemplate(example, "docs/templates.md");
  expect(problems).toEqual([]);
  expect(checkTemplate(template as TemplateSource, { figures: figureKeys, ledgers })).toEqual([]);
});

test("whatever is written: checking never throws, and what passes can be filled", async () => {
  const pieces = [
    "{{X05}}",
    "{{",
    "}}",
    "{{#if X30 > 0}}",
    "{{else}}",
    "{{/if}}",
    "\n",
    "\n\n",
    "# ",
    "文字。",
    "{{period}}",
    "{{X05:余}}",
    "```table\nledger: meetings\ncolumns: [召开日期]\n```\n",
    "```",
    "```list\n",
    "{{S01-F02:月日}}",
    "{",
    "}",
    "$&",
    "---",
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), async (body) => {
      const template = read(body.join(""));
      if (checkTemplate(template, { figures: figureKeys, ledgers }).length === 0) await fillTemplate(template, resolver);
    }),
    { seed: 9704, numRuns: 400 },
  );
});
