/** What is on screen follows what others change: the server says that something has, and what is shown is asked again. */
import { queries } from "./queries.ts";

/**
 * Definitions, registers and who one is: asked again when a page opens anew, not at every record that someone makes.
 * Trends and coverage go over everything, and are asked again every minute by themselves.
 */
const lasting = new Set<unknown>([
  "access.me",
  "campaigns.list",
  "campaigns.get",
  "campaigns.definitions",
  "units.search",
  "people.list",
  "figures.trend",
  "figures.coverage",
]);
const shortest = 1000;
const longest = 5000;
const refusedRest = 15_000;

const askAgain = (): Promise<void> => queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => !lasting.has(name) });

/** Follows a campaign until it is told to stop. Where changes never cease, the screen follows every few seconds. */
export function follow(campaign: string): () => void {
  const address = `/api/campaigns/${encodeURIComponent(campaign)}/live`;
  let source: EventSource;
  let opened = false;
  let comeBack: number | undefined;
  let next: number | undefined;
  let rest = 0;
  let again = false;
  const ask = (): void => {
    again = false;
    rest = Math.min(longest, Math.max(shortest, rest * 2));
    next = window.setTimeout(pause, rest);
    // A window in the background asks when it is looked at again.
    if (document.visibilityState === "visible") void askAgain();
  };
  const pause = (): void => {
    next = undefined;
    if (again) ask();
    else rest = 0;
  };
  const changed = (): void => {
    again = true;
    // Not everyone at the same moment.
    next ??= window.setTimeout(ask, Math.random() * 200);
  };
  const open = (): void => {
    source = new EventSource(address);
    source.addEventListener("changed", changed);
    source.addEventListener("open", () => {
      // Back again: something may have been missed.
      if (opened) changed();
      opened = true;
    });
    source.addEventListener("error", () => {
      // The browser comes back by itself after a broken connection, but not after a refusal, as of a session that ended.
      if (source.readyState === EventSource.CLOSED) comeBack = window.setTimeout(open, refusedRest);
    });
  };
  const seen = (): void => {
    if (document.visibilityState === "visible") changed();
  };
  open();
  document.addEventListener("visibilitychange", seen);
  return () => {
    source.close();
    window.clearTimeout(comeBack);
    window.clearTimeout(next);
    document.removeEventListener("visibilitychange", seen);
  };
}
