/** A `/` in the text: what is typed behind it looks for something to insert. */
import { Plugin, PluginKey, type EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { ySyncPluginKey } from "y-prosemirror";
import { schema } from "./draft-schema.tsx";

/** What stands before the cursor, while something is to be inserted there. */
export interface Slash {
  from: number;
  to: number;
  query: string;
}

interface SlashState {
  from: number;
}
const slashKey = new PluginKey<SlashState | null>("slash");
const mark = /^[/／、]?/;

/** Follows what is typed behind a `/` until it is chosen from, given up or walked away from. */
export const slashes = (onKey: (key: string) => boolean) =>
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

export function slashIn(state: EditorState): Slash | undefined {
  const slash = slashKey.getState(state);
  const to = state.selection.$from.pos;
  return slash ? { from: slash.from, to, query: state.doc.textBetween(slash.from, to).replace(mark, "") } : undefined;
}

export const endSlash = (view: EditorView): void => view.dispatch(view.state.tr.setMeta(slashKey, "end"));
