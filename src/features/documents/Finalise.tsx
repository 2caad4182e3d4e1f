/** The last look before a document is given out: what its figures come to, what is missing, then frozen and downloaded. */
import { useMutation } from "@tanstack/react-query";
import { Alert, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { noValue } from "#kernel/number-text.ts";
import type { FigureRef } from "./draft.types.ts";
import type { Sync } from "./draft-sync.tsx";
import { liveText, type Answers } from "./figure-answers.tsx";

interface Given {
  campaign: string;
  document: string;
  figures: readonly FigureRef[];
  answers: Answers;
  sync: Sync;
  offline: boolean;
  close: () => void;
  done: (code: string) => void;
}

/** Where the Word file of a final document is; `annex` with the definitions of its figures. */
export const fileAddress = (campaign: string, document: string, part: "report" | "annex"): string =>
  `/api/campaigns/${encodeURIComponent(campaign)}/documents/${document}/file?part=${part}`;

/** Has the browser keep a file that the server names. */
export function download(address: string): void {
  const link = window.document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}

export function Finalise({ campaign, document, figures, answers, sync, offline, close, done }: Given) {
  const { t } = useTranslation();
  const looked = figures.map((figure) => {
    const answer = answers.find(figure);
    const name = typeof answer === "object" ? answer.name : figure.key;
    return { name, answer, text: liveText(answer, figure.form) };
  });
  const names = (found: typeof looked): string => [...new Set(found.map(({ name }) => name))].join("、");
  const empty = looked.filter(({ text }) => text === noValue);
  const hidden = looked.filter(
    ({ answer }) =>
      typeof answer === "string" || (typeof answer === "object" && answer.value === null && answer.text !== noValue),
  );
  const finalise = useMutation({
    mutationFn: async () => ask("documents.finalise", { campaign, document, seq: await sync.flush() }),
    onSuccess: ({ code }) => {
      void queries.invalidateQueries({ queryKey: ["documents.list"] });
      download(fileAddress(campaign, document, "report"));
      done(code);
    },
  });
  return (
    <Modal
      open
      title={t("documents.finalise")}
      onCancel={close}
      cancelText={t("cancel")}
      okText={t("documents.finaliseTitle")}
      okButtonProps={{ loading: finalise.isPending, disabled: offline }}
      onOk={() => finalise.mutate()}
    >
      <div className="checks">
        <p>{t("documents.finaliseCheck", { count: figures.length })}</p>
        {offline && <Alert type="error" showIcon title={t("documents.finaliseOffline")} />}
        {empty.length > 0 && (
          <Alert type="warning" showIcon title={t("documents.finaliseEmpty", { count: empty.length, names: names(empty) })} />
        )}
        {hidden.length > 0 && (
          <Alert type="warning" showIcon title={t("documents.finaliseHidden", { count: hidden.length, names: names(hidden) })} />
        )}
        {empty.length + hidden.length === 0 && <Alert type="success" showIcon title={t("documents.finaliseClean")} />}
        {finalise.error && <Wrong error={finalise.error} />}
      </div>
    </Modal>
  );
}
