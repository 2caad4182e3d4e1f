/** The editor: a shared text on the screen, its figures as chips with their present value, its tables as they would be printed. */
import { baseKeymap, setBlockType } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import type { Node } from "prosemirror-model";
import { EditorState, NodeSelection, Plugin, PluginKey, TextSelection, type Command } from "prosemirror-state";
import { Decoration, DecorationSet, EditorView, type NodeView } from "prosemirror-view";
import { redo, undo, yCursorPlugin, ySyncPlugin, ySyncPluginKey, yUndoPlugin } from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import type { Doc } from "yjs";
import { headingEnd, headingNumbers, type FigureRef } from "./draft.types.ts";
import { liveText, type Answers } from "./figure-answers.tsx";
import { schema } from "./draft-schema.tsx";

export type Look = "title" | "paragraph" | 1 | 2 | 3 | 4;

/** What stands before the cursor, while something is to be inserted there. */
export interface Slash {
  from: number;
  to: number;
  query: string;
}

export interface EditorNews {
  look: Look;
  slash: Slash | undefined;
  /** The figure or source that is selected, and where. */
  chosen: { pos: number; node: Node } | undefined;
}

interface Given {
  place: HTMLElement;
  doc: Doc;
  awareness: Awareness;
  answers: Answers;
  label: string;
  editable: () => boolean;
  /** Draws a source; called again when its text changes. Returns how to stop. */
  drawSource: (place: HTMLElement, source: { name: string; text: string }) => () => void;
  /** A key while something is to be inserted; true when it was taken. */
  onSlashKey: (key: string) => boolean;
  /** A figure or source was pressed. */
  onPress: () => void;
  tell: (news: EditorNews) => void;
}

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

function chipView(node: Node, answers: Answers): NodeView {
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

function sourceView(node: Node, draw: Given["drawSource"]): NodeView {
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
const headings = new Plugin<DecorationSet>({
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

interface SlashState {
  from: number;
}
const slashKey = new PluginKey<SlashState | null>("slash");
const mark = /^[/／、]?/;

/** Follows what is typed behind a `/` until it is chosen from, given up or walked away from. */
const slashes = (onKey: Given["onSlashKey"]) =>
  new Plugin<SlashState | null>({
    key: slashKey,
    state: {
      init: () => null,
      apply(tr, before, _old, state) {
        if (tr.getMeta(slashKey) === "end") return null;
        const mine = tr.docChanged && !tr.getMeta(ySyncPluginKey);
        const { $from, empty } = state.selection;
        if (!empty) return null;
        const here = $from.parent.textBetween(0, $from.parentOffset, undefined, "\uFFFC");
        if (before) {
          const from = tr.mapping.map(before.from);
          const typed = here.slice(from - $from.start());
          return from < $from.pos && from >= $from.start() && /^[/／]\S{0,20}$/.test(typed) ? { from } : null;
        }
        return mine && /[/／]$/.test(here) && $from.parent.type !== schema.nodes.title ? { from: $from.pos - 1 } : null;
      },
    },
    props: {
      handleKeyDown: (view, event) =>
        slashKey.getState(view.state) !== null && !event.isComposing && !event.metaKey && !event.ctrlKey && onKey(event.key),
    },
  });

/** Keys that a chosen figure or table keeps to itself; any other goes on beside it, so that nothing is typed over. */
const ofChosen = /^(Arrow.*|Backspace|Delete|Escape|Tab|Shift|Control|Alt|Meta|CapsLock|F\d+)$/;

/** Puts the cursor behind a chosen figure, or into a new paragraph below a chosen table. */
function goBeside(view: EditorView): boolean {
  const { selection, tr } = view.state;
  if (!(selection instanceof NodeSelection) || !view.editable) return false;
  const { isInline } = selection.node;
  if (!isInline) tr.insert(selection.to, schema.node("paragraph"));
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, selection.to + (isInline ? 0 : 1))));
  return true;
}

/** A chosen figure opens by Enter; whatever is typed, by key or input method, goes on beside it. */
const besideChosen = (onPress: () => void) =>
  new Plugin({
    props: {
      handleKeyDown(view, { key, metaKey, ctrlKey }) {
        const { selection } = view.state;
        if (!(selection instanceof NodeSelection) || !selection.node.isInline) return false;
        if (key === "Enter") onPress();
        else if (!ofChosen.test(key) && !metaKey && !(ctrlKey && key.length === 1)) goBeside(view);
        return key === "Enter";
      },
      handleDOMEvents: {
        compositionstart: (view) => goBeside(view) && false,
        beforeinput(view, event) {
          if (event.inputType !== "insertText" || !event.data || event.isComposing || !goBeside(view)) return false;
          event.preventDefault();
          view.dispatch(view.state.tr.insertText(event.data).scrollIntoView());
          return true;
        },
      },
    },
  });

export const endSlash = (view: EditorView): void => view.dispatch(view.state.tr.setMeta(slashKey, "end"));

/** Below a title the text goes on; within it, a line break is one. */
const afterTitle: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.parent.type !== schema.nodes.title) return false;
  const after = $from.after();
  const tr = state.tr;
  if ($from.parentOffset < $from.parent.content.size) tr.insertText("\n");
  else if (state.doc.resolve(after).nodeAfter?.isTextblock) tr.setSelection(TextSelection.create(tr.doc, after + 1));
  else tr.insert(after, schema.node("paragraph")).setSelection(TextSelection.create(tr.doc, after + 1));
  dispatch?.(tr.scrollIntoView());
  return true;
};

export const looks: Record<Look, Command> = {
  title: setBlockType(schema.nodes.title),
  paragraph: setBlockType(schema.nodes.paragraph),
  1: setBlockType(schema.nodes.heading, { level: 1 }),
  2: setBlockType(schema.nodes.heading, { level: 2 }),
  3: setBlockType(schema.nodes.heading, { level: 3 }),
  4: setBlockType(schema.nodes.heading, { level: 4 }),
};

export { redo, undo };

const keys = keymap({
  "Mod-z": undo,
  "Mod-y": redo,
  "Mod-Shift-z": redo,
  Enter: afterTitle,
  "Mod-Alt-0": looks.paragraph,
  "Mod-Alt-1": looks[1],
  "Mod-Alt-2": looks[2],
  "Mod-Alt-3": looks[3],
  "Mod-Alt-4": looks[4],
});

function newsOf(state: EditorState): EditorNews {
  const { selection } = state;
  const { parent, pos } = selection.$from;
  const level = Number(parent.attrs["level"]) as 1 | 2 | 3 | 4;
  const look: Look = parent.type === schema.nodes.heading ? level : parent.type === schema.nodes.title ? "title" : "paragraph";
  const slash = slashKey.getState(state);
  const query = slash ? state.doc.textBetween(slash.from, pos).replace(mark, "") : "";
  return {
    look,
    slash: slash ? { from: slash.from, to: pos, query } : undefined,
    chosen: selection instanceof NodeSelection ? { pos: selection.from, node: selection.node } : undefined,
  };
}

export function openEditor({
  place,
  doc,
  awareness,
  answers,
  label,
  editable,
  drawSource,
  onSlashKey,
  onPress,
  tell,
}: Given): EditorView {
  const fragment = doc.getXmlFragment("body");
  const cursor = (user: { name: string }): HTMLElement => {
    const dom = document.createElement("span");
    dom.className = "other-cursor";
    dom.dataset["name"] = user.name;
    return dom;
  };
  return new EditorView(place, {
    state: EditorState.create({
      schema,
      plugins: [
        ySyncPlugin(fragment),
        yCursorPlugin(awareness, { cursorBuilder: cursor, selectionBuilder: () => ({ class: "other-selection" }) }),
        yUndoPlugin(),
        slashes(onSlashKey),
        besideChosen(onPress),
        headings,
        keys,
        keymap(baseKeymap),
      ],
    }),
    editable,
    attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, class: "draft-text" },
    handleClickOn(_view, _pos, node, _at, _event, direct) {
      if (direct && node.isAtom && !node.isText) onPress();
      return false;
    },
    nodeViews: {
      figure: (node) => chipView(node, answers),
      source: (node) => sourceView(node, drawSource),
    },
    // The shared text is put in while the view is still being made.
    dispatchTransaction(this: EditorView, tr) {
      // Cursors of others are drawn a moment later, when the page may be gone.
      if (this.isDestroyed) return;
      this.updateState(this.state.apply(tr));
      tell(newsOf(this.state));
    },
  });
}
