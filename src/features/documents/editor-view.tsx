/** The editor: a shared text on the screen, its figures as chips with their present value, its tables as they would be printed. */
import { baseKeymap } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import type { Node } from "prosemirror-model";
import { EditorState, NodeSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { yCursorPlugin, ySyncPlugin, yUndoPlugin } from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import type { Doc } from "yjs";
import { schema } from "./draft-schema.tsx";
import { besideChosen, keys, type Look } from "./editor-keys.tsx";
import { chipView, headings, sourceView, type DrawSource } from "./editor-nodes.tsx";
import { slashes, slashIn, type Slash } from "./editor-slash.tsx";
import type { Answers } from "./figure-answers.tsx";

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
  drawSource: DrawSource;
  /** A key while something is to be inserted; true when it was taken. */
  onSlashKey: (key: string) => boolean;
  /** A figure or source was pressed. */
  onPress: () => void;
  tell: (news: EditorNews) => void;
}

function newsOf(state: EditorState): EditorNews {
  const { selection } = state;
  const { parent } = selection.$from;
  const level = Number(parent.attrs["level"]) as 1 | 2 | 3 | 4;
  const look: Look = parent.type === schema.nodes.heading ? level : parent.type === schema.nodes.title ? "title" : "paragraph";
  return {
    look,
    slash: slashIn(state),
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
