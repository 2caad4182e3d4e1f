import {
  AlignmentType,
  BorderStyle,
  LineRuleType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  VerticalAlignTable,
  WidthType,
  type Paragraph,
  type ParagraphChild,
} from "docx";
import type { Block, Inline } from "./documents.types.ts";
import { blankLines, face, paragraph, run } from "./official-layout.ts";
import { area, fonts, sizes } from "./official-measures.types.ts";

/** A table in the type area: heading row repeated on each page, rows never cut in two, note below. */
export function dataTable(
  block: Block & { kind: "table" },
  runs: (inlines: readonly Inline[]) => ParagraphChild[],
): (Paragraph | Table)[] {
  const caption =
    block.title.length === 0 ? [] : [paragraph("Flush", runs(block.title), { alignment: AlignmentType.CENTER, keepNext: true })];
  const note = block.note === "" ? blankLines(1) : [paragraph("Cell", block.note), ...blankLines(1)];
  return [
    ...caption,
    grid(
      block.columns,
      block.rows.map((row) => row.map(runs)),
      area.width,
    ),
    ...note,
  ];
}

/** Cells of runs in a ruled table `width` twips wide; column widths are shares. Short cells are centred. */
export function grid(
  columns: readonly { title: string; width: number }[],
  rows: readonly ParagraphChild[][][],
  width: number,
  size = sizes.smallFour,
): Table {
  const shares = columns.reduce((sum, c) => sum + c.width, 0);
  const widths = columns.map((c) => Math.floor((c.width / shares) * width));
  const line = { style: BorderStyle.SINGLE, size: 4, color: "000000" };
  const cell = (children: ParagraphChild[], i: number, centred: boolean): TableCell =>
    new TableCell({
      width: { size: widths[i] ?? 0, type: WidthType.DXA },
      verticalAlign: VerticalAlignTable.CENTER,
      margins: { left: 60, right: 60 },
      children: [
        paragraph("Cell", children, {
          alignment: centred ? AlignmentType.CENTER : AlignmentType.LEFT,
          spacing: { line: size * 14, lineRule: LineRuleType.EXACT, before: 30, after: 30 },
        }),
      ],
    });
  const head = new TableRow({
    tableHeader: true,
    cantSplit: true,
    children: columns.map((c, i) => cell([run(c.title, { font: face(fonts.hei), size })], i, true)),
  });
  return new Table({
    width: { size: width, type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders: { top: line, bottom: line, left: line, right: line, insideHorizontal: line, insideVertical: line },
    rows: [
      head,
      ...rows.map(
        (row) =>
          new TableRow({ cantSplit: true, children: row.map((children, i) => cell(children, i, (columns[i]?.width ?? 0) <= 8)) }),
      ),
    ],
  });
}
