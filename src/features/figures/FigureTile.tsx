/** One figure on the page: its name, what it comes to, its shape, who has none yet; on hovering or focus what it counts. */
import { Popover } from "antd";
import { useTranslation } from "react-i18next";
import type { Asked, Figure, Surroundings } from "./asked.tsx";
import { Coverage } from "./Coverage.tsx";
import { FigureName } from "./FigureName.tsx";
import { FigureText } from "./FigureText.tsx";
import { exactly, says } from "./numbers.types.ts";
import { hasShape, Sparkline } from "./Sparkline.tsx";

interface Shown {
  asked: Asked;
  around: Surroundings;
  figure: Figure;
  pinned: boolean;
  toggle: (key: string) => void;
}

export function FigureTile({ asked, around, figure, pinned, toggle }: Shown) {
  const { t } = useTranslation();
  const { key, name, text, note, value, unit } = figure;
  const exact = exactly(value, unit);
  const shape = around.shapes.get(key);
  const without = around.without.get(key);
  return (
    <div className="tile">
      <Popover
        title={`${name}（${key}）`}
        content={
          <div className="figure-words">
            <p>{asked.words.get(key)?.words}</p>
            {note && <p>{note}</p>}
            {!says(text, value) && <p>{t("figures.exact", { value: exact })}</p>}
          </div>
        }
        trigger={["hover", "focus"]}
        mouseEnterDelay={0.5}
        placement="topLeft"
      >
        <button
          type="button"
          className="tile-open"
          aria-label={`${name}：${text}`}
          onClick={() => asked.change({ figure: key, at: undefined, tab: undefined })}
        >
          <span className="tile-name">
            <FigureName name={name} />
          </span>
          <FigureText text={text} question={asked.answered} />
          {hasShape(shape) ? <Sparkline values={shape} /> : <span className="sparkline" />}
        </button>
      </Popover>
      {around.coverage && without ? (
        <Coverage units={around.coverage.units} without={without} />
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
}
