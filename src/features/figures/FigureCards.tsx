/** Figures as cards: those watched (or the campaign's first), what changed lately, then all in the groups of the pack. */
import { useDeferredValue, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { useSurroundings, type Asked, type Figure } from "./asked.tsx";
import { FigureTile } from "./FigureTile.tsx";
import { Glance } from "./Glance.tsx";
import { groupFigures } from "./groups.tsx";
import { TileHints } from "./TileHints.tsx";

interface Shown {
  asked: Asked;
  text: string;
  pins: readonly string[];
  toggle: (key: string) => void;
}

/** Without any pinned, so many of the campaign's own figures stand first. */
const firstOnes = 6;
const none: [group: string, figures: Figure[]][] = [];

export function FigureCards({ asked, text, pins, toggle }: Shown) {
  const { t } = useTranslation();
  const around = useSurroundings(asked);
  const { figures, definition } = asked;
  const names = useMemo(() => ({ own: t("figures.ofCampaign"), sealed: t("figures.ofSealed") }), [t]);
  const groups = useMemo(
    () => (definition ? groupFigures(figures, definition, names, text) : []),
    [figures, definition, names, text],
  );
  // What stands first is there at once; hundreds more follow without holding it up.
  const listed = useDeferredValue(groups, none);
  const first = useMemo(() => {
    const pinned = pins.flatMap((key) => figures.find((one) => one.key === key) ?? []);
    return pinned.length > 0
      ? pinned
      : (definition ? groupFigures(figures, definition, names) : []).flatMap(([, all]) => all).slice(0, firstOnes);
  }, [figures, definition, names, pins]);
  const tiles = (list: readonly Figure[]) => (
    <div className="tiles">
      {list.map((figure) => (
        <FigureTile
          key={figure.key}
          asked={asked}
          around={around}
          figure={figure}
          pinned={pins.includes(figure.key)}
          toggle={toggle}
        />
      ))}
    </div>
  );
  if (figures.length === 0) return <EmptyState title={t("figures.noFigures")} next={t("figures.noFiguresNext")} />;
  if (groups.length === 0) return <EmptyState title={t("figures.notFound", { text })} next={t("figures.notFoundNext")} />;
  return (
    <TileHints asked={asked} around={around}>
      {text === "" && (
        <section className="figure-group" aria-label={t(pins.length > 0 ? "figures.pinned" : "figures.key")}>
          <h2>{t(pins.length > 0 ? "figures.pinned" : "figures.key")}</h2>
          {tiles(first)}
          <Glance asked={asked} around={around} />
        </section>
      )}
      {listed.map(([group, list]) => (
        <section key={group} className="figure-group" aria-label={group}>
          <h2>
            {group} <small>{t("figures.count", { count: list.length })}</small>
          </h2>
          {tiles(list)}
        </section>
      ))}
    </TileHints>
  );
}
