/** Putting a figure or a ledger's list into the text: behind a `/`, or from a list that a button opens. */
import { Input, Modal, type InputRef } from "antd";
import type { EditorView } from "prosemirror-view";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSmall } from "#web/ui/small.ts";
import { schema } from "./draft-schema.tsx";
import { endSlash, type Slash } from "./editor-slash.tsx";
import { InsertList, useChoices, type Insertion } from "./InsertList.tsx";

interface Given {
  scope: Parameters<typeof useChoices>[0];
  definition: Parameters<typeof useChoices>[1];
  view: EditorView | undefined;
  slash: Slash | undefined;
  /** Told how the editor can ask whether a key is taken here. */
  listen: (onKey: (key: string) => boolean) => void;
  /** Whether the list was asked for by a button. */
  wanted: boolean;
  setWanted: (wanted: boolean) => void;
}

export function Inserting({ scope, definition, view, slash, listen, wanted, setWanted }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const finder = useRef<InputRef>(null);
  const [finding, setFinding] = useState("");
  const [active, setActive] = useState(0);
  const query = slash?.query ?? finding;
  const { choices } = useChoices(scope, definition, query, wanted || slash !== undefined);

  const insert = (insertion: Insertion): void => {
    if (!view) return;
    const node =
      insertion.kind === "figure"
        ? schema.node("figure", { key: insertion.key, form: "" })
        : schema.node("source", { name: insertion.kind, text: insertion.text });
    const tr = view.state.tr;
    if (slash) tr.delete(slash.from, slash.to);
    if (node.isInline && view.state.selection.$from.parent.inlineContent) tr.replaceSelectionWith(node, false);
    else if (node.isInline) tr.insert(tr.doc.content.size, schema.node("paragraph", null, node));
    else {
      const { $from } = tr.selection;
      const within = $from.depth > 0;
      // A table takes the place of an empty paragraph, or stands below the one that the cursor is in.
      if (within && $from.parent.content.size === 0 && $from.parent.type === schema.nodes.paragraph)
        tr.replaceWith($from.before(), $from.after(), node);
      else tr.insert(within ? $from.after() : $from.pos, node);
    }
    view.dispatch(tr.scrollIntoView());
    setWanted(false);
    setFinding("");
    setActive(0);
    view.focus();
  };
  const onKey = (key: string): boolean => {
    const move = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (move !== 0 && choices.length > 0) setActive((choices.length + active + move) % choices.length);
    else if (key === "Escape" && view) endSlash(view);
    else if (key === "Enter" && choices[active]) insert(choices[active].insertion);
    else return false;
    return true;
  };
  useEffect(() => listen(onKey));
  const corner = slash && view ? view.coordsAtPos(slash.from) : undefined;
  return (
    <>
      {corner && !small && (
        <div
          className="slash-menu"
          style={{
            left: Math.min(corner.left, window.innerWidth - 380),
            ...(corner.bottom + 330 > window.innerHeight
              ? { bottom: window.innerHeight - corner.top + 6 }
              : { top: corner.bottom + 6 }),
          }}
        >
          <InsertList choices={choices} active={active} query={query} choose={insert} />
        </div>
      )}
      <Modal
        open={wanted}
        footer={null}
        title={t("documents.insertHelp")}
        onCancel={() => setWanted(false)}
        afterOpenChange={(shown) => shown && finder.current?.focus()}
        destroyOnHidden
      >
        <Input
          ref={finder}
          allowClear
          placeholder={t("documents.insertFind")}
          aria-label={t("documents.insertFind")}
          value={finding}
          onChange={(event) => (setFinding(event.target.value), setActive(0))}
          onKeyDown={({ key }) => void onKey(key)}
        />
        <InsertList choices={choices} active={active} query={query} choose={insert} />
      </Modal>
    </>
  );
}
