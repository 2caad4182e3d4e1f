/** Where rows will stand, while they are read. */
import { useTranslation } from "react-i18next";
import "./ui.css";

export function ListSkeleton({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <section className="list-skeleton" aria-busy aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden>
          <span style={{ width: `${14 + ((row * 7) % 10)}%` }} />
          <span style={{ width: `${30 + ((row * 13) % 24)}%` }} />
          <span style={{ width: "10%" }} />
        </div>
      ))}
    </section>
  );
}
