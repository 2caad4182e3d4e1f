/**
 * The identity of a report and of each figure inside a Word file. It is kept twice, because editors differ in what
 * they keep: document properties 报告编号 and 核验码, which every editor keeps, and a custom XML part with every
 * figure's bookmark, definition version, scope, period and digest. The bookmark's name says number and key once more.
 */
import { createHash } from "node:crypto";
import { SaxesParser } from "saxes";
import { escapeXml, setText, text, type DocxParts } from "./docx-package.ts";
import type { FigureAnswer, FigureMark, ReportIdentity } from "./documents.types.ts";

export const namespace = "urn:yibenzhang:report:1";

/** Word allows 40 characters: letters, digits, underscores, beginning with a letter. */
export function bookmarkName(n: number, key: string): string {
  return `fig_${n}_${key.replace(/[^A-Za-z0-9]/g, "_")}`.slice(0, 40);
}

/** Numbers the figures of a document in the order in which they are met, from 1. */
export function markFigures(): { marks: FigureMark[]; mark: (answer: FigureAnswer, text: string) => FigureMark } {
  const marks: FigureMark[] = [];
  return {
    marks,
    mark(answer, shown) {
      const n = marks.length + 1;
      const made = { n, bookmark: bookmarkName(n, answer.key), answer, text: shown };
      marks.push(made);
      return made;
    },
  };
}

/** Code of one figure in a report, as the annex prints it. */
export function figureCode(identity: ReportIdentity, mark: FigureMark): string {
  return `${identity.code}-${mark.n}`;
}

/** Put the identity into an unpacked .docx, in place of one that is there already. */
export function writeIdentity(parts: DocxParts, identity: ReportIdentity, marks: readonly FigureMark[]): void {
  writeProperties(parts, { 报告编号: identity.report, 核验码: identity.code });
  const old = [...parts.keys()].find((name) => /^customXml\/item\d+\.xml$/.test(name) && text(parts, name).includes(namespace));
  let n = 1;
  while (old === undefined && parts.has(`customXml/item${n}.xml`)) n++;
  const item = old ?? `customXml/item${n}.xml`;
  const figures = marks.map((mark) => `<figure ${attributes(figureAttributes(mark))}/>`).join("");
  setText(
    parts,
    item,
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<report xmlns="${namespace}" ${attributes({ id: identity.report, code: identity.code })}>${figures}</report>`,
  );
  if (old !== undefined) return;
  const digest = createHash("sha256").update(`${identity.report} ${identity.code}`).digest("hex").toUpperCase();
  const guid = [8, 4, 4, 4, 12]
    .reduce<string[]>((out, size) => [...out, digest.slice(out.join("").length, out.join("").length + size)], [])
    .join("-");
  setText(
    parts,
    `customXml/itemProps${n}.xml`,
    `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<ds:datastoreItem ds:itemID="{${guid}}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs><ds:schemaRef ds:uri="${namespace}"/></ds:schemaRefs></ds:datastoreItem>`,
  );
  const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  addRelationship(parts, `customXml/_rels/item${n}.xml.rels`, `${types}/customXmlProps`, `itemProps${n}.xml`);
  addRelationship(parts, "word/_rels/document.xml.rels", `${types}/customXml`, `../${item}`);
  addOverride(parts, `/customXml/itemProps${n}.xml`, "application/vnd.openxmlformats-officedocument.customXmlProperties+xml");
}

function figureAttributes({ n, bookmark, answer, text: shown }: FigureMark): Record<string, string> {
  const { key, name, exact, unit, definitionVersion, scope, from, to, asOf, records, digest } = answer;
  return {
    n: String(n),
    bookmark,
    key,
    name,
    text: shown,
    exact,
    unit,
    definitionVersion,
    scope,
    from,
    to,
    asOf,
    records: String(records ?? ""),
    digest: digest ?? "",
  };
}

function attributes(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(value)}"`)
    .join(" ");
}

/** What a file says about one figure. */
export interface StoredFigure {
  n: number;
  bookmark: string;
  key: string;
  text: string;
  exact: string;
  digest: string;
}

/** The identity in an unpacked .docx; what is missing is undefined. */
export function readIdentity(parts: DocxParts): { report?: string; code?: string; figures: StoredFigure[] } {
  const properties = readProperties(parts);
  let found: { report?: string; code?: string; figures: StoredFigure[] } = { figures: [] };
  for (const name of parts.keys()) {
    if (!/^customXml\/[^/]+\.xml$/.test(name) || !text(parts, name).includes(namespace) || name.includes("itemProps")) continue;
    const figures: StoredFigure[] = [];
    const parser = new SaxesParser();
    parser.on("opentag", (tag) => {
      const a = tag.attributes as Record<string, string>;
      if (tag.name === "report")
        found = {
          ...(a["id"] === undefined ? {} : { report: a["id"] }),
          ...(a["code"] === undefined ? {} : { code: a["code"] }),
          figures,
        };
      if (tag.name === "figure")
        figures.push({
          n: Number(a["n"]),
          bookmark: a["bookmark"] ?? "",
          key: a["key"] ?? "",
          text: a["text"] ?? "",
          exact: a["exact"] ?? "",
          digest: a["digest"] ?? "",
        });
    });
    parser.write(text(parts, name)).close();
  }
  const report = properties["报告编号"] ?? found.report;
  const code = properties["核验码"] ?? found.code;
  return { ...(report === undefined ? {} : { report }), ...(code === undefined ? {} : { code }), figures: found.figures };
}

const customProperties = "docProps/custom.xml";

function readProperties(parts: DocxParts): Record<string, string> {
  const values: Record<string, string> = {};
  if (!parts.has(customProperties)) return values;
  let name: string | undefined;
  const parser = new SaxesParser();
  parser.on("opentag", (tag) => {
    if (tag.name === "property") name = (tag.attributes as Record<string, string>)["name"];
  });
  parser.on("text", (value) => {
    if (name !== undefined) values[name] = (values[name] ?? "") + value.trim();
  });
  parser.write(text(parts, customProperties)).close();
  return values;
}

function writeProperties(parts: DocxParts, values: Record<string, string>): void {
  const open = `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">`;
  const all = { ...readProperties(parts), ...values };
  const items = Object.entries(all).map(
    ([name, value], i) =>
      `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${i + 2}" name="${escapeXml(name)}"><vt:lpwstr>${escapeXml(value)}</vt:lpwstr></property>`,
  );
  setText(
    parts,
    customProperties,
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${open}${items.join("")}</Properties>`,
  );
  addRelationship(
    parts,
    "_rels/.rels",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties",
    customProperties,
  );
  addOverride(parts, `/${customProperties}`, "application/vnd.openxmlformats-officedocument.custom-properties+xml");
}

function addRelationship(parts: DocxParts, rels: string, type: string, target: string): void {
  const empty = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>`;
  const xml = (parts.has(rels) ? text(parts, rels) : empty).replace(
    /<Relationships([^<>]*)\/>/,
    "<Relationships$1></Relationships>",
  );
  if (xml.includes(`"${target}"`) || xml.includes(`"/${target}"`)) return;
  let n = 1;
  while (xml.includes(`"rIdReport${n}"`)) n++;
  setText(
    parts,
    rels,
    xml.replace("</Relationships>", () => `<Relationship Id="rIdReport${n}" Type="${type}" Target="${target}"/></Relationships>`),
  );
}

function addOverride(parts: DocxParts, part: string, type: string): void {
  const name = "[Content_Types].xml";
  const xml = text(parts, name);
  if (xml.includes(`"${part}"`)) return;
  setText(
    parts,
    name,
    xml.replace("</Types>", () => `<Override PartName="${part}" ContentType="${type}"/></Types>`),
  );
}
