/** A figure over the days, weeks or months of the period, as a chart or as a table. */
import { useQuery } from "@tanstack/react-query";
import { Segmented, Skeleton } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { often } from "./asked.tsx";
import type { Opened } from "./FigureDrawer.tsx";
import { exactly } from "./numbers.types.ts";
import type { Step } from "./periods.types.ts";

const TrendChart = lazy(() => import("./TrendChart.tsx").then((found) => ({ default: found.TrendChart })));
const steps = ["day", "week", "month"] as const;

export function FigureTrend({ figure, question }: Opened) {
  const { t } = useTranslation();
  const [by, setBy] = useState<Step>();
  const [form, setForm] = useState<"chart" | "table">("chart");
  const answer = useQuery({
    ...reading("figures.trend", { ...question, keys: figure.key, ...(by ? { by } : {}) }),
    placeholderData: (before) => before,
    refetchInterval: often,
  });
  if (answer.isPending) return <Skeleton active />;
  const values = answer.data?.figures[0]?.values;
  const rows = (answer.data?.periods ?? []).map((period, index) => ({ ...period, value: values?.[index] ?? null }));
  const numbers = rows.flatMap(({ value }) => (typeof value === "number" ? value : []));
  const text = (value: number | string | null | undefined): string => exactly(value ?? null, figure.unit);
  const described = {
    name: figure.name,
    count: rows.length,
    most: text(Math.max(...numbers)),
    last: text(rows.at(-1)?.value),
  };
  return (
    <>
      <div className="trend-tools">
        <Segmented
          aria-label={t("figures.by")}
          value={answer.data?.by ?? by ?? "week"}
          onChange={setBy}
          options={steps.map((value) => ({ value, label: t(`figures.steps.${value}`) }))}
        />
        <Segmented
          value={form}
          onChange={setForm}
          options={[
            { value: "chart", label: t("figures.asChart") },
            { value: "table", label: t("figures.asTable") },
          ]}
        />
      </div>
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      {answer.data && numbers.length === 0 && (
        <EmptyState title={t("figures.noTrend")} next={t(values === undefined ? "figures.sealedTrend" : "figures.flatTrend")} />
      )}
      {numbers.length > 0 && form === "chart" && (
        <Suspense fallback={<Skeleton active />}>
          <TrendChart rows={rows} unit={figure.unit} label={t("figures.chart", described)} />
        </Suspense>
      )}
      {numbers.length > 0 && form === "table" && (
        <ListTable
          label={t("figures.trend")}
          rowKey="from"
          dataSource={rows}
          columns={[
            {
              title: t("figures.span"),
              className: "number",
              render: (_, { from, to }) => (from === to ? from : `${from}—${to}`),
            },
            { title: t("figures.value"), align: "right", className: "number", render: (_, { value }) => text(value) },
          ]}
        />
      )}
    </>
  );
}
