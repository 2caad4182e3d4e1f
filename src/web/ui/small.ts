import { useSyncExternalStore } from "react";

const query = window.matchMedia("(max-width: 719px)");
const subscribe = (then: () => void): (() => void) => {
  query.addEventListener("change", then);
  return () => query.removeEventListener("change", then);
};

/** Whether the window is a phone's. */
export const useSmall = (): boolean => useSyncExternalStore(subscribe, () => query.matches);
