/** What went wrong and what to do, with a way to try again. */
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client.ts";
import { PlainButton } from "./PlainButton.tsx";
import "./wrong.css";

/** What kind of trouble it is: its heading, and the remedy that the message itself does not say. */
function kindOf(error: Error): "offline" | "conflict" | "signedOut" | "forbidden" | "server" | undefined {
  if (!(error instanceof Problem)) return undefined;
  if (error.status === 0 || error.code === "unreachable") return "offline";
  if (error.status === 401 && error.code === "not_signed_in") return "signedOut";
  if (error.code === "version_conflict") return "conflict";
  if (error.status === 403 || error.code === "not_found") return "forbidden";
  return error.status >= 500 ? "server" : undefined;
}

const remedies = { offline: "ui.wrong.offlineDo", signedOut: "ui.wrong.signedOutDo", conflict: "ui.wrong.conflictDo" } as const;

export function Wrong({ error, retry }: { error: Error; retry?: () => unknown }) {
  const { t } = useTranslation();
  const kind = kindOf(error);
  const remedy = kind === "offline" || kind === "signedOut" || kind === "conflict" ? remedies[kind] : undefined;
  // Every page has it, also one on a slow phone: antd's own box would weigh as much as the page.
  return (
    <div role="alert" className={remedy ? "wrong passing" : "wrong"}>
      <span aria-hidden>{remedy ? "▲" : "■"}</span>
      <div>
        <strong>{kind ? t(`ui.wrong.${kind}`) : t("wrong")}</strong>
        <p>{remedy && retry ? t(remedy) : error.message}</p>
      </div>
      {retry && <PlainButton onClick={() => void retry()}>{t("retry")}</PlainButton>}
    </div>
  );
}
