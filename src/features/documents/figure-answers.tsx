/**
 * What the figures in a document come to at present. Places ask for theirs as they appear; questions of one moment with the
 * same unit and days go out together, and all are asked again from time to time, since records change.
 */
import { ask, Problem } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { figureText, type FigureRef } from "./draft.types.ts";

export type LiveFigure = Output<"figures.ask">["units"][number]["figures"][number];
/** `hidden`: not for the asker. `missing`: no such figure any more. */
export type LiveAnswer = LiveFigure | "hidden" | "missing";

export interface Answers {
  find(figure: FigureRef): LiveAnswer | undefined;
  /** Calls back whenever answers have come; returns how to stop. */
  listen(then: () => void): () => void;
  /** Grows with each new answer. */
  version(): number;
  stop(): void;
}

interface Scope {
  campaign: string;
  unit: number;
  from: string;
  to: string;
}

const everySeconds = 30;
const together = 60;

export function openAnswers(scope: Scope): Answers {
  const known = new Map<string, LiveAnswer>();
  const wanted = new Map<string, { place: Omit<Scope, "campaign">; key: string }>();
  const asked = new Set<string>();
  const listeners = new Set<() => void>();
  let version = 0;
  let timer: number | undefined;
  let stopped = false;

  const placeOf = ({ unit, from, to }: FigureRef): Omit<Scope, "campaign"> => ({
    unit: unit ?? scope.unit,
    from: from ?? scope.from,
    to: to ?? scope.to,
  });
  const idOf = (place: Omit<Scope, "campaign">, key: string): string => `${place.unit} ${place.from} ${place.to} ${key}`;

  async function askFor(place: Omit<Scope, "campaign">, keys: string[]): Promise<void> {
    const tell = (key: string, answer: LiveAnswer): void => void known.set(idOf(place, key), answer);
    try {
      const { units } = await ask("figures.ask", { campaign: scope.campaign, ...place, keys: keys.join(",") });
      for (const figure of units[0]?.figures ?? []) tell(figure.key, figure);
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) return;
      // One that does not exist must not hide the others.
      if (keys.length > 1 && error.code !== "not_found") {
        const middle = keys.length >> 1;
        await Promise.all([askFor(place, keys.slice(0, middle)), askFor(place, keys.slice(middle))]);
      } else for (const key of keys) tell(key, error.code === "not_found" ? "hidden" : "missing");
    }
  }

  async function refresh(only?: ReadonlySet<string>): Promise<void> {
    const questions = [...wanted].filter(([id]) => !only || only.has(id)).map(([, question]) => question);
    const places = Map.groupBy(questions, ({ place }) => `${place.unit} ${place.from} ${place.to}`);
    await Promise.all(
      [...places.values()].flatMap((same) => {
        const [first] = same;
        if (!first) return [];
        const keys = same.map(({ key }) => key);
        const parts = Array.from({ length: Math.ceil(keys.length / together) }, (_, i) =>
          keys.slice(i * together, (i + 1) * together),
        );
        return parts.map((part) => askFor(first.place, part));
      }),
    );
    version++;
    if (!stopped) listeners.forEach((then) => then());
  }

  const soon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const only = new Set(asked);
      asked.clear();
      void refresh(only);
    }, 30);
  };
  const again = window.setInterval(() => !document.hidden && void refresh(), everySeconds * 1000);
  const onFocus = (): void => void refresh();
  window.addEventListener("focus", onFocus);

  return {
    find(figure) {
      const place = placeOf(figure);
      const id = idOf(place, figure.key);
      if (!wanted.has(id)) {
        wanted.set(id, { place, key: figure.key });
        asked.add(id);
        soon();
      }
      return known.get(id);
    },
    listen(then) {
      listeners.add(then);
      return () => listeners.delete(then);
    },
    version: () => version,
    stop() {
      stopped = true;
      window.clearTimeout(timer);
      window.clearInterval(again);
      window.removeEventListener("focus", onFocus);
    },
  };
}

/** What stands in the text for a figure's answer. */
export function liveText(answer: LiveAnswer | undefined, form: string): string {
  if (answer === undefined) return "……";
  if (answer === "hidden") return "无权查看";
  if (answer === "missing") return "指标已取消";
  // What may not be told has a text but no value to put in another form.
  if (answer.value === null) return answer.text;
  try {
    return figureText(answer, form);
  } catch {
    return answer.text;
  }
}
