/**
 * The SQL inside TypeScript: every template or string that is tagged `sql`, handed to a `.query(` call, or opens like a
 * statement. Read from the syntax tree, so that a comment or a regular expression cannot be mistaken for SQL.
 */
import { parseAst } from "rolldown/parseAst";

/** `text` has `$1`-like marks where values go in; `line` counts from 1; `asked` is true for a tag or a `.query(` call. */
export type SourceSql = { text: string; line: number; asked: boolean };

type Node = { type: string; start: number; [key: string]: unknown };

const statement =
  /^\s*(--.*\n\s*)*(select\s[\s\S]+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+(recursive\s+)?\w+\s+as\s*\(|create\s+(unique\s+|or\s+replace\s+)?(table|index|trigger|rule|function|policy)\s|alter\s+table\s|copy\s+\S+\s*(\(|from|to)|set\s+local\s)/i;

/** All SQL in one source file, in order. Throws a SyntaxError if the file cannot be parsed. */
export function sqlInSource(source: string, fileName: string): SourceSql[] {
  const found: SourceSql[] = [];
  const seen = new Set<unknown>();
  const add = (node: unknown, asked: boolean): void => {
    const text = textOf(node);
    if (text === undefined || seen.has(node)) return;
    seen.add(node);
    if (asked || statement.test(text)) found.push({ text, line: lineAt(source, (node as Node).start), asked });
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === "TaggedTemplateExpression" && isSqlTag(value["tag"])) add(value["quasi"], true);
    if (value.type === "CallExpression" && isQueryCall(value["callee"])) {
      const [first] = value["arguments"] as unknown[];
      add(first, true);
    }
    add(value, false);
    Object.values(value).forEach(visit);
  };
  visit(parseAst(source, { lang: fileName.endsWith(".tsx") ? "tsx" : "ts" }, fileName));
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function isSqlTag(tag: unknown): boolean {
  if (!isNode(tag)) return false;
  return tag["name"] === "sql" || (tag.type === "MemberExpression" && isSqlTag(tag["object"]));
}

function isQueryCall(callee: unknown): boolean {
  return (
    isNode(callee) && callee.type === "MemberExpression" && isNode(callee["property"]) && callee["property"]["name"] === "query"
  );
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : undefined;
  if (node.type !== "TemplateLiteral") return undefined;
  const parts = node["quasis"] as { value: { raw: string } }[];
  return parts.map(({ value }, index) => (index === 0 ? value.raw : `$${index}${value.raw}`)).join("");
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}
