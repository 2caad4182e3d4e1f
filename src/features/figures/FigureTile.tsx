/** One figure on the page: its name, what it comes to, and on hovering what it counts. */
import { Popover } from "antd";
import type { Output } from "#web/api/contract.ts";

type Figure = Output<"figures.ask">["units"][number]["figures"][number];

export function FigureTile({ figure, words, open }: { figure: Figure; words: string; open: () => void }) {
  const { key, name, text, note } = figure;
  // A number is read faster when what it is of stands smaller beside it.
  const [, number = "", unit = ""] = /^([-−\d.,万亿]*%?)(\D*)$/.exec(text) ?? [];
  return (
    <Popover
      title={`${name}（${key}）`}
      content={<div className="figure-words">{note ? `${words} ${note}` : words}</div>}
      mouseEnterDelay={0.5}
      placement="topLeft"
    >
      <button type="button" className="tile" aria-label={`${name}：${text}`} onClick={open}>
        <span className="tile-name">{name}</span>
        <span className="tile-value">
          {number === "" ? <span className="tile-text">{text}</span> : number}
          {number !== "" && unit !== "" && <small>{unit}</small>}
        </span>
      </button>
    </Popover>
  );
}
