/** A draft: its text, beside it the pages or the figure at the cursor, and the step to its final form. */
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, App, Button, Drawer, Input, Modal, Select, Segmented, Tooltip, type InputRef } from "antd";
import { NodeSelection } from "prosemirror-state";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { useSmall } from "#web/ui/small.ts";
import { readDraft } from "./draft-doc.types.ts";
import { figuresIn, headingNumbers, type DraftBlock, type DraftInline, type FigureRef } from "./draft.types.ts";
import { schema } from "./draft-schema.tsx";
import type { SyncNews } from "./draft-sync.tsx";
import { endSlash, looks, redo, refOf, undo, type Look } from "./editor-view.tsx";
import { liveText, type Answers } from "./figure-answers.tsx";
import { Finalise } from "./Finalise.tsx";
import { FigurePanel } from "./FigurePanel.tsx";
import { HeadForm } from "./HeadForm.tsx";
import { InsertList, useChoices, type Insertion } from "./InsertList.tsx";
import { PagePreview } from "./PagePreview.tsx";
import type { ShownBlock, ShownInline } from "./ShownBlocks.tsx";
import { SourcePanel, sourceReading } from "./SourceBlock.tsx";
import { useDraft } from "./use-draft.tsx";

type Document = Output<"documents.get">;
type Side = "preview" | "figure" | "head";

interface Given {
  campaign: string;
  document: Document;
  definition: Output<"campaigns.get">;
  account: number;
  reload: () => void;
}

export function DraftPage({ campaign, document, definition, account, reload }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const { message } = App.useApp();
  const place = useRef<HTMLDivElement>(null);
  const [side, setSide] = useState<Side>("preview");
  const [panel, setPanel] = useState(false);
  const onPress = useCallback(() => {
    setSide("figure");
    setPanel(true);
  }, []);
  const finder = useRef<InputRef>(null);
  const onSlashKey = useRef<(key: string) => boolean>(() => false);
  const { open, news, editing, changed } = useDraft(place, {
    campaign,
    document,
    account,
    label: t("documents.text"),
    onSlashKey,
    onPress,
  });
  const [tab, setTab] = useState<"edit" | "preview" | "head">("edit");
  const [inserting, setInserting] = useState(false);
  const [finding, setFinding] = useState("");
  const [active, setActive] = useState(0);
  const [finalising, setFinalising] = useState(false);
  const editable = document.may.edit;
  const scope = { campaign, unit: document.about, from: document.from, to: document.to };

  const draft = useMemo(
    () => (open ? readDraft(open.doc, document.kind === "通知" ? "通知" : "报告") : undefined),
    // The text is changed in place.
    // oxlint-disable-next-line react/exhaustive-deps
    [open, changed, document.kind],
  );
  const sources = (draft?.blocks ?? []).filter((block) => block.kind === "source");
  const listed = useQueries({ queries: sources.map((source) => sourceReading(campaign, document.document, source)) });
  const blocks = useMemo(
    () => (draft && open ? shownBlocks(draft.blocks, open.answers, (n) => listed[n]?.data?.blocks) : []),
    // oxlint-disable-next-line react/exhaustive-deps
    [draft, open, changed, listed.map(({ dataUpdatedAt }) => dataUpdatedAt).join()],
  );

  const slash = editing?.slash;
  const query = slash?.query ?? finding;
  const { choices } = useChoices(scope, definition, query, inserting || slash !== undefined);
  const view = open?.view;

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
    setInserting(false);
    setFinding("");
    setActive(0);
    view.focus();
  };
  onSlashKey.current = (key) => {
    const move = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (move !== 0 && choices.length > 0) setActive((choices.length + active + move) % choices.length);
    else if (key === "Escape" && view) endSlash(view);
    else if (key === "Enter" && choices[active]) insert(choices[active].insertion);
    else return false;
    return true;
  };

  const chosen = editing?.chosen;
  const setNode = (attributes: object): void => {
    if (!view || !chosen) return;
    const tr = view.state.tr.setNodeMarkup(chosen.pos, null, { ...chosen.node.attrs, ...attributes });
    view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, chosen.pos)));
  };
  const replace = (text: string): void => {
    if (!view || !chosen) return;
    const end = chosen.pos + chosen.node.nodeSize;
    view.dispatch(
      text === "" ? view.state.tr.delete(chosen.pos, end) : view.state.tr.replaceWith(chosen.pos, end, schema.text(text)),
    );
  };
  const change = ({ key, form, unit, from, to }: FigureRef): void =>
    setNode({ key, form, unit: unit ?? null, from: from ?? null, to: to ?? null });
  const chosenPanel =
    chosen &&
    open &&
    (chosen.node.type === schema.nodes.figure ? (
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
    ) : null);

  const corner = slash && view ? view.coordsAtPos(slash.from) : undefined;
  const run = (command: (typeof looks)[Look]): void => {
    if (!view) return;
    command(view.state, view.dispatch, view);
    view.focus();
  };
  const aside = side === "figure" && chosenPanel ? "figure" : side === "head" ? "head" : "preview";
  const title = draft?.head.title.replaceAll("\n", "") || document.title || t("documents.blank");

  return (
    <div className="document-page">
      <div className="document-head">
        <Link to="/c/$campaign/documents" params={{ campaign }} className="back" aria-label={t("documents.back")}>
          ‹ {t("documents.title")}
        </Link>
        <h1 title={title}>{title}</h1>
        <Saved news={news} editable={editable} />
        <People news={news} />
        {editable && (
          <Button type="primary" disabled={!open || news?.final === true} onClick={() => setFinalising(true)}>
            {t("documents.finalise")}
          </Button>
        )}
      </div>
      <p className="quiet document-about">
        {document.aboutName} <span className="number">{`${document.from}—${document.to}`}</span>
        {document.reason && <> · {t("documents.from", { reason: document.reason })}</>}
        {!editable && document.may.why && <> · {document.may.why}</>}
      </p>
      {news?.state === "refused" && <Alert type="error" showIcon title={t("documents.refused")} description={news.problem} />}
      {news?.final && (
        <Alert type="info" showIcon title={t("documents.final")} action={<Button onClick={reload}>{t("retry")}</Button>} />
      )}
      <div className="document-tools" role="toolbar" aria-label={t("documents.edit")}>
        {small && (
          <Segmented
            block
            value={tab}
            onChange={setTab}
            options={[
              { value: "edit", label: t("documents.edit") },
              { value: "preview", label: t("documents.preview") },
              { value: "head", label: t("documents.head") },
            ]}
          />
        )}
        {editable && tab === "edit" && (
          <>
            <Select<Look>
              aria-label={t("documents.look")}
              className="look"
              value={editing?.look ?? "paragraph"}
              onChange={(look) => run(looks[look])}
              options={(["title", "paragraph", 1, 2, 3, 4] as const).map((value) => ({
                value,
                label: t(`documents.looks.${typeof value === "number" ? (`h${value}` as const) : value}`),
              }))}
            />
            <Button onClick={() => setInserting(true)}>+ {t("documents.insert")}</Button>
            <Button aria-label={t("documents.undo")} title={`${t("documents.undo")} Ctrl+Z`} onClick={() => run(undo)}>
              ↶
            </Button>
            <Button aria-label={t("documents.redo")} title={`${t("documents.redo")} Ctrl+Y`} onClick={() => run(redo)}>
              ↷
            </Button>
          </>
        )}
        {!small && (
          <Segmented
            className="sides"
            value={aside}
            onChange={setSide}
            options={[
              { value: "preview", label: t("documents.preview") },
              { value: "figure", label: t("documents.figure"), disabled: !chosenPanel },
              { value: "head", label: t("documents.head") },
            ]}
          />
        )}
      </div>
      <div className="document-body">
        <div className="draft-paper" hidden={small && tab !== "edit"}>
          <div ref={place} className="draft-place" />
        </div>
        {!small && (
          <aside className="document-side" aria-label={t(`documents.${aside}`)}>
            {aside === "preview" && draft && <PagePreview head={draft.head} blocks={blocks} />}
            {aside === "figure" && chosenPanel}
            {aside === "head" && open && <HeadForm doc={open.doc} editable={editable} />}
          </aside>
        )}
        {small && tab === "preview" && draft && <PagePreview head={draft.head} blocks={blocks} />}
        {small && tab === "head" && open && <HeadForm doc={open.doc} editable={editable} />}
      </div>
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
      {small && (
        <Drawer
          open={panel && Boolean(chosenPanel)}
          placement="bottom"
          size="85%"
          onClose={() => setPanel(false)}
          title={t("documents.figure")}
        >
          {chosenPanel}
        </Drawer>
      )}
      <Modal
        open={inserting}
        footer={null}
        title={t("documents.insertHelp")}
        onCancel={() => setInserting(false)}
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
          onKeyDown={({ key }) => void onSlashKey.current(key)}
        />
        <InsertList choices={choices} active={active} query={query} choose={insert} />
      </Modal>
      {finalising && open && draft && (
        <Finalise
          campaign={campaign}
          document={document.document}
          figures={figuresIn(draft.blocks)}
          answers={open.answers}
          sync={open.sync}
          offline={news?.state === "offline" || news?.state === "refused"}
          close={() => setFinalising(false)}
          done={(code) => {
            setFinalising(false);
            void message.success(t("documents.finalDone", { code }));
            reload();
          }}
        />
      )}
    </div>
  );
}

/** A draft's blocks with what its figures come to now, as they would be printed. */
function shownBlocks(
  blocks: readonly DraftBlock[],
  answers: Answers,
  sourceBlocks: (n: number) => readonly ShownBlock[] | undefined,
): ShownBlock[] {
  const number = headingNumbers();
  let n = 0;
  const say = (inlines: readonly DraftInline[]): ShownInline[] =>
    inlines.map((one) =>
      one.kind === "figure"
        ? { kind: "figure", text: liveText(answers.find(one), one.form) }
        : { kind: "text", text: one.kind === "text" ? one.text : "" },
    );
  return blocks.flatMap((block): readonly ShownBlock[] => {
    if (block.kind === "paragraph") return [{ kind: "paragraph", inlines: say(block.inlines) }];
    if (block.kind === "source") return sourceBlocks(n++) ?? [{ kind: "paragraph", inlines: [{ kind: "text", text: "……" }] }];
    const words = block.inlines.map((one) => (one.kind === "text" ? one.text : "")).join("");
    const prefix = { kind: "text", text: number(block.level, words) };
    return [{ kind: "heading", level: block.level, inlines: [prefix, ...say(block.inlines)], text: say(block.text) }];
  });
}

const marks = { saved: "✓", saving: "…", offline: "▲", refused: "■" } as const;

function Saved({ news, editable }: { news: SyncNews | undefined; editable: boolean }) {
  const { t } = useTranslation();
  if (!editable) return <span className="save-state">{t("documents.reading")}</span>;
  const state = news?.state ?? "saved";
  return (
    <output className={`save-state ${state}`}>
      <span aria-hidden>{marks[state]}</span> {t(`documents.${state}`)}
    </output>
  );
}

function People({ news }: { news: SyncNews | undefined }) {
  const { t } = useTranslation();
  if (!news || news.people.length === 0) return null;
  const names = news.people.map(({ name }) => name).join("、");
  return (
    <Tooltip title={t("documents.also", { names })}>
      <ul className="people" aria-label={t("documents.also", { names })}>
        {news.people.slice(0, 4).map(({ account, name }) => (
          <li key={account} className="person">
            {name.slice(0, 1)}
          </li>
        ))}
      </ul>
    </Tooltip>
  );
}
