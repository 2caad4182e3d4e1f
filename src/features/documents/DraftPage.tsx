/** A draft: its text, beside it the pages or the figure at the cursor, and the step to its final form. */
import { App, Drawer } from "antd";
import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "#web/api/definition.ts";
import { useSmall } from "#web/ui/small.ts";
import { ChosenPanel, isPanelled } from "./ChosenPanel.tsx";
import { figuresIn } from "./draft.types.ts";
import { DraftHead } from "./DraftHead.tsx";
import { DraftTools, type Side, type Tab } from "./DraftTools.tsx";
import { Finalise } from "./Finalise.tsx";
import { HeadForm } from "./HeadForm.tsx";
import { Inserting } from "./Inserting.tsx";
import { PagePreview } from "./PagePreview.tsx";
import { useShownDraft } from "./shown-draft.tsx";
import { useDraft, type Document } from "./use-draft.tsx";

interface Given {
  campaign: string;
  document: Document;
  definition: Definition;
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
  const onSlashKey = useRef<(key: string) => boolean>(() => false);
  const { open, news, editing, changed } = useDraft(place, {
    campaign,
    document,
    account,
    label: t("documents.text"),
    onSlashKey,
    onPress,
  });
  const [tab, setTab] = useState<Tab>("edit");
  const [inserting, setInserting] = useState(false);
  const [finalising, setFinalising] = useState(false);
  const editable = document.may.edit;
  const scope = { campaign, unit: document.about, from: document.from, to: document.to };
  const { draft, blocks } = useShownDraft(campaign, document, open, changed);

  const chosen = editing?.chosen && isPanelled(editing.chosen.node) ? editing.chosen : undefined;
  const chosenPanel = open && chosen && (
    <ChosenPanel open={open} chosen={chosen} scope={scope} definition={definition} editable={editable} />
  );
  const aside = side === "figure" && !chosenPanel ? "preview" : side;
  const title = draft?.head.title.replaceAll("\n", "") || document.title || t("documents.blank");

  return (
    <div className="document-page">
      <DraftHead
        campaign={campaign}
        document={document}
        title={title}
        news={news}
        finalise={open && (() => setFinalising(true))}
        reload={reload}
      />
      <DraftTools
        editable={editable}
        view={open?.view}
        look={editing?.look ?? "paragraph"}
        tab={tab}
        setTab={setTab}
        side={aside}
        setSide={setSide}
        chosen={Boolean(chosenPanel)}
        insert={() => setInserting(true)}
      />
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
      <Inserting
        scope={scope}
        definition={definition}
        view={open?.view}
        slash={editing?.slash}
        listen={(onKey) => void (onSlashKey.current = onKey)}
        wanted={inserting}
        setWanted={setInserting}
      />
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
