/** Reads back a report's Word file, also one that was edited and saved by Word, WPS or LibreOffice. */
import { SaxesParser } from "saxes";
import { DocxRefused, openDocx, text } from "./docx-package.ts";
import { readIdentity } from "./figure-marks.ts";

export interface ReadFigure {
  n: number;
  bookmark: string;
  /** Undefined when the identity part is lost and only the bookmark is left. */
  key?: string;
  /** What the report said when it was made. */
  written?: string;
  /** What stands there now; undefined when the bookmark is gone. */
  now?: string;
}

export interface ReadReport {
  report?: string;
  code?: string;
  figures: ReadFigure[];
  /** The text, paragraph by paragraph, without headers and footers. */
  paragraphs: string[];
}

/** @throws DocxRefused for a file that is no .docx, is hostile, or whose text is not well-formed. */
export async function readDocx(bytes: Uint8Array): Promise<ReadReport> {
  const parts = await openDocx(bytes);
  const stored = readIdentity(parts);
  const { bookmarks, paragraphs } = readText(text(parts, "word/document.xml"));
  const figures = new Map<string, ReadFigure>();
  for (const { n, bookmark, key, text: written } of stored.figures) figures.set(bookmark, { n, bookmark, key, written });
  for (const [bookmark, now] of bookmarks) {
    const n = Number(/^fig_(\d+)_/.exec(bookmark)?.[1]);
    figures.set(bookmark, { ...(figures.get(bookmark) ?? { n, bookmark }), now });
  }
  return {
    ...(stored.report === undefined ? {} : { report: stored.report }),
    ...(stored.code === undefined ? {} : { code: stored.code }),
    figures: [...figures.values()].toSorted((a, b) => a.n - b.n),
    paragraphs,
  };
}

/** Text between each figure's bookmark start and end, however many runs an editor has made of it. Text deleted under 修订 does not count. */
export function readText(xml: string): { bookmarks: Map<string, string>; paragraphs: string[] } {
  const bookmarks = new Map<string, string>();
  const paragraphs: string[] = [];
  const open = new Map<string, string>();
  const pending: string[] = [];
  let inText = false;
  let fallback = 0;
  const add = (value: string): void => {
    for (const name of open.values()) bookmarks.set(name, (bookmarks.get(name) ?? "") + value);
    if (pending.length > 0) pending[pending.length - 1] += value;
  };
  const parser = new SaxesParser({ fragment: false });
  parser.on("opentag", ({ name, attributes }) => {
    const at = attributes as Record<string, string>;
    // Text boxes are written twice, the second time for old readers.
    if (name === "mc:Fallback") fallback++;
    if (fallback > 0) return;
    if (name === "w:p") pending.push("");
    else if (name === "w:t") inText = true;
    else if (name === "w:tab" || name === "w:br" || name === "w:cr") add(name === "w:tab" ? "\t" : "\n");
    else if (name === "w:bookmarkStart" && /^fig_\d+_/.test(at["w:name"] ?? "")) {
      open.set(at["w:id"] ?? "", at["w:name"] ?? "");
      bookmarks.set(at["w:name"] ?? "", "");
    } else if (name === "w:bookmarkEnd") open.delete(at["w:id"] ?? "");
  });
  parser.on("closetag", ({ name }) => {
    if (name === "mc:Fallback") fallback--;
    if (fallback > 0) return;
    if (name === "w:t") inText = false;
    if (name === "w:p") paragraphs.push(pending.pop() ?? "");
  });
  parser.on("text", (value) => {
    if (inText && fallback === 0) add(value);
  });
  try {
    parser.write(xml).close();
  } catch {
    throw new DocxRefused("文件正文已损坏，无法读取，请重新保存后再上传");
  }
  return { bookmarks, paragraphs: paragraphs.filter((p) => p !== "") };
}
