/** Two periods side by side: what each figure comes to in both, and by how much it differs, in words and a shape. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { PeriodPicker } from "#web/ui/PeriodPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Asked, Figure } from "./asked.tsx";
import { Differs } from "./Differs.tsx";
import { FigureName } from "./FigureName.tsx";
import { groupFigures } from "./groups.tsx";
import { differ } from "./numbers.types.ts";
import { earlier, earlierPeriod } from "./presets.tsx";

export function Compare({ asked, text }: { asked: Asked; text: string }) {
  const { t } = useTranslation();
  const { question, period, search, figures, definition, words, change } = asked;
  const given = search.thenFrom && search.thenTo ? { from: search.thenFrom, to: search.thenTo } : undefined;
  const then = given ?? (period && earlierPeriod(period, "before"));
  const answer = useQuery({
    ...reading("figures.ask", { ...question, ...then }),
    enabled: then !== undefined,
    placeholderData: (before) => before,
  });
  if (!period || !then || !definition) return null;
  const before = new Map(answer.data?.units[0]?.figures.map((one) => [one.key, one]));
  const groups = groupFigures(figures, definition, { own: t("figures.ofCampaign"), sealed: t("figures.ofSealed") }, text);
  const how = earlier.find((one) => {
    const { from, to } = earlierPeriod(period, one);
    return from === then.from && to === then.to;
  });
  const set = (chosen: { from: string; to: string }): void => change({ thenFrom: chosen.from, thenTo: chosen.to });
  const head = (label: string, { from, to }: { from: string; to: string }) => (
    <>
      {label}
      <small className="number">
        {from}—{to}
      </small>
    </>
  );
  return (
    <>
      <div className="page-tools figure-then no-print">
        <Select
          aria-label={t("figures.compareWith")}
          value={how ?? null}
          placeholder={t("figures.presets.custom")}
          onChange={(chosen: (typeof earlier)[number]) => set(earlierPeriod(period, chosen))}
          options={earlier.map((value) => ({ value, label: t(`figures.comparePresets.${value}`) }))}
        />
        <PeriodPicker period={then} choose={set} />
      </div>
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      <div className={asked.stale || answer.isPlaceholderData ? "stale" : undefined} aria-busy={answer.isFetching}>
        <ListTable
          label={t("figures.views.compare")}
          loading={answer.isPending}
          rowKey="key"
          className="figure-compare"
          dataSource={groups.flatMap(([, list]) => list)}
          columns={[
            {
              title: t("figures.name"),
              dataIndex: "name",
              render: (_, { key, name }: Figure) => (
                <button type="button" className="link" title={words.get(key)?.words} onClick={() => change({ figure: key })}>
                  <FigureName name={name} />
                </button>
              ),
            },
            {
              title: head(t("figures.now"), period),
              align: "right",
              render: (_, figure: Figure) => <span className="number">{figure.text}</span>,
            },
            {
              title: head(t("figures.then"), then),
              align: "right",
              render: (_, { key }: Figure) => <span className="number">{before.get(key)?.text ?? ""}</span>,
            },
            {
              title: t("figures.change"),
              render: (_, { key, value, unit }: Figure) => (
                <Differs difference={differ(value, before.get(key)?.value ?? null)} unit={unit} />
              ),
            },
            {
              title: t("figures.percent"),
              align: "right",
              render: (_, { key, value }: Figure) => {
                const found = differ(value, before.get(key)?.value ?? null);
                if (!found || found.by === 0) return null;
                return (
                  <span className="number">
                    {found.percent === null ? <span className="quiet">{t("figures.fromNothing")}</span> : `${found.percent}%`}
                  </span>
                );
              },
            },
          ]}
        />
      </div>
    </>
  );
}
