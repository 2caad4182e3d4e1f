/** 文稿: the documents of one's unit and those below, and the ways to begin one. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button, Empty, Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { NewDocument } from "./NewDocument.tsx";
import "./documents.css";

type Row = Output<"documents.list">["documents"][number];

/** A moment as people here read it. */
export const minute = (at: string): string =>
  new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(new Date(at));

/** Shape and word, never colour alone. */
export function DocumentState({ state }: { state: Row["state"] }) {
  const { t } = useTranslation();
  return state === "final" ? <Tag>✓ {t("documents.final")}</Tag> : <Tag className="draft-tag">✎ {t("documents.draft")}</Tag>;
}

export function DocumentsPage() {
  const { t } = useTranslation();
  const small = useSmall();
  const { campaign } = useParams({ from: "/c/$campaign/documents" });
  const navigate = useNavigate();
  const [whose, setWhose] = useState<"unit" | "mine" | "all">("all");
  const [making, setMaking] = useState(false);
  const { data, error, isPending, refetch } = useQuery(reading("documents.list", { campaign }));
  const { data: definition } = useQuery(reading("campaigns.get", { campaign }));
  const { data: me } = useQuery(reading("access.me", {}));
  const all = data?.documents ?? [];
  const rows = all.filter((one) =>
    whose === "mine" ? one.author === me?.id : whose === "unit" ? one.unit === definition?.unit : true,
  );
  const open = (document: string): void =>
    void navigate({ to: "/c/$campaign/documents/$document", params: { campaign, document } });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("documents.title")}</h1>
        <div className="page-tools">
          <Segmented
            value={whose}
            onChange={setWhose}
            block={small}
            options={[
              { value: "all", label: t("documents.all") },
              { value: "unit", label: t("documents.unit") },
              { value: "mine", label: t("documents.mine") },
            ]}
          />
          <Button type="primary" onClick={() => setMaking(true)}>
            {t("documents.make")}
          </Button>
        </div>
      </div>
      {error ? (
        <Wrong error={error} retry={refetch} />
      ) : small ? (
        <Cards rows={rows} campaign={campaign} empty={!isPending && <None any={all.length > 0} />} />
      ) : (
        <ListTable
          label={t("documents.title")}
          loading={isPending}
          rowKey="document"
          dataSource={rows}
          locale={{ emptyText: <None any={all.length > 0} /> }}
          onRow={(row) => ({ onClick: () => open(row.document), className: "clickable" })}
          scroll={{}}
          columns={[
            {
              title: t("documents.name"),
              render: (_, row) => (
                <Link
                  to="/c/$campaign/documents/$document"
                  params={{ campaign, document: row.document }}
                  className="document-link"
                >
                  {row.title === "" ? t("documents.blank") : row.title}
                </Link>
              ),
            },
            { title: t("documents.about"), dataIndex: "aboutName", width: 180 },
            { title: t("period"), width: 210, className: "number", render: (_, row) => `${row.from}—${row.to}` },
            { title: t("documents.owner"), dataIndex: "unitName", width: 180 },
            { title: t("documents.state"), width: 100, render: (_, row) => <DocumentState state={row.state} /> },
            {
              title: t("documents.updated"),
              width: 190,
              render: (_, row) => (
                <>
                  <span className="number">{minute(row.updatedAt)}</span>
                  <div className="quiet">{row.updatedBy}</div>
                </>
              ),
            },
          ]}
        />
      )}
      {making && definition && (
        <NewDocument campaign={campaign} definition={definition} close={() => setMaking(false)} opened={open} />
      )}
    </div>
  );
}

function None({ any }: { any: boolean }) {
  const { t } = useTranslation();
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      className="none"
      description={t(any ? "documents.emptyHere" : "documents.empty")}
    />
  );
}

function Cards({ rows, campaign, empty }: { rows: Row[]; campaign: string; empty: React.ReactNode }) {
  if (rows.length === 0) return empty;
  return (
    <ul className="document-cards">
      {rows.map((row) => (
        <li key={row.document}>
          <Link to="/c/$campaign/documents/$document" params={{ campaign, document: row.document }}>
            <strong>{row.title}</strong>
            <DocumentState state={row.state} />
            <span className="quiet">
              {row.aboutName} <span className="number">{`${row.from}—${row.to}`}</span>
            </span>
            <span className="quiet">
              {row.updatedBy} <span className="number">{minute(row.updatedAt)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
