/** One figure on the page: its name, what it comes to, its shape, who has none yet; on hovering or focus what it counts. */
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Asked, Figure, Surroundings } from "./asked.tsx";
import { Coverage } from "./Coverage.tsx";
import { FigureName } from "./FigureName.tsx";
import { FigureText } from "./FigureText.tsx";
import { hasShape, Sparkline } from "./Sparkline.tsx";
import { hintOf } from "./TileHints.tsx";

interface Shown {
  asked: Asked;
  around: Surroundings;
  figure: Figure;
  pinned: boolean;
  toggle: (key: string) => void;
}

/** Hundreds stand on a page: one that shows the same is not drawn again. */
export const FigureTile = memo(function FigureTile({ asked, around, figure, pinned, toggle }: Shown) {
  const { t } = useTranslation();
  const { key, name, text } = figure;
  const shape = around.shapes.get(key);
  const without = around.without.get(key);
  return (
    <div className="tile">
      <button
        type="button"
        className="tile-open"
        data-hint={hintOf("figure", key)}
        aria-label={`${name}：${text}`}
        onClick={() => asked.change({ figure: key, at: undefined, tab: undefined })}
      >
        <span className="tile-name">
          <FigureName name={name} />
        </span>
        <FigureText text={text} question={asked.answered} />
        {hasShape(shape) ? <Sparkline values={shape} /> : <span className="sparkline" />}
      </button>
      {around.coverage && without ? (
        <Coverage units={around.coverage.units} without={without} hint={hintOf("coverage", key)} />
      ) : (
        around.coverage?.units.length !== 0 && <span className="tile-coverage empty" />
      )}
      <button
        type="button"
        className="tile-pin no-print"
        aria-pressed={pinned}
        aria-label={t(pinned ? "figures.unpin" : "figures.pin", { name })}
        title={t(pinned ? "figures.unpin" : "figures.pin", { name })}
        onClick={() => toggle(key)}
      >
        {pinned ? "★" : "☆"}
      </button>
    </div>
  );
});
