/** Units × figures: the unit itself first, then those below it in the organisation's order; every number opens. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Asked } from "./asked.tsx";
import { FigureName } from "./FigureName.tsx";
import { order } from "./numbers.types.ts";
import { chosenColumns } from "./columns.tsx";

/** So many columns can be looked over; an export holds as many. */
const most = 30;

export function FiguresTable({ asked, pins }: { asked: Asked; pins: readonly string[] }) {
  const { t } = useTranslation();
  const small = useSmall();
  const { figures, question, words, change } = asked;
  const keys = useMemo(() => chosenColumns(asked, pins), [asked, pins]);
  const input = { ...question, keys: keys.join(","), children: true };
  const answer = useQuery({ ...reading("figures.ask", input), enabled: keys.length > 0, placeholderData: (before) => before });
  const rows = (answer.data?.units ?? []).map((row) => ({ ...row, by: new Map(row.figures.map((one) => [one.key, one])) }));
  const columns = keys.flatMap((key) => figures.find((one) => one.key === key) ?? []);
  return (
    <>
      <div className="page-tools figure-columns no-print">
        <Select
          mode="multiple"
          aria-label={t("figures.columns")}
          placeholder={t("figures.columns")}
          maxCount={most}
          maxTagCount="responsive"
          value={keys}
          onChange={(chosen: string[]) => change({ columns: chosen })}
          optionFilterProp="label"
          options={figures.map(({ key, name }) => ({ value: key, label: `${name}（${key}）` }))}
        />
        <span className="quiet">{t("figures.sortHint")}</span>
      </div>
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      <div className={asked.stale || answer.isPlaceholderData ? "stale" : undefined} aria-busy={answer.isFetching}>
        <ListTable
          label={t("figures.views.table")}
          loading={answer.isPending}
          rowKey="unit"
          sticky={!small}
          dataSource={rows}
          rowClassName={({ depth }) => (depth === 0 ? "figure-total" : "")}
          columns={[
            {
              title: t("unit"),
              dataIndex: "name",
              fixed: "left",
              className: "figure-unit",
              render: (_, { unit, name, depth }) => (
                <button
                  type="button"
                  className="link"
                  style={{ paddingInlineStart: Math.max(0, depth - 1) * 12 }}
                  onClick={() => change({ unit })}
                >
                  {name}
                  {depth === 0 && `（${t("figures.total")}）`}
                </button>
              ),
            },
            ...columns.map(({ key, name, unit: counting }) => ({
              key,
              title: (
                <span className="figure-heading" title={words.get(key)?.words}>
                  <FigureName name={name} />
                  {counting !== "" && counting !== "日期" && <small>（{counting}）</small>}
                </span>
              ),
              align: "right" as const,
              className: "figure-column",
              // The total is no unit among the others: it stays on top whichever way the column is sorted.
              sorter: (left: (typeof rows)[0], right: (typeof rows)[0], way?: "ascend" | "descend" | null) =>
                left.depth === 0 || right.depth === 0
                  ? (left.depth - right.depth) * (way === "descend" ? -1 : 1)
                  : order(left.by.get(key)?.value ?? null, right.by.get(key)?.value ?? null),
              render: (_: unknown, row: (typeof rows)[0]) => cell(row, key),
            })),
          ]}
        />
      </div>
    </>
  );

  function cell(row: (typeof rows)[0], key: string) {
    const figure = row.by.get(key);
    if (!figure) return null;
    const { name, value, text, note } = figure;
    return (
      <button
        type="button"
        className={value === 0 || value === null ? "link number figure-nothing" : "link number figure-cell"}
        aria-label={t("figures.open", { unit: row.name, name, text })}
        onClick={() => change({ figure: key, at: row.unit, tab: "records" })}
      >
        {typeof value === "number" ? value : value === null && !note ? "—" : text}
      </button>
    );
  }
}
