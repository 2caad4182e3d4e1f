/**
 * Measures of official documents, GB/T 9704—2012, for the Word file and for the screen alike: A4, type area 156 × 225 mm, 22
 * lines of 28 characters.
 */

/** Twentieths of a point from millimetres. */
export const mm = (n: number): number => Math.round((n * 1440) / 25.4);

export const area = { width: mm(156), height: mm(225) };
/** 22 lines in 225 mm: 28.95 pt. */
export const linePitch = 579;
/** 28 characters of 16 pt are 448 pt but the type area is 442.2 pt wide, so body text is set that much tighter. */
export const tighten = -5;
/** Width of one body character, twips. */
export const character = 320 + tighten;

export const fonts = { song: "方正小标宋简体", fang: "仿宋_GB2312", kai: "楷体_GB2312", hei: "黑体", plain: "宋体" };

/** 二号、三号、四号、小四, in half points. */
export const sizes = { two: 44, three: 32, four: 28, smallFour: 24, five: 21 };

/** Width of text in characters of its own size: a Latin letter or digit is half of one. */
export function widthOf(text: string): number {
  let width = 0;
  for (const c of text) width += c.charCodeAt(0) < 0x100 ? 0.5 : 1;
  return width;
}

/** 2023年4月28日: no leading zeros. */
export function officialDate(day: string): string {
  const [year, month, date] = day.split("-");
  return `${year}年${Number(month)}月${Number(date)}日`;
}

/**
 * 发文机关标志: one line of at most 62 pt letters, 35 mm below the edge of the type area; a long name keeps its height and is
 * set narrower, as printers do. `size` in points, `scale` in percent, `gap` above it in twips; `corner`: lines above it.
 */
export function headMark(organ: string, corner: number): { text: string; size: number; scale: number; gap: number } {
  const text = organ.endsWith("文件") ? organ : `${organ}文件`;
  const room = area.width / 20 / widthOf(text);
  const size = Math.min(62, Math.max(room, Math.min(36, room / 0.5)));
  const scale = Math.min(100, Math.floor((room / size) * 100));
  return { text, size, scale, gap: Math.max(0, mm(35) - corner * linePitch - Math.round(size * 3)) };
}

/**
 * How far from the right the signature stands, in body characters: the date four, the name centred over it; a name too
 * long for that two, and the date centred under it.
 */
export function signatureIndents(name: string, date: string): { name: number; date: number } {
  const centre = Math.max(4 + widthOf(date) / 2, 2 + widthOf(name) / 2);
  return { name: centre - widthOf(name) / 2, date: centre - widthOf(date) / 2 };
}

/** The lines above the organ's name: 份号, 密级, 紧急程度. */
export const cornerLines = (document: {
  copyNumber?: string | undefined;
  secrecy?: string | undefined;
  urgency?: string | undefined;
}): { text: string; bold: boolean }[] => [
  ...(document.copyNumber === undefined ? [] : [{ text: document.copyNumber, bold: false }]),
  ...[document.secrecy, document.urgency].flatMap((text) => (text === undefined || text === "" ? [] : [{ text, bold: true }])),
];

/** What stands in 版记: copies if there are any, then printer and day. */
export function imprintLines(document: {
  copies: readonly string[];
  organ?: string | undefined;
  printer?: string | undefined;
  printed?: string | undefined;
  date: string;
}): { copies: string | undefined; printer: string; day: string } {
  return {
    copies: document.copies.length === 0 ? undefined : `抄送：${document.copies.join("，")}。`,
    printer: document.printer ?? document.organ ?? "",
    day: `${officialDate(document.printed ?? document.date)}印发`,
  };
}
