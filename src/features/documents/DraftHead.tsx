/** Above a draft: what it is called, how it stands with the server, who else is there, and the step to its final form. */
import { Link } from "@tanstack/react-router";
import { Alert, Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { heldHere } from "#web/offline/device.ts";
import type { SyncNews } from "./draft-sync.tsx";
import type { Document } from "./use-draft.tsx";

interface Given {
  campaign: string;
  document: Document;
  title: string;
  news: SyncNews | undefined;
  /** Undefined until the text is there. */
  finalise: (() => void) | undefined;
  reload: () => void;
}

export function DraftHead({ campaign, document, title, news, finalise, reload }: Given) {
  const { t } = useTranslation();
  const editable = document.may.edit;
  return (
    <>
      <div className="document-head">
        <Link to="/c/$campaign/documents" params={{ campaign }} className="back" aria-label={t("documents.back")}>
          ‹ {t("documents.title")}
        </Link>
        <h1 title={title}>{title}</h1>
        <Saved news={news} editable={editable} />
        <People news={news} />
        {editable && (
          <Button type="primary" disabled={!finalise || news?.final === true} onClick={finalise}>
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
    </>
  );
}

const marks = { saved: "✓", saving: "…", offline: "▲", refused: "■" } as const;

function Saved({ news, editable }: { news: SyncNews | undefined; editable: boolean }) {
  const { t } = useTranslation();
  const held = heldHere.use();
  if (!editable) return <span className="save-state">{t("documents.reading")}</span>;
  const state = news?.state ?? "saved";
  const onlyHere = state === "offline" && held > 0;
  return (
    <output className={`save-state ${state}`}>
      <span aria-hidden>{marks[state]}</span> {t(onlyHere ? "documents.onlyHere" : `documents.${state}`)}
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
