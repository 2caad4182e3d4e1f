/** One figure: what it counts, by unit, and the records whose sum it is. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Drawer, Empty, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import type { Period } from "#web/ui/PlacePicker.tsx";
import { useSmall } from "#web/ui/small.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Figure = Output<"figures.ask">["units"][number]["figures"][number];

interface Shown {
  campaign: string;
  figure: Figure;
  words: string;
  unit: number;
  period: Period;
  goTo: (unit: number) => void;
  close: () => void;
}

export function FigureDrawer(shown: Shown) {
  const { t } = useTranslation();
  const small = useSmall();
  const { figure, words, period, close } = shown;
  return (
    <Drawer
      open
      onClose={close}
      size={small ? "100%" : 680}
      title={
        <>
          {figure.name} <strong className="number">{figure.text}</strong>
        </>
      }
    >
      <p className="quiet">
        {words}（{period.from}—{period.to}）
      </p>
      <Tabs
        items={[
          { key: "units", label: t("figures.byUnit"), children: <ByUnit {...shown} /> },
          { key: "records", label: t("figures.records"), children: <Records {...shown} /> },
        ]}
      />
    </Drawer>
  );
}

function ByUnit({ campaign, figure, unit, period, goTo }: Shown) {
  const { t } = useTranslation();
  const answer = useQuery(reading("figures.ask", { campaign, unit, ...period, keys: figure.key, children: true }));
  if (answer.error) return <Wrong error={answer.error} retry={answer.refetch} />;
  return (
    <ListTable
      label={t("figures.byUnit")}
      loading={answer.isPending}
      rowKey="unit"
      dataSource={answer.data?.units.slice(1) ?? []}
      columns={[
        {
          title: t("unit"),
          render: (_, one) => (
            <button type="button" className="link" onClick={() => goTo(one.unit)}>
              {one.name}
            </button>
          ),
        },
        {
          title: t("figures.value"),
          align: "right",
          render: (_, one) => <span className="number">{one.figures[0]?.text}</span>,
        },
      ]}
    />
  );
}

const pageSize = 100;

/** Whether a record counts by something that its number and amount do not say: a name told apart, a date. */
const looksAt = ({ value, amount, number }: { value: string | null; amount: number | null; number: string | null }): boolean =>
  value !== null && value !== String(amount) && value !== number;

function Records({ campaign, figure, unit, period }: Shown) {
  const { t } = useTranslation();
  const input = { campaign, figure: figure.key, unit, ...period };
  const pages = useInfiniteQuery({
    queryKey: ["figures.records", input],
    queryFn: ({ pageParam, signal }) =>
      ask("figures.records", { ...input, limit: pageSize, offset: pageParam * pageSize }, signal),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (last.more ? all.length : undefined),
  });
  if (pages.error) return <Wrong error={pages.error} retry={pages.refetch} />;
  const records = pages.data?.pages.flatMap((page) => page.records) ?? [];
  return (
    <ListTable
      label={t("figures.records")}
      loading={pages.isPending}
      rowKey={(record) => `${record.entryId} ${record.value} ${record.part}`}
      dataSource={records}
      locale={{ emptyText: <Empty description={t("figures.none")} /> }}
      columns={[
        { title: t("figures.day"), dataIndex: "day", className: "number" },
        { title: t("figures.recordUnit"), dataIndex: "unit" },
        { title: t("figures.number"), className: "number", dataIndex: "number" },
        ...(records.some(looksAt) ? [{ title: t("figures.looked"), dataIndex: "value" }] : []),
        { title: t("figures.amount"), align: "right", className: "number", dataIndex: "amount" },
      ]}
      footer={() =>
        pages.hasNextPage && (
          <Button block type="text" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t("figures.more")}
          </Button>
        )
      }
    />
  );
}
