/** A workbook's sheets, read by the server. */
import { useQuery } from "@tanstack/react-query";
import { Skeleton, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { byKeyboard, type At } from "./preview-content.tsx";

export function PreviewSheets({ at }: { at: At }) {
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
