/** 台账: the ledgers that one may read, and the records of one of them. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, Empty, Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { UnitPicker } from "#web/ui/PlacePicker.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { EntryDrawer } from "./EntryDrawer.tsx";
import { shownValue } from "./shown-value.types.ts";

type Answer = Output<"ledgers.list">;
type Entry = Answer["entries"][number];

const pageSize = 50;

export function LedgersPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/ledgers" });
  const search = useSearch({ from: "/c/$campaign/ledgers" });
  const navigate = useNavigate({ from: "/c/$campaign/ledgers" });
  const definition = useQuery(reading("campaigns.get", { campaign }));
  const ledgers = definition.data?.ledgers ?? [];
  const ledger = ledgers.find(({ key }) => key === search.ledger) ?? ledgers[0];
  const unit = search.unit ?? definition.data?.unit ?? 0;
  const page = search.page ?? 1;
  const answer = useQuery({
    ...reading("ledgers.list", {
      campaign,
      ledger: ledger?.key ?? "",
      unit,
      ...(search.state ? { state: search.state } : {}),
      limit: pageSize,
      offset: (page - 1) * pageSize,
    }),
    enabled: ledger !== undefined,
    placeholderData: (before) => before,
  });
  const change = (next: Partial<typeof search>): void =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...next }) });
  const fields = ledger?.fields.filter((field) => ledger.columns.includes(field.name)) ?? [];
  const entries = answer.data?.entries ?? [];
  const names = answer.data?.names ?? { units: {}, people: {} };
  return (
    <div className="page" style={{ maxWidth: "none" }}>
      <div className="page-head">
        <h1>{ledger?.title ?? ledger?.name ?? t("ledgers.title")}</h1>
        <Space wrap>
          <Select
            aria-label={t("ledgers.title")}
            showSearch={{ optionFilterProp: "label" }}
            style={{ width: 260 }}
            value={ledger?.key ?? null}
            options={ledgers.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={(key) => change({ ledger: key, state: undefined })}
          />
          {ledger?.lifecycle && (
            <Select
              allowClear
              aria-label={t("ledgers.state")}
              placeholder={t("ledgers.state")}
              style={{ width: 140 }}
              value={search.state ?? null}
              options={ledger.lifecycle.states.map((state) => ({ value: state }))}
              onChange={(state: string | null) => change({ state: state ?? undefined })}
            />
          )}
          <UnitPicker campaign={campaign} unit={unit} choose={(chosen) => change({ unit: chosen })} />
        </Space>
      </div>
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      <ListTable<Entry>
        label={ledger?.name ?? t("ledgers.title")}
        bordered
        rowKey="id"
        loading={answer.isPending && ledger !== undefined}
        dataSource={entries}
        rowClassName="opens"
        onRow={({ id }) => ({ onClick: () => change({ entry: id, page: search.page }) })}
        locale={{ emptyText: <Empty description={ledgers.length === 0 ? t("ledgers.none") : t("ledgers.empty")} /> }}
        columns={fields.map((field) => ({
          key: field.name,
          title: field.name,
          ellipsis: true,
          align: field.type === "integer" || field.type === "decimal" ? ("right" as const) : ("left" as const),
          onCell: () => ({ style: { maxWidth: 260 }, className: "number" }),
          render: (_: unknown, entry: Entry) => shownValue(field, entry.values[field.name] ?? entry.computed[field.name], names),
        }))}
      />
      {(page > 1 || answer.data?.more) && (
        <Space style={{ marginTop: 12 }}>
          <Button disabled={page === 1} onClick={() => change({ page: page - 1 })}>
            {t("ledgers.previous")}
          </Button>
          <span className="quiet number">
            {t("ledgers.rows", { from: (page - 1) * pageSize + 1, to: (page - 1) * pageSize + entries.length })}
          </span>
          <Button disabled={!answer.data?.more} onClick={() => change({ page: page + 1 })}>
            {t("ledgers.next")}
          </Button>
        </Space>
      )}
      {ledger && search.entry && (
        <EntryDrawer
          key={search.entry}
          campaign={campaign}
          ledger={ledger}
          entry={search.entry}
          close={() => change({ entry: undefined, page: search.page })}
        />
      )}
    </div>
  );
}
