/** The bar above a draft's text: what is shown, how a paragraph looks, inserting, taking back. */
import { Button, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { EditorView } from "prosemirror-view";
import { redo, undo } from "y-prosemirror";
import { useSmall } from "#web/ui/small.ts";
import { looks, type Look } from "./editor-keys.tsx";

/** What fills a phone's screen. */
export type Tab = "edit" | "preview" | "head";
/** What stands beside the text on a desk. */
export type Side = "preview" | "figure" | "head";

interface Given {
  editable: boolean;
  view: EditorView | undefined;
  look: Look;
  tab: Tab;
  setTab: (tab: Tab) => void;
  side: Side;
  setSide: (side: Side) => void;
  /** Whether a figure or source is chosen. */
  chosen: boolean;
  insert: () => void;
}

export function DraftTools({ editable, view, look, tab, setTab, side, setSide, chosen, insert }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const run = (command: (typeof looks)[Look]): void => {
    if (!view) return;
    command(view.state, view.dispatch, view);
    view.focus();
  };
  return (
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
            value={look}
            onChange={(next) => run(looks[next])}
            options={(["title", "paragraph", 1, 2, 3, 4] as const).map((value) => ({
              value,
              label: t(`documents.looks.${typeof value === "number" ? (`h${value}` as const) : value}`),
            }))}
          />
          <Button onClick={insert}>+ {t("documents.insert")}</Button>
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
          value={side}
          onChange={setSide}
          options={[
            { value: "preview", label: t("documents.preview") },
            { value: "figure", label: t("documents.figure"), disabled: !chosen },
            { value: "head", label: t("documents.head") },
          ]}
        />
      )}
    </div>
  );
}
