/** The parts of an official document around its body (GB/T 9704—2012, 7.2, 7.3.1–7.3.6, 7.4): red head, title, signature, imprint, page numbers. */
import {
  AlignmentType,
  BorderStyle,
  Footer,
  LineRuleType,
  PageNumber,
  RelativeVerticalPosition,
  Table,
  TableAnchorType,
  TableCell,
  TableLayoutType,
  TableRow,
  TabStopType,
  WidthType,
  type IBorderOptions,
  type Paragraph,
  type ParagraphChild,
} from "docx";
import type { OfficialDocument } from "./documents.types.ts";
import { blankLines, face, page, paragraph, red, run } from "./official-layout.ts";
import {
  cornerLines,
  headMark,
  imprintLines,
  signatureIndents,
  area,
  character,
  fonts,
  officialDate,
  sizes,
} from "./official-measures.types.ts";

/** 版头: copy number, secrecy, urgency; the organ's name in red 35 mm below the edge of the type area; number; rule. */
export function redHead(document: OfficialDocument): Paragraph[] {
  if (document.organ === undefined || document.organ === "") return [];
  const corner = cornerLines(document).map(({ text, bold }) =>
    paragraph("Flush", [run(text, bold ? { font: face(fonts.hei) } : {})]),
  );
  const { text, size, scale, gap } = headMark(document.organ, corner.length);
  return [
    ...corner,
    paragraph(
      "Flush",
      [run(text, { font: face(fonts.song, fonts.song), size: Math.floor(size * 2), color: red, scale, characterSpacing: 0 })],
      {
        alignment: AlignmentType.CENTER,
        spacing: { before: gap, line: Math.round(size * 26), lineRule: LineRuleType.EXACT },
      },
    ),
    ...blankLines(2),
    numberLine(document),
  ];
}

/** 发文字号, with 签发人 on the right on documents to the level above; the red rule 4 mm below is its border. */
function numberLine({ number, signatory }: OfficialDocument): Paragraph {
  const border = { bottom: { style: BorderStyle.SINGLE, size: 12, color: red, space: 8 } };
  if (signatory === undefined || signatory === "")
    return paragraph("Flush", number ?? "", { alignment: AlignmentType.CENTER, border });
  const text: ParagraphChild[] = [run(`${number ?? ""}\t签发人：`), run(signatory, { font: face(fonts.kai) })];
  // The border would follow a paragraph indent, so the empty character at each end is text and tab stop.
  return paragraph("Flush", [run("\u3000"), ...text], {
    border,
    alignment: AlignmentType.LEFT,
    tabStops: [{ type: TabStopType.RIGHT, position: area.width - character }],
  });
}

export function title(document: OfficialDocument): Paragraph[] {
  const lines = document.title
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const receiver =
    document.to === undefined || document.to === "" ? [] : [paragraph("Flush", `${document.to.replace(/[:：]$/, "")}：`)];
  return [...blankLines(2), ...lines.map((line) => paragraph("OfficialTitle", line)), ...blankLines(1), ...receiver];
}

/** 附件说明: one blank line under the body, two characters in; further names stand under the first. */
export function attachmentList(names: readonly string[]): Paragraph[] {
  if (names.length === 0) return [];
  const keepNext = true;
  const one = names.length === 1;
  const left = character * (one ? 5 : 6);
  return [
    ...blankLines(1, { keepNext }),
    ...names.map((name, i) =>
      paragraph("Flush", `${i === 0 ? "附件：" : ""}${one ? "" : `${i + 1}.\t`}${name}`, {
        keepNext,
        indent: { left, hanging: i === 0 ? character * (one ? 3 : 4) : character },
        tabStops: [{ type: TabStopType.LEFT, position: left }],
        alignment: AlignmentType.LEFT,
      }),
    ),
  ];
}

/**
 * 发文机关署名 and 成文日期, the date four characters from the right, the name centred over it. A name too long for
 * that stands two characters from the right and the date is centred under it. Two lines are left for the seal. 版记 hangs on the
 * date's paragraph, so that both are on the last page.
 */
export function signature(document: OfficialDocument): (Paragraph | Table)[] {
  const { organ, date } = document;
  const day = officialDate(date);
  const name = organ ?? "";
  const indents = signatureIndents(name, day);
  const line = (text: string, indent: number, keepNext: boolean): Paragraph =>
    paragraph("Flush", text, {
      alignment: AlignmentType.RIGHT,
      keepNext,
      indent: { right: Math.round(indent * character) },
    });
  return [
    ...blankLines(2, { keepNext: true }),
    ...(name === "" ? [] : [line(name, indents.name, true)]),
    imprint(document),
    line(day, indents.date, false),
  ];
}

/**
 * 版记 at the foot of the last page: rules of 0.35, 0.25 and 0.35 mm, copies, printer and date. A floating table at
 * the foot of the type area; LibreOffice floats one of full width only if it is placed by the edge of the page.
 * It must stand before the paragraph that it shares the page with.
 */
function imprint(document: OfficialDocument): Table {
  const rule = (millimetres: number): IBorderOptions => ({
    style: BorderStyle.SINGLE,
    size: Math.round((millimetres / 25.4) * 72 * 8),
    color: "000000",
  });
  const none = { style: BorderStyle.NONE, size: 0, color: "auto" };
  const { copies, printer, day } = imprintLines(document);
  const texts = [...(copies === undefined ? [] : [copies]), `${printer}\t${day}`];
  const indent = 280;
  const rows = texts.map((text, i) => {
    const last = i === texts.length - 1;
    const content = paragraph("Imprint", text, {
      // Further lines of 抄送 stand under its first name.
      indent: last ? { left: indent, right: indent } : { left: indent * 4, hanging: indent * 3, right: indent },
      tabStops: [{ type: TabStopType.RIGHT, position: area.width - indent }],
    });
    const cell = new TableCell({
      width: { size: area.width, type: WidthType.DXA },
      borders: { top: rule(i === 0 ? 0.35 : 0.25), bottom: rule(last ? 0.35 : 0.25), left: none, right: none },
      children: [content],
    });
    return new TableRow({ cantSplit: true, children: [cell] });
  });
  return new Table({
    rows,
    width: { size: area.width, type: WidthType.DXA },
    columnWidths: [area.width],
    layout: TableLayoutType.FIXED,
    margins: { left: 0, right: 0, top: 20, bottom: 20 },
    borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
    float: {
      horizontalAnchor: TableAnchorType.PAGE,
      absoluteHorizontalPosition: page.margin.left,
      verticalAnchor: TableAnchorType.MARGIN,
      relativeVerticalPosition: RelativeVerticalPosition.BOTTOM,
      topFromText: 200,
      leftFromText: 0,
      rightFromText: 0,
    },
  });
}

/** — 1 — in 四号宋体 one character from the outer edge: right on odd pages, left on even ones. */
export function pageNumber(side: "odd" | "even"): Footer {
  const options = { font: face(fonts.plain, fonts.plain), size: sizes.four };
  return new Footer({
    children: [
      paragraph("Flush", [run("— ", options), run("", { ...options, children: [PageNumber.CURRENT] }), run(" —", options)], {
        alignment: side === "odd" ? AlignmentType.RIGHT : AlignmentType.LEFT,
        indent: side === "odd" ? { right: 280 } : { left: 280 },
        spacing: { line: 320, lineRule: LineRuleType.EXACT },
      }),
    ],
  });
}
