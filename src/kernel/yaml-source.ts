/** YAML with line numbers: every complaint about a pack names file, line and reason. */
import { LineCounter, parseDocument, isMap, isSeq, isPair, visit, type ErrorCode } from "yaml";
import type { z } from "zod";
import zhCN from "zod/v4/locales/zh-CN.js";

export interface PackProblem {
  file: string;
  line: number;
  /** Where in the file, `fields.活动日期.type`. */
  path: string;
  reason: string;
}

export interface YamlSource {
  file: string;
  value: unknown;
  /** Line (from 1) of the node at this path, or of its nearest parent that exists. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** A mapping as written, before its schema gives it types and defaults. */
export type Plain = Record<string, unknown>;

/** Lines of what was written last, by `ledger:key`, `figure:key`, `rule:key`, for problems found after merging. */
export type Sources = Map<string, { source: YamlSource; path: PropertyKey[] }>;

export function readYaml(file: string, text: string): { source: YamlSource; problems: PackProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const problems = document.errors.map((error) => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    path: "",
    reason: `YAML 写法有误：${yamlFaults[error.code] ?? "这里无法理解，请核对缩进、冒号、引号和括号"}`,
  }));
  // A few of them, each naming the one before ten times, unfold to more than any memory holds.
  visit(document, {
    Alias(_key, node) {
      const reason = "YAML 写法有误：不支持引用（*名称），请把内容直接写出来；以 * 开头的文字要加引号";
      problems.push({ file, line: lines.linePos(node.range?.[0] ?? 0).line, path: "", reason });
      return visit.BREAK;
    },
  });
  const lineOf = (path: readonly PropertyKey[]): number => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isPair(item) && String((item.key as { value?: unknown })?.value) === String(step));
        if (!pair) break;
        offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
      } else break;
    }
    return lines.linePos(offset).line || 1;
  };
  return { source: { file, value: problems.length > 0 ? undefined : document.toJS(), lineOf }, problems };
}

/** What the reader of YAML complains of; what is not here is too rare for words of its own. */
const yamlFaults: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: "缩进不对，或括号没有配对",
  BLOCK_AS_IMPLICIT_KEY: "一行里有两个冒号，含冒号的文字要加引号",
  DUPLICATE_KEY: "同一项重复写了两次",
  MISSING_CHAR: "缺少符号，请核对冒号、逗号、引号和括号是否成对，冒号后面要空一格",
  MULTILINE_IMPLICIT_KEY: "名称占了几行，可能缺少冒号，或引号、括号没有配对",
  TAB_AS_INDENT: "缩进用了制表符，请改用空格",
  UNEXPECTED_TOKEN: "有多余的内容，含特殊符号的文字要加引号",
  BAD_ALIAS: "以 * 或 & 开头的文字要加引号",
  BAD_SCALAR_START: "以 @、` 开头的文字要加引号",
};

const inChinese = zhCN().localeError;

/** Checks a source against a schema; every issue becomes a problem with its line. */
export function checkSource(source: YamlSource, schema: z.ZodType): PackProblem[] {
  const result = schema.safeParse(source.value, { error: inChinese });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => problemsOf(source, issue as Issue, []));
}

interface Issue {
  code: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
  expected?: string;
  values?: unknown[];
  errors?: Issue[][];
  note?: string;
}

function problemsOf(source: YamlSource, issue: Issue, parent: readonly PropertyKey[]): PackProblem[] {
  const path = [...parent, ...issue.path];
  const at = (full: readonly PropertyKey[], reason: string): PackProblem => ({
    file: source.file,
    line: source.lineOf(full),
    path: full.map(String).join("."),
    reason,
  });
  if (issue.code === "unrecognized_keys")
    return (issue.keys ?? []).map((name) => at([...path, name], `不认识的项“${name}”，请核对拼写或删除`));
  if (issue.code === "invalid_union" && issue.errors?.length) {
    // The branch that got furthest says best what was meant.
    const depth = (branch: Issue[]): number =>
      Math.max(0, ...branch.map((inner) => inner.path.length + (inner.code === "unrecognized_keys" ? 1 : 0)));
    const best = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] as Issue[];
    if (depth(best) > 0) return best.flatMap((inner) => problemsOf(source, inner, path));
    return [at(path, "写法不对：这里不能是这样的值")];
  }
  if (issue.code === "invalid_type") {
    const found = path.reduce<unknown>(
      (value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step],
      source.value,
    );
    return [
      at(
        path,
        found === undefined
          ? `缺少“${String(path.at(-1) ?? "内容")}”`
          : `类型不对，应为${typeNames[issue.expected ?? ""] ?? issue.expected}`,
      ),
    ];
  }
  if (issue.code === "invalid_value") return [at(path, `值不对，只能是：${(issue.values ?? []).join("、")}`)];
  return [at(path, issue.message)];
}

const typeNames: Record<string, string> = {
  string: "文字",
  number: "数字",
  int: "整数",
  boolean: "true 或 false",
  array: "列表",
  object: "若干“名称: 值”",
  date: "日期",
  record: "若干“名称: 值”",
};
