/**
 * Cuts worksheet XML into rows as it streams past, without parsing what is inside: everything that is not touched leaves
 * exactly as it came. Memory holds one row and one chunk.
 */
import type { Merge } from "./exchange.types.ts";
import { parseAddress } from "./sheet-xml.ts";

export type Piece = { kind: "head" | "other" | "tail"; xml: string } | { kind: "row"; xml: string; row: number };

/** A single row or the part before the rows may be this long; longer is no honest workbook. */
const maxPiece = 64 * 1024 * 1024;

const patterns = new Map<string, RegExp>();

/** Attribute of an opening tag, without namespace prefix. */
export function attribute(tag: string, name: string): string | undefined {
  let pattern = patterns.get(name);
  if (!pattern) patterns.set(name, (pattern = new RegExp(`\\s${name}=(["'])(.*?)\\1`)));
  return pattern.exec(tag)?.[2];
}

/** Prefix of the part's own elements: `x:` in files of some generators. */
export const prefixOf = (head: string): string => /<(\w+:)?worksheet\b/.exec(head)?.[1] ?? "";

/** `head` (up to and with `<sheetData>`), then rows and what stands between them, then `tail` pieces from `</sheetData>` on. */
export async function* pieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Piece[]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  let where: "head" | "rows" | "tail" = "head";
  let prefix = "";
  let rowTag = /^$/;
  let last = 0;
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > maxPiece) throw new Error("工作表内容异常：单行过长，无法标注");
    const out: Piece[] = [];
    if (where === "head") {
      const found = /<(?:\w+:)?sheetData\s*(\/?)>/.exec(rest);
      if (!found) continue;
      const end = found.index + found[0].length;
      prefix = prefixOf(rest);
      rowTag = new RegExp(`^<${prefix}row[\\s/>]`);
      out.push({ kind: "head", xml: rest.slice(0, end) });
      rest = rest.slice(end);
      where = found[1] ? "tail" : "rows";
    }
    let at = 0;
    while (where === "rows") {
      const start = rest.indexOf("<", at);
      const close = start < 0 ? -1 : rest.indexOf(">", start);
      if (close < 0) break;
      const tag = rest.slice(start, close + 1);
      if (tag.startsWith(`</${prefix}sheetData`)) where = "tail";
      else if (rowTag.test(tag)) {
        const ending = `</${prefix}row>`;
        const found = tag.endsWith("/>") ? close + 1 - ending.length : rest.indexOf(ending, close);
        if (found < 0) break;
        last = Number(attribute(tag, "r") ?? last + 1);
        if (start > at) out.push({ kind: "other", xml: rest.slice(at, start) });
        at = found + ending.length;
        out.push({ kind: "row", xml: rest.slice(start, at), row: last });
      } else {
        out.push({ kind: "other", xml: rest.slice(at, close + 1) });
        at = close + 1;
      }
    }
    rest = rest.slice(at);
    if (where === "tail") {
      out.push({ kind: "tail", xml: rest });
      rest = "";
    }
    yield out;
  }
  rest += decoder.decode();
  if (rest !== "") yield [{ kind: "tail", xml: rest }];
}

/** Column of the last cell of a row that holds something; -1 if none does. */
export function lastFilled(rowXml: string, prefix: string): number {
  const end = Math.max(...["v", "is", "f"].map((name) => rowXml.lastIndexOf(`</${prefix}${name}>`)));
  if (end < 0) return -1;
  const start = rowXml.lastIndexOf(`<${prefix}c `, end);
  const address = start < 0 ? undefined : attribute(rowXml.slice(start, rowXml.indexOf(">", start) + 1), "r");
  const known = address === undefined ? undefined : parseAddress(address)?.column;
  if (known !== undefined) return known;
  // Cells without addresses follow one another.
  let column = -1;
  for (const found of rowXml.slice(0, end).matchAll(new RegExp(`<${prefix}c(?=[\\s/>])[^>]*>`, "g"))) {
    const given = attribute(found[0], "r");
    column = (given === undefined ? undefined : parseAddress(given)?.column) ?? column + 1;
  }
  return column;
}

/** First pass: the last filled column within some rows, and all merged areas. */
export async function survey(
  chunks: AsyncIterable<Buffer>,
  spans: readonly { first: number; last: number }[],
): Promise<{ lastColumn: number; merges: Merge[] }> {
  let lastColumn = -1;
  let prefix = "";
  let tail = "";
  const merges: Merge[] = [];
  const first = Math.min(...spans.map((span) => span.first));
  const final = Math.max(...spans.map((span) => span.last));
  for await (const list of pieces(chunks)) {
    for (const piece of list) {
      if (piece.kind === "head") prefix = prefixOf(piece.xml);
      else if (
        piece.kind === "row" &&
        piece.row >= first &&
        piece.row <= final &&
        spans.some((span) => piece.row >= span.first && piece.row <= span.last)
      ) {
        lastColumn = Math.max(lastColumn, lastFilled(piece.xml, prefix));
      } else if (piece.kind === "tail") {
        tail += piece.xml;
        const cut = tail.lastIndexOf("<");
        for (const [, from, , to] of tail.slice(0, cut).matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref="([^":]+)(:([^"]+))?"/g)) {
          const [a, b] = [parseAddress(from!), parseAddress(to ?? from!)];
          if (a && b) merges.push({ top: a.row, left: a.column, bottom: b.row, right: b.column });
        }
        tail = tail.slice(Math.max(0, cut));
      }
    }
  }
  return { lastColumn, merges };
}
