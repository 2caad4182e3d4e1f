/** The small vocabulary of SpreadsheetML (ECMA-376 part 1) that writing and marking share. */

/** Excel takes at most 32,767 UTF-16 units in a cell. */
export const maxCellText = 32_767;
export const maxRows = 1_048_576;
export const maxColumns = 16_384;

// oxlint-disable-next-line no-control-regex -- these are the characters that XML 1.0 forbids
const needsEscape = /[&<>"\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_/;
// oxlint-disable-next-line no-control-regex -- as above
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/**
 * Text as XML content or attribute value. Characters that XML forbids are dropped, line ends become \n, and a literal
 * `_x0041_` is written so that Excel does not read it as an escape (ECMA-376 part 1, 22.4.2.4 bstr).
 */
export function xmlText(text: string): string {
  if (!needsEscape.test(text)) return text;
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(forbidden, "")
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

/** Text that fits a cell; what is longer ends with a note of how long it was. */
export function cellText(text: string): string {
  if (text.length <= maxCellText) return text;
  const note = `……（原文共${text.length}字，超出单元格上限，此处未全列）`;
  return text.slice(0, maxCellText - note.length).toWellFormed() + note;
}

const names: string[] = [];

/** `A` for 0, `AA` for 26. */
export function columnName(index: number): string {
  const known = names[index];
  if (known !== undefined) return known;
  let name = "";
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
  if (index < maxColumns) names[index] = name;
  return name;
}

/** 0-based column and 1-based row of `C22` or `$C$22`; undefined if it is no address. */
export function parseAddress(address: string): { column: number; row: number } | undefined {
  const found = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})$/.exec(address);
  if (!found) return undefined;
  let column = 0;
  for (const letter of found[1]!.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return { column: column - 1, row: Number(found[2]) };
}

/** A text cell. Always a string to Excel, whatever it begins with. */
export function textCell(column: number, row: number, style: number, text: string): string {
  return `<c r="${columnName(column)}${row}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cellText(text))}</t></is></c>`;
}

/** Days since 1899-12-30, as Excel counts them; undefined before 1 March 1900, where Excel's calendar is wrong. */
export function excelSerial(date: string): number | undefined {
  const found = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d))?)?$/.exec(date);
  if (!found) return undefined;
  const [year, month, day, hour, minute] = [1, 2, 3, 4, 5].map((i) => Number(found[i] ?? (i === 3 ? 1 : 0))) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hour, minute);
  const made = new Date(time);
  if (made.getUTCMonth() !== month - 1 || made.getUTCDate() !== day) return undefined;
  const serial = time / 86_400_000 + 25_569;
  return serial >= 61 ? serial : undefined;
}

/** Width in units of one digit: 2 for a Chinese character. */
export function textWidth(text: string): number {
  let width = 0;
  for (let i = 0; i < text.length; i++) width += text.charCodeAt(i) > 0x2e7f || isWide(text.charCodeAt(i)) ? 2 : 1;
  return width;
}

// Quotation marks, dashes, ellipsis, circled numbers: full width in Chinese fonts.
const isWide = (code: number): boolean => code >= 0x2010 && code <= 0x27bf;

/** Lines that a wrapped text takes in a column so many digits wide. */
export function linesIn(text: string, width: number): number {
  const room = Math.max(2, Math.floor(width - 1));
  if (text.length * 2 <= room && !text.includes("\n")) return 1;
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.max(1, Math.ceil(textWidth(line) / room));
  return lines;
}

/** Height in points of a row of so many lines of 10.5 pt text; Excel allows 409 at most. */
export const heightOf = (lines: number, line = 15): number => Math.min(409, Math.max(22, lines * line + 5));
