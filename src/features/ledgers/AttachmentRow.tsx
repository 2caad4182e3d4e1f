/** One file of an entry in the list: what it is, and what may be done with it; or one that is on its way. */
import { App, Button, Input, Progress, Radio, Space } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { linkTo, Problem } from "#web/api/client.ts";
import { cancel, retry, type Sending } from "#web/api/use-uploads.ts";
import type { Attached } from "./Attachments.tsx";
import { extensionOf, viewOf } from "./attachments.types.ts";
import { clock } from "#web/ui/clock.ts";

const sizeOf = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 2 ** 20 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;

interface Given {
  campaign: string;
  entry: string;
  file: Attached;
  show?: (id: string) => void;
  remove?: (file: Attached, reason: string) => Promise<void>;
  restore?: (file: Attached) => Promise<void>;
  /** Takes the file that is chosen once more. */
  goOn?: (files: File[]) => void;
  discard?: (file: Attached) => Promise<void>;
}

export function AttachmentRow({ campaign, entry, file, show, remove, restore, goOn, discard }: Given) {
  const { t } = useTranslation();
  const whole = file.state === "kept";
  const at = { campaign, entry, attachment: file.id };
  return (
    <li className={file.deleted ? "removed" : ""}>
      <Thumb
        file={file}
        {...(whole ? { address: linkTo("attachments.get", { ...at, inline: true }) } : {})}
        {...(show ? { show } : {})}
      />
      <div>
        {show ? (
          <button
            type="button"
            className="link file-name"
            aria-label={t("attachments.view", { name: file.name })}
            onClick={() => show(file.id)}
          >
            {file.name}
          </button>
        ) : (
          <span className="file-name">{file.name}</span>
        )}
        <div className="meta">
          <span className="number">{sizeOf(file.bytes)}</span>
          {file.effectiveDay && <span>{t("attachments.effectiveOn", { day: file.effectiveDay })}</span>}
          <span>{file.actorName ?? t("attachments.program")}</span>
          <span className="number">{clock.format(new Date(file.at))}</span>
        </div>
        {!whole && (
          <div className="failed">{t("attachments.unfinished", { percent: Math.floor((file.received / file.bytes) * 100) })}</div>
        )}
      </div>
      <Space className="acts">
        {whole && (
          <Button
            type="text"
            href={linkTo("attachments.get", at)}
            download
            aria-label={t("attachments.downloadName", { name: file.name })}
          >
            {t("attachments.download")}
          </Button>
        )}
        {goOn && <GoOn choose={goOn} />}
        {discard && (
          <Button type="text" aria-label={t("attachments.cancel", { name: file.name })} onClick={() => void discard(file)}>
            {t("attachments.discard")}
          </Button>
        )}
        {remove && <Remove file={file} remove={remove} />}
        {restore && (
          <Button type="text" aria-label={t("attachments.restoreName", { name: file.name })} onClick={() => void restore(file)}>
            {t("attachments.restore")}
          </Button>
        )}
      </Space>
    </li>
  );
}

/** A small picture, or what kind of file it is in letters. */
function Thumb({ file, address, show }: { file: Attached; address?: string; show?: (id: string) => void }) {
  const { t } = useTranslation();
  const kind = extensionOf(file.name).toUpperCase() || "…";
  const inside =
    address !== undefined && viewOf(file.type) === "image" ? (
      <img src={file.thumb ?? address} alt="" loading="lazy" decoding="async" />
    ) : (
      kind
    );
  return show ? (
    // The name beside it does the same for who uses a keyboard.
    <button
      type="button"
      className="thumb"
      tabIndex={-1}
      aria-hidden
      title={t("attachments.view", { name: file.name })}
      onClick={() => show(file.id)}
    >
      {inside}
    </button>
  ) : (
    <span className="thumb">{kind}</span>
  );
}

function GoOn({ choose }: { choose: (files: File[]) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onClick={() => input.current?.click()}>{t("attachments.goOn")}</Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t("attachments.goOn")}
        onChange={(event) => choose([...(event.target.files ?? [])])}
      />
    </>
  );
}

const reasons = ["wrong", "faulty", "again", "old"] as const;

/** Asks why; one tap for the usual reasons. */
function Remove({ file, remove }: { file: Attached; remove: (file: Attached, reason: string) => Promise<void> }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const begin = (): void => {
    let reason: string = t("attachments.reasons.wrong");
    modal.confirm({
      icon: null,
      title: t("attachments.removeTitle", { name: file.name }),
      okText: t("attachments.remove"),
      cancelText: t("cancel"),
      content: <Why change={(why) => (reason = why)} />,
      onOk: () => (reason.trim() === "" ? Promise.reject(new Error("no reason")) : remove(file, reason)),
    });
  };
  return (
    <Button type="text" danger aria-label={t("attachments.removeName", { name: file.name })} onClick={begin}>
      {t("attachments.remove")}
    </Button>
  );
}

function Why({ change }: { change: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<string>(t("attachments.reasons.wrong"));
  const choose = (next: string): void => {
    setReason(next);
    change(next);
  };
  return (
    <Space orientation="vertical" style={{ width: "100%" }}>
      <Radio.Group
        aria-label={t("attachments.why")}
        value={reason}
        onChange={(event) => choose(event.target.value as string)}
        options={reasons.map((key) => ({ value: t(`attachments.reasons.${key}`), label: t(`attachments.reasons.${key}`) }))}
      />
      <Input aria-label={t("attachments.why")} value={reason} maxLength={200} onChange={(event) => choose(event.target.value)} />
      <span className="quiet">{t("attachments.removeHint")}</span>
    </Space>
  );
}

/** A file that this window is sending. */
export function SendingRow({ sending: { key, file, part, error } }: { sending: Sending }) {
  const { t } = useTranslation();
  const percent = Math.floor(part * 100);
  // What the server does not take it will not take the next time either.
  const refused = error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 401;
  return (
    <li>
      <span className="thumb">{extensionOf(file.name).toUpperCase() || "…"}</span>
      <div>
        <span className="file-name">{file.name}</span>
        {error ? (
          <div className="failed" role="alert">
            {refused ? error.message : t("attachments.stopped", { reason: error.message })}
          </div>
        ) : (
          <>
            <Progress percent={percent} size="small" showInfo={false} aria-label={file.name} />
            <output className="meta">
              {part === 0
                ? t("attachments.waiting")
                : percent >= 100
                  ? t("attachments.checking")
                  : t("attachments.sending", { percent })}
            </output>
          </>
        )}
      </div>
      <Space className="acts">
        {error && !refused && <Button onClick={() => retry(key)}>{t("retry")}</Button>}
        <Button type="text" aria-label={t("attachments.cancel", { name: file.name })} onClick={() => void cancel(key)}>
          {t("attachments.cancelShort")}
        </Button>
      </Space>
    </li>
  );
}
