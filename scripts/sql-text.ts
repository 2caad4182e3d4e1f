/** Just enough reading of SQL for a linter: statements without comments and literals, positions kept. */

/**
 * `code` has comments and the inside of string literals blanked, dollar-quoted bodies kept; `source` is the same stretch
 * untouched, so that an offset means the same in both. `start` is its offset in the file, `bulk` that the owner-role
 * mark stands in it or right above it.
 */
export type Statement = { code: string; source: string; start: number; bulk: boolean };

const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$/g;

/** Comments and the inside of literals as spaces; quoted names and line breaks stay. */
export function blank(sql: string): string {
  return sql.replace(token, (found) => {
    if (found.startsWith("'")) return `'${" ".repeat(found.length - 2)}'`;
    return found.startsWith("-") || found.startsWith("/") ? found.replace(/[^\n]/g, " ") : found;
  });
}

/** Statements of a migration, split at semicolons outside dollar-quoted bodies. */
export function statements(sql: string): Statement[] {
  const code = blank(sql);
  const ends: number[] = [];
  let quote: string | undefined;
  for (const found of code.matchAll(/\$([A-Za-z_]\w*)?\$|;/g)) {
    if (found[0] === ";") {
      if (quote === undefined) ends.push(found.index + 1);
    } else if (quote === undefined) quote = found[0];
    else if (quote === found[0]) quote = undefined;
  }
  let from = 0;
  return [...ends, sql.length].flatMap((end) => {
    const start = from;
    from = end;
    if (code.slice(start, end).replace(";", "").trim() === "") return [];
    const source = sql.slice(start, end);
    return [{ code: code.slice(start, end), source, start, bulk: /--\s*lint: owner bulk\b/.test(source) }];
  });
}

/** The part in parentheses that opens at or after `from`, and the offset behind it. */
export function inParentheses(code: string, from: number): { inside: string; end: number } | undefined {
  const open = code.indexOf("(", from);
  if (open < 0) return undefined;
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === "(") depth++;
    if (code[at] === ")" && --depth === 0) return { inside: code.slice(open + 1, at), end: at + 1 };
  }
  return undefined;
}

/** Items of a list, split at commas outside parentheses, trimmed. */
export function items(list: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= list.length; at++) {
    if (list[at] === "(") depth++;
    if (list[at] === ")") depth--;
    if (at === list.length || (list[at] === "," && depth === 0)) {
      found.push(list.slice(from, at).trim());
      from = at + 1;
    }
  }
  return found.filter((item) => item !== "");
}

/** A name as PostgreSQL stores it: unquoted ones in lower case, without the schema. */
export function plainName(name: string): string {
  const last = name.match(/"[^"]+"|[^."]+/g)?.at(-1) ?? name;
  return last.startsWith('"') ? last.slice(1, -1) : last.toLowerCase();
}
