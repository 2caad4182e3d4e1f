/** 文稿: the documents of one's unit and those below, and the ways to begin one. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button, Segmented, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { later } from "#web/ui/later.tsx";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { PageHead } from "#web/ui/PageHead.tsx";
import { useSmall } from "#web/ui/small.ts";
import { When } from "#web/ui/When.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import "./documents.css";

const NewDocument = later(async () => (await import("./NewDocument.tsx")).NewDocument);

type Row = Output<"documents.list">["documents"][number];

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
  const make = (): void => setMaking(true);
  const open = (document: string): void =>
    void navigate({ to: "/c/$campaign/documents/$document", params: { campaign, document } });
  return (
    <div className="page">
      <PageHead title={t("documents.title")}>
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
        <Button onClick={() => void navigate({ to: "/verify/{-$code}" })}>{t("documents.verify")}</Button>
        <Button type="primary" onClick={make}>
          {t("documents.make")}
        </Button>
      </PageHead>
      {error ? (
        <Wrong error={error} retry={refetch} />
      ) : !isPending && rows.length === 0 ? (
        <None any={all.length > 0} make={make} />
      ) : small ? (
        isPending ? (
          <ListSkeleton rows={4} />
        ) : (
          <Cards rows={rows} campaign={campaign} />
        )
      ) : (
        <ListTable
          label={t("documents.title")}
          loading={isPending}
          rowKey="document"
          dataSource={rows}
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
                  <When at={row.updatedAt} />
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

function None({ any, make }: { any: boolean; make: () => void }) {
  const { t } = useTranslation();
  if (any) return <EmptyState title={t("documents.emptyHere")} next={t("documents.emptyElse")} />;
  return (
    <EmptyState
      title={t("documents.empty")}
      next={t("documents.emptyNext")}
      action={<Button onClick={make}>{t("documents.make")}</Button>}
    />
  );
}

function Cards({ rows, campaign }: { rows: Row[]; campaign: string }) {
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
              {row.updatedBy} <When at={row.updatedAt} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
