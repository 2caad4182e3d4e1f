/** One figure: what it counts, by unit and further down, its course over the period, and the records whose sum it is. */
import { useQuery } from "@tanstack/react-query";
import { Breadcrumb, Drawer, Skeleton, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { later } from "#web/ui/later.tsx";
import { useSmall } from "#web/ui/small.ts";
import type { Asked, Figure } from "./asked.tsx";
import { FigureName } from "./FigureName.tsx";
import { exactly, says } from "./numbers.types.ts";

const FigureUnits = later(async () => (await import("./FigureUnits.tsx")).FigureUnits, <Skeleton active />);
const FigureTrend = later(async () => (await import("./FigureTrend.tsx")).FigureTrend, <Skeleton active />);
const FigureRecords = later(async () => (await import("./FigureRecords.tsx")).FigureRecords, <Skeleton active />);

/** What a tab of the drawer is about. */
export interface Opened {
  asked: Asked;
  /** As it stands at the unit that is open. */
  figure: Figure;
  question: Asked["question"];
}

export function FigureDrawer({ asked, figure }: { asked: Asked; figure: Figure }) {
  const { t } = useTranslation();
  const small = useSmall();
  const { search, words, period, change } = asked;
  const at = search.at ?? asked.unit;
  const question = { ...asked.question, unit: at };
  // Of a unit further down the number has to be asked for; of the page's own it is there.
  const own = useQuery({ ...reading("figures.ask", { ...question, keys: figure.key }), enabled: at !== asked.unit });
  const shown = at === asked.unit ? figure : own.data?.units[0]?.figures[0];
  const opened = { asked, figure: shown ?? figure, question };
  return (
    <Drawer
      open
      onClose={() => change({ figure: undefined, at: undefined, tab: undefined })}
      size={small ? "100%" : 720}
      title={
        <span className="drawer-figure">
          <span>
            <FigureName name={figure.name} />
          </span>
          <strong className="number">{shown?.text ?? "…"}</strong>
          {shown && !says(shown.text, shown.value) && (
            <small>{t("figures.exact", { value: exactly(shown.value, shown.unit) })}</small>
          )}
        </span>
      }
    >
      <Path asked={asked} at={at} />
      <p className="quiet figure-definition">
        {words.get(figure.key)?.words}
        {shown?.note && ` ${shown.note}`}
        {period && (
          <span className="number">
            （{shown?.from ?? period.from}—{shown?.to ?? period.to}）
          </span>
        )}
      </p>
      <Tabs
        activeKey={search.tab ?? "units"}
        onChange={(tab) => change({ tab: tab as "units" })}
        items={[
          { key: "units", label: t("figures.byUnit"), children: <FigureUnits {...opened} /> },
          { key: "trend", label: t("figures.trend"), children: <FigureTrend {...opened} /> },
          { key: "records", label: t("figures.records"), children: <FigureRecords {...opened} /> },
        ]}
      />
    </Drawer>
  );
}

/** The units from the page's own down to the one that is open; each leads back to it. */
function Path({ asked, at }: { asked: Asked; at: number }) {
  const { t } = useTranslation();
  const { data } = useQuery({ ...reading("units.get", { campaign: asked.campaign, unit: at }), enabled: at !== asked.unit });
  if (at === asked.unit || !data) return null;
  const top = data.above.findIndex(({ id }) => id === asked.unit);
  const path = [data, ...data.above.slice(0, top + 1)].toReversed();
  return (
    <nav aria-label={t("figures.path")}>
      <Breadcrumb
        items={path.map(({ id, name }) => ({
          title:
            id === at ? (
              name
            ) : (
              <button type="button" className="link" onClick={() => asked.change({ at: id, tab: "units" })}>
                {name}
              </button>
            ),
        }))}
      />
    </nav>
  );
}
