/** The records page by page: as a plain table, which a screen reader follows, and on phones as cards. */
import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton, Space, Tag } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Input, Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { shownIn } from "./shown-value.types.ts";

type Entry = Output<"ledgers.list">["entries"][number];

const pageSize = 50;

interface Given {
  ledger: Ledger;
  fields: readonly FieldDefinition[];
  input: Input<"ledgers.list">;
  page: number;
  turn: (page: number) => void;
  open: (entry: string) => void;
  /** Told of the total and of the records in their order. */
  onList: (total: number | undefined, ids: readonly string[]) => void;
  /** Whether an empty list may be the filter's doing. */
  filtered: boolean;
  /** Whether it lists what is deleted. */
  deleted: boolean | undefined;
}

export function EntryTable({ ledger, fields, input, page, turn, open, onList, filtered, deleted }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const answer = useQuery({
    ...reading("ledgers.list", { ...input, count: true, limit: pageSize, offset: (page - 1) * pageSize }),
    placeholderData: (before) => before,
  });
  const { data } = answer;
  const entries = data?.entries ?? [];
  const names = data?.names ?? { units: {}, people: {} };
  useEffect(
    () =>
      onList(
        data?.total,
        (data?.entries ?? []).map(({ id }) => id),
      ),
    [data, onList],
  );
  const shown = (field: FieldDefinition, entry: Entry): string => shownIn(ledger, field, entry, names);
  const nothing = (
    <EmptyState
      title={t(filtered ? "ledgers.noneFound" : deleted ? "ledgers.removal.none" : "ledgers.noneYet")}
      next={t(filtered ? "ledgers.loosen" : deleted ? "ledgers.removal.noneNext" : "ledgers.empty")}
    />
  );
  return (
    <>
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      {small ? (
        <>
          {answer.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
          {data && entries.length === 0 && nothing}
          <ul className="entry-cards">
            {entries.map((entry) => (
              <Card key={entry.id} ledger={ledger} entry={entry} fields={fields} shown={shown} open={open} />
            ))}
          </ul>
        </>
      ) : (
        <ListTable<Entry>
          label={ledger.name}
          bordered
          rowKey="id"
          loading={answer.isPending}
          dataSource={entries}
          rowClassName="opens"
          onRow={({ id }) => ({ onClick: () => open(id) })}
          locale={{ emptyText: nothing }}
          columns={fields.map((field, index) => ({
            key: field.name,
            title: field.name,
            ellipsis: true,
            align: field.type === "integer" || field.type === "decimal" ? ("right" as const) : ("left" as const),
            onCell: () => ({ style: { maxWidth: 260 }, className: "number" }),
            render: (_: unknown, entry: Entry) =>
              index > 0 ? (
                shown(field, entry)
              ) : (
                <button type="button" className="link" onClick={() => open(entry.id)}>
                  {shown(field, entry) || t("ledgers.open")}
                </button>
              ),
          }))}
        />
      )}
      {(page > 1 || data?.more) && (
        <Space style={{ marginTop: 12 }}>
          <Button disabled={page === 1} onClick={() => turn(page - 1)}>
            {t("ledgers.previous")}
          </Button>
          <span className="quiet number">
            {t("ledgers.rows", { from: (page - 1) * pageSize + 1, to: (page - 1) * pageSize + entries.length })}
          </span>
          <Button disabled={!data?.more} onClick={() => turn(page + 1)}>
            {t("ledgers.next")}
          </Button>
        </Space>
      )}
    </>
  );
}

/** A record in four lines: what it is about first, then the columns that are filled. */
function Card({
  ledger,
  entry,
  fields,
  shown,
  open,
}: {
  ledger: Ledger;
  entry: Entry;
  fields: readonly FieldDefinition[];
  shown: (field: FieldDefinition, entry: Entry) => string;
  open: (entry: string) => void;
}) {
  const { t } = useTranslation();
  const filled = fields.filter((field) => field.name !== ledger.stateField && shown(field, entry) !== "");
  const first = filled.find(({ type, required, name }) => type === "text" && required && !ledger.identity.includes(name));
  const head = first ?? filled.find(({ type }) => type === "text") ?? filled[0];
  const rest = filled.filter((field) => field !== head && field.type !== "longtext").slice(0, 4);
  return (
    <li>
      <button type="button" onClick={() => open(entry.id)}>
        <span className="entry-card-head">
          <strong>{head ? shown(head, entry) : t("ledgers.open")}</strong>
          {entry.state && <Tag>{entry.state}</Tag>}
        </span>
        {rest.map((field) => (
          <span key={field.name} className="entry-card-line">
            <span className="quiet">{field.name}</span> {shown(field, entry)}
            {field.unit}
          </span>
        ))}
      </button>
    </li>
  );
}
