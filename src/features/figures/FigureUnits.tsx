/** A figure by unit: the name opens what lies below it, the number the records behind it. */
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Opened } from "./FigureDrawer.tsx";
import { order } from "./numbers.types.ts";

export function FigureUnits({ asked, figure, question }: Opened) {
  const { t } = useTranslation();
  const answer = useQuery({
    ...reading("figures.ask", { ...question, keys: figure.key, children: true }),
    placeholderData: (before) => before,
  });
  if (answer.error) return <Wrong error={answer.error} retry={answer.refetch} />;
  if (answer.isPending) return <Skeleton active />;
  const rows = answer.data.units.slice(1);
  return (
    <ListTable
      label={t("figures.byUnit")}
      rowKey="unit"
      className={answer.isPlaceholderData ? "stale" : ""}
      dataSource={rows}
      locale={{ emptyText: <EmptyState title={t("figures.noUnits")} next={t("figures.noUnitsNext")} /> }}
      columns={[
        {
          title: t("unit"),
          render: (_, { unit, name, depth }) => (
            <button
              type="button"
              className="link"
              style={{ paddingInlineStart: (depth - 1) * 16 }}
              onClick={() => asked.change({ at: unit, tab: "units" })}
            >
              {name}
            </button>
          ),
        },
        {
          title: t("figures.value"),
          align: "right",
          sorter: (left, right) => order(left.figures[0]?.value ?? null, right.figures[0]?.value ?? null),
          render: (_, { unit, name, figures: [one] }) => (
            <button
              type="button"
              className="link number"
              aria-label={t("figures.open", { unit: name, name: figure.name, text: one?.text ?? "" })}
              onClick={() => asked.change({ at: unit, tab: "records" })}
            >
              {one?.text}
            </button>
          ),
        },
      ]}
    />
  );
}
