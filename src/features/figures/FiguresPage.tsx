/** 数字: what a unit comes to over a period; each figure opens by unit, and then its records. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Empty, Input, Skeleton } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { PeriodPicker, UnitPicker } from "#web/ui/PlacePicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { FigureDrawer } from "./FigureDrawer.tsx";
import { FigureTile } from "./FigureTile.tsx";
import "./figures.css";

type Figure = Output<"figures.ask">["units"][number]["figures"][number];
type Definition = Output<"campaigns.get">;

/** The figures that belong to no one ledger first, under `own`, then those of each ledger under its name. */
function grouped(figures: readonly Figure[], definition: Definition, own: string): [string, Figure[]][] {
  const ledgers = new Map(definition.ledgers.map(({ key, name }) => [key, name]));
  const sources = new Map(definition.figures.map(({ key, from }) => [key, ledgers.get(from) ?? own]));
  const groups = Map.groupBy(figures, ({ key }) => sources.get(key) ?? own);
  const first = groups.get(own);
  groups.delete(own);
  return first ? [[own, first], ...groups] : [...groups];
}

export function FiguresPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/figures" });
  const search = useSearch({ from: "/c/$campaign/figures" });
  const navigate = useNavigate({ from: "/c/$campaign/figures" });
  const [text, setText] = useState("");
  const { data: definition } = useQuery(reading("campaigns.get", { campaign }));
  const unit = search.unit ?? definition?.unit ?? 0;
  const asked = { campaign, unit, ...(search.from && search.to ? { from: search.from, to: search.to } : {}) };
  const answer = useQuery({ ...reading("figures.ask", asked), enabled: unit > 0, placeholderData: (before) => before });
  const period = answer.data && { from: answer.data.from, to: answer.data.to };
  const all = useMemo(() => answer.data?.units[0]?.figures ?? [], [answer.data]);
  const words = useMemo(() => new Map(definition?.figures.map((figure) => [figure.key, figure.words])), [definition]);
  const groups = useMemo(() => {
    if (!definition) return [];
    const wanted = text.trim().toLowerCase();
    const found = wanted === "" ? all : all.filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(wanted));
    return grouped(found, definition, t("figures.ofCampaign"));
  }, [all, definition, text, t]);
  const open = all.find(({ key }) => key === search.figure);
  const change = (next: Partial<typeof search>): void => void navigate({ search: (old) => ({ ...old, ...next }) });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("figures.title")}</h1>
        <div className="page-tools">
          <UnitPicker campaign={campaign} unit={unit} choose={(chosen) => change({ unit: chosen })} />
          {period && <PeriodPicker period={period} choose={change} />}
          <Input
            allowClear
            className="find"
            placeholder={t("figures.find")}
            aria-label={t("figures.find")}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      </div>
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      {answer.isPending && !answer.error && <Skeleton active paragraph={{ rows: 12 }} />}
      {answer.data && groups.length === 0 && <Empty description={t("figures.notFound", { text })} />}
      {groups.map(([group, figures]) => (
        <section key={group} className="figure-group" aria-label={group}>
          <h2>{group}</h2>
          <div className="tiles">
            {figures.map((figure) => (
              <FigureTile
                key={figure.key}
                figure={figure}
                words={words.get(figure.key) ?? ""}
                open={() => change({ figure: figure.key })}
              />
            ))}
          </div>
        </section>
      ))}
      {open && period && (
        <FigureDrawer
          campaign={campaign}
          figure={open}
          words={words.get(open.key) ?? ""}
          unit={unit}
          period={period}
          goTo={(chosen) => change({ unit: chosen })}
          close={() => change({ figure: undefined })}
        />
      )}
    </div>
  );
}
