/** What differs, field by field: as it was and as it is, what went struck out and what came underlined. */
import { useTranslation } from "react-i18next";
import "./ui.css";

export interface Difference {
  field: string;
  before: string;
  after: string;
}

/** `heads` names the two sides where they are not “before” and “after”: 别人的、我的. */
export function DiffTable({
  label,
  rows,
  heads,
}: {
  label: string;
  rows: readonly Difference[];
  heads?: readonly [string, string];
}) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className="quiet">{t("ui.diff.none")}</p>;
  const empty = <span className="quiet">{t("ui.diff.empty")}</span>;
  return (
    <table className="diff" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t("ui.diff.field")}</th>
          <th scope="col">{heads?.[0] ?? t("ui.diff.before")}</th>
          <th scope="col">{heads?.[1] ?? t("ui.diff.after")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>{before === "" ? empty : <del>{before}</del>}</td>
            <td>{after === "" ? empty : <ins>{after}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
