/**
 * Drafts as the shared text that editors change together: a Yjs document whose fragment `body` is the editor's tree
 * (element names and attributes are those of its nodes), and whose map `head` holds the lines around it. Changes come from
 * browsers, so whatever does not look like a draft is left out.
 */
import * as Y from "yjs";
import { headFields, headingEnd, sourceNames, type DraftBlock, type DraftHead, type DraftInline } from "./draft.types.ts";

export interface Draft {
  head: DraftHead;
  blocks: DraftBlock[];
}

/** One change that makes a draft out of nothing. Fields must have become text. */
export function writeDraft({ head, blocks }: Draft): Uint8Array {
  const doc = new Y.Doc();
  const lines = doc.getMap<string>("head");
  for (const field of headFields) {
    const value = head[field];
    const text = Array.isArray(value) ? value.join("\n") : value;
    if (text !== undefined && text !== "") lines.set(field, text);
  }
  const title = new Y.XmlElement("title");
  title.insert(0, [new Y.XmlText(head.title)]);
  doc.getXmlFragment("body").insert(0, [title, ...blocks.map(elementOf)]);
  return Y.encodeStateAsUpdate(doc);
}

function elementOf(block: DraftBlock): Y.XmlElement {
  const element = new Y.XmlElement(block.kind);
  const set = (name: string, value: unknown): void => element.setAttribute(name, value as string);
  if (block.kind === "source") {
    set("name", block.name);
    set("text", block.text);
    return element;
  }
  if (block.kind === "heading") set("level", block.level);
  const inlines = block.kind === "heading" ? [...block.inlines, ...block.text] : block.inlines;
  // Text beside text is one, as the editor keeps it.
  const content = inlines.reduce<(Y.XmlElement | string)[]>((all, inline) => {
    if (inline.kind === "figure") return [...all, figureOf(inline)];
    const text = inline.kind === "text" ? inline.text : "";
    const last = all.at(-1);
    return typeof last === "string" ? [...all.slice(0, -1), last + text] : [...all, text];
  }, []);
  element.insert(
    0,
    content.map((one) => (typeof one === "string" ? new Y.XmlText(one) : one)),
  );
  return element;
}

function figureOf(figure: DraftInline & { kind: "figure" }): Y.XmlElement {
  const element = new Y.XmlElement("figure");
  const { kind: _kind, ...place } = figure;
  for (const [name, value] of Object.entries(place)) if (value !== undefined) element.setAttribute(name, value as string);
  return element;
}

/** The text of all changes together. */
export function draftDoc(changes: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const change of changes) Y.applyUpdate(doc, change);
  return doc;
}

/** Whether this is a change that an editor can read; one that is not would stop everyone who opens the document. */
export function isChange(bytes: Uint8Array): boolean {
  try {
    Y.decodeUpdate(bytes);
    return true;
  } catch {
    return false;
  }
}

const textOf = (node: unknown): string =>
  node instanceof Y.XmlText
    ? (node.toDelta() as { insert?: unknown }[]).map(({ insert }) => (typeof insert === "string" ? insert : "")).join("")
    : "";
const word = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const day = (value: unknown): string | undefined => /^\d{4}-\d\d-\d\d$/.exec(word(value) ?? "")?.[0];

export function readDraft(doc: Y.Doc, kind: DraftHead["kind"]): Draft {
  const lines = doc.getMap("head");
  const line = (name: (typeof headFields)[number]): string | undefined => word(lines.get(name))?.trim() || undefined;
  const several = (name: "copies" | "attachments"): string[] =>
    (line(name) ?? "")
      .split("\n")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const elements = doc
    .getXmlFragment("body")
    .toArray()
    .filter((node) => node instanceof Y.XmlElement);
  const title = elements.find(({ nodeName }) => nodeName === "title");
  return {
    head: {
      kind,
      title: (title?.toArray() ?? []).map(textOf).join("").trim(),
      organ: line("organ"),
      number: line("number"),
      signatory: line("signatory"),
      secrecy: line("secrecy"),
      urgency: line("urgency"),
      to: line("to"),
      copies: several("copies"),
      attachments: several("attachments"),
      date: day(lines.get("date")) ?? "",
    },
    blocks: elements.flatMap(blockOf),
  };
}

function blockOf(element: Y.XmlElement): DraftBlock[] {
  const { nodeName } = element;
  const attributes = element.getAttributes() as Record<string, unknown>;
  if (nodeName === "source") {
    const name = sourceNames.find((one) => one === attributes["name"]);
    const text = word(attributes["text"]);
    return name && text ? [{ kind: "source", name, text, line: 0 }] : [];
  }
  const inlines = element.toArray().flatMap(inlineOf);
  if (nodeName === "paragraph") return inlines.length === 0 ? [] : [{ kind: "paragraph", inlines }];
  const level = ([1, 2, 3, 4] as const).find((one) => one === attributes["level"]);
  if (nodeName !== "heading" || inlines.length === 0) return [];
  return [{ kind: "heading", level: level ?? 1, ...splitHeading(inlines) }];
}

function inlineOf(node: unknown): DraftInline[] {
  if (!(node instanceof Y.XmlElement)) {
    const text = textOf(node);
    return text === "" ? [] : [{ kind: "text", text }];
  }
  const { key, form, unit, from, to } = node.getAttributes() as Record<string, unknown>;
  if (node.nodeName !== "figure" || typeof key !== "string") return [];
  const own = typeof unit === "number" && Number.isSafeInteger(unit) && unit > 0 ? { unit } : {};
  const days = { ...(day(from) ? { from: day(from) } : {}), ...(day(to) ? { to: day(to) } : {}) };
  return [{ kind: "figure", key, form: typeof form === "string" ? form : "", ...own, ...days }];
}

/** What is heading and what follows it in the same paragraph; a figure stands for one character that ends nothing. */
function splitHeading(inlines: readonly DraftInline[]): { inlines: DraftInline[]; text: DraftInline[] } {
  const end = headingEnd(inlines.map((one) => (one.kind === "text" ? one.text : "\uFFFC")).join(""));
  const [head, text]: [DraftInline[], DraftInline[]] = [[], []];
  let at = 0;
  for (const inline of inlines) {
    const shown = inline.kind === "text" ? inline.text : "\uFFFC";
    const here = Math.max(0, Math.min(shown.length, end - at));
    at += shown.length;
    if (inline.kind !== "text") (here > 0 ? head : text).push(inline);
    else {
      if (here > 0) head.push({ kind: "text", text: shown.slice(0, here) });
      if (here < shown.length) text.push({ kind: "text", text: shown.slice(here) });
    }
  }
  return { inlines: head, text };
}
