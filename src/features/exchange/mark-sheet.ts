import { moveToMergedCells, opinionHeading, opinionWidth, type SheetPlan } from "./mark-plan.ts";
import type { StylePatch } from "./mark-styles.ts";
import { attribute, pieces, prefixOf, survey } from "./sheet-rows.ts";
import { cellText, columnName, heightOf, linesIn, maxColumns, parseAddress, xmlText } from "./sheet-xml.ts";

interface Patch {
  plan: SheetPlan;
  styles: StylePatch;
  /** Column for reasons of tables that have none yet. */
  column: number;
  prefix: string;
  columnStyle: (column: number) => number;
}

const withAttribute = (tag: string, name: string, value: string | number): string => {
  const pattern = new RegExp(`(\\s${name}=)(["']).*?\\2`);
  if (pattern.test(tag)) return tag.replace(pattern, `$1"${value}"`);
  return tag.replace(/\s*\/?>$/, (end) => ` ${name}="${value}"${end.trim()}`);
};

/** Restyles the opening tag of a cell and leaves the rest. */
function restyled(cell: string, style: number): string {
  const end = cell.indexOf(">") + 1;
  return withAttribute(cell.slice(0, end), "s", style) + cell.slice(end);
}
const styleOf = (cell: string): number | undefined => {
  const style = attribute(cell.slice(0, cell.indexOf(">") + 1), "s");
  return style === undefined ? undefined : Number(style);
};

/** A row with its cells restyled and its reason added. Cells that nothing is said about stay as they are. */
function patchRow(xml: string, row: number, patch: Patch): string {
  const { plan, styles, prefix } = patch;
  const open = xml.indexOf(">") + 1;
  const empty = xml.slice(0, open).endsWith("/>");
  let tag = empty ? `${xml.slice(0, open - 2).trimEnd()}>` : xml.slice(0, open);
  const closing = `</${prefix}row>`;
  const inside = empty ? "" : xml.slice(open, -closing.length);

  const cells = new Map<number, string>();
  let here = -1;
  let rest = inside;
  for (const found of inside.matchAll(new RegExp(`<${prefix}c(?=[\\s/>])[^<>]*?(?:/>|>[\\s\\S]*?</${prefix}c>)`, "g"))) {
    const address = attribute(found[0].slice(0, found[0].indexOf(">") + 1), "r");
    here = (address === undefined ? undefined : parseAddress(address)?.column) ?? here + 1;
    cells.set(here, found[0]);
    rest = inside.slice(found.index + found[0].length);
  }
  const wrapped = [...cells.values()].some((cell) => styles.wraps(styleOf(cell) ?? 0));

  const again = plan.again.find(({ first, last }) => row >= first && row <= last);
  if (again) {
    cells.delete(again.column);
    for (const [column, cell] of cells) {
      const style = styleOf(cell);
      const cleared = style === undefined ? undefined : styles.cleared(style);
      if (cleared !== undefined && cleared !== style) cells.set(column, restyled(cell, cleared));
    }
  }
  const rowStyle = attribute(tag, "s");
  const marked = plan.cells.get(row);
  for (const column of marked === "all" ? cells.keys() : (marked ?? [])) {
    const cell = cells.get(column);
    const style =
      (cell === undefined ? undefined : styleOf(cell)) ?? (rowStyle === undefined ? patch.columnStyle(column) : Number(rowStyle));
    cells.set(column, restyled(cell ?? `<${prefix}c r="${columnName(column)}${row}"/>`, styles.marked(style)));
  }

  const write = (column: number, style: number, text: string): void => {
    const p = prefix;
    cells.set(
      column,
      `<${p}c r="${columnName(column)}${row}" s="${style}" t="inlineStr"><${p}is><${p}t xml:space="preserve">${xmlText(cellText(text))}</${p}t></${p}is></${p}c>`,
    );
  };
  if (plan.headings.has(row)) {
    const column = plan.headings.get(row) ?? patch.column;
    if (column < maxColumns) write(column, styles.opinion("heading"), opinionHeading);
  }
  const opinion = plan.opinions.get(row);
  if (opinion) {
    const column = opinion.column ?? patch.column;
    if (column < maxColumns) write(column, styles.opinion("reason"), opinion.text);
    const lines = linesIn(opinion.text, opinionWidth);
    // A row without a height that has other wrapped cells is fitted by Excel itself, perhaps higher than this reason needs.
    const height = attribute(tag, "ht") ?? (wrapped ? undefined : 0);
    if (lines > 1 && height !== undefined && Number(height) < heightOf(lines)) tag = withAttribute(tag, "ht", heightOf(lines));
  }
  // `spans` is only a hint, but a wrong one can hide cells in some readers.
  tag = tag.replace(/\sspans=(["']).*?\1/, "");
  const sorted = [...cells].toSorted(([a], [b]) => a - b).map(([, cell]) => cell);
  return tag + sorted.join("") + rest + closing;
}

/** Everything before the rows: room for the added column in `<cols>` and `<dimension>`. */
function patchHead(head: string, patch: Patch, needed: boolean): string {
  const { prefix: p, column } = patch;
  if (!needed || column >= maxColumns) return head;
  const number = column + 1;
  const made = `<${p}col min="${number}" max="${number}" width="${opinionWidth}" customWidth="1"/>`;
  const cols = new RegExp(`<${p}cols>([\\s\\S]*?)</${p}cols>`);
  let out = head.replace(new RegExp(`(<${p}dimension\\s[^<>]*?ref=")([^"]*)`), (all, before: string, ref: string) => {
    const [from = "A1", to = from] = ref.split(":");
    const end = parseAddress(to);
    return end && end.column < column ? `${before}${from}:${columnName(column)}${end.row}` : all;
  });
  if (!cols.test(out)) return out.replace(new RegExp(`<${p}sheetData\\s*>$`), (end) => `<${p}cols>${made}</${p}cols>${end}`);
  out = out.replace(cols, (_, inner: string) => {
    const list = (inner.match(/<[^<>]*>/g) ?? [])
      .filter((tag) => !tag.startsWith("</"))
      .flatMap((tag) => {
        const [min, max] = [Number(attribute(tag, "min")), Number(attribute(tag, "max"))];
        if (number < min || number > max) return [{ min, tag }];
        const parts: { min: number; tag: string }[] = [];
        if (min < number) parts.push({ min, tag: withAttribute(tag, "max", number - 1) });
        if (max > number) parts.push({ min: number + 1, tag: withAttribute(tag, "min", number + 1) });
        return parts;
      });
    list.push({ min: number, tag: made });
    return `<${p}cols>${list
      .toSorted((a, b) => a.min - b.min)
      .map(({ tag }) => tag)
      .join("")}</${p}cols>`;
  });
  return out;
}

function columnStyles(head: string, prefix: string): (column: number) => number {
  const styled = [...head.matchAll(new RegExp(`<${prefix}col\\s[^<>]*>`, "g"))].map(([tag]) => ({
    min: Number(attribute(tag, "min")) - 1,
    max: Number(attribute(tag, "max")) - 1,
    style: Number(attribute(tag, "style") ?? 0),
  }));
  return (column) => styled.find(({ min, max }) => column >= min && column <= max)?.style ?? 0;
}

/**
 * The worksheet part with the plan carried out. `read` gives its bytes and is called twice: once to find the free
 * column and the merged cells, once to write.
 */
export async function* markSheet(
  read: () => Promise<AsyncIterable<Buffer>>,
  plan: SheetPlan,
  styles: StylePatch,
): AsyncGenerator<string> {
  const { lastColumn, merges } = await survey(await read(), plan.spans);
  moveToMergedCells(plan, merges);
  const beside = merges.filter((merge) => plan.spans.some(({ first, last }) => merge.top <= last && merge.bottom >= first));
  const free = Math.max(lastColumn, plan.right, ...beside.map(({ right }) => right)) + 1;
  const patch: Patch = { plan, styles, column: free, prefix: "", columnStyle: () => 0 };
  const added = [...plan.opinions.values()].some(({ column }) => column === undefined);
  const wanted = [...new Set([...plan.cells.keys(), ...plan.opinions.keys(), ...plan.headings.keys()])].toSorted((a, b) => a - b);
  const touched = new Set(wanted);
  let next = 0;
  // Rows complained of that the sheet does not store (nothing was typed there).
  const missing = (before: number): string => {
    let out = "";
    for (; next < wanted.length && wanted[next]! < before; next++)
      out += patchRow(`<${patch.prefix}row r="${wanted[next]!}"/>`, wanted[next]!, patch);
    return out;
  };
  for await (const list of pieces(await read())) {
    let out = "";
    for (const piece of list) {
      if (piece.kind === "head") {
        patch.prefix = prefixOf(piece.xml);
        patch.columnStyle = columnStyles(piece.xml, patch.prefix);
        out += patchHead(piece.xml, patch, added);
      } else if (piece.kind === "row") {
        out += missing(piece.row);
        if (wanted[next] === piece.row) next++;
        const again = plan.again.some(({ first, last }) => piece.row >= first && piece.row <= last);
        out += touched.has(piece.row) || again ? patchRow(piece.xml, piece.row, patch) : piece.xml;
      } else if (piece.kind === "tail") {
        out += missing(Infinity) + piece.xml;
      } else out += piece.xml;
    }
    if (out !== "") yield out;
  }
}
