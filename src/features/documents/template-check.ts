import type { Ledger } from "#kernel/definitions.ts";
import { checkText } from "#kernel/number-text.ts";
import type { TemplateProblem } from "./documents.types.ts";
import {
  bodyLines,
  fences,
  itemFields,
  parseTag,
  readYaml,
  splitBlocks,
  splitTags,
  type FenceName,
  type Line,
  type TemplateSource,
} from "./template.ts";

export interface KnownNames {
  figures: Iterable<string>;
  ledgers: readonly Pick<Ledger, "key" | "name" | "fields">[];
}

/** Columns that every entry has beside its ledger's fields. */
export const entryColumns: readonly string[] = ["编号", "单位", "状态"];

/** Everything wrong with a template, in the order of its lines; empty when it can be filled. */
export function checkTemplate(template: TemplateSource, known: KnownNames): TemplateProblem[] {
  const figures = new Set(known.figures);
  const lines = bodyLines(template);
  const found = [
    ...checkHead(template),
    ...checkTags(lines, figures),
    ...checkBlocks(template.file, lines, figures, known.ledgers),
  ];
  return found.map((p) => ({ ...p, file: template.file })).toSorted((a, b) => a.line - b.line);
}

type Found = Omit<TemplateProblem, "file">;

/** Fields may stand in the head, figures may not: a title must not change with the data. */
function checkHead(template: TemplateSource): Found[] {
  const texts = [
    template.title,
    template.number,
    template.signatory,
    template.to,
    template.organ,
    ...template.copies,
    ...template.attachments,
  ];
  return texts.flatMap((text) =>
    splitTags(text ?? "").flatMap((piece, i) => {
      if (i % 2 === 0) return piece.includes("{{") ? [{ line: 1, reason: `“${text}”里的“{{”没有对应的“}}”` }] : [];
      return parseTag(piece)?.kind === "field"
        ? []
        : [{ line: 1, reason: `说明部分不能用“{{${piece}}}”，只能用 unit、period、from、to、today、organ` }];
    }),
  );
}

function checkTags(lines: Line[], figures: Set<string>): Found[] {
  const problems: Found[] = [];
  const open: { line: number; elseSeen: boolean }[] = [];
  let inFence = false;
  for (const { text, line } of lines) {
    if (text.startsWith("```")) inFence = !inFence;
    splitTags(text).forEach((piece, i) => {
      if (i % 2 === 0) {
        if (piece.includes("{{"))
          problems.push({ line, reason: `“{{”没有对应的“}}”：${piece.slice(piece.indexOf("{{"), piece.indexOf("{{") + 20)}` });
        else if (piece.includes("}}") && !inFence) problems.push({ line, reason: "多出一个“}}”" });
        return;
      }
      const tag = parseTag(piece);
      if (tag === undefined)
        problems.push({
          line,
          reason: `不认识“{{${piece}}}”。可用：指标编号、指标编号.n、指标编号.exact、指标编号:形式、unit、period、from、to、today、organ、#if、else、/if`,
        });
      else if (tag.kind === "figure") {
        if (!figures.has(tag.key)) problems.push({ line, reason: `没有指标“${tag.key}”${near(tag.key, figures)}` });
        else if (tag.form.startsWith(":"))
          problems.push(
            ...checkText(`{n${tag.form}}`, () => true).map((reason) => ({
              line,
              reason: reason.replace(`{n${tag.form}}`, () => `{{${piece}}}`),
            })),
          );
      } else if (tag.kind === "if") {
        open.push({ line, elseSeen: false });
        if (!figures.has(tag.condition.key))
          problems.push({ line, reason: `条件里没有指标“${tag.condition.key}”${near(tag.condition.key, figures)}` });
      } else if (tag.kind === "else") {
        const last = open.at(-1);
        if (last === undefined) problems.push({ line, reason: "“{{else}}”前面没有“{{#if …}}”" });
        else if (last.elseSeen) problems.push({ line, reason: "一个“{{#if …}}”只能有一个“{{else}}”" });
        else last.elseSeen = true;
      } else if (tag.kind === "end" && open.pop() === undefined) problems.push({ line, reason: "“{{/if}}”前面没有“{{#if …}}”" });
    });
  }
  for (const { line } of open) problems.push({ line, reason: "“{{#if …}}”没有对应的“{{/if}}”" });
  return problems;
}

function checkBlocks(file: string, lines: Line[], figures: Set<string>, ledgers: KnownNames["ledgers"]): Found[] {
  return splitBlocks(lines).flatMap((block): Found[] => {
    if (block.kind !== "fence") return [];
    const line = block.line;
    if (!block.closed) return [{ line, reason: `“\`\`\`${block.name}”没有结尾的“\`\`\`”` }];
    if (!Object.hasOwn(fences, block.name)) return [{ line, reason: `不认识“\`\`\`${block.name}”，可用：table、list、figures` }];
    const read = readYaml<unknown>(block.text, fences[block.name as FenceName], file, line + 1);
    if ("problems" in read) return read.problems;
    if (block.name === "figures") {
      const { figures: wanted } = fences.figures.parse(read.value);
      return wanted.filter((key) => !figures.has(key)).map((key) => ({ line, reason: `没有指标“${key}”${near(key, figures)}` }));
    }
    const {
      ledger: ledgerName,
      where,
      sort,
    } = read.value as { ledger: string; where: Record<string, unknown>; sort?: string | string[] };
    const ledger = ledgers.find((l) => l.key === ledgerName || l.name === ledgerName);
    if (ledger === undefined)
      return [
        {
          line,
          reason: `没有台账“${ledgerName}”${near(
            ledgerName,
            ledgers.flatMap((l) => [l.key, l.name]),
          )}`,
        },
      ];
    const fields = [...ledger.fields.map((f) => f.name), ...entryColumns];
    const used = [
      ...Object.keys(where),
      ...[sort ?? []].flat().map((s) => s.replace(/^-/, "")),
      ...shownFields(block.name, read.value),
    ];
    return [...new Set(used)]
      .filter((f) => !fields.includes(f))
      .map((f) => ({ line, reason: `台账“${ledger.name}”没有栏目“${f}”${near(f, fields)}` }));
  });
}

function shownFields(name: string, value: unknown): string[] {
  if (name === "list") return itemFields((value as { item: string }).item);
  return (value as { columns: (string | { field: string })[] }).columns.map((c) => (typeof c === "string" ? c : c.field));
}

/** The closest known name, if it is close enough to be meant. */
function near(name: string, known: Iterable<string>): string {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = edits(name, candidate);
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && (best === undefined || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best === undefined ? "" : `，是否为“${best.name}”`;
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
