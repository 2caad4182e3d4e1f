/** 数字 on a wall: the watched figures over the whole window, large and dark, read again every half minute; Escape leaves. */
import { useQueryClient } from "@tanstack/react-query";
import { Button, ConfigProvider } from "antd";
import dayjs from "dayjs";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { hangOnWall } from "#web/api/attended.ts";
import { themeFor } from "#web/ui/theme.ts";
import { useSurroundings, type Asked } from "./asked.tsx";
import { FigureName } from "./FigureName.tsx";
import { FigureText } from "./FigureText.tsx";
import { hasShape, Sparkline } from "./Sparkline.tsx";

/** A wall is dark whatever the page is. The variables of this theme belong to the class that its key names. */
const dark = {
  ...themeFor({ look: "screen", large: false, small: false, still: false }),
  inherit: false,
  cssVar: { key: "on-wall" },
};
const often = 30_000;
/** So many can be read from five metres. */
const most = 12;

export function WallScreen({ asked, keys }: { asked: Asked; keys: readonly string[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { shapes, coverage } = useSurroundings(asked);
  const { change, answer, period, unitName, definition } = asked;
  useEffect(hangOnWall, []);
  useEffect(() => {
    const again = setInterval(() => void queries.invalidateQueries({ predicate: ({ queryKey }) => isOurs(queryKey) }), often);
    return () => clearInterval(again);
  }, [queries]);
  useEffect(() => {
    const leave = ({ key }: KeyboardEvent): void => {
      if (key === "Escape") change({ screen: undefined });
    };
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  });
  const figures = keys.slice(0, most).flatMap((key) => asked.figures.find((one) => one.key === key) ?? []);
  const silent = coverage?.silent.length ?? 0;
  return (
    <ConfigProvider theme={dark}>
      <section className="wall on-wall" aria-label={t("figures.screen")}>
        <header>
          <h1>{definition?.name}</h1>
          <span>
            {unitName}
            {period && `　${period.from}—${period.to}`}
          </span>
          <Button type="text" onClick={() => change({ screen: undefined })}>
            {t("figures.leave")}（Esc）
          </Button>
        </header>
        <div className="wall-figures">
          {figures.map(({ key, name, text }) => {
            const shape = shapes.get(key);
            return (
              <section key={key} aria-label={`${name}：${text}`}>
                <h2>
                  <FigureName name={name} />
                </h2>
                <FigureText text={text} question={asked.answered} />
                {hasShape(shape) ? <Sparkline values={shape} /> : <span className="sparkline" />}
              </section>
            );
          })}
        </div>
        <footer>
          <span>{coverage && `${t("figures.silent")}：${silent}`}</span>
          <span>{t("figures.updated", { time: dayjs(answer.dataUpdatedAt).format("HH:mm:ss") })}</span>
        </footer>
      </section>
    </ConfigProvider>
  );
}

const isOurs = ([name]: readonly unknown[]): boolean => typeof name === "string" && name.startsWith("figures.");
