/** The records behind a figure, with what they come to; each opens in its ledger, and going back returns here. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Opened } from "./FigureDrawer.tsx";
import { addUp, type Value } from "./numbers.types.ts";

type Listed = Output<"figures.records">["records"][number];

const pageSize = 100;

/** Whether a record counts by something that its number and amount do not say: a name told apart, a date. */
const looksAt = ({ value, amount, number }: Listed): boolean => value !== null && value !== String(amount) && value !== number;

export function FigureRecords({ asked, figure, question }: Opened) {
  const { t } = useTranslation();
  const input = { ...question, figure: figure.key };
  const pages = useInfiniteQuery({
    queryKey: ["figures.records", input],
    queryFn: ({ pageParam, signal }) =>
      ask("figures.records", { ...input, limit: pageSize, offset: pageParam * pageSize }, signal),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (last.more ? all.length : undefined),
  });
  if (pages.error) return <Wrong error={pages.error} retry={pages.refetch} />;
  if (pages.isPending) return <Skeleton active />;
  const records = pages.data.pages.flatMap((page) => page.records);
  return (
    <ListTable
      label={t("figures.records")}
      rowKey={({ entryId, value, part }) => `${entryId} ${value} ${part}`}
      dataSource={records}
      locale={{ emptyText: <EmptyState title={t("figures.none")} next={t("figures.noneNext")} /> }}
      columns={[
        ...(records.some(({ day }) => day !== null) ? [{ title: t("figures.day"), dataIndex: "day", className: "number" }] : []),
        { title: t("figures.recordUnit"), dataIndex: "unit" },
        {
          title: t("figures.number"),
          className: "number",
          render: (_, { ledger, entryId, number, unitId }) => (
            <Link
              to="/c/$campaign/ledgers"
              params={{ campaign: asked.campaign }}
              search={{ ledger, entry: entryId, unit: unitId }}
            >
              {number ?? "…"}
            </Link>
          ),
        },
        ...(records.some(({ part }) => part !== null) ? [{ title: t("figures.part"), dataIndex: "part" }] : []),
        ...(records.some(looksAt) ? [{ title: t("figures.looked"), dataIndex: "value" }] : []),
        { title: t("figures.amount"), align: "right", className: "number", dataIndex: "amount" },
      ]}
      footer={() => (
        <>
          {records.length > 0 && <Sums records={records} more={pages.hasNextPage} value={figure.value} />}
          {pages.hasNextPage && (
            <Button block type="text" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t("figures.more")}
            </Button>
          )}
        </>
      )}
    />
  );
}

/** What the amounts come to: of each part of a computed figure by itself. */
function Sums({ records, more, value }: { records: readonly Listed[]; more: boolean; value: Value }) {
  const { t } = useTranslation();
  const parts = [...Map.groupBy(records, ({ part }) => part)];
  return (
    <output className="figure-sum">
      {parts.map(([part, own]) => {
        const amounts = own.flatMap(({ amount }) => amount ?? []);
        if (amounts.length === 0) return null;
        const sum = addUp(amounts);
        const says = { count: own.length, sum };
        if (part !== null) return <div key={part}>{t("figures.sumPart", { ...says, part })}</div>;
        return <div key="all">{t(more ? "figures.sumSoFar" : sum === value ? "figures.sumIs" : "figures.sum", says)}</div>;
      })}
    </output>
  );
}
