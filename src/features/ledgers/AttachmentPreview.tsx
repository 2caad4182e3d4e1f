/** A file looked at in the page: photos, PDF, Word, workbooks and texts; the arrow keys go to the next one. */
import { useQuery } from "@tanstack/react-query";
import { Button, Modal, Skeleton, Space, Tabs } from "antd";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { linkTo } from "#web/api/client.ts";
import { reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Attached } from "./Attachments.tsx";
import { viewOf } from "./attachments.types.ts";
import "./attachments.css";

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

/** What scrolls can be reached by keyboard. */
const byKeyboard = (place: HTMLElement | null): void => {
  if (place) place.tabIndex = 0;
};

interface At {
  campaign: string;
  entry: string;
  attachment: string;
}

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
      return <WordFile at={at} />;
    case "sheets":
      return <Sheets at={at} />;
    case "text":
      return <Text at={at} />;
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

const loadContent = async (at: At): Promise<Blob> => {
  const answer = await fetch(linkTo("attachments.get", at));
  if (!answer.ok) throw new Error(((await answer.json()) as { detail: string }).detail);
  return answer.blob();
};
const contentOf = (at: At) => ({ queryKey: ["attachments.get", at], queryFn: () => loadContent(at), staleTime: Infinity });

function WordFile({ at }: { at: At }) {
  const content = useQuery(contentOf(at));
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    const target = place.current;
    if (!content.data || !target) return;
    void import("docx-preview")
      .then(({ renderAsync }) =>
        renderAsync(content.data, target, undefined, {
          ignoreFonts: true,
          // Pieces of other formats inside would be shown as pages of their own.
          renderAltChunks: false,
          renderChanges: false,
        }),
      )
      .then(() => {
        // A page is as wide as paper; on a phone it is shown smaller.
        const room = target.clientWidth;
        const paper = (target.querySelector<HTMLElement>("section.docx")?.offsetWidth ?? 0) + 60;
        if (paper > room) target.style.zoom = String(room / paper);
        for (const link of target.querySelectorAll("a")) {
          if (!/^(https?:|mailto:|#)/i.test(link.getAttribute("href") ?? "")) link.removeAttribute("href");
          link.rel = "noopener noreferrer";
          if (!link.getAttribute("href")?.startsWith("#")) link.target = "_blank";
        }
      })
      .catch(setFailed);
  }, [content.data]);
  const { t } = useTranslation();
  if (failed) return <p className="quiet">{t("attachments.cannotShow")}</p>;
  return (
    <>
      {content.error && <Wrong error={content.error} retry={content.refetch} />}
      {content.isPending && <Skeleton active paragraph={{ rows: 12 }} />}
      <section className="preview-body" ref={byKeyboard} aria-label={t("attachments.title")}>
        <div ref={place} />
      </section>
    </>
  );
}

function Text({ at }: { at: At }) {
  const { t } = useTranslation();
  const text = useQuery({
    queryKey: ["attachments.text", at],
    staleTime: Infinity,
    queryFn: async () => decode(new Uint8Array(await (await loadContent(at)).arrayBuffer())),
  });
  if (text.error) return <Wrong error={text.error} retry={text.refetch} />;
  if (text.isPending) return <Skeleton active paragraph={{ rows: 12 }} />;
  const most = 200_000;
  return (
    <>
      <section className="preview-body" ref={byKeyboard} aria-label={t("attachments.title")}>
        <pre>{text.data.slice(0, most)}</pre>
      </section>
      {text.data.length > most && <p className="quiet">{t("attachments.cutText")}</p>}
    </>
  );
}

/** UTF-16 where it says so, else UTF-8, else what Windows writes in Chinese. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function Sheets({ at }: { at: At }) {
  const { t } = useTranslation();
  const found = useQuery(reading("exchange.preview", at));
  if (found.error) return <Wrong error={found.error} retry={found.refetch} />;
  if (found.isPending) return <Skeleton active paragraph={{ rows: 12 }} />;
  const { sheets, rows, columns } = found.data;
  const table = (sheet: (typeof sheets)[number]) => {
    const widest = Math.max(1, ...sheet.rows.map(({ cells }) => cells.length));
    return (
      <>
        {sheet.more && <p className="quiet">{t("attachments.someRows", { rows, columns })}</p>}
        {sheet.rows.length === 0 ? (
          <p className="quiet">{t("attachments.noRows")}</p>
        ) : (
          <table className="cells">
            <tbody>
              {sheet.rows.map(({ row, cells }) => (
                <tr key={row}>
                  <th scope="row" className="number">
                    {row}
                  </th>
                  {cells.length === 1 && widest > 1 ? (
                    <td colSpan={widest} className="title">
                      {cells[0]}
                    </td>
                  ) : (
                    cells.map((cell, index) => (
                      <td key={index} title={cell}>
                        {cell}
                      </td>
                    ))
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </>
    );
  };
  const [only] = sheets;
  return (
    <section className="preview-body" ref={byKeyboard} aria-label={t("attachments.sheet")}>
      <div className="sheets">
        {sheets.length === 1 && only ? (
          table(only)
        ) : (
          <Tabs
            items={sheets.map((sheet, index) => ({
              key: String(index),
              label: sheet.name ?? t("attachments.sheet"),
              children: table(sheet),
            }))}
          />
        )}
      </div>
    </section>
  );
}
