/** How much waits for whoever looks: what was sent back, and what wants their next step. It leads to the list of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { reading } from "../api/queries.ts";
import { Icon } from "./icons.tsx";

const most = 99;

export function Bell({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const waiting = useQuery(reading("ledgers.waiting", { campaign })).data;
  const queued = waiting?.queues.reduce((sum, queue) => sum + queue.count, 0) ?? 0;
  const count = waiting ? waiting.returned.length + queued + waiting.corrections.length : 0;
  const words = count > 0 ? t("shell.bell.some", { count }) : t("shell.bell.none");
  return (
    <Link className="bell" to="/c/$campaign/me" params={{ campaign }} aria-label={words} title={words}>
      <Icon sign="bell" />
      {count > 0 && (
        <span className="bell-count number" aria-hidden>
          {count > most ? `${most}+` : count}
        </span>
      )}
    </Link>
  );
}
