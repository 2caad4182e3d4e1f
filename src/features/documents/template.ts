/**
 * The language of report templates: YAML front matter, then text with `{{…}}` gaps, headings by `#`, conditions
 * and fenced blocks (docs/templates.md). This file reads; template-check.ts lists faults; template-fill.ts fills.
 * A template is never executed: there are no expressions, only names, and one comparison per condition.
 */
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { templateSchema, whereSchema, type ReportTemplate } from "#kernel/definitions.ts";
import { fieldNames, type FieldName, type TemplateProblem } from "./documents.types.ts";

/** `bodyLine`: the file's line on which the body begins, for messages. */
export type TemplateSource = ReportTemplate & { bodyLine?: number | undefined };

export interface Line {
  text: string;
  line: number;
}

/** Split a template file into front matter and body. Problems, with the file's line, instead of a template if it cannot be read. */
export function readTemplate(source: string, file: string): { template?: TemplateSource; problems: TemplateProblem[] } {
  const text = source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const front = /^---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|$)/.exec(text);
  if (front === null)
    return { problems: [{ file, line: 1, reason: "开头缺少用两行“---”围起的说明部分（key、name、kind、title 等）" }] };
  const read = readYaml(front[1] ?? "", templateSchema, file, 2);
  if ("problems" in read) return read;
  const body = text.slice(front[0].length);
  return { template: { ...read.value, body, file, bodyLine: front[0].split("\n").length }, problems: [] };
}

/** YAML text against a schema; `line` is the file's line of the first line of the text. */
export function readYaml<T>(
  text: string,
  schema: z.ZodType<T>,
  file: string,
  line: number,
): { value: T } | { problems: TemplateProblem[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: "error" });
  const at = (offset: number | undefined): number => line + (offset === undefined ? 0 : counter.linePos(offset).line - 1);
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((e) => ({
        file,
        line: at(e.pos[0]),
        reason: `YAML 写法有误：${e.message}（含“{{”或“：”的内容要加引号）`,
      })),
    };
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return { value: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => {
      const node = issue.path.length === 0 ? document.contents : document.getIn(issue.path, true);
      const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
      const where = issue.path.join(".");
      return { file, line: at(range?.[0]), reason: `${where === "" ? "" : `“${where}”`}${yamlReason(issue)}` };
    }),
  };
}

function yamlReason(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `不认识：${issue.keys.join("、")}`;
  if (issue.code === "invalid_type" && issue.input === undefined) return "缺少，或类型不对";
  if (issue.code === "invalid_value") return `应为：${issue.values.map(String).join("、")}`;
  return `不合要求：${issue.message}`;
}

export type Tag =
  | { kind: "field"; name: FieldName }
  | { kind: "figure"; key: string; form: string }
  | { kind: "if"; condition: Condition }
  | { kind: "else" }
  | { kind: "end" };

export interface Condition {
  key: string;
  compare: ">" | ">=" | "<" | "<=" | "=" | "!=";
  value: string;
}

const figureTag = /^([A-Za-z0-9][A-Za-z0-9_.-]*?)(?:\.(n|exact)|:(.+))?$/;
const ifTag = /^#if\s+([A-Za-z0-9][A-Za-z0-9_.-]*)(?:\s*(>=|<=|!=|==|=|>|<)\s*(.+))?$/;

/** What stands between `{{` and `}}`; undefined when it is nothing the language knows. */
export function parseTag(inner: string): Tag | undefined {
  const text = inner.trim();
  if (text === "else") return { kind: "else" };
  if (text === "/if") return { kind: "end" };
  const when = ifTag.exec(text);
  if (when !== null) {
    const compare = when[2] === undefined ? ">" : when[2] === "==" ? "=" : (when[2] as Condition["compare"]);
    return { kind: "if", condition: { key: when[1] ?? "", compare, value: (when[3] ?? "0").replace(/^["“'](.*)["”']$/, "$1") } };
  }
  const name = fieldNames.find((field) => field === text);
  if (name !== undefined) return { kind: "field", name };
  const figure = figureTag.exec(text);
  if (figure === null) return undefined;
  return { kind: "figure", key: figure[1] ?? "", form: figure[2] ?? (figure[3] === undefined ? "" : `:${figure[3]}`) };
}

/** The pieces of a line: text and what stands in `{{…}}`, by turns; the odd ones are tags. */
export function splitTags(text: string): string[] {
  return text.split(/\{\{(.*?)\}\}/);
}

export function bodyLines(template: TemplateSource): Line[] {
  const first = template.bodyLine ?? 1;
  return template.body
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((text, i) => ({ text, line: first + i }));
}

/** Keep the lines whose conditions hold. A line that holds only conditions is left out altogether. */
export function chooseLines(lines: Line[], holds: (condition: Condition) => boolean): Line[] {
  const stack: boolean[] = [];
  return lines.flatMap(({ text, line }) => {
    let kept = "";
    let controls = 0;
    const shownAtStart = stack.every(Boolean);
    splitTags(text).forEach((piece, i) => {
      const tag = i % 2 === 1 ? parseTag(piece) : undefined;
      if (tag?.kind === "if") stack.push(holds(tag.condition));
      else if (tag?.kind === "else") stack.push(!(stack.pop() ?? true));
      else if (tag?.kind === "end") stack.pop();
      else if (stack.every(Boolean)) kept += i % 2 === 1 ? `{{${piece}}}` : piece;
      if (tag?.kind === "if" || tag?.kind === "else" || tag?.kind === "end") controls++;
    });
    if (kept.trim() === "" && (controls > 0 || !shownAtStart)) return [];
    return [{ text: kept, line }];
  });
}

const name = z.string().trim().min(1);
const sort = z.union([name, z.array(name)]).optional();
const selection = { ledger: name, where: whereSchema.default({}), sort, title: z.string().optional() };

export const fences = {
  table: z.strictObject({
    ...selection,
    columns: z
      .array(z.union([name, z.strictObject({ field: name, title: name.optional(), width: z.number().positive().optional() })]))
      .min(1),
    limit: z.int().min(1).max(2000).default(500),
    /** 序号 as first column. */
    number: z.boolean().default(true),
  }),
  list: z.strictObject({
    ledger: name,
    where: whereSchema.default({}),
    sort,
    /** Text of one entry; `{栏目}` is a field. */
    item: name,
    /** With it all items make one paragraph, without it each is its own. */
    join: z.string().optional(),
    before: z.string().default(""),
    after: z.string().default(""),
    /** What stands there when there is no entry. */
    empty: z.string().default("无。"),
    limit: z.int().min(1).max(2000).default(500),
  }),
  figures: z.strictObject({
    title: z.string().optional(),
    figures: z.array(name).min(1).max(12),
    /** Last row: the unit itself with all below. */
    total: z.boolean().default(true),
  }),
};
export type FenceName = keyof typeof fences;
export type Fence<K extends FenceName> = z.infer<(typeof fences)[K]>;

/** The fields named by `{…}` in a list's item. */
export function itemFields(item: string): string[] {
  return [...new Set([...item.matchAll(/\{([^{}]+)\}/g)].map((m) => (m[1] ?? "").trim()))];
}

export type SourceBlock =
  | { kind: "heading"; level: 1 | 2 | 3 | 4; head: string; text: string; line: number }
  | { kind: "paragraph"; text: string; line: number }
  | { kind: "fence"; name: string; text: string; line: number; closed: boolean };

const heading = /^(#{1,4})\s*(.+?)\s*$/;

/**
 * Lines into blocks. An empty line ends a paragraph; lines of one paragraph are joined without a space.
 * A heading that ends in a full stop takes the lines right below it into its own paragraph.
 */
export function splitBlocks(lines: Line[]): SourceBlock[] {
  const blocks: SourceBlock[] = [];
  let open: SourceBlock | undefined;
  for (let i = 0; i < lines.length; i++) {
    const { text, line } = lines[i] as Line;
    const fence = /^```\s*(\S*)/.exec(text);
    const head = heading.exec(text);
    if (fence !== null) {
      const end = lines.findIndex((l, j) => j > i && l.text.startsWith("```"));
      const inside = lines.slice(i + 1, end < 0 ? lines.length : end);
      blocks.push({ kind: "fence", name: fence[1] ?? "", text: inside.map((l) => l.text).join("\n"), line, closed: end >= 0 });
      i += inside.length + (end < 0 ? 0 : 1);
      open = undefined;
    } else if (head !== null) {
      const block: SourceBlock = {
        kind: "heading",
        level: (head[1] ?? "#").length as 1 | 2 | 3 | 4,
        head: head[2] ?? "",
        text: "",
        line,
      };
      blocks.push(block);
      open = /[。！？]$/.test(block.head) ? block : undefined;
    } else if (text.trim() === "") open = undefined;
    else if (open !== undefined && open.kind !== "fence") open.text += text.trim();
    else blocks.push((open = { kind: "paragraph", text: text.trim(), line }));
  }
  return blocks;
}
