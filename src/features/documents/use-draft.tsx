/** What a draft's page works with: the shared text, its editor, its figures, and how it stands with the server. */
import { QueryClientProvider } from "@tanstack/react-query";
import type { EditorView } from "prosemirror-view";
import { useEffect, useRef, useState, type RefObject } from "react";
import { createRoot } from "react-dom/client";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Output } from "#web/api/contract.ts";
import { queries } from "#web/api/queries.ts";
import { openSync, takeChange, type Sync, type SyncNews } from "./draft-sync.tsx";
import { openEditor, type EditorNews } from "./editor-view.tsx";
import { openAnswers, type Answers } from "./figure-answers.tsx";
import { SourceBlock } from "./SourceBlock.tsx";

export type Document = Output<"documents.get">;

export interface OpenDraft {
  doc: Y.Doc;
  answers: Answers;
  sync: Sync;
  view: EditorView;
}

interface Given {
  campaign: string;
  document: Document;
  account: number;
  label: string;
  onSlashKey: RefObject<(key: string) => boolean>;
  onPress: () => void;
}

/** Opens a draft in `place` for as long as its page is there. */
export function useDraft(
  place: RefObject<HTMLDivElement | null>,
  { campaign, document, account, label, onSlashKey, onPress }: Given,
) {
  const [open, setOpen] = useState<OpenDraft>();
  const [news, setNews] = useState<SyncNews>();
  const [editing, setEditing] = useState<EditorNews>();
  const [changed, setChanged] = useState(0);
  const first = useRef(document);
  useEffect(() => {
    const { current: start } = first;
    if (!place.current) return;
    const doc = new Y.Doc();
    takeChange(doc, start.change ?? "");
    const answers = openAnswers({ campaign, unit: start.about, from: start.from, to: start.to });
    const awareness = new Awareness(doc);
    const sync = openSync({
      campaign,
      document: start.document,
      account,
      doc,
      seq: start.seq,
      mayEdit: start.may.edit,
      tell: (now) => {
        setNews(now);
        showOthers(awareness, now.people);
      },
    });
    awareness.setLocalStateField("user", { name: "" });
    awareness.on("update", ({ updated }: { updated: number[] }) => {
      const cursor: unknown = updated.includes(doc.clientID) ? awareness.getLocalState()?.["cursor"] : undefined;
      if (updated.includes(doc.clientID)) sync.place(cursor ? JSON.stringify({ client: doc.clientID, cursor }) : undefined);
    });
    const view = openEditor({
      place: place.current,
      doc,
      awareness,
      answers,
      label,
      editable: () => start.may.edit,
      drawSource: (dom, source) => {
        const root = createRoot(dom);
        root.render(
          <QueryClientProvider client={queries}>
            <SourceBlock campaign={campaign} document={start.document} source={source} />
          </QueryClientProvider>,
        );
        // Not while React itself is drawing.
        return () => queueMicrotask(() => root.unmount());
      },
      onSlashKey: (key) => onSlashKey.current(key),
      onPress,
      tell: setEditing,
    });
    let timer: number | undefined;
    const note = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setChanged((n) => n + 1), 300);
    };
    doc.on("update", note);
    const stop = answers.listen(note);
    setOpen({ doc, answers, sync, view });
    return () => {
      window.clearTimeout(timer);
      stop();
      view.destroy();
      awareness.destroy();
      sync.stop();
      answers.stop();
      doc.destroy();
      setOpen(undefined);
    };
  }, [account, campaign, label, onPress, onSlashKey, place]);
  return { open, news, editing, changed };
}

/** Puts the others' cursors where the editor looks for them. */
function showOthers(awareness: Awareness, people: SyncNews["people"]): void {
  const states = awareness.getStates();
  const mine = awareness.clientID;
  const there = new Map<number, Record<string, unknown>>();
  for (const { name, place } of people) {
    try {
      const { client, cursor } = JSON.parse(place ?? "") as { client: number; cursor: object };
      if (client !== mine) there.set(client, { user: { name, color: "" }, cursor });
    } catch {
      // Somebody without a cursor.
    }
  }
  const same = JSON.stringify([...there]) === JSON.stringify([...states].filter(([client]) => client !== mine));
  if (same) return;
  for (const client of states.keys()) if (client !== mine) states.delete(client);
  for (const [client, state] of there) states.set(client, state);
  awareness.emit("change", [{ added: [...there.keys()], updated: [], removed: [] }, "others"]);
}
