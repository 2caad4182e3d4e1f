/** Tables, keys and marks that the migrations declare, as far as the conventions on distribution speak of them. */
import { inParentheses, items, plainName, type Statement } from "./sql-text.ts";

/** `columns` in order, expressions as written; `name` is undefined where PostgreSQL chooses one. */
export type Key = {
  kind: "primary key" | "unique" | "foreign key" | "index" | "search index" | "check" | "exclude";
  table: string;
  name: string | undefined;
  columns: string[];
  references?: string;
  at: number;
};
/** `column` undefined: a reference table, copied whole to every node. */
export type Mark = { table: string; column: string | undefined; at: number };
/** `drops` are the names of tables, constraints and indexes. */
export type Declared = { keys: Key[]; marks: Mark[]; drops: string[] };

const name = String.raw`((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)`;
const createTable = new RegExp(String.raw`^\s*create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?${name}\s*\(`, "i");
const alterTable = new RegExp(String.raw`^\s*alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?${name}\s`, "i");
const createIndex = new RegExp(
  String.raw`^\s*create\s+(unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?:${name}\s+)?on\s+(?:only\s+)?${name}\s*(?:using\s+(\w+)\s*)?\(`,
  "i",
);
const dropped = new RegExp(
  String.raw`\bdrop\s+(?:constraint|index|table)\s+(?:concurrently\s+)?(?:if\s+exists\s+)?${name}`,
  "gi",
);
const marked = /\bdeploy\s*\.\s*distribute\s*\(\s*'([^']+)'\s*(?:,\s*(?:'([^']*)'|null))?/gi;
const constraint = new RegExp(
  String.raw`(?:\bconstraint\s+${name}\s+)?\b(primary\s+key|unique|foreign\s+key|references|check|exclude)\b(?:\s+nulls\s+not\s+distinct)?`,
  "gi",
);

/** What one statement declares; offsets count from the start of the file. */
export function declared({ code, source, start }: Statement): Declared {
  const keys: Key[] = [];
  const table = createTable.exec(code);
  if (table) {
    const body = inParentheses(code, table[0].length - 1);
    const from = start + code.indexOf("(") + 1;
    let offset = 0;
    for (const item of items(body?.inside ?? "")) {
      offset = (body?.inside ?? "").indexOf(item, offset);
      keys.push(...constraintsIn(item, plainName(table[1] ?? ""), from + offset));
      offset += item.length;
    }
  }
  const altered = alterTable.exec(code);
  if (altered) {
    let offset = altered[0].length;
    for (const action of items(code.slice(offset).replace(/;\s*$/, ""))) {
      offset = code.indexOf(action, offset);
      const adds = /^add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?/i.exec(action);
      if (adds) keys.push(...constraintsIn(action.slice(adds[0].length), plainName(altered[1] ?? ""), start + offset));
      offset += action.length;
    }
  }
  const index = createIndex.exec(code);
  // gin, gist and brin answer other questions than equality: a leading uuid is no use to them, nor asked for by a cluster.
  if (index && (index[1] || /^(btree|hash)?$/i.test(index[4] ?? ""))) {
    const columns = items(inParentheses(code, index[0].length - 1)?.inside ?? "").map(column);
    keys.push({
      kind: index[1] ? "unique" : "index",
      table: plainName(index[3] ?? ""),
      name: index[2] && plainName(index[2]),
      columns,
      at: start,
    });
  } else if (index) {
    keys.push({
      kind: "search index",
      table: plainName(index[3] ?? ""),
      name: index[2] && plainName(index[2]),
      columns: [],
      at: start,
    });
  }
  return {
    keys,
    // The arguments are literals, which `code` has blanked; a mark inside a comment is not one, so both must agree.
    marks: [...source.matchAll(marked)]
      .filter(({ index: at }) => /^deploy/i.test(code.slice(at)))
      .map((found) => ({ table: plainName(found[1] ?? ""), column: found[2] || undefined, at: start + found.index })),
    drops: [...code.matchAll(dropped)].map((found) => plainName(found[1] ?? "")),
  };
}

/** Constraints of one item of a table: a column with its own, or a table constraint. */
function constraintsIn(item: string, table: string, at: number): Key[] {
  const isTableConstraint = /^(constraint|primary\s+key|unique|foreign\s+key|check|exclude)\b/i.test(item);
  const own = isTableConstraint ? [] : [column(item)];
  const found = [...outside(item).matchAll(constraint)];
  return found.flatMap((match, index): Key[] => {
    const word = (match[2] ?? "").toLowerCase().replace(/\s+/g, " ");
    if (word === "references" && isTableConstraint) return []; // belongs to the foreign key before it
    const kind = word === "references" ? "foreign key" : (word as Key["kind"]);
    const behind = match.index + match[0].length;
    const listed = isTableConstraint && word !== "check" ? items(inParentheses(item, behind)?.inside ?? "").map(column) : own;
    const target =
      kind === "foreign key" ? new RegExp(String.raw`\breferences\s+${name}`, "i").exec(item.slice(match.index)) : null;
    const key: Key = { kind, table, name: match[1] && plainName(match[1]), columns: listed, at: at + match.index };
    return index > 0 && isTableConstraint ? [] : [target ? { ...key, references: plainName(target[1] ?? "") } : key];
  });
}

/** The item with everything in parentheses blanked: a word inside an expression is not a constraint. */
function outside(item: string): string {
  let depth = 0;
  return item.replace(/[\s\S]/g, (char) => {
    if (char === ")") depth--;
    const shown = depth > 0 ? " " : char;
    if (char === "(") depth++;
    return shown;
  });
}

function column(item: string): string {
  return plainName(/^("[^"]+"|[^\s(]+)/.exec(item)?.[0] ?? item);
}
