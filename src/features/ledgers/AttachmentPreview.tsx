/** A file looked at in the page: photos, PDF, Word, workbooks and texts; the arrow keys go to the next one. */
import { Button, Modal, Space } from "antd";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { linkTo } from "#web/api/client.ts";
import type { Attached } from "./Attachments.tsx";
import { viewOf } from "./attachments.types.ts";
import "./attachments.css";
import { byKeyboard, type At } from "./preview-content.tsx";
import { PreviewSheets } from "./PreviewSheets.tsx";
import { PreviewText } from "./PreviewText.tsx";
import { PreviewWord } from "./PreviewWord.tsx";

interface Given {
  campaign: string;
  entry: string;
  files: readonly Attached[];
  /** Id of the one that is shown. */
  shown: string;
  show: (id: string) => void;
  close: () => void;
}

export function AttachmentPreview({ campaign, entry, files, shown, show, close }: Given) {
  const { t } = useTranslation();
  const index = files.findIndex(({ id }) => id === shown);
  const file = files[index];
  useEffect(() => {
    const turn = (event: KeyboardEvent): void => {
      // Tabs of a workbook have them for themselves.
      if ((event.target as HTMLElement).closest("[role=tablist]")) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const next = step === undefined ? undefined : files[index + step];
      if (next) show(next.id);
    };
    document.addEventListener("keydown", turn);
    return () => document.removeEventListener("keydown", turn);
  }, [files, index, show]);
  if (!file) return undefined;
  const at = { campaign, entry, attachment: file.id };
  const go = (step: number, label: string) => (
    <Button disabled={!files[index + step]} onClick={() => show(files[index + step]?.id ?? file.id)}>
      {label}
    </Button>
  );
  return (
    <Modal
      open
      onCancel={close}
      footer={null}
      width="min(1200px, 100vw)"
      style={{ top: 16, paddingBottom: 0 }}
      title={
        <div className="preview-head">
          <strong>{file.name}</strong>
          <Space>
            {files.length > 1 && (
              <>
                {go(-1, t("attachments.previous"))}
                <span className="number quiet">
                  {index + 1} / {files.length}
                </span>
                {go(1, t("attachments.next"))}
              </>
            )}
            <Button href={linkTo("attachments.get", at)} download>
              {t("attachments.download")}
            </Button>
          </Space>
        </div>
      }
    >
      <Shown key={file.id} at={at} file={file} />
    </Modal>
  );
}

/** The viewer within takes the keyboard when it has loaded; the arrow keys and Escape are the dialog's. */
const keepKeys = ({ currentTarget }: SyntheticEvent<HTMLElement>): void =>
  currentTarget.closest<HTMLElement>("[role=dialog]")?.querySelector("button")?.focus();

function Shown({ at, file }: { at: At; file: Attached }) {
  const { t } = useTranslation();
  const address = linkTo("attachments.get", { ...at, inline: true });
  switch (viewOf(file.type)) {
    case "image":
      return <Photo address={address} name={file.name} />;
    case "pdf":
      return navigator.pdfViewerEnabled ? (
        <div className="preview-body">
          {/* Browsers show no PDF in a sandbox; the answer itself says that nothing in it may run. */}
          {/* oxlint-disable-next-line react/iframe-missing-sandbox */}
          <iframe src={address} title={file.name} onLoad={keepKeys} />
        </div>
      ) : (
        <p className="quiet">{t("attachments.noPdf")}</p>
      );
    case "document":
      return <PreviewWord at={at} />;
    case "sheets":
      return <PreviewSheets at={at} />;
    case "text":
      return <PreviewText at={at} />;
    case undefined:
      return <p className="quiet">{t("attachments.cannotShow")}</p>;
  }
}

function Photo({ address, name }: { address: string; name: string }) {
  const { t } = useTranslation();
  const picture = useRef<HTMLImageElement>(null);
  /** In pixels of the screen; undefined fits the window. */
  const [width, setWidth] = useState<number>();
  const zoom = (by: number): void => {
    const image = picture.current;
    if (image) setWidth(Math.max(60, Math.min(8000, image.clientWidth * by)));
  };
  return (
    <>
      <Space style={{ marginBottom: 8 }}>
        <Button onClick={() => zoom(1.5)}>{t("attachments.bigger")}</Button>
        <Button onClick={() => zoom(1 / 1.5)}>{t("attachments.smaller")}</Button>
        <Button disabled={width === undefined} onClick={() => setWidth(undefined)}>
          {t("attachments.fit")}
        </Button>
      </Space>
      <section className="preview-body" ref={byKeyboard} aria-label={name}>
        <img ref={picture} src={address} alt={name} className={width === undefined ? "fitting" : ""} style={{ width }} />
      </section>
    </>
  );
}
