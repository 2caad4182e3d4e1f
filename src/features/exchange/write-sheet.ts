import type { Cell } from "#kernel/values/cell.ts";
import { cellText, columnName, excelSerial, heightOf, linesIn, maxRows, textCell, textWidth, xmlText } from "./sheet-xml.ts";
import { styleNumber } from "./workbook-styles.ts";

export interface SheetColumn {
  heading: string;
  /** Group heading above; neighbours with the same one share a merged cell. */
  under?: string | undefined;
  /** In digits, as Excel counts; a Chinese character takes two. */
  width: number;
  /** Name of a body style of workbook-styles.ts. */
  style: string;
  /** Drop-down; with `open` other values are accepted too. */
  choices?: { values: readonly string[]; open: boolean } | undefined;
}

export interface SheetRow {
  cells: readonly Cell[];
  /** Style names that differ from the column's, by column index. */
  styles?: ReadonlyMap<number, string>;
}

export interface Sheet {
  name: string;
  title?: string | undefined;
  note?: string | undefined;
  columns: readonly SheetColumn[];
  /** `false`: the rows bring their own heading. */
  header?: boolean;
  rows: Iterable<SheetRow> | AsyncIterable<SheetRow>;
  /** Merged areas among the rows, `B3:B17`; title and header merge their own. */
  merges?: readonly string[];
  /** Framed empty rows when there are no rows: a form to fill in. */
  blankRows?: number;
  frozenColumns?: number;
  /** At the left of every printed page's foot. */
  foot?: string | undefined;
  hidden?: boolean;
}

/** Rows above the first record. */
export interface Heading {
  rows: string[];
  merges: string[];
  /** Heading rows for print titles; undefined without a header. */
  repeat: { first: number; last: number } | undefined;
  height: number;
}

const grouped = (columns: readonly SheetColumn[]): boolean => columns.some((column) => column.under !== undefined);

/** Title, note and header rows with their merges. */
export function headingOf(sheet: Sheet): Heading {
  const { columns } = sheet;
  const last = columnName(Math.max(0, columns.length - 1));
  const total = columns.reduce((sum, column) => sum + column.width, 0);
  const rows: string[] = [];
  const merges: string[] = [];
  const line = (text: string, style: string, height: number, size: number): void => {
    const row = rows.length + 1;
    const lines = Math.max(1, Math.ceil((textWidth(text) * size) / total));
    rows.push(
      `<row r="${row}" ht="${height + (lines - 1) * height * 0.8}" customHeight="1">${textCell(0, row, styleNumber(style), text)}</row>`,
    );
    if (columns.length > 1) merges.push(`A${row}:${last}${row}`);
  };
  if (sheet.title !== undefined) line(sheet.title, "title", 36, 2);
  if (sheet.note !== undefined) line(sheet.note, "note", 21, 1.1);
  if (sheet.header === false) return { rows, merges, repeat: undefined, height: rows.length };

  const first = rows.length + 1;
  const two = grouped(columns);
  const style = styleNumber("header");
  const lines = Math.max(
    1,
    ...columns.map((column) => linesIn(column.heading, column.width) - (two && column.under === undefined ? 1 : 0)),
  );
  const height = heightOf(lines, 16);
  const cell = (column: number, row: number, text: string | undefined): string =>
    text === undefined ? `<c r="${columnName(column)}${row}" s="${style}"/>` : textCell(column, row, style, text);
  const opening = (row: number, ht: number): string => `<row r="${row}" ht="${ht}" customHeight="1">`;
  if (!two) {
    rows.push(
      `${opening(first, Math.max(30, height))}${columns.map((column, i) => cell(i, first, column.heading)).join("")}</row>`,
    );
  } else {
    const starts = columns.map((column, i) => column.under === undefined || i === 0 || columns[i - 1]!.under !== column.under);
    rows.push(
      `${opening(first, 24)}${columns.map((column, i) => cell(i, first, starts[i] ? (column.under ?? column.heading) : undefined)).join("")}</row>`,
    );
    rows.push(
      `${opening(first + 1, height)}${columns.map((column, i) => cell(i, first + 1, column.under === undefined ? undefined : column.heading)).join("")}</row>`,
    );
    for (let i = 0; i < columns.length; i++) {
      if (!starts[i]) continue;
      let end = i;
      while (end + 1 < columns.length && !starts[end + 1]) end++;
      if (columns[i]!.under === undefined) merges.push(`${columnName(i)}${first}:${columnName(i)}${first + 1}`);
      else if (end > i) merges.push(`${columnName(i)}${first}:${columnName(end)}${first}`);
    }
  }
  return { rows, merges, repeat: { first, last: rows.length }, height: rows.length };
}

function cellXml(value: Cell, column: number, row: number, style: string): string {
  const marked = style.endsWith("!") ? "!" : "";
  if (value === null || value === "") return `<c r="${columnName(column)}${row}" s="${styleNumber(style)}"/>`;
  if (typeof value === "number" && Number.isFinite(value))
    return `<c r="${columnName(column)}${row}" s="${styleNumber(style)}"><v>${value}</v></c>`;
  if (typeof value === "object") {
    const serial = excelSerial(value.date);
    if (serial === undefined) return cellXml(value.date, column, row, style);
    const dated = Number.isInteger(serial) ? (/^(date|month)/.test(style) ? style : `date${marked}`) : `datetime${marked}`;
    return `<c r="${columnName(column)}${row}" s="${styleNumber(dated)}"><v>${serial}</v></c>`;
  }
  const text = typeof value === "boolean" ? (value ? "是" : "否") : String(value);
  if (style.startsWith("opinion")) return textCell(column, row, styleNumber(style), text);
  const isText = style.startsWith("text");
  if (isText && text.length > 60) style = `long${marked}`;
  // Excel shows text of over 255 characters in a text-format cell as ####, so long text has the general format.
  if (!(isText && text.length <= 60) && /^[=+\-@\t]/.test(text)) style = `quoted${marked}`;
  return textCell(column, row, styleNumber(style), text);
}

/** One `<row>`, high enough for its longest wrapped cell. */
function rowXml(sheet: Sheet, { cells, styles }: SheetRow, row: number): string {
  let lines = 1;
  let xml = "";
  for (let i = 0; i < sheet.columns.length; i++) {
    const column = sheet.columns[i]!;
    const value = cells[i] ?? null;
    if (typeof value === "string") lines = Math.max(lines, linesIn(cellText(value), column.width));
    xml += cellXml(value, i, row, styles?.get(i) ?? column.style);
  }
  // Without customHeight: Excel fits the row again when someone edits it.
  return `<row r="${row}" ht="${heightOf(lines)}">${xml}</row>`;
}

function frozen(heading: Heading, columns: number): string {
  const rows = heading.repeat?.last ?? 0;
  if (rows === 0) return "";
  const corner = `topLeftCell="${columnName(columns)}${rows + 1}"`;
  if (columns === 0)
    return `<pane ySplit="${rows}" ${corner} activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>`;
  return `<pane xSplit="${columns}" ySplit="${rows}" ${corner} activePane="bottomRight" state="frozen"/><selection pane="bottomRight"/>`;
}

function validations(sheet: Sheet, heading: Heading, listOf: (values: readonly string[]) => string): string {
  const items = sheet.columns.flatMap(({ choices }, i) => {
    if (!choices || choices.values.length === 0) return [];
    const refuse = choices.open ? "" : ' showErrorMessage="1" errorTitle="填写不符合要求" error="请从下拉列表中选择。"';
    const name = columnName(i);
    return [
      `<dataValidation type="list" allowBlank="1" showInputMessage="1"${refuse} sqref="${name}${heading.height + 1}:${name}${maxRows}"><formula1>${xmlText(listOf(choices.values))}</formula1></dataValidation>`,
    ];
  });
  return items.length === 0 ? "" : `<dataValidations count="${items.length}">${items.join("")}</dataValidations>`;
}

/** In a foot an ampersand begins a code unless it is doubled, and all of it has at most 255 characters (ECMA-376, 18.3.1.58). */
const footOf = ({ foot }: Sheet): string =>
  foot === undefined ? "" : xmlText(`&L&8 ${foot.slice(0, 100).replaceAll("&", "&&")}`);

/**
 * The worksheet part, in pieces of about 64 kB. `listOf` gives the formula of a drop-down; `counted` is told the
 * number of rows. Throws a RangeError when there are more rows than a sheet may hold.
 */
export async function* sheetXml(
  sheet: Sheet,
  selected: boolean,
  listOf: (values: readonly string[]) => string,
  counted: (rows: number) => void,
): AsyncGenerator<string> {
  const heading = headingOf(sheet);
  let out =
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
    `<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView${selected ? ' tabSelected="1"' : ""} workbookViewId="0">${frozen(heading, sheet.frozenColumns ?? 0)}</sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="22"/>` +
    `<cols>${sheet.columns.map((column, i) => `<col min="${i + 1}" max="${i + 1}" width="${column.width}" customWidth="1"/>`).join("")}</cols><sheetData>` +
    heading.rows.join("");
  let row = heading.height;
  for await (const item of sheet.rows) {
    if (++row > maxRows) throw new RangeError(`工作表“${sheet.name}”超过${maxRows}行，请缩小范围分次导出`);
    out += rowXml(sheet, item, row);
    if (out.length > 65_536) {
      yield out;
      out = "";
    }
  }
  counted(row - heading.height);
  if (row === heading.height) for (let i = 0; i < (sheet.blankRows ?? 0); i++) out += rowXml(sheet, { cells: [] }, ++row);
  const areas = [...heading.merges, ...(sheet.merges ?? [])];
  const merges =
    areas.length === 0
      ? ""
      : `<mergeCells count="${areas.length}">${areas.map((ref) => `<mergeCell ref="${ref}"/>`).join("")}</mergeCells>`;
  yield (
    `${out}</sheetData>${merges}${validations(sheet, heading, listOf)}<printOptions horizontalCentered="1"/>` +
      `<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.35"/>` +
      `<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>` +
      `<headerFooter><oddFooter>${footOf(sheet)}&amp;C第 &amp;P 页　共 &amp;N 页</oddFooter></headerFooter></worksheet>`
  );
}
