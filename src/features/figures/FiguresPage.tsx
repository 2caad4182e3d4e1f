/** 数字: what a unit comes to over a period, now or as of then; each figure opens by unit, and then its records. */
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { later } from "#web/ui/later.tsx";
import { PageHead } from "#web/ui/PageHead.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { AsOfBanner, AskedTools } from "./AskedTools.tsx";
import { useAsked, type Asked } from "./asked.tsx";
import { chosenColumns } from "./columns.tsx";
import { FigureCards } from "./FigureCards.tsx";
import { FigureDrawer } from "./FigureDrawer.tsx";
import { views } from "./figures.search.tsx";
import { usePins } from "./pins.tsx";
import "./figures.css";
import "./glance.css";
import "./tiles.css";
import "./wall.css";

const Compare = later(async () => (await import("./Compare.tsx")).Compare, <Skeleton active paragraph={{ rows: 12 }} />);
const FiguresTable = later(
  async () => (await import("./FiguresTable.tsx")).FiguresTable,
  <Skeleton active paragraph={{ rows: 12 }} />,
);
const WallScreen = later(async () => (await import("./WallScreen.tsx")).WallScreen);

/** Where the table of units and these figures can be had as a workbook. */
function exportAddress({ question: { campaign, ...asked } }: Asked, keys: readonly string[]): string {
  const query = new URLSearchParams(
    Object.entries({ ...asked, keys: keys.join(",") }).map(([name, value]) => [name, String(value)]),
  );
  return `/api/campaigns/${encodeURIComponent(campaign)}/figures/export?${query}`;
}

export function FiguresPage() {
  const { t } = useTranslation();
  const asked = useAsked();
  const [text, setText] = useState("");
  const { data: me } = useQuery(reading("access.me", {}));
  const { pins, toggle } = usePins(asked.campaign, me?.id ?? 0);
  const small = useSmall();
  const { answer, search, change, figures } = asked;
  const view = search.view ?? "cards";
  const keys = chosenColumns(asked, pins);
  const open = figures.find(({ key }) => key === search.figure);
  return (
    <div className="page figures">
      <PageHead title={t("figures.title")}>
        <div className="figure-acts no-print">
          <Segmented
            aria-label={t("figures.view")}
            block={small}
            value={view}
            onChange={(chosen) => change({ view: chosen === "cards" ? undefined : chosen })}
            options={views.map((value) => ({ value, label: t(`figures.views.${value}`) }))}
          />
          <Button href={exportAddress(asked, keys)} disabled={keys.length === 0}>
            {t("figures.export")}
          </Button>
          {!small && (
            <>
              <Button onClick={() => window.print()}>{t("figures.print")}</Button>
              <Button onClick={() => change({ screen: 1 })}>{t("figures.screen")}</Button>
            </>
          )}
        </div>
      </PageHead>
      <AskedTools asked={asked}>
        {view !== "table" && (
          <Input
            allowClear
            className="find no-print"
            placeholder={t("figures.find")}
            aria-label={t("figures.find")}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </AskedTools>
      <p className="print-only">
        {asked.unitName}　{asked.period && `${asked.period.from}—${asked.period.to}`}
      </p>
      <AsOfBanner asked={asked} />
      {answer.error && <Wrong error={answer.error} retry={answer.refetch} />}
      {answer.isPending && !answer.error && <Skeleton active paragraph={{ rows: 12 }} />}
      {answer.data && (
        <div className={asked.stale ? "stale" : undefined} aria-busy={answer.isFetching}>
          {view === "cards" && <FigureCards asked={asked} text={text} pins={pins} toggle={toggle} />}
          {view === "table" && <FiguresTable asked={asked} pins={pins} />}
          {view === "compare" && <Compare asked={asked} text={text} />}
        </div>
      )}
      {open && <FigureDrawer asked={asked} figure={open} />}
      {search.screen === 1 && answer.data && <WallScreen asked={asked} keys={keys} />}
    </div>
  );
}
