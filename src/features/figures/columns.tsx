import type { Asked } from "./asked.tsx";
import { groupFigures } from "./groups.tsx";

/** Without a choice and without pins, so many figures of the campaign's own stand in the table. */
const some = 8;

/** Keys of the figures that the table shows and an export holds: those chosen, those pinned, or the campaign's first. */
export function chosenColumns({ search, figures, definition }: Asked, pins: readonly string[]): string[] {
  const known = new Set(figures.map(({ key }) => key));
  const chosen = (search.columns ?? pins).filter((key) => known.has(key));
  if (chosen.length > 0 || search.columns) return chosen;
  const groups = definition ? groupFigures(figures, definition, { own: "", sealed: " " }) : [];
  return groups
    .flatMap(([, list]) => list)
    .slice(0, some)
    .map(({ key }) => key);
}
