/** An official document as a Word file after GB/T 9704—2012, each figure a bookmark with its identity. */
import {
  BookmarkEnd,
  BookmarkStart,
  SectionType,
  type ISectionOptions,
  type Paragraph,
  type ParagraphChild,
  type Table,
} from "docx";
import { annexSection } from "./annex-docx.ts";
import type { Block, FigureMark, Inline, OfficialDocument, ReportIdentity } from "./documents.types.ts";
import { finish } from "./docx-file.ts";
import { markFigures } from "./figure-marks.ts";
import { attachmentList, pageNumber, redHead, signature, title } from "./official-head.ts";
import { blankLines, face, page, paragraph, run } from "./official-layout.ts";
import { fonts } from "./official-measures.types.ts";
import { dataTable } from "./official-table.ts";

type Mark = (answer: FigureMark["answer"], text: string) => FigureMark;

/**
 * Make the .docx. Equal input gives equal bytes. `annex: true` appends 指标口径附表 as landscape pages.
 * `marks` are the figures in the order in which they stand in the text.
 */
export async function officialDocx(
  document: OfficialDocument,
  identity: ReportIdentity,
  options: { annex?: boolean } = {},
): Promise<{ docx: Buffer; marks: FigureMark[] }> {
  const { marks, mark } = markFigures();
  const body = document.body.flatMap((block, i) => blockOf(block, mark, i === document.body.length - 1));
  const annex = options.annex === true ? [annexSection(document.title, identity, marks)] : [];
  const sections: ISectionOptions[] = [
    {
      // LibreOffice does not float a table of a section with the usual break; page 1 is odd in any case.
      properties: { type: SectionType.ODD_PAGE, page: { ...page, pageNumbers: { start: 1 } } },
      footers: { default: pageNumber("odd"), even: pageNumber("even") },
      children: [
        ...redHead(document),
        ...title(document),
        ...body,
        ...attachmentList(document.attachments),
        ...signature(document),
      ],
    },
    ...annex,
  ];
  const docx = await finish(sections, document, identity, marks);
  return { docx, marks };
}

function blockOf(block: Block, mark: Mark, last: boolean): (Paragraph | Table)[] {
  // The last paragraph goes to the next page with the signature rather than leave it alone there.
  const keep = last ? { keepNext: true } : {};
  if (block.kind === "paragraph") return [paragraph("Body", inlineRuns(block.inlines, mark), keep)];
  if (block.kind === "table")
    return [...dataTable(block, (inlines) => inlineRuns(inlines, mark)), ...(last ? blankLines(1, keep) : [])];
  if (block.text.length === 0) return [paragraph(`Level${block.level}`, inlineRuns(block.inlines, mark))];
  const font = block.level === 1 ? face(fonts.hei) : block.level === 2 ? face(fonts.kai) : undefined;
  return [paragraph("Body", [...inlineRuns(block.inlines, mark, font), ...inlineRuns(block.text, mark)], keep)];
}

function inlineRuns(inlines: readonly Inline[], mark: Mark, font?: ReturnType<typeof face>): ParagraphChild[] {
  const options = font === undefined ? {} : { font };
  return inlines.flatMap((inline): ParagraphChild[] => {
    if (inline.kind !== "figure") return [run(inline.text, options)];
    const { n, bookmark } = mark(inline.answer, inline.text);
    // Own numbers, since the library's Bookmark counts on through the life of the process. Its paragraphs take
    // both ends, which its types leave out.
    const [start, end] = [new BookmarkStart(bookmark, n), new BookmarkEnd(n)] as unknown as [ParagraphChild, ParagraphChild];
    return [start, run(inline.text, options), end];
  });
}
