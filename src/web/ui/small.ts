/** What the window and its owner are like, as far as pages are laid out by it. */
import { useSyncExternalStore } from "react";

function watched(words: string): () => boolean {
  const query = window.matchMedia(words);
  const subscribe = (then: () => void): (() => void) => {
    query.addEventListener("change", then);
    return () => query.removeEventListener("change", then);
  };
  return () => useSyncExternalStore(subscribe, () => query.matches);
}

/** Whether the window is a phone's. */
export const useSmall = watched("(max-width: 719px)");

/** Whether whoever looks at it wants nothing to move. */
export const useStill = watched("(prefers-reduced-motion: reduce)");
