/** The small parts of an .xlsx that give its sheets their meaning: list of sheets, number formats, shared strings, merges. */
import { StringDecoder } from "node:string_decoder";
import type { Merge } from "./exchange.types.ts";
import { numberKind, type NumberKind } from "#kernel/values/excel-serial.ts";
import type { WorkbookZip } from "./workbook-guard.ts";
import { attribute, XmlError, xmlScanner, type XmlHandler } from "./xml-scan.ts";

export interface SheetPart {
  name: string;
  part: string;
  hidden: boolean;
}

const scanText = (xml: string, open: XmlHandler["open"]): void => {
  const scanner = xmlScanner({ open, close: () => undefined, text: () => undefined });
  scanner.write(xml);
  scanner.end();
};

/** Feeds a whole part to a handler. */
export const scanPart = async (zip: WorkbookZip, part: string, handler: XmlHandler): Promise<void> => {
  const scanner = xmlScanner(handler);
  const decoder = new StringDecoder("utf8");
  let first = true;
  for await (const chunk of await zip.stream(part)) {
    let text = decoder.write(chunk as Buffer);
    if (first && text.startsWith("\ufeff")) text = text.slice(1);
    if (first && text.includes("\0")) throw new XmlError("not utf-8");
    first = false;
    scanner.write(text);
  }
  scanner.write(decoder.end());
  scanner.end();
};

const resolve = (base: string, target: string): string => {
  const path = target.startsWith("/") ? [] : base.split("/").slice(0, -1);
  for (const step of target.replace(/^\//, "").split("/")) {
    if (step === "..") path.pop();
    else if (step !== ".") path.push(step);
  }
  return path.join("/");
};

const relationships = async (zip: WorkbookZip, part: string): Promise<{ id: string; type: string; target: string }[]> => {
  const slash = part.lastIndexOf("/");
  const rels = `${part.slice(0, slash + 1)}_rels/${part.slice(slash + 1)}.rels`;
  const found: { id: string; type: string; target: string }[] = [];
  if (!zip.has(rels)) return found;
  scanText(await zip.text(rels), (name, raw) => {
    if (name !== "Relationship" || attribute(raw, "TargetMode") === "External") return;
    found.push({
      id: attribute(raw, "Id") ?? "",
      type: (attribute(raw, "Type") ?? "").split("/").at(-1) ?? "",
      target: resolve(part, attribute(raw, "Target") ?? ""),
    });
  });
  return found;
};

/** Number format kinds by cell style. */
const readStyles = (xml: string): NumberKind[] => {
  const codes = new Map<number, string>();
  const kinds: NumberKind[] = [];
  let inCellFormats = false;
  const scanner = xmlScanner({
    open: (name, raw) => {
      if (name === "numFmt") codes.set(Number(attribute(raw, "numFmtId")), attribute(raw, "formatCode") ?? "");
      else if (name === "cellXfs") inCellFormats = true;
      else if (name === "xf" && inCellFormats) {
        const id = Number(attribute(raw, "numFmtId") ?? 0);
        kinds.push(numberKind(id, codes.get(id)));
      }
    },
    close: (name) => {
      if (name === "cellXfs") inCellFormats = false;
    },
    text: () => undefined,
  });
  scanner.write(xml);
  scanner.end();
  return kinds;
};

/** Excel writes characters that XML cannot hold as `_x000D_`. */
export const decodeEscapes = (text: string): string =>
  text.includes("_x") ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) : text;

/** Shared strings, rich text joined, phonetic guides (`rPh`) left out, each cut at `maxLength` + 1 characters. */
const readSharedStrings = async (zip: WorkbookZip, part: string, maxLength: number): Promise<string[]> => {
  const strings: string[] = [];
  let text = "";
  let inText = false;
  let phonetic = 0;
  await scanPart(zip, part, {
    open: (name) => {
      if (name === "si") text = "";
      else if (name === "t") inText = phonetic === 0;
      else if (name === "rPh") phonetic++;
    },
    close: (name) => {
      if (name === "t") inText = false;
      else if (name === "rPh") phonetic--;
      else if (name === "si") strings.push(decodeEscapes(text.length > maxLength ? text.slice(0, maxLength + 1) : text));
    },
    text: (piece) => {
      if (inText && text.length <= maxLength) text += piece;
    },
  });
  return strings;
};

export interface WorkbookParts {
  sheets: SheetPart[];
  epoch1904: boolean;
  kinds: NumberKind[];
  strings: string[];
}

export const readWorkbookParts = async (zip: WorkbookZip, maxLength: number): Promise<WorkbookParts> => {
  const root = (await relationships(zip, "")).find((r) => r.type === "officeDocument")?.target ?? "xl/workbook.xml";
  const related = await relationships(zip, root);
  const sheets: SheetPart[] = [];
  let epoch1904 = false;
  scanText(await zip.text(root), (name, raw) => {
    if (name === "workbookPr") epoch1904 = ["1", "true"].includes(attribute(raw, "date1904") ?? "");
    if (name !== "sheet") return;
    const id = attribute(raw, "r:id") ?? /(?:^|\s)\w+:id="([^"]*)"/.exec(raw)?.[1];
    const relation = related.find((r) => r.id === id);
    // Chart sheets and dialogs hold no rows.
    if (relation?.type !== "worksheet") return;
    sheets.push({
      name: attribute(raw, "name") ?? "",
      part: relation.target,
      hidden: /hidden/i.test(attribute(raw, "state") ?? ""),
    });
  });
  const styles = related.find((r) => r.type === "styles")?.target;
  const strings = related.find((r) => r.type === "sharedStrings")?.target;
  return {
    sheets,
    epoch1904,
    kinds: styles !== undefined && zip.has(styles) ? readStyles(await zip.text(styles)) : [],
    strings: strings !== undefined && zip.has(strings) ? await readSharedStrings(zip, strings, maxLength) : [],
  };
};

/** Column index of the letters of a cell reference: `C22` → 2, -1 if there are none. */
export const columnOf = (reference: string): number => {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const code = reference.charCodeAt(at);
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  return column - 1;
};

/** Merged areas of a sheet. They stand behind the rows but are needed before them, hence a look ahead over the bytes. */
export const readMerges = async (zip: WorkbookZip, part: string): Promise<Merge[]> => {
  let tail = "";
  let found = false;
  for await (const chunk of await zip.stream(part)) {
    const bytes = chunk as Buffer;
    // The name may be cut in two by the border between chunks.
    if (!found && !bytes.includes("mergeCells") && !(tail + bytes.subarray(0, 24).toString("latin1")).includes("mergeCells")) {
      tail = bytes.subarray(-24).toString("latin1");
      continue;
    }
    tail += bytes.toString("latin1");
    const start = found ? 0 : tail.search(/<(\w+:)?mergeCells[\s>]/);
    if (start < 0) {
      tail = tail.slice(-24);
      continue;
    }
    found = true;
    const end = tail.search(/<\/(\w+:)?mergeCells>/);
    tail = tail.slice(start, end < 0 ? undefined : end);
    if (end >= 0 || tail.length > 16 * 2 ** 20) break;
  }
  if (!found) return [];
  return [...tail.matchAll(/ref\s*=\s*["']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)["']/g)].map((m) => ({
    top: Number(m[2]),
    left: columnOf(m[1] ?? ""),
    bottom: Number(m[4]),
    right: columnOf(m[3] ?? ""),
  }));
};
