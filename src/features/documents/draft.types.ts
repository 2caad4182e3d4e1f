/**
 * A document while it is being written: text with figures named but not yet answered. Templates become drafts, the
 * editor holds drafts, and one filling turns both into the same official document.
 */
import { exactText, formatValue, numberText, type FigureValue } from "#kernel/number-text.ts";
import type { FieldName, OfficialDocument } from "./documents.types.ts";

/** A figure's place in a text. Without unit or days of its own, those of the document. */
export interface FigureRef {
  key: string;
  /** "" text form, "n" number only, "exact" number and unit, ":余" another form. */
  form: string;
  unit?: number | undefined;
  /** ISO days. */
  from?: string | undefined;
  to?: string | undefined;
}

export type DraftInline = { kind: "text"; text: string } | { kind: "field"; name: FieldName } | ({ kind: "figure" } & FigureRef);

export const sourceNames = ["table", "list", "figures"] as const;
export type SourceName = (typeof sourceNames)[number];

export type DraftBlock =
  /** `text` follows in the same paragraph. Unnumbered headings get their number when they are filled or shown. */
  | { kind: "heading"; level: 1 | 2 | 3 | 4; inlines: DraftInline[]; text: DraftInline[] }
  | { kind: "paragraph"; inlines: DraftInline[] }
  /** Rows or items from the records: a fenced block of the template language. */
  | { kind: "source"; name: string; text: string; line: number };

/** Every figure in the text of a draft, as often as it stands there. */
export const figuresIn = (blocks: readonly DraftBlock[]): FigureRef[] =>
  blocks
    .flatMap((block) =>
      block.kind === "source" ? [] : block.kind === "heading" ? [...block.inlines, ...block.text] : block.inlines,
    )
    .filter((inline) => inline.kind === "figure");

/** What of an official document is not its body. */
export type DraftHead = Omit<OfficialDocument, "body">;

/** Lines of the head that people may change, as text; several names stand one a line. */
export const headFields = ["number", "signatory", "secrecy", "urgency", "to", "attachments", "copies", "organ", "date"] as const;
export type HeadField = (typeof headFields)[number];

/** A figure's answer in the form that its place asks for. */
export function figureText(answer: { value: FigureValue; text: string; unit: string }, form: string): string {
  if (form === "") return answer.text;
  if (form === "n") return exactText(answer.value);
  if (form === "exact") return numberText(answer.value, answer.unit);
  return formatValue(answer.value, form.slice(1));
}

const written = [/^[一二三四五六七八九十]+、/, /^（[一二三四五六七八九十]+）/, /^\d+[.．]/, /^（\d+）/];

/** Gives each heading, in order, the number that its author left out: its place among those of its level. */
export function headingNumbers(): (level: number, text: string) => string {
  const counts = [0, 0, 0, 0];
  return (level, text) => {
    const n = (counts[level - 1] = (counts[level - 1] ?? 0) + 1);
    counts.fill(0, level);
    if (written[level - 1]?.test(text) === true) return "";
    return [`${formatValue(n, "汉")}、`, `（${formatValue(n, "汉")}）`, `${n}.`, `（${n}）`][level - 1] ?? "";
  };
}

/**
 * How much of a heading's text is heading: up to its first full stop, outside quotation marks, if anything stands behind
 * it; the rest is body text in the same paragraph.
 */
export function headingEnd(text: string): number {
  const found = /[。！？](?![”’』」》）])/.exec(text);
  return found && found.index + 1 < text.length ? found.index + 1 : text.length;
}
