/** What a draft may consist of, as the editor knows it; names and attributes are those of `draft-doc.types.ts`. */
import { Schema, type DOMOutputSpec, type Node } from "prosemirror-model";

/** What a figure's place says, from a node or from pasted text. */
const figureAttributes = ["key", "form", "unit", "from", "to"] as const;

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { group: "block", content: "inline*", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    title: {
      group: "block",
      content: "text*",
      marks: "",
      defining: true,
      parseDOM: [{ tag: "h1.title" }],
      toDOM: () => ["h1", { class: "title" }, 0],
    },
    heading: {
      group: "block",
      content: "inline*",
      defining: true,
      attrs: { level: { default: 1, validate: "number" } },
      parseDOM: [1, 2, 3, 4].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      toDOM: ({ attrs }) => [`h${Number(attrs["level"]) + 1}`, { class: `level-${attrs["level"]}` }, 0],
    },
    source: {
      group: "block",
      atom: true,
      draggable: true,
      attrs: { name: { default: "table", validate: "string" }, text: { default: "{}", validate: "string" } },
      parseDOM: [
        {
          tag: "div[data-source]",
          getAttrs: (dom) => ({ name: dom.getAttribute("data-source"), text: dom.getAttribute("data-text") ?? "" }),
        },
      ],
      toDOM: ({ attrs }): DOMOutputSpec => ["div", { "data-source": attrs["name"], "data-text": attrs["text"] }],
    },
    figure: {
      group: "inline",
      inline: true,
      atom: true,
      attrs: {
        key: { default: "" },
        form: { default: "" },
        unit: { default: null },
        from: { default: null },
        to: { default: null },
      },
      parseDOM: [
        {
          tag: "span[data-figure]",
          getAttrs: (dom) => {
            const found = JSON.parse(dom.getAttribute("data-figure") ?? "{}") as Record<string, unknown>;
            return Object.fromEntries(figureAttributes.flatMap((name) => (name in found ? [[name, found[name]]] : [])));
          },
        },
      ],
      toDOM: ({ attrs }): DOMOutputSpec => ["span", { "data-figure": JSON.stringify(attrs) }, `{${attrs["key"]}}`],
    },
    text: { group: "inline" },
  },
});

export type { Node };
