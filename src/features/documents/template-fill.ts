import { exactText, formatValue, numberText } from "#kernel/number-text.ts";
import type { Block, EntryQuery, FieldName, FigureAnswer, Inline, OfficialDocument, ReportResolver } from "./documents.types.ts";
import {
  bodyLines,
  chooseLines,
  fences,
  itemFields,
  parseTag,
  readYaml,
  splitBlocks,
  splitTags,
  type Condition,
  type Fence,
  type FenceName,
  type SourceBlock,
  type TemplateSource,
} from "./template.ts";

/** What the person who writes the report settles beside the template. */
export type HeadValues = Partial<Omit<OfficialDocument, "kind" | "body">>;

/**
 * Fill a checked template. Each figure is asked once per unit; the document holds the answers, so that the Word
 * file, the annex and the screen show the same ones.
 * @throws whatever the resolver throws, and Error on a template that checkTemplate would have refused.
 */
export async function fillTemplate(
  template: TemplateSource,
  resolver: ReportResolver,
  head: HeadValues = {},
): Promise<OfficialDocument> {
  const ask = askOnce(resolver);
  const source = bodyLines(template);
  const keys = source.flatMap(({ text }) => splitTags(text).flatMap((piece, i) => figureOf(i % 2 === 1 ? piece : "")));
  const answers = new Map<string, FigureAnswer>();
  await Promise.all([...new Set(keys)].map(async (key) => answers.set(key, await ask(key))));

  const number = headingNumbers();
  const body: Block[] = [];
  for (const block of splitBlocks(chooseLines(source, (condition) => holds(condition, answers)))) {
    if (block.kind === "paragraph") body.push({ kind: "paragraph", inlines: inlines(block.text, answers, resolver) });
    else if (block.kind === "heading") {
      const text = number(block.level, block.head);
      body.push({
        kind: "heading",
        level: block.level,
        inlines: inlines(text, answers, resolver),
        text: inlines(block.text, answers, resolver),
      });
    } else body.push(...(await fillFence(template.file, block, resolver, answers, ask)));
  }

  const say = (text: string | undefined): string | undefined =>
    text === undefined
      ? undefined
      : inlines(text, answers, resolver)
          .map((i) => i.text)
          .join("");
  return {
    kind: template.kind,
    title: say(template.title) ?? "",
    organ: say(template.organ) ?? resolver.organ,
    number: say(template.number),
    signatory: say(template.signatory),
    secrecy: template.secrecy,
    urgency: template.urgency,
    to: say(template.to),
    copies: template.copies.map((c) => say(c) ?? ""),
    attachments: template.attachments.map((a) => say(a) ?? ""),
    date: resolver.today,
    ...head,
    body,
  };
}

type Ask = (key: string, unit?: string) => Promise<FigureAnswer>;

function askOnce(resolver: ReportResolver): Ask {
  const asked = new Map<string, Promise<FigureAnswer>>();
  return (key, unit) => {
    const id = JSON.stringify([key, unit]);
    let answer = asked.get(id);
    if (answer === undefined) asked.set(id, (answer = resolver.figure(key, unit === undefined ? undefined : { unit })));
    return answer;
  };
}

function figureOf(piece: string): string[] {
  const tag = parseTag(piece);
  return tag?.kind === "figure" ? [tag.key] : tag?.kind === "if" ? [tag.condition.key] : [];
}

/** No value is not more, not less and not equal to anything; a missing number is no ground for a sentence. */
function holds({ key, compare, value }: Condition, answers: Map<string, FigureAnswer>): boolean {
  const actual = answers.get(key)?.value ?? null;
  if (actual === null) return compare === "!=";
  const [a, b] = [Number(actual), Number(value)];
  const numeric = !Number.isNaN(a) && !Number.isNaN(b);
  const order = numeric ? a - b : String(actual) < value ? -1 : String(actual) > value ? 1 : 0;
  return { ">": order > 0, ">=": order >= 0, "<": order < 0, "<=": order <= 0, "=": order === 0, "!=": order !== 0 }[compare];
}

/** A figure as a template asks for it: "" text form, "n" number only, "exact" number and unit, ":余" another form. */
export function figureText(answer: FigureAnswer, form: string): string {
  if (form === "") return answer.text;
  if (form === "n") return exactText(answer.value);
  if (form === "exact") return numberText(answer.value, answer.unit);
  return formatValue(answer.value, form.slice(1));
}

/** `{{unit}}`, `{{period}}` … in words. */
export function fieldText(name: FieldName, about: Pick<ReportResolver, "unit" | "organ" | "from" | "to" | "today">): string {
  if (name === "unit" || name === "organ") return about[name];
  if (name !== "period") return formatValue(about[name], "年月日");
  const sameYear = about.from.slice(0, 4) === about.to.slice(0, 4);
  return about.from === about.to
    ? formatValue(about.from, "年月日")
    : `${formatValue(about.from, "年月日")}至${formatValue(about.to, sameYear ? "月日" : "年月日")}`;
}

function inlines(text: string, answers: Map<string, FigureAnswer>, resolver: ReportResolver): Inline[] {
  return splitTags(text).flatMap((piece, i): Inline[] => {
    if (i % 2 === 0) return piece === "" ? [] : [{ kind: "text", text: piece }];
    const tag = parseTag(piece);
    if (tag?.kind === "field") return [{ kind: "field", name: tag.name, text: fieldText(tag.name, resolver) }];
    const answer = tag?.kind === "figure" ? answers.get(tag.key) : undefined;
    if (tag?.kind !== "figure" || answer === undefined) throw new Error(`模板里的“{{${piece}}}”无法填写`);
    return [{ kind: "figure", key: tag.key, text: figureText(answer, tag.form), answer }];
  });
}

const written = [/^[一二三四五六七八九十]+、/, /^（[一二三四五六七八九十]+）/, /^\d+[.．]/, /^（\d+）/];

/** Numbers headings that the author left unnumbered, by their place among those of their level. */
function headingNumbers(): (level: number, text: string) => string {
  const counts = [0, 0, 0, 0];
  return (level, text) => {
    const n = (counts[level - 1] = (counts[level - 1] ?? 0) + 1);
    counts.fill(0, level);
    if (written[level - 1]?.test(text) === true) return text;
    const prefix = [`${formatValue(n, "汉")}、`, `（${formatValue(n, "汉")}）`, `${n}.`, `（${n}）`][level - 1];
    return `${prefix}${text}`;
  };
}

async function fillFence(
  file: string,
  block: SourceBlock & { kind: "fence" },
  resolver: ReportResolver,
  answers: Map<string, FigureAnswer>,
  ask: Ask,
): Promise<Block[]> {
  const spec = <K extends FenceName>(name: K): Fence<K> => {
    const read = readYaml<unknown>(block.text, fences[name], file, block.line + 1);
    if ("problems" in read) throw new Error(read.problems.map((p) => `${p.file} 第${p.line}行：${p.reason}`).join("；"));
    return read.value as Fence<K>;
  };
  const title = (text: string | undefined): Inline[] => inlines(text ?? "", answers, resolver);
  if (block.name === "table") return fillTable(spec("table"), title, resolver);
  if (block.name === "list") return fillList(spec("list"), title, resolver);
  if (block.name === "figures") return fillFigures(spec("figures"), title, resolver, ask);
  throw new Error(`${file} 第${block.line}行：不认识“\`\`\`${block.name}”`);
}

const plain = (text: string): Inline[] => (text === "" ? [] : [{ kind: "text", text }]);

function query(spec: Fence<"table"> | Fence<"list">, columns: string[]): EntryQuery {
  const sort = [spec.sort ?? []].flat().map((s) => ({ field: s.replace(/^-/, ""), descending: s.startsWith("-") }));
  return { ledger: spec.ledger, where: spec.where, columns, sort, limit: spec.limit };
}

async function fillTable(spec: Fence<"table">, title: (text?: string) => Inline[], resolver: ReportResolver): Promise<Block[]> {
  const columns = spec.columns.map((c) => (typeof c === "string" ? { field: c } : c));
  const { rows, total } = await resolver.entries(
    query(
      spec,
      columns.map((c) => c.field),
    ),
  );
  // Without widths given, a column is as wide as its longest word needs, within reason.
  const width = (i: number): number => Math.min(16, Math.max(4, ...rows.map((r) => r[i]?.length ?? 0)));
  const shown = columns.map((c, i) => ({ title: c.title ?? c.field, width: c.width ?? width(i) }));
  const numbered = spec.number ? [{ title: "序号", width: 3 }, ...shown] : shown;
  const cells = rows.map((row, n) => [...(spec.number ? [plain(String(n + 1))] : []), ...row.map(plain)]);
  const empty = [numbered.map((_, i) => plain(i === (spec.number ? 1 : 0) ? "无" : ""))];
  const note = total > rows.length ? `注：共${total}条，此表列前${rows.length}条。` : "";
  return [{ kind: "table", title: title(spec.title), columns: numbered, rows: cells.length === 0 ? empty : cells, note }];
}

async function fillList(spec: Fence<"list">, title: (text?: string) => Inline[], resolver: ReportResolver): Promise<Block[]> {
  const fields = itemFields(spec.item);
  const { rows, total } = await resolver.entries(query(spec, fields));
  const items = rows.map((row) =>
    spec.item.replace(/\{([^{}]+)\}/g, (_all, field: string) => row[fields.indexOf(field.trim())] ?? ""),
  );
  const more = total > rows.length ? `（共${total}条，此处列前${rows.length}条）` : "";
  const before = title(spec.before);
  const after = title(spec.after);
  if (items.length === 0) return [{ kind: "paragraph", inlines: [...before, ...plain(spec.empty)] }];
  if (spec.join !== undefined)
    return [{ kind: "paragraph", inlines: [...before, ...plain(items.join(spec.join) + more), ...after] }];
  return [...items, more]
    .filter((item) => item !== "")
    .map((item) => ({ kind: "paragraph", inlines: [...before, ...plain(item), ...after] }));
}

async function fillFigures(
  spec: Fence<"figures">,
  title: (text?: string) => Inline[],
  resolver: ReportResolver,
  ask: Ask,
): Promise<Block[]> {
  const totals = await Promise.all(spec.figures.map((key) => ask(key)));
  const cells = (answers: FigureAnswer[]): Inline[][] =>
    answers.map((answer) => [
      { kind: "figure", key: answer.key, text: figureText(answer, answer.unit === "日期" ? "exact" : "n"), answer },
    ]);
  const rows: Inline[][][] = [];
  for (const child of await resolver.children()) {
    rows.push([plain(child.name), ...cells(await Promise.all(spec.figures.map((key) => ask(key, child.id))))]);
  }
  if (spec.total) rows.push([plain("合计"), ...cells(totals)]);
  const columns = totals.map((t) => ({
    title: t.unit === "" || t.unit === "日期" ? t.name : `${t.name}（${t.unit}）`,
    width: 5,
  }));
  return [{ kind: "table", title: title(spec.title), columns: [{ title: "单位", width: 10 }, ...columns], rows, note: "" }];
}
