/**
 * Filling in two steps: a template and the answers to its conditions make a draft, and a draft with all answers makes
 * the document. What people write in the editor is a draft too, so that both become a document in the same way.
 */
import { formatValue } from "#kernel/number-text.ts";
import type { Block, EntryQuery, FieldName, FigureAnswer, Inline, OfficialDocument, ReportResolver } from "./documents.types.ts";
import {
  figuresIn,
  figureText,
  headingNumbers,
  type DraftBlock,
  type DraftHead,
  type DraftInline,
  type FigureRef,
} from "./draft.types.ts";
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
  const draft = await draftTemplate(template, resolver, ask);
  return { ...draft.head, ...head, body: await fillDraft(draft.blocks, resolver, template.file, ask) };
}

/** A checked template as a draft: its conditions are decided, its figures named. */
export async function draftTemplate(
  template: TemplateSource,
  resolver: ReportResolver,
  ask: Ask = askOnce(resolver),
): Promise<{ head: DraftHead; blocks: DraftBlock[] }> {
  const source = bodyLines(template);
  const keys = source.flatMap(({ text }) => splitTags(text).flatMap((piece, i) => conditionOf(i % 2 === 1 ? piece : "")));
  const answers = new Map<string, FigureAnswer>();
  await Promise.all([...new Set(keys)].map(async (key) => answers.set(key, await ask({ key }))));
  const blocks = splitBlocks(chooseLines(source, (condition) => holds(condition, answers))).map((block): DraftBlock => {
    if (block.kind === "paragraph") return { kind: "paragraph", inlines: draftInlines(block.text) };
    if (block.kind === "fence") return { kind: "source", name: block.name, text: block.text, line: block.line };
    return { kind: "heading", level: block.level, inlines: draftInlines(block.head), text: draftInlines(block.text) };
  });
  const say = (text: string | undefined): string | undefined =>
    text === undefined
      ? undefined
      : draftInlines(text)
          .map((one) => fieldOrText(one, resolver))
          .join("");
  const head: DraftHead = {
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
  };
  return { head, blocks };
}

/** A draft's blocks with every figure answered and every source listed; `file` is named in what is thrown. */
export async function fillDraft(
  blocks: readonly DraftBlock[],
  resolver: ReportResolver,
  file: string,
  ask: Ask = askOnce(resolver),
): Promise<Block[]> {
  const filling: Filling = { resolver, ask, file };
  const number = headingNumbers();
  // All figures of the text in one round; then one block after another, since a connection does one thing at a time.
  await Promise.all(figuresIn(blocks).map(ask));
  const filled: Block[] = [];
  for (const block of blocks) {
    if (block.kind === "paragraph") filled.push({ kind: "paragraph", inlines: await fillInlines(block.inlines, filling) });
    else if (block.kind === "source") filled.push(...(await fillFence(block, filling)));
    else {
      const words = block.inlines.map((one) => (one.kind === "text" ? one.text : "")).join("");
      const inlines = prefixed(number(block.level, words), await fillInlines(block.inlines, filling));
      filled.push({ kind: "heading", level: block.level, inlines, text: await fillInlines(block.text, filling) });
    }
  }
  return filled;
}

const prefixed = (prefix: string, inlines: Inline[]): Inline[] => {
  const [first, ...rest] = inlines;
  if (prefix === "") return inlines;
  return first?.kind === "text"
    ? [{ kind: "text", text: prefix + first.text }, ...rest]
    : [{ kind: "text", text: prefix }, ...inlines];
};

type Ask = (figure: Omit<FigureRef, "form">) => Promise<FigureAnswer>;
interface Filling {
  resolver: ReportResolver;
  ask: Ask;
  file: string;
}

function askOnce(resolver: ReportResolver): Ask {
  const asked = new Map<string, Promise<FigureAnswer>>();
  return ({ key, unit, from, to }) => {
    const id = JSON.stringify([key, unit, from, to]);
    let answer = asked.get(id);
    if (answer === undefined) {
      const own = unit === undefined && from === undefined && to === undefined;
      asked.set(id, (answer = resolver.figure(key, own ? undefined : { unit: unit?.toString(), from, to })));
    }
    return answer;
  };
}

function conditionOf(piece: string): string[] {
  const tag = parseTag(piece);
  return tag?.kind === "if" ? [tag.condition.key] : [];
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

/** `{{unit}}`, `{{period}}` … in words. */
export function fieldText(name: FieldName, about: Pick<ReportResolver, "unit" | "organ" | "from" | "to" | "today">): string {
  if (name === "unit" || name === "organ") return about[name];
  if (name !== "period") return formatValue(about[name], "年月日");
  const sameYear = about.from.slice(0, 4) === about.to.slice(0, 4);
  return about.from === about.to
    ? formatValue(about.from, "年月日")
    : `${formatValue(about.from, "年月日")}至${formatValue(about.to, sameYear ? "月日" : "年月日")}`;
}

/** A text with `{{…}}` gaps as the pieces of a draft. */
function draftInlines(text: string): DraftInline[] {
  return splitTags(text).flatMap((piece, i): DraftInline[] => {
    if (i % 2 === 0) return plain(piece);
    const tag = parseTag(piece);
    if (tag?.kind === "field") return [{ kind: "field", name: tag.name }];
    if (tag?.kind !== "figure") throw new Error(`模板里的“{{${piece}}}”无法填写`);
    return [{ kind: "figure", key: tag.key, form: tag.form }];
  });
}

function fieldOrText(inline: DraftInline, resolver: ReportResolver): string {
  if (inline.kind === "figure") throw new Error(`这里不能用指标“${inline.key}”`);
  return inline.kind === "text" ? inline.text : fieldText(inline.name, resolver);
}

const fillInlines = (inlines: readonly DraftInline[], { resolver, ask }: Filling): Promise<Inline[]> =>
  Promise.all(
    inlines.map(async (inline): Promise<Inline> => {
      if (inline.kind === "field") return { ...inline, text: fieldText(inline.name, resolver) };
      if (inline.kind === "text") return inline;
      const answer = await ask(inline);
      return { kind: "figure", key: inline.key, text: figureText(answer, inline.form), answer };
    }),
  );

async function fillFence(block: DraftBlock & { kind: "source" }, filling: Filling): Promise<Block[]> {
  const { file, resolver } = filling;
  const spec = <K extends FenceName>(name: K): Fence<K> => {
    const read = readYaml<unknown>(block.text, fences[name], file, block.line + 1);
    if ("problems" in read) throw new Error(read.problems.map((p) => `${p.file} 第${p.line}行：${p.reason}`).join("；"));
    return read.value as Fence<K>;
  };
  const say = (text: string | undefined): Promise<Inline[]> => fillInlines(draftInlines(text ?? ""), filling);
  if (block.name === "table") return fillTable(spec("table"), say, resolver);
  if (block.name === "list") return fillList(spec("list"), say, resolver);
  if (block.name === "figures") return fillFigures(spec("figures"), say, filling);
  throw new Error(`${file} 第${block.line}行：不认识“\`\`\`${block.name}”`);
}

const plain = (text: string): { kind: "text"; text: string }[] => (text === "" ? [] : [{ kind: "text", text }]);
type Say = (text?: string) => Promise<Inline[]>;

function query(spec: Fence<"table"> | Fence<"list">, columns: string[]): EntryQuery {
  const sort = [spec.sort ?? []].flat().map((s) => ({ field: s.replace(/^-/, ""), descending: s.startsWith("-") }));
  return { ledger: spec.ledger, where: spec.where, columns, sort, limit: spec.limit };
}

async function fillTable(spec: Fence<"table">, say: Say, resolver: ReportResolver): Promise<Block[]> {
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
  return [{ kind: "table", title: await say(spec.title), columns: numbered, rows: cells.length === 0 ? empty : cells, note }];
}

async function fillList(spec: Fence<"list">, say: Say, resolver: ReportResolver): Promise<Block[]> {
  const fields = itemFields(spec.item);
  const { rows, total } = await resolver.entries(query(spec, fields));
  const items = rows.map((row) =>
    spec.item.replace(/\{([^{}]+)\}/g, (_all, field: string) => row[fields.indexOf(field.trim())] ?? ""),
  );
  const more = total > rows.length ? `（共${total}条，此处列前${rows.length}条）` : "";
  const [before, after] = await Promise.all([say(spec.before), say(spec.after)]);
  if (items.length === 0) return [{ kind: "paragraph", inlines: [...before, ...plain(spec.empty)] }];
  if (spec.join !== undefined)
    return [{ kind: "paragraph", inlines: [...before, ...plain(items.join(spec.join) + more), ...after] }];
  return [...items, more]
    .filter((item) => item !== "")
    .map((item) => ({ kind: "paragraph", inlines: [...before, ...plain(item), ...after] }));
}

async function fillFigures(spec: Fence<"figures">, say: Say, { resolver, ask }: Filling): Promise<Block[]> {
  const totals = await Promise.all(spec.figures.map((key) => ask({ key })));
  const cells = (answers: FigureAnswer[]): Inline[][] =>
    answers.map((answer) => [
      { kind: "figure", key: answer.key, text: figureText(answer, answer.unit === "日期" ? "exact" : "n"), answer },
    ]);
  const rows: Inline[][][] = [];
  for (const child of await resolver.children()) {
    rows.push([plain(child.name), ...cells(await Promise.all(spec.figures.map((key) => ask({ key, unit: Number(child.id) }))))]);
  }
  if (spec.total) rows.push([plain("合计"), ...cells(totals)]);
  const columns = totals.map((t) => ({
    title: t.unit === "" || t.unit === "日期" ? t.name : `${t.name}（${t.unit}）`,
    width: 5,
  }));
  return [{ kind: "table", title: await say(spec.title), columns: [{ title: "单位", width: 10 }, ...columns], rows, note: "" }];
}
