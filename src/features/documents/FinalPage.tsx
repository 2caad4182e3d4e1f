/** A document as it was given out: its pages, its files, and which of its figures the records no longer bear out. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Input, Modal, Segmented, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import type { Definition } from "#web/api/definition.ts";
import { queries, reading } from "#web/api/queries.ts";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { DocumentState } from "./DocumentsPage.tsx";
import { differs, DriftList, DriftSummary } from "./DriftList.tsx";
import { download, fileAddress } from "./Finalise.tsx";
import { PagePreview } from "./PagePreview.tsx";

type Document = Output<"documents.get">;

interface Given {
  campaign: string;
  document: Document;
  final: NonNullable<Document["final"]>;
  definition: Definition;
}

export function FinalPage({ campaign, document, final, definition }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const [tab, setTab] = useState<"preview" | "drift">("preview");
  const [chosen, setChosen] = useState<number>();
  const [again, setAgain] = useState(false);
  const check = useQuery({
    ...reading("reports.check", { campaign, code: document.code ?? "" }),
    enabled: document.code !== null,
  });
  const drifted = new Set(check.data?.figures.filter(differs).map(({ position }) => position));
  const { body, ...head } = final;
  const open = (position: number): void => {
    setChosen(position);
    setTab("drift");
  };
  const pages = (
    <PagePreview
      head={head}
      blocks={body}
      figure={(inline, n) => (
        <button type="button" className={drifted.has(n + 1) ? "frozen drifted" : "frozen"} onClick={() => open(n + 1)}>
          {inline.text}
        </button>
      )}
    />
  );
  const drift = (
    <section className="drift" aria-label={t("documents.drift")}>
      <h2>{t("documents.drift")}</h2>
      {check.error && <Wrong error={check.error} retry={check.refetch} />}
      {check.isPending && <Skeleton active />}
      {check.data && (
        <>
          <DriftSummary figures={check.data.figures} />
          <DriftList figures={check.data.figures} chosen={chosen} />
        </>
      )}
    </section>
  );
  return (
    <div className="document-page">
      <div className="document-head">
        <Link to="/c/$campaign/documents" params={{ campaign }} className="back" aria-label={t("documents.back")}>
          ‹ {t("documents.title")}
        </Link>
        <h1 title={document.title}>{document.title}</h1>
        <DocumentState state="final" />
      </div>
      <p className="quiet document-about">
        {document.aboutName} <span className="number">{`${document.from}—${document.to}`}</span> · {t("documents.code")}{" "}
        <Typography.Text copyable={{ text: document.code ?? "" }} className="number">
          {document.code}
        </Typography.Text>
      </p>
      <div className="document-tools">
        <Button type="primary" onClick={() => download(fileAddress(campaign, document.document, "report"))}>
          {t("documents.download")}
        </Button>
        <Button onClick={() => download(fileAddress(campaign, document.document, "annex"))}>{t("documents.annex")}</Button>
        {document.unit === definition.unit && <Button onClick={() => setAgain(true)}>{t("documents.again")}</Button>}
        {small && (
          <Segmented
            block
            value={tab}
            onChange={setTab}
            options={[
              { value: "preview", label: t("documents.preview") },
              { value: "drift", label: `${t("documents.status")}${drifted.size > 0 ? ` ▲${drifted.size}` : ""}` },
            ]}
          />
        )}
      </div>
      {small ? (
        tab === "preview" ? (
          pages
        ) : (
          drift
        )
      ) : (
        <div className="document-body final">
          {pages}
          {drift}
        </div>
      )}
      {again && <Again campaign={campaign} document={document.document} close={() => setAgain(false)} />}
    </div>
  );
}

function Again({ campaign, document, close }: { campaign: string; document: string; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const copy = useMutation({
    mutationFn: () => ask("documents.copy", { campaign, document, reason: reason.trim() }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["documents.list"] });
      void navigate({ to: "/c/$campaign/documents/$document", params: { campaign, document: made.document } });
    },
  });
  return (
    <Modal
      open
      title={t("documents.again")}
      onCancel={close}
      cancelText={t("cancel")}
      okText={t("documents.again")}
      okButtonProps={{ disabled: reason.trim() === "", loading: copy.isPending }}
      onOk={() => copy.mutate()}
    >
      <p className="quiet">{t("documents.againHelp")}</p>
      <Input.TextArea
        rows={3}
        maxLength={500}
        aria-label={t("documents.againWhy")}
        placeholder={t("documents.againWhy")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {copy.error && <Wrong error={copy.error} />}
    </Modal>
  );
}
