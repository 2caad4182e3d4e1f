/** Which figures someone watches: kept in this browser, for each account and campaign. */
import { useMemo, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const subscribe = (then: () => void): (() => void) => {
  listeners.add(then);
  window.addEventListener("storage", then);
  return () => {
    listeners.delete(then);
    window.removeEventListener("storage", then);
  };
};

function keysIn(text: string): string[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function usePins(campaign: string, account: number): { pins: string[]; toggle: (key: string) => void } {
  const name = `yibenzhang.figures.${account}.${campaign}`;
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(name) ?? "");
  const pins = useMemo(() => keysIn(kept), [kept]);
  const toggle = (key: string): void => {
    const next = pins.includes(key) ? pins.filter((one) => one !== key) : [...pins, key];
    localStorage.setItem(name, JSON.stringify(next));
    for (const listener of listeners) listener();
  };
  return { pins, toggle };
}
