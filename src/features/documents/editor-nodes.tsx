/** How the editor draws what is not plain text: figures with their present value, tables as printed, numbers of headings. */
import type { Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet, type NodeView } from "prosemirror-view";
import { headingEnd, headingNumbers, type FigureRef } from "./draft.types.ts";
import { liveText, type Answers } from "./figure-answers.tsx";
import { schema } from "./draft-schema.tsx";

/** Draws a source; called again when its text changes. Returns how to stop. */
export type DrawSource = (place: HTMLElement, source: { name: string; text: string }) => () => void;

export const refOf = (node: Node): FigureRef => {
  const { key, form, unit, from, to } = node.attrs as {
    key: string;
    form: string;
    unit: number | null;
    from: string | null;
    to: string | null;
  };
  return { key, form, ...(unit ? { unit } : {}), ...(from ? { from } : {}), ...(to ? { to } : {}) };
};

export function chipView(node: Node, answers: Answers): NodeView {
  const dom = document.createElement("span");
  dom.className = "chip";
  let shown = node;
  const draw = (): void => {
    const answer = answers.find(refOf(shown));
    dom.textContent = liveText(answer, String(shown.attrs["form"]));
    dom.dataset["state"] = answer === undefined ? "waiting" : typeof answer === "string" ? answer : "live";
    if (typeof answer === "object") dom.title = answer.name;
  };
  draw();
  const stop = answers.listen(draw);
  return {
    dom,
    update(next) {
      if (next.type !== shown.type) return false;
      shown = next;
      draw();
      return true;
    },
    ignoreMutation: () => true,
    destroy: stop,
  };
}

export function sourceView(node: Node, draw: DrawSource): NodeView {
  const dom = document.createElement("div");
  dom.className = "source";
  let shown = node;
  const sourceOf = (one: Node) => ({ name: String(one.attrs["name"]), text: String(one.attrs["text"]) });
  let stop = draw(dom, sourceOf(node));
  return {
    dom,
    update(next) {
      if (next.type !== shown.type) return false;
      if (next.attrs["text"] !== shown.attrs["text"] || next.attrs["name"] !== shown.attrs["name"]) {
        stop();
        stop = draw(dom, sourceOf(next));
      }
      shown = next;
      return true;
    },
    ignoreMutation: () => true,
    stopEvent: () => false,
    destroy: () => stop(),
  };
}

/** The numbers that headings will have, and where a heading ends in its paragraph: shown, and not part of the text. */
export const headings = new Plugin<DecorationSet>({
  state: {
    init: (_, state) => numbered(state.doc),
    apply: (tr, before) => (tr.docChanged ? numbered(tr.doc) : before),
  },
  props: {
    decorations(state) {
      return this.getState(state);
    },
  },
});

function numbered(doc: Node): DecorationSet {
  const number = headingNumbers();
  const found: Decoration[] = [];
  doc.forEach((node, at) => {
    if (node.type !== schema.nodes.heading) return;
    const words = node.textBetween(0, node.content.size, undefined, "\uFFFC");
    found.push(Decoration.node(at, at + node.nodeSize, { "data-number": number(Number(node.attrs["level"]), words) }));
    const end = headingEnd(words);
    if (end < words.length) found.push(Decoration.inline(at + 1 + end, at + node.nodeSize - 1, { class: "run-in" }));
  });
  return DecorationSet.create(doc, found);
}
