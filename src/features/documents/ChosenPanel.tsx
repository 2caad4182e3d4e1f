/** What is known of the figure or source that is chosen in the text, and how to change it there. */
import type { Node } from "prosemirror-model";
import { NodeSelection } from "prosemirror-state";
import type { ComponentProps } from "react";
import type { FigureRef } from "./draft.types.ts";
import { schema } from "./draft-schema.tsx";
import { refOf } from "./editor-nodes.tsx";
import { FigurePanel } from "./FigurePanel.tsx";
import { SourcePanel } from "./SourceBlock.tsx";
import type { OpenDraft } from "./use-draft.tsx";

interface Given extends Pick<ComponentProps<typeof FigurePanel>, "scope" | "definition" | "editable"> {
  open: OpenDraft;
  chosen: { pos: number; node: Node };
}

export const isPanelled = ({ type }: Node): boolean => type === schema.nodes.figure || type === schema.nodes.source;

export function ChosenPanel({ open, chosen, scope, definition, editable }: Given) {
  const { view } = open;
  const setNode = (attributes: object): void => {
    const tr = view.state.tr.setNodeMarkup(chosen.pos, null, { ...chosen.node.attrs, ...attributes });
    view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, chosen.pos)));
  };
  const replace = (text: string): void => {
    const end = chosen.pos + chosen.node.nodeSize;
    view.dispatch(
      text === "" ? view.state.tr.delete(chosen.pos, end) : view.state.tr.replaceWith(chosen.pos, end, schema.text(text)),
    );
  };
  const change = ({ key, form, unit, from, to }: FigureRef): void =>
    setNode({ key, form, unit: unit ?? null, from: from ?? null, to: to ?? null });
  return chosen.node.type === schema.nodes.figure ? (
    <FigurePanel
      scope={scope}
      definition={definition}
      figure={refOf(chosen.node)}
      answer={open.answers.find(refOf(chosen.node))}
      editable={editable}
      change={change}
      toText={replace}
      remove={() => replace("")}
    />
  ) : chosen.node.type === schema.nodes.source ? (
    <SourcePanel
      key={`${chosen.pos} ${String(chosen.node.attrs["text"])}`}
      definition={definition}
      source={{ name: String(chosen.node.attrs["name"]), text: String(chosen.node.attrs["text"]) }}
      editable={editable}
      change={(text) => setNode({ text })}
      remove={() => replace("")}
    />
  ) : null;
}
