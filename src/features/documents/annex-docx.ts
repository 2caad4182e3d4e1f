/** 指标口径附表: every figure of a report with what it counts, for whom and when, and how to verify it. */
import { AlignmentType, PageOrientation, type ISectionOptions, type Paragraph, type Table } from "docx";
import { chinaMinute } from "#kernel/fields.ts";
import { exactText, formatValue } from "#kernel/number-text.ts";
import { sealedText } from "#features/figures/answers.model.ts";
import type { FigureMark, OfficialDocument, ReportIdentity } from "./documents.types.ts";
import { finish } from "./docx-file.ts";
import { figureCode } from "./figure-marks.ts";
import { pageNumber } from "./official-head.ts";
import { face, page, paragraph, run } from "./official-layout.ts";
import { fonts, mm, sizes } from "./official-measures.types.ts";
import { grid } from "./official-table.ts";

const columns = [
  { title: "序号", width: 3 },
  { title: "指标", width: 9 },
  { title: "文中写法", width: 6 },
  { title: "准确数", width: 5 },
  { title: "口径", width: 17 },
  { title: "范围", width: 9 },
  { title: "期间", width: 7 },
  { title: "截至", width: 7 },
  { title: "条数", width: 4 },
  { title: "摘要", width: 7 },
  { title: "核验码", width: 7 },
];

/** The annex as its own landscape .docx. `marks` come from the report it belongs to. */
export async function annexDocx(
  document: Pick<OfficialDocument, "title" | "organ" | "date">,
  identity: ReportIdentity,
  marks: readonly FigureMark[],
): Promise<Buffer> {
  const section = annexSection(document.title, identity, marks);
  return finish([section], { ...document, title: `${document.title}指标口径附表` }, identity, []);
}

const side = mm(20);
const width = page.size.height - 2 * side;

/** The annex as landscape pages of another document, after its last page; page numbers go on. */
export function annexSection(title: string, identity: ReportIdentity, marks: readonly FigureMark[]): ISectionOptions {
  return {
    properties: {
      page: {
        size: { ...page.size, orientation: PageOrientation.LANDSCAPE },
        margin: { ...page.margin, top: mm(28), bottom: mm(26), left: side, right: side, footer: mm(16) },
      },
    },
    footers: { default: pageNumber("odd"), even: pageNumber("even") },
    children: annexBlocks(title, identity, marks),
  };
}

/** Heading, explanation and table; a figure used several times with the same scope and period has one row. */
function annexBlocks(title: string, identity: ReportIdentity, marks: readonly FigureMark[]): (Paragraph | Table)[] {
  const rows = new Map<string, FigureMark[]>();
  for (const mark of marks) {
    const { key, scope, from, to, digest } = mark.answer;
    const id = JSON.stringify([key, scope, from, to, digest]);
    rows.set(id, [...(rows.get(id) ?? []), mark]);
  }
  const size = 18;
  const cell = (text: string): ReturnType<typeof run>[] => [run(text, { size })];
  const cells = [...rows.values()].map((same, i) => {
    const [first] = same as [FigureMark, ...FigureMark[]];
    const a = first.answer;
    const version = a.definitionVersion === "" ? "" : `（第${a.definitionVersion}版）`;
    return [
      cell(String(i + 1)),
      cell(`${a.name}（${a.key}）`),
      cell([...new Set(same.map((m) => m.text))].join("；")),
      cell(a.unit === "日期" ? formatValue(a.value, "年月日") : exactText(a.exact)),
      cell(`${a.definition}${version}`),
      cell(a.scope),
      cell(`${dotted(a.from)}至${dotted(a.to)}`),
      cell(instant(a.asOf)),
      cell(String(a.records ?? sealedText)),
      cell(a.digest?.slice(0, 12) ?? sealedText),
      cell(figureCode(identity, first)),
    ];
  });
  return [
    paragraph("Flush", [run("指标口径附表", { font: face(fonts.song), size: 36 })], { alignment: AlignmentType.CENTER }),
    paragraph(
      "Flush",
      [run(`《${title.replace(/\n/g, "")}》  报告编号：${identity.report}  核验码：${identity.code}`, { size: sizes.five })],
      { alignment: AlignmentType.CENTER },
    ),
    grid(columns, cells, width, size),
    paragraph("Cell", [
      run(
        "注：准确数由“条数”所列台账记录汇总得出；摘要为这些记录的校验值前12位，记录有改动即不相符；凭核验码可在系统中查看口径和记录。",
        { size },
      ),
    ]),
  ];
}

function dotted(day: string): string {
  const [year, month, date] = day.split("-");
  return `${year}.${Number(month)}.${Number(date)}`;
}

function instant(iso: string): string {
  if (!iso.includes("T")) return formatValue(iso, "年月日");
  const [day = "", minute] = chinaMinute(new Date(iso)).split(" ");
  return `${dotted(day)} ${minute}`;
}
