/**
 * Writes .xlsx (ECMA-376) as a stream: rows come from an async iterable and go straight into the zip, so the size of a
 * ledger does not matter. Text is written in place (inlineStr): a table of shared strings would have to be held in memory.
 * Text is always typed as a string, so nothing that a user wrote can become a formula.
 */
import type { Writable } from "node:stream";
import { columnName, xmlText } from "./sheet-xml.ts";
import { stylesXml } from "./workbook-styles.ts";
import { headingOf, sheetXml, type Sheet } from "./write-sheet.ts";
import { writeWhole, writeZip, type Part } from "./write-zip.ts";

export interface Workbook {
  title: string;
  created: Date;
  sheets: readonly Sheet[];
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packaged = "http://schemas.openxmlformats.org/package/2006";
const listSheet = "下拉选项";

/** A name that Excel accepts for a sheet: at most 31 characters, none of `[]:*?/\`, no apostrophe at either end, not yet taken. */
export function sheetName(wanted: string, taken: ReadonlySet<string> = new Set()): string {
  const clean =
    wanted
      .replace(/[[\]:*?/\\\p{Cc}]/gu, " ")
      .replace(/^'+|'+$/g, "")
      .trim() || "台账";
  const used = new Set([...taken].map((name) => name.toLowerCase()));
  for (let n = 1; ; n++) {
    const end = n === 1 ? "" : `（${n}）`;
    const name = clean.slice(0, 31 - end.length).toWellFormed() + end;
    if (!used.has(name.toLowerCase())) return name;
  }
}

/** Drop-down lists: short ones stand in the formula itself (at most 255 characters, no commas), others on a hidden sheet. */
function lists(): { formula: (values: readonly string[]) => string; kept: (readonly string[])[] } {
  const kept: (readonly string[])[] = [];
  const known = new Map<string, string>();
  const formula = (values: readonly string[]): string => {
    const joined = values.join(",");
    if (joined.length <= 255 && !values.some((value) => /[,"]/.test(value) || value !== value.trim())) return `"${joined}"`;
    const found = known.get(values.join("\n"));
    if (found !== undefined) return found;
    const column = columnName(kept.push(values) - 1);
    const made = `${listSheet}!$${column}$1:$${column}$${values.length}`;
    known.set(values.join("\n"), made);
    return made;
  };
  return { formula, kept };
}

function listsAsSheet(kept: readonly (readonly string[])[]): Sheet {
  const longest = Math.max(...kept.map((values) => values.length));
  const rows = Array.from({ length: longest }, (_, i) => ({ cells: kept.map((values) => values[i] ?? null) }));
  return {
    name: listSheet,
    columns: kept.map(() => ({ heading: "", width: 24, style: "text" })),
    header: false,
    rows,
    hidden: true,
  };
}

/** Writes the workbook to a stream, or to a file that appears only when whole. Gives the number of rows of each sheet. */
export async function writeWorkbook(output: Writable | string, book: Workbook): Promise<{ rows: number[] }> {
  const { formula, kept } = lists();
  for (const sheet of book.sheets)
    for (const { choices } of sheet.columns) if (choices && choices.values.length > 0) formula(choices.values);
  const sheets: Sheet[] = [];
  for (const sheet of book.sheets)
    sheets.push({ ...sheet, name: sheetName(sheet.name, new Set([...sheets.map((s) => s.name), listSheet])) });
  if (kept.length > 0) sheets.push(listsAsSheet(kept));

  const rows: number[] = [];
  const part = (name: string, content: string): Part => ({
    name,
    modified: book.created,
    content: () => [declaration + content],
  });
  const names = sheets.flatMap((sheet, i) => {
    const { repeat } = headingOf(sheet);
    if (!repeat) return [];
    return [
      `<definedName name="_xlnm.Print_Titles" localSheetId="${i}">'${xmlText(sheet.name).replaceAll("'", "''")}'!$${repeat.first}:$${repeat.last}</definedName>`,
    ];
  });
  const relation = (id: number, type: string, target: string): string =>
    `<Relationship Id="rId${id}" Type="${type}" Target="${target}"/>`;
  const parts: Part[] = [
    part(
      "[Content_Types].xml",
      `<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
        `<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
        `<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
        `<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
        sheets
          .map(
            (_, i) =>
              `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
          )
          .join("") +
        `</Types>`,
    ),
    part(
      "_rels/.rels",
      `<Relationships xmlns="${packaged}/relationships">${relation(1, `${office}/officeDocument`, "xl/workbook.xml")}${relation(2, `${packaged}/relationships/metadata/core-properties`, "docProps/core.xml")}</Relationships>`,
    ),
    part(
      "docProps/core.xml",
      `<cp:coreProperties xmlns:cp="${packaged}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
        `<dc:title>${xmlText(book.title)}</dc:title><dc:creator>一本账</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${book.created.toISOString().slice(0, 19)}Z</dcterms:created></cp:coreProperties>`,
    ),
    part(
      "xl/_rels/workbook.xml.rels",
      `<Relationships xmlns="${packaged}/relationships">${sheets.map((_, i) => relation(i + 1, `${office}/worksheet`, `worksheets/sheet${i + 1}.xml`)).join("")}${relation(sheets.length + 1, `${office}/styles`, "styles.xml")}</Relationships>`,
    ),
    part(
      "xl/workbook.xml",
      `<workbook xmlns="${main}" xmlns:r="${office}"><bookViews><workbookView activeTab="0"/></bookViews><sheets>` +
        sheets
          .map(
            (sheet, i) =>
              `<sheet name="${xmlText(sheet.name)}" sheetId="${i + 1}"${sheet.hidden ? ' state="hidden"' : ""} r:id="rId${i + 1}"/>`,
          )
          .join("") +
        `</sheets>${names.length > 0 ? `<definedNames>${names.join("")}</definedNames>` : ""}</workbook>`,
    ),
    { name: "xl/styles.xml", modified: book.created, content: () => [stylesXml()] },
    ...sheets.map((sheet, i): Part => ({
      name: `xl/worksheets/sheet${i + 1}.xml`,
      modified: book.created,
      content: () => sheetXml(sheet, i === 0, formula, (n) => (rows[i] = n)),
    })),
  ];
  await writeWhole(output, (stream) => writeZip(stream, parts));
  return { rows: rows.slice(0, book.sheets.length) };
}
