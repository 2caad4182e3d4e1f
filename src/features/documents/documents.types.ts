/** What passes between a report template, the figures that fill it, and the Word file that comes out. */
import type { Where } from "#kernel/definitions.ts";

/** A figure as asked for one scope and period, with all that is needed to find it again and verify it. */
export interface FigureAnswer {
  key: string;
  name: string;
  value: number | string | null;
  /** The value in full, without its unit. */
  exact: string;
  /** As the report says it: 3700余人. */
  text: string;
  unit: string;
  /** What is counted, in Chinese words. */
  definition: string;
  definitionVersion: string;
  /** The unit or units counted, as named in the report. */
  scope: string;
  /** ISO days. */
  from: string;
  to: string;
  /** ISO instant up to which entries are counted. */
  asOf: string;
  /** Number of entries behind the value; like their digest null if they are kept from whom the figure was asked for. */
  records: number | null;
  /** Hexadecimal digest over the ids and versions of those entries. */
  digest: string | null;
}

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "field"; name: FieldName; text: string }
  /** `text` is what stands in the document; it differs from `answer.text` when the template asks for another form. */
  | { kind: "figure"; key: string; text: string; answer: FigureAnswer };

export type Block =
  /** `text` follows in the same paragraph: 二级标题 that ends in a full stop, and the body behind it. */
  | { kind: "heading"; level: 1 | 2 | 3 | 4; inlines: Inline[]; text: Inline[] }
  | { kind: "paragraph"; inlines: Inline[] }
  | { kind: "table"; title: Inline[]; columns: { title: string; width: number }[]; rows: Inline[][][]; note: string };

export interface OfficialDocument {
  kind: "报告" | "通知";
  /** A line break where the author wants one. */
  title: string;
  /** 发文机关; also the signature. Without it there is no red head. */
  organ?: string | undefined;
  /** 发文字号. */
  number?: string | undefined;
  /** 签发人; only on documents to the level above. */
  signatory?: string | undefined;
  /** 份号, six digits. */
  copyNumber?: string | undefined;
  /** 密级和保密期限: 秘密★1年. */
  secrecy?: string | undefined;
  /** 特急、加急. */
  urgency?: string | undefined;
  /** 主送机关. */
  to?: string | undefined;
  body: Block[];
  attachments: string[];
  /** 成文日期, ISO day. */
  date: string;
  /** 抄送机关. */
  copies: string[];
  /** 印发机关; default the organ. */
  printer?: string | undefined;
  /** 印发日期, ISO day; default the date. */
  printed?: string | undefined;
}

/** Which report a Word file is, so that it can be recognised when it comes back. */
export interface ReportIdentity {
  report: string;
  /** Verification code (核验码) of the whole report. */
  code: string;
}

/** One figure's place in a Word file. `bookmark` is unique in the file and at most 40 characters. */
export interface FigureMark {
  n: number;
  bookmark: string;
  answer: FigureAnswer;
  text: string;
}

export const fieldNames = ["unit", "period", "from", "to", "today", "organ"] as const;
export type FieldName = (typeof fieldNames)[number];

export interface EntryQuery {
  ledger: string;
  where: Where;
  columns: string[];
  sort: { field: string; descending: boolean }[];
  limit: number;
  /** Id of a unit below; default the report's own scope. */
  unit?: string | undefined;
}

/** Where a template gets its contents from, for one campaign, unit, period and as-of. */
export interface ReportResolver {
  unit: string;
  organ: string;
  /** ISO days. */
  from: string;
  to: string;
  today: string;
  /** @throws when there is no such figure. `unit`: id of a unit; without options, the report's own unit and period. */
  figure(
    key: string,
    options?: { unit?: string | undefined; from?: string | undefined; to?: string | undefined },
  ): Promise<FigureAnswer>;
  /** Cells as shown to people, in the order of `columns`; `total` before `limit`. */
  entries(query: EntryQuery): Promise<{ rows: string[][]; total: number }>;
  /** Units directly below, in the official order. */
  children(): Promise<{ id: string; name: string }[]>;
}

/** One fault in a template. `line` counts from 1 in the file, or is 0 where a file has no lines (Word). */
export interface TemplateProblem {
  file: string;
  line: number;
  reason: string;
}
