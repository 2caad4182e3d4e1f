/**
 * A user's own .docx as a template, filled by docxtemplater's free core with our own reader of names, so that a
 * template cannot compute or reach anything. Figures are written between private-use marks, which become bookmarks
 * with the same identity as in the reports that the product lays out itself.
 */
import Docxtemplater, { type DXT } from "docxtemplater";
import PizZip from "pizzip";
import type { FigureAnswer, FigureMark, ReportIdentity, ReportResolver, TemplateProblem } from "./documents.types.ts";
import { openDocx, packDocx, text, type DocxParts } from "./docx-package.ts";
import { bookmarkFigures, markedText } from "./docx-bookmarks.ts";
import { writeIdentity } from "./figure-marks.ts";
import { readText } from "./read-docx.ts";
import { figureText } from "./draft.types.ts";
import { fieldText } from "./template-fill.ts";
import { columnsOf, parseLoop, parseValue, walk, type Loop, type Names, type Part } from "./user-template-tags.ts";

/** The template cannot be filled; `problems` lists everything that is wrong with it. */
export class TemplateRefused extends Error {
  override name = "TemplateRefused";
  readonly problems: TemplateProblem[];
  constructor(problems: TemplateProblem[]) {
    super(problems.map((p) => p.reason).join("\n"));
    this.problems = problems;
  }
}

/** Everything wrong with a user's template; empty when it can be filled. @throws DocxRefused for a file not accepted at all. */
export async function checkUserTemplate(bytes: Uint8Array, file: string, names: Names): Promise<TemplateProblem[]> {
  const parts = await openDocx(bytes);
  return check(parts, file, names).problems;
}

/**
 * Fill a user's template. Equal input gives equal bytes.
 * @throws TemplateRefused with all problems, DocxRefused for a file not accepted at all.
 */
export async function fillUserTemplate(
  bytes: Uint8Array,
  file: string,
  names: Names,
  resolver: ReportResolver,
  identity: ReportIdentity,
): Promise<{ docx: Buffer; marks: FigureMark[] }> {
  const parts = await openDocx(bytes);
  const { problems, tags } = check(parts, file, names);
  if (problems.length > 0) throw new TemplateRefused(problems);
  const data = await collect(tags, names, resolver);

  const shown: { answer: FigureAnswer; text: string }[] = [];
  const document = compile(parts, (tag) => ({
    get(scope: unknown, context) {
      const part = context.meta.part as Part;
      const here = scope as Scope;
      if (part.module === "loop") return here.kind === "root" ? data.loop(part.value, tag) : undefined;
      if (here.kind === "entry" && tag in here.cells) return here.cells[tag];
      if (here.kind === "unit" && tag === "单位") return here.name;
      // Names of the report itself are looked up at the outermost scope; a figure in 下级单位 is that unit's.
      if (here.kind === "entry") return undefined;
      const value = parseValue(tag, names, []);
      if (value?.kind === "field" && here.kind === "root") return fieldText(value.name, resolver);
      if (value?.kind !== "figure") return undefined;
      const answer = data.figure(value.key, here.kind === "unit" ? here.id : undefined);
      return markedText(shown.push({ answer, text: figureText(answer, value.form) }) - 1, figureText(answer, value.form));
    },
  }));
  document.render({ kind: "root" } satisfies Scope);

  const filled = unpack(document.getZip());
  const marks = bookmarkFigures(filled, shown);
  writeIdentity(filled, identity, marks);
  return { docx: await packDocx(filled), marks };
}

type Scope = { kind: "root" } | { kind: "entry"; cells: Record<string, string> } | { kind: "unit"; id: string; name: string };
type Parser = (tag: string) => DXT.Parser;

function compile(parts: DocxParts, parser: Parser, tags: Part[] = []): Docxtemplater {
  const zip = new PizZip();
  for (const [name, bytes] of parts) zip.file(name, bytes);
  return new Docxtemplater(zip, {
    // Once for each part of the file, docxtemplater tells its modules what it has found there.
    modules: [
      {
        name: "tags",
        set: ({ inspect }: { inspect?: { postparsed?: Part[] } }) => void tags.push(...(inspect?.postparsed ?? [])),
      },
    ],
    parser,
    nullGetter: (part) => {
      throw new Error(`模板里的“{${(part as Part).value}}”没有内容`);
    },
    paragraphLoop: true,
    linebreaks: true,
    errorLogging: false,
  });
}

function unpack(zip: PizZip): DocxParts {
  const parts: DocxParts = new Map();
  for (const [name, entry] of Object.entries(zip.files)) if (!entry.dir) parts.set(name, entry.asNodeBuffer());
  return parts;
}

interface DocxError {
  message: string;
  properties?: { id?: string; xtag?: string; file?: string; openingtag?: string; closingtag?: string; errors?: DocxError[] };
}

function check(parts: DocxParts, file: string, names: Names): { problems: TemplateProblem[]; tags: Part[] } {
  const tags: Part[] = [];
  const where = locator(parts);
  const problem = (reason: string): TemplateProblem => ({ file, line: 0, reason });
  try {
    compile(parts, () => ({ get: () => "" }), tags);
  } catch (error) {
    const { properties, message } = error as DocxError;
    const errors = properties?.errors ?? [{ message, ...(properties === undefined ? {} : { properties }) }];
    return { problems: errors.map((e) => problem(explain(e, where))), tags: [] };
  }
  const problems: TemplateProblem[] = [];
  walk(tags, (part, outer) => {
    const loops = outer.map((tag) => parseLoop(tag, names)).filter((loop) => loop !== undefined);
    const tag = part.value;
    if (part.module === "loop") {
      const loop = parseLoop(tag, names);
      if (loop === undefined)
        problems.push(
          problem(`${where(tag)}：没有叫这个名称的台账或指标；循环只能用台账名称、下级单位或指标编号，条件写成“栏目=值”`),
        );
      else if (loop.kind === "entries") {
        for (const field of Object.keys(loop.where))
          if (!columnsOf(loop.ledger).includes(field))
            problems.push(problem(`${where(tag)}：台账“${loop.ledger.name}”没有栏目“${field}”`));
      }
      if (loops.length > 0 && loop?.kind !== "figure")
        problems.push(problem(`${where(tag)}：循环里不能再套台账或下级单位的循环`));
    } else if (part.module !== undefined && part.module !== "")
      problems.push(problem(`${where(tag)}：不支持这种写法，只能用“{名称}”“{#名称}…{/名称}”`));
    else if (loops.length === outer.length && parseValue(tag, names, loops) === undefined) {
      const ledger = loops.findLast((l) => l.kind === "entries");
      problems.push(
        problem(
          `${where(tag)}：${ledger === undefined ? "没有这个指标或名称" : `台账“${ledger.ledger.name}”没有这个栏目，也没有这个指标`}`,
        ),
      );
    }
  });
  return { problems, tags };
}

const explanations: Record<string, string> = {
  unclosed_tag: "“{”没有对应的“}”",
  unopened_tag: "“}”没有对应的“{”",
  duplicate_open_tag: "多写了一个“{”",
  duplicate_close_tag: "多写了一个“}”",
  closing_tag_does_not_match_opening_tag: "循环的开头和结尾名称不一致",
  unopened_loop: "有循环的结尾“{/…}”，没有开头“{#…}”",
  unclosed_loop: "有循环的开头“{#…}”，没有结尾“{/…}”",
  loop_position_invalid: "循环的开头和结尾不在同一个单元格或同一行，请放在同一段、同一行的单元格里",
  unbalanced_loop_tags: "循环的开头和结尾不在同一个表格里",
  no_xml_tag_found_at_left: "这种标记必须放在段落中",
  no_xml_tag_found_at_right: "这种标记必须放在段落中",
  raw_xml_tag_should_be_only_text_in_paragraph: "不支持“{@…}”",
};

function explain({ message, properties }: DocxError, where: (tag: string) => string): string {
  const said = explanations[properties?.id ?? ""] ?? `写法有误（${message}）`;
  const { openingtag, closingtag } = properties ?? {};
  if (openingtag !== undefined && closingtag !== undefined) return `${where(openingtag)}：${said}，结尾写的是“{/${closingtag}}”`;
  return `${where(properties?.xtag ?? "")}：${said}`;
}

/** Says in which paragraph of which part a tag stands, as far as it can be found. */
function locator(parts: DocxParts): (tag: string) => string {
  const order = [...parts.keys()].filter((name) => /^word\/(document|header\d*|footer\d*)\.xml$/.test(name)).sort();
  const texts = order.map((name) => ({
    label: name.includes("header") ? "页眉" : name.includes("footer") ? "页脚" : "正文",
    paragraphs: readText(text(parts, name)).paragraphs,
  }));
  return (tag) => {
    for (const { label, paragraphs } of texts) {
      const i = paragraphs.findIndex((p) => tag !== "" && p.replace(/\s+/g, " ").includes(tag.trim().replace(/\s+/g, " ")));
      if (i >= 0) return `${label}第${i + 1}段“${(paragraphs[i] ?? "").slice(0, 30)}”中的“${tag.trim()}”`;
    }
    return tag === "" ? "模板" : `“${tag.trim()}”`;
  };
}

/** Ask everything that the tags need before anything is written. */
async function collect(
  tags: readonly Part[],
  names: Names,
  resolver: ReportResolver,
): Promise<{ loop(value: string, tag: string): unknown; figure(key: string, unit?: string): FigureAnswer }> {
  const figures = new Map<string, FigureAnswer>();
  const id = (key: string, unit?: string): string => JSON.stringify([key, unit]);
  const columns = new Map<string, { loop: Loop & { kind: "entries" }; names: Set<string> }>();
  const wanted = new Set<string>();
  const perUnit = new Set<string>();
  let units = false;
  walk(tags, (part, outer) => {
    const loops = outer.map((tag) => parseLoop(tag, names)).filter((loop) => loop !== undefined);
    const loop = part.module === "loop" ? parseLoop(part.value, names) : undefined;
    if (loop?.kind === "units") units = true;
    else if (loop?.kind === "figure") wanted.add(loop.key);
    else if (loop?.kind === "entries") columns.set(part.value, columns.get(part.value) ?? { loop, names: new Set() });
    if (part.module === "loop") return;
    const value = parseValue(part.value, names, loops);
    if (value?.kind === "figure") (loops.some((l) => l.kind === "units") ? perUnit : wanted).add(value.key);
    if (value?.kind === "column") columns.get(outer.findLast((tag) => columns.has(tag)) ?? "")?.names.add(value.name);
  });

  const children = units ? await resolver.children() : [];
  await Promise.all([
    ...[...wanted].map(async (key) => figures.set(id(key), await resolver.figure(key))),
    ...children.flatMap((child) =>
      [...perUnit].map(async (key) => figures.set(id(key, child.id), await resolver.figure(key, { unit: child.id }))),
    ),
  ]);
  const entries = new Map<string, Scope[]>();
  for (const [tag, { loop, names: used }] of columns) {
    const asked = [...used].filter((name) => name !== "序号");
    const { rows } = await resolver.entries({
      ledger: loop.ledger.key,
      where: loop.where,
      columns: asked,
      sort: [],
      limit: 2000,
    });
    const cellsOf = (row: string[], n: number): Record<string, string> => ({
      序号: String(n + 1),
      ...Object.fromEntries(asked.map((name, i) => [name, row[i] ?? ""])),
    });
    entries.set(
      tag,
      rows.map((row, n) => ({ kind: "entry", cells: cellsOf(row, n) })),
    );
  }
  const figure = (key: string, unit?: string): FigureAnswer => {
    const found = figures.get(id(key, unit));
    if (found === undefined) throw new Error(`没有指标“${key}”的数据`);
    return found;
  };
  return {
    figure,
    loop(value, tag) {
      const loop = parseLoop(tag, names);
      if (loop?.kind === "units") return children.map((child): Scope => ({ kind: "unit", ...child }));
      if (loop?.kind === "figure") return Number(figure(loop.key).value) > 0;
      return entries.get(value) ?? [];
    },
  };
}
