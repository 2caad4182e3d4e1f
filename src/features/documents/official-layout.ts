/**
 * Styles of official documents, GB/T 9704—2012. A character grid would set 28 characters a line in Word but makes LibreOffice
 * break lines at 19, and a line grid makes it set titles and table cells two lines high. So there is no grid; the line pitch
 * is exact.
 */
import {
  AlignmentType,
  LineRuleType,
  Paragraph,
  Tab,
  TextRun,
  type IParagraphOptions,
  type IRunOptions,
  type ISectionOptions,
  type IStylesOptions,
  type ParagraphChild,
} from "docx";
import { character, fonts, linePitch, mm, sizes, tighten } from "./official-measures.types.ts";

export const page = {
  size: { width: mm(210), height: mm(297) },
  margin: { top: mm(37), left: mm(28), right: mm(26), bottom: mm(35), header: mm(15), footer: mm(25.2) },
} satisfies NonNullable<ISectionOptions["properties"]>["page"];

/** Chinese in the named font, Latin letters and digits in Times New Roman; the hint keeps “” … — Chinese. */
export function face(
  eastAsia: string,
  latin = "Times New Roman",
): { ascii: string; hAnsi: string; cs: string; eastAsia: string; hint: string } {
  return { ascii: latin, hAnsi: latin, cs: latin, eastAsia, hint: "eastAsia" };
}

export const red = "FF0000";

const exact = { line: linePitch, lineRule: LineRuleType.EXACT, before: 0, after: 0 };
/** A first line two characters in; the twips are for readers that do not know characters. */
export const twoIn = { firstLineChars: 200, firstLine: character * 2 };

/** Named styles, so that a clerk who edits the file finds them in the style list. */
export const styles: IStylesOptions = {
  default: { document: { run: { font: face(fonts.fang), size: sizes.three, language: { eastAsia: "zh-CN", value: "en-US" } } } },
  paragraphStyles: [
    {
      id: "Body",
      name: "公文正文",
      quickFormat: true,
      run: { font: face(fonts.fang), size: sizes.three, characterSpacing: tighten },
      paragraph: { alignment: AlignmentType.BOTH, spacing: exact, indent: twoIn },
    },
    {
      id: "Flush",
      name: "公文顶格",
      basedOn: "Body",
      quickFormat: true,
      paragraph: { indent: { firstLineChars: 0, firstLine: 0 } },
    },
    {
      id: "OfficialTitle",
      name: "公文标题",
      basedOn: "Flush",
      next: "Flush",
      quickFormat: true,
      run: { font: face(fonts.song), size: sizes.two, characterSpacing: 0 },
      paragraph: { alignment: AlignmentType.CENTER, keepLines: true, spacing: { ...exact, line: 660 } },
    },
    {
      id: "Level1",
      name: "公文一级标题",
      basedOn: "Body",
      next: "Body",
      quickFormat: true,
      run: { font: face(fonts.hei) },
      paragraph: { outlineLevel: 0, keepNext: true },
    },
    {
      id: "Level2",
      name: "公文二级标题",
      basedOn: "Body",
      next: "Body",
      quickFormat: true,
      run: { font: face(fonts.kai) },
      paragraph: { outlineLevel: 1, keepNext: true },
    },
    {
      id: "Level3",
      name: "公文三级标题",
      basedOn: "Body",
      next: "Body",
      quickFormat: true,
      paragraph: { outlineLevel: 2, keepNext: true },
    },
    {
      id: "Level4",
      name: "公文四级标题",
      basedOn: "Body",
      next: "Body",
      quickFormat: true,
      paragraph: { outlineLevel: 3, keepNext: true },
    },
    {
      id: "Cell",
      name: "公文表格",
      quickFormat: true,
      run: { font: face(fonts.fang), size: sizes.smallFour },
      paragraph: { spacing: { before: 30, after: 30 } },
    },
    {
      id: "Imprint",
      name: "公文版记",
      run: { font: face(fonts.fang), size: sizes.four },
      paragraph: { spacing: { line: 460, lineRule: LineRuleType.EXACT } },
    },
  ],
};

/**
 * styles.xml with what the library cannot write, in the styles that all others build on: widowControl off, since with
 * it a page holds 21 lines and not 22. Document defaults would say it once, but LibreOffice does not read them.
 */
export function completeStyles(xml: string): string {
  return xml.replace(
    /(w:styleId="(?:Body|Cell|Imprint)">(?:(?!<\/w:style>).)*?<w:pPr>)/g,
    (found) => `${found}<w:widowControl w:val="0"/>`,
  );
}

export function paragraph(style: string, children: ParagraphChild[] | string, options: IParagraphOptions = {}): Paragraph {
  return new Paragraph({ style, ...options, children: typeof children === "string" ? [run(children)] : children });
}

export function run(text: string, options: IRunOptions = {}): TextRun {
  // A tab is an element of its own: Word takes a tab character inside text for a space.
  const children = text.split("\t").flatMap((part, i) => (i === 0 ? [part] : [new Tab(), part]));
  return new TextRun({ ...options, children: options.children ?? children });
}

export function blankLines(n: number, options: IParagraphOptions = {}): Paragraph[] {
  return Array.from({ length: n }, () => paragraph("Flush", [], options));
}
