/** The files of an entry: added by choosing, dropping, pasting or taking a photo; looked at, kept, taken away and brought back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, DatePicker, Skeleton } from "antd";
import dayjs from "dayjs";
import { lazy, Suspense, useEffect, useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { useUploads } from "#web/api/use-uploads.ts";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { AttachmentRow, SendingRow } from "./AttachmentRow.tsx";
import { attachableExtensions } from "./attachments.types.ts";
import "./attachments.css";

const AttachmentPreview = lazy(() => import("./AttachmentPreview.tsx").then((file) => ({ default: file.AttachmentPreview })));

export type Attached = Output<"attachments.list">["attachments"][number];

const accepted = attachableExtensions.map((extension) => `.${extension}`).join();

export function Attachments({ campaign, entry }: { campaign: string; entry: string }) {
  const { t } = useTranslation();
  const small = useSmall();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const found = useQuery(reading("attachments.list", { campaign, entry }));
  const { sending, add } = useUploads(campaign, entry);
  const [shown, setShown] = useState<string>();
  const [removedToo, setRemovedToo] = useState(false);
  const [effectiveDay, setEffectiveDay] = useState<string>();
  const files = found.data?.attachments ?? [];
  const may = found.data?.may === true;
  const kept = files.filter((file) => file.state === "kept" && !file.deleted);
  const removed = files.filter((file) => file.deleted);
  // What this window is sending shows there.
  const unfinished = files.filter(
    (file) => file.state === "uploading" && !sending.some((one) => sameName(one.file.name, file.name)),
  );
  const send = (chosen: readonly File[]): void => void add(chosen, effectiveDay);
  const { dragging, ...dropping } = useArrivals(may, send, (time) => t("attachments.screenshot", { time }));

  const again = async (): Promise<void> => {
    await Promise.all(
      ["attachments.list", "ledgers.get"].map((name) => queries.invalidateQueries({ queryKey: [name, { campaign, entry }] })),
    );
  };
  const restore = async (file: Attached): Promise<void> => {
    await ask("attachments.restore", { campaign, entry, attachment: file.id }).catch((error: Error) =>
      message.error(error.message),
    );
    await again();
  };
  const remove = async (file: Attached, reason: string): Promise<void> => {
    try {
      await ask("attachments.remove", { campaign, entry, attachment: file.id, reason });
    } catch (error) {
      message.error((error as Error).message);
      return;
    }
    await again();
    const key = `removed-${file.id}`;
    const undo = (): void => {
      message.destroy(key);
      void restore(file);
    };
    message.success({
      key,
      duration: 8,
      content: (
        <>
          {t("attachments.removed", { name: shortened(file.name) })}
          <Button type="link" size="small" onClick={undo}>
            {t("attachments.undo")}
          </Button>
        </>
      ),
    });
  };
  const discard = async (file: Attached): Promise<void> => {
    await ask("attachments.discard", { campaign, entry, attachment: file.id }).catch((error: Error) =>
      message.error(error.message),
    );
    await again();
  };
  const where = { campaign, entry };
  return (
    <section className="attachments" aria-label={t("attachments.title")} {...dropping}>
      <header>
        <h3>
          {t("attachments.title")} {kept.length > 0 && <span className="number quiet">{kept.length}</span>}
        </h3>
        {may && (
          <div className="tools">
            <DatePicker
              aria-label={t("attachments.effectiveHint")}
              placeholder={t("attachments.effective")}
              title={t("attachments.effectiveHint")}
              value={effectiveDay === undefined ? null : dayjs(effectiveDay)}
              onChange={(day) => setEffectiveDay(day?.format("YYYY-MM-DD"))}
              style={{ width: small ? undefined : 132 }}
            />
            {small && <Chooser label={t("attachments.camera")} choose={send} camera />}
            <Chooser label={t("attachments.add")} choose={send} />
          </div>
        )}
      </header>
      {found.error && <Wrong error={found.error} retry={found.refetch} />}
      {found.isPending && <Skeleton active paragraph={{ rows: 1 }} title={false} />}
      <ul>
        {kept.map((file) => (
          <AttachmentRow key={file.id} {...where} file={file} show={setShown} {...(found.data?.mayRemove ? { remove } : {})} />
        ))}
        {unfinished.map((file) => (
          <AttachmentRow key={file.id} {...where} file={file} {...(may ? { goOn: send, discard } : {})} />
        ))}
        {sending.map((one) => (
          <SendingRow key={one.key} sending={one} />
        ))}
        {removedToo &&
          removed.map((file) => (
            <AttachmentRow key={file.id} {...where} file={file} show={setShown} {...(may ? { restore } : {})} />
          ))}
      </ul>
      {found.data && kept.length + sending.length + unfinished.length === 0 && <p className="hint">{t("attachments.none")}</p>}
      {may && !small && <p className="hint">{t("attachments.drop")}</p>}
      {removed.length > 0 && (
        <Button type="link" style={{ paddingInline: 0 }} aria-expanded={removedToo} onClick={() => setRemovedToo(!removedToo)}>
          {removedToo ? t("attachments.hideRemoved") : t("attachments.removedCount", { count: removed.length })}
        </Button>
      )}
      {dragging && <div className="drop-here">{t("attachments.dropNow")}</div>}
      {shown !== undefined && (
        <Suspense>
          <AttachmentPreview
            {...where}
            files={[...kept, ...(removedToo ? removed : [])]}
            shown={shown}
            show={setShown}
            close={() => setShown(undefined)}
          />
        </Suspense>
      )}
    </section>
  );
}

const shortened = (name: string): string => (name.length > 30 ? `${name.slice(0, 18)}…${name.slice(-10)}` : name);
/** A photo goes as JPEG, whatever it was. */
const sameName = (one: string, other: string): boolean => one === other || one.replace(/\.\w+$/, ".jpg") === other;

/** A button that asks the system for files, or for its camera. */
function Chooser({ label, choose, camera = false }: { label: string; choose: (files: File[]) => void; camera?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onClick={() => input.current?.click()}>{label}</Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        {...(camera ? { accept: "image/*", capture: "environment" as const } : { accept: accepted, multiple: true })}
        onChange={(event) => {
          choose([...(event.target.files ?? [])]);
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
    </>
  );
}

/** Text goes to where it is written. What Excel and Word copy is text, with a picture of it besides. */
const isWriting = ({ target, clipboardData }: ClipboardEvent): boolean =>
  (target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null) ||
  (clipboardData?.types.includes("text/html") === true && clipboardData.types.includes("text/plain"));

/** Files that are dropped on the section or pasted anywhere outside a text that is being written. */
function useArrivals(may: boolean, send: (files: readonly File[]) => void, nameOf: (time: string) => string) {
  const [dragging, setDragging] = useState(false);
  const latest = useRef({ send, nameOf });
  useEffect(() => void (latest.current = { send, nameOf }));
  useEffect(() => {
    if (!may) return undefined;
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || event.defaultPrevented || isWriting(event)) return;
      event.preventDefault();
      const time = dayjs().format("MM-DD HH.mm.ss");
      latest.current.send(
        files.map((file) =>
          // Browsers call every screenshot the same.
          file.name === "image.png" ? new File([file], `${latest.current.nameOf(time)}.png`, { type: file.type }) : file,
        ),
      );
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [may]);
  const over = (event: DragEvent): void => {
    if (!may || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setDragging(true);
  };
  return {
    dragging,
    onDragOver: over,
    onDragLeave: (event: DragEvent<HTMLElement>): void => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false);
    },
    onDrop: (event: DragEvent): void => {
      setDragging(false);
      if (!may || event.dataTransfer.files.length === 0) return;
      event.preventDefault();
      send([...event.dataTransfer.files]);
    },
  };
}
