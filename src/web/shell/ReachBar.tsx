/** Says quietly that the server is away, and goes by itself when it is back. */
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { reach } from "../api/reach.ts";

export function ReachBar() {
  const { t } = useTranslation();
  const online = useSyncExternalStore(
    (then) => onlineManager.subscribe(then),
    () => onlineManager.isOnline(),
  );
  const reached = reach.use() === "ok";
  return (
    <output className="reach" aria-live="polite">
      {!online ? <p>{t("shell.reach.offline")}</p> : !reached && <p>{t("shell.reach.server")}</p>}
    </output>
  );
}
