/** How something stands in time: a shape, a word and a colour, so that none of them is needed alone. */
import { useTranslation } from "react-i18next";
import "./ui.css";

export const statuses = ["ok", "soon", "late", "closed"] as const;
export type Status = (typeof statuses)[number];

const shapes: Record<Status, string> = { ok: "●", soon: "▲", late: "■", closed: "✓" };

/** `word` says it more exactly than the status does: 逾期3天. */
export function StatusMark({ status, word }: { status: Status; word?: string }) {
  const { t } = useTranslation();
  return (
    <span className={`status ${status}`}>
      <span aria-hidden>{shapes[status]}</span>
      {word ?? t(`ui.status.${status}`)}
    </span>
  );
}
