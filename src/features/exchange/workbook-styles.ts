/**
 * The one table of cell styles that written workbooks use. A style is named here and its position is its number in the
 * file; every body style exists a second time with the red fill of a marked cell.
 */

const font = (name: string, size: number, rest = ""): string =>
  `<font>${rest}<sz val="${size}"/><color rgb="FF000000"/><name val="${name}"/><charset val="134"/></font>`;
const fonts = [
  font("宋体", 11),
  font("方正小标宋简体", 20),
  font("宋体", 11),
  font("黑体", 11, "<b/>"),
  font("宋体", 10.5),
  `<font><sz val="10.5"/><color rgb="FFC00000"/><name val="宋体"/><charset val="134"/></font>`,
];
/** Fill of a marked cell; a workbook that comes back with it is recognised by this colour. */
export const markColour = "FFFFC7CE";
export const solidFill = (colour: string): string =>
  `<fill><patternFill patternType="solid"><fgColor rgb="${colour}"/><bgColor indexed="64"/></patternFill></fill>`;
const fills = [
  '<fill><patternFill patternType="none"/></fill>',
  '<fill><patternFill patternType="gray125"/></fill>',
  solidFill("FFDDEBF7"),
  solidFill(markColour),
];
const markFill = 3;
const edge = (side: string): string => `<${side} style="thin"><color rgb="FF000000"/></${side}>`;
export const thinBorder = `<border>${["left", "right", "top", "bottom"].map(edge).join("")}<diagonal/></border>`;
const borders = ["<border><left/><right/><top/><bottom/><diagonal/></border>", thinBorder];

// 49 is Excel's built-in text format: numbers typed there (编号, 证件号) keep their zeros and digits.
const formats: Record<string, [id: number, code: string]> = {
  date: [164, "yyyy\\-mm\\-dd"],
  month: [165, "yyyy\\-mm"],
  percent: [166, 'General"%"'],
  decimal1: [167, "0.0"],
  decimal2: [168, "0.00"],
  decimal3: [169, "0.000"],
  decimal4: [170, "0.0000"],
  decimal5: [171, "0.00000"],
  decimal6: [172, "0.000000"],
  percent1: [173, '0.0"%"'],
  percent2: [174, '0.00"%"'],
  datetime: [175, "yyyy\\-mm\\-dd hh:mm"],
};

interface StyleRow {
  font: number;
  format?: number;
  fill?: number;
  border?: boolean;
  across: "left" | "center";
  quoted?: boolean;
}
const framed = { font: 4, border: true, across: "center" } as const;
const body = {
  text: { ...framed, format: 49 },
  long: { ...framed, across: "left" },
  /** As `long`, for text that Excel would take for a formula when someone edits the cell. */
  quoted: { ...framed, across: "left", quoted: true },
  number: framed,
  integer: { ...framed, format: 1 },
  ...Object.fromEntries(Object.entries(formats).map(([name, [id]]) => [name, { ...framed, format: id }])),
} as Record<string, StyleRow>;
const table: Record<string, StyleRow> = {
  plain: { font: 0, across: "left" },
  title: { font: 1, across: "center" },
  note: { font: 2, across: "left" },
  header: { font: 3, fill: 2, border: true, across: "center" },
  opinion: { font: 5, border: true, across: "left" },
  ...body,
  ...Object.fromEntries(Object.entries(body).map(([name, style]) => [`${name}!`, { ...style, fill: markFill }])),
};

const order = Object.keys(table);
const numbers = new Map(order.map((name, index) => [name, index]));

/** Number of a named style; `!` after a body style's name is the marked one. Throws on a name that the table has not. */
export function styleNumber(name: string): number {
  const index = numbers.get(name);
  if (index === undefined) throw new RangeError(`no such cell style: ${name}`);
  return index;
}

/** One `<xf>` of cellXfs. */
export function xf(style: StyleRow, at = { font: style.font, fill: style.fill ?? 0, border: style.border ? 1 : 0 }): string {
  return (
    `<xf numFmtId="${style.format ?? 0}" fontId="${at.font}" fillId="${at.fill}" borderId="${at.border}" xfId="0"` +
    ` applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"${style.quoted ? ' quotePrefix="1"' : ""}>` +
    `<alignment horizontal="${style.across}" vertical="center" wrapText="1"/></xf>`
  );
}

const counted = (name: string, items: string[]): string => `<${name} count="${items.length}">${items.join("")}</${name}>`;

/** `xl/styles.xml` of a workbook written by us. */
export function stylesXml(): string {
  return (
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
    counted(
      "numFmts",
      Object.values(formats).map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${code.replaceAll('"', "&quot;")}"/>`),
    ) +
    counted("fonts", fonts) +
    counted("fills", fills) +
    counted("borders", borders) +
    `<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
    counted(
      "cellXfs",
      order.map((name) =>
        name === "plain" ? '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' : xf(table[name]!),
      ),
    ) +
    `<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
  );
}
