/** What has become of a report's figures since it was given out: which differ, from what to what, and because of which records. */
import { Alert, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { useSmall } from "#web/ui/small.ts";
import "./final.css";

type Check = Output<"reports.check">;
export type CheckedFigure = Check["figures"][number];

/** Status as the server names it, with a shape of its own. */
const statuses = {
  一致: { mark: "✓", key: "same" },
  有变化: { mark: "▲", key: "changed" },
  记录有变化: { mark: "◆", key: "records" },
  文稿被改: { mark: "■", key: "edited" },
} as const;

export function DriftStatus({ status }: { status: string }) {
  const { t } = useTranslation();
  const found = statuses[status as keyof typeof statuses] ?? statuses["有变化"];
  return (
    <Tag className={`drift-status ${found.key}`}>
      <span aria-hidden>{found.mark}</span> {t(`documents.statuses.${found.key}`)}
    </Tag>
  );
}

/** Whether what stands in the document is no longer so. */
export const differs = ({ status }: { status: string }): boolean => status === "有变化" || status === "文稿被改";

export function DriftSummary({ figures }: { figures: readonly CheckedFigure[] }) {
  const { t } = useTranslation();
  const wrong = figures.filter(differs).length;
  const others = figures.filter(({ status }) => status === "记录有变化").length;
  const title = wrong > 0 ? t("documents.driftSome", { count: wrong }) : t("documents.driftNone");
  return (
    <Alert
      type={wrong > 0 ? "warning" : "success"}
      showIcon
      title={others > 0 ? `${title}${t("documents.driftRecords", { count: others })}` : title}
    />
  );
}

export function Causes({ figure }: { figure: Pick<CheckedFigure, "causes" | "definitionChanged"> }) {
  const { t } = useTranslation();
  return (
    <>
      {figure.definitionChanged && <p className="quiet">{t("documents.definitionChanged")}</p>}
      {figure.causes.length > 0 && (
        <ul className="causes">
          {figure.causes.slice(0, 20).map((cause) => (
            <li key={cause.entryId}>
              <span>
                {cause.change}：{cause.unit} {cause.ledger} <span className="number">{cause.number}</span>
              </span>
              {cause.events.at(-1)?.reason && <span className="quiet">{cause.events.at(-1)?.reason}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function DriftList({ figures, chosen }: { figures: readonly CheckedFigure[]; chosen?: number | undefined }) {
  const { t } = useTranslation();
  const small = useSmall();
  // What is no longer so comes first.
  const ordered = figures.toSorted((one, other) => Number(differs(other)) - Number(differs(one)));
  if (small)
    return (
      <ul className="drift-cards">
        {ordered.map((figure) => (
          <li key={figure.position} className={figure.position === chosen ? "chosen" : undefined}>
            <div className="drift-head">
              <strong>{figure.name}</strong>
              <DriftStatus status={figure.status} />
            </div>
            <div className="number">{t("documents.wasNow", { was: figure.shown, now: figure.shownNow })}</div>
            <p className="quiet">{figure.definition}</p>
            <Causes figure={figure} />
          </li>
        ))}
      </ul>
    );
  return (
    <ListTable
      label={t("documents.drift")}
      rowKey="position"
      dataSource={ordered}
      scroll={{}}
      rowClassName={(figure) => (figure.position === chosen ? "chosen" : "")}
      expandable={{
        expandedRowRender: (figure) => (
          <>
            <p className="quiet">{figure.definition}</p>
            <Causes figure={figure} />
          </>
        ),
      }}
      columns={[
        { title: "", dataIndex: "position", className: "number", width: "3em" },
        {
          title: t("documents.figure"),
          render: (_, figure) => (
            <>
              {figure.name}
              <div className="quiet number">{`${figure.from}—${figure.to}`}</div>
            </>
          ),
        },
        { title: t("documents.shown"), dataIndex: "shown", width: "16%" },
        { title: t("documents.now"), dataIndex: "shownNow", width: "16%" },
        { title: t("documents.status"), width: "20%", render: (_, figure) => <DriftStatus status={figure.status} /> },
      ]}
    />
  );
}
