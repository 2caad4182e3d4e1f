/** Turns figures that were written between private-use marks into bookmarked runs of their own. */
import { setText, text, type DocxParts } from "./docx-package.ts";
import type { FigureAnswer, FigureMark } from "./documents.types.ts";
import { markFigures } from "./figure-marks.ts";

const [open, middle, close] = ["\uE000", "\uE001", "\uE002"];

/** `index` points into the list given to bookmarkFigures. */
export function markedText(index: number, value: string): string {
  return `${open}${index}${middle}${value}${close}`;
}

/** Splits the runs that hold marked figures, in body, headers and footers, and returns the figures in reading order. */
export function bookmarkFigures(parts: DocxParts, figures: readonly { answer: FigureAnswer; text: string }[]): FigureMark[] {
  const names = [...parts.keys()]
    .filter((name) => /^word\/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$/.test(name))
    .sort();
  const { marks, mark } = markFigures();
  let next =
    1 +
    Math.max(
      0,
      ...names.flatMap((name) =>
        [...text(parts, name).matchAll(/<w:bookmarkStart\b[^<>]*w:id="(\d+)"/g)].map((m) => Number(m[1])),
      ),
    );
  for (const name of names) {
    const xml = withoutOldFigures(text(parts, name));
    let out = "";
    let from = 0;
    for (const found of xml.matchAll(/<w:t(?: [^<>]*)?>([^<\uE000]*\uE000[^<]*)<\/w:t>/g)) {
      // w:t is a child of the run opened last; its properties are repeated for every piece.
      const before = xml.slice(0, found.index);
      const start = Math.max(before.lastIndexOf("<w:r>"), before.lastIndexOf("<w:r "));
      const properties = /^<w:r(?: [^<>]*)?>(<w:rPr>[\s\S]*?<\/w:rPr>|<w:rPr\/>)?/.exec(xml.slice(start))?.[1] ?? "";
      const run = (value: string): string => `<w:r>${properties}<w:t xml:space="preserve">${value}</w:t></w:r>`;
      const pieces = (found[1] ?? "").split(/\uE000(\d+)\uE001([^\uE002]*)\uE002/);
      let inside = "";
      for (let i = 0; i < pieces.length; i += 3) {
        const plain = pieces[i] ?? "";
        if (plain !== "") inside += run(plain);
        const figure = figures[Number(pieces[i + 1])];
        if (i + 1 >= pieces.length || figure === undefined) continue;
        const { bookmark } = mark(figure.answer, figure.text);
        inside += `<w:bookmarkStart w:id="${next}" w:name="${bookmark}"/>${run(pieces[i + 2] ?? "")}<w:bookmarkEnd w:id="${next}"/>`;
        next++;
      }
      out += `${xml.slice(from, found.index)}</w:r>${inside}<w:r>${properties}`;
      from = found.index + found[0].length;
    }
    if (from > 0 || xml !== text(parts, name))
      setText(
        parts,
        name,
        (out + xml.slice(from)).replace(/<w:r(?: [^<>]*)?>(?:<w:rPr>(?:(?!<\/?w:rPr>).)*<\/w:rPr>|<w:rPr\/>)?<\/w:r>/gs, ""),
      );
  }
  return marks;
}

/** A template made from an earlier report still has that report's bookmarks. */
function withoutOldFigures(xml: string): string {
  const idOf = (tag: string): string | undefined => /w:id="(\d+)"/.exec(tag)?.[1];
  const old = new Set(
    [...xml.matchAll(/<w:bookmarkStart\b[^<>]*>/g)].filter(([tag]) => /w:name="fig_\d+_/.test(tag)).map(([tag]) => idOf(tag)),
  );
  return old.size === 0 ? xml : xml.replace(/<w:bookmark(?:Start|End)\b[^<>]*\/>/g, (tag) => (old.has(idOf(tag)) ? "" : tag));
}
