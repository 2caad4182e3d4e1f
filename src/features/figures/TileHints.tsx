/** What a figure counts and who has none yet, on hovering or focus: one box for all tiles, as one each would cost more than they do. */
import { Popover } from "antd";
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from "react";
import type { Asked, Surroundings } from "./asked.tsx";
import { CoverageWords, FigureWords } from "./hint-words.tsx";

/** What a tile's part is asked about, as its `data-hint`: the figure itself, or how many units have it. */
export const hintOf = (about: "figure" | "coverage", key: string): string => `${about} ${key}`;

interface Shown {
  hint: string;
  /** Where it stands within the tiles, in pixels. */
  place: { left: number; top: number; width: number; height: number };
}

const beforeItOpens = 500;
/** Long enough to get from the tile into the box. */
const beforeItCloses = 150;

export function TileHints({ asked, around, children }: { asked: Asked; around: Surroundings; children: ReactNode }) {
  const tiles = useRef<HTMLDivElement>(null);
  const timer = useRef(0);
  const [shown, show] = useState<Shown>();
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const soon = (next: Shown | undefined, wait: number): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => show(next), wait);
  };
  const at = ({ target }: SyntheticEvent): Shown | undefined => {
    const part = (target as Element).closest<HTMLElement>("[data-hint]");
    if (!part || !tiles.current) return undefined;
    const { left, top, width, height } = part.getBoundingClientRect();
    const whole = tiles.current.getBoundingClientRect();
    return { hint: part.dataset["hint"] ?? "", place: { left: left - whole.left, top: top - whole.top, width, height } };
  };
  const isInBox = ({ target }: SyntheticEvent): boolean => !tiles.current?.contains(target as Node);
  const hover = (event: SyntheticEvent): void => {
    if (isInBox(event)) return window.clearTimeout(timer.current);
    const next = at(event);
    if (next?.hint === shown?.hint) return window.clearTimeout(timer.current);
    soon(next, next ? beforeItOpens : beforeItCloses);
  };
  const focus = (event: SyntheticEvent): void => {
    if ((event.target as Element).matches(":focus-visible")) soon(at(event), 0);
  };
  // Who counts is looked up by touching it; a figure itself opens.
  const press = (event: SyntheticEvent): void => {
    const next = at(event);
    if (next) soon(next.hint.startsWith("coverage ") ? next : undefined, 0);
  };
  const [about, key = ""] = shown?.hint.split(" ") ?? [];
  return (
    // The parts within have the keys; here is only seen what is pointed at.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={tiles}
      className="tile-hints"
      onMouseOver={hover}
      onMouseLeave={() => soon(undefined, beforeItCloses)}
      onFocus={focus}
      onBlur={() => soon(undefined, 0)}
      onClick={press}
      onKeyDown={({ key: pressed }) => pressed === "Escape" && soon(undefined, 0)}
    >
      {children}
      {shown && (
        <Popover
          key={shown.hint}
          open
          placement={about === "figure" ? "topLeft" : "bottomLeft"}
          content={
            about === "figure" ? <FigureWords asked={asked} figure={key} /> : <CoverageWords around={around} figure={key} />
          }
        >
          <span className="tile-hint" style={shown.place} />
        </Popover>
      )}
    </div>
  );
}
