/** What keys do in the editor: the looks of a paragraph, the line below a title, typing beside a chosen figure. */
import { setBlockType } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { NodeSelection, Plugin, TextSelection, type Command } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { redo, undo } from "y-prosemirror";
import { schema } from "./draft-schema.tsx";

export type Look = "title" | "paragraph" | 1 | 2 | 3 | 4;

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
export const besideChosen = (onPress: () => void) =>
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

export const keys = keymap({
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
