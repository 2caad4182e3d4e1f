import { useSyncExternalStore } from "react";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  subscribe: (then: () => void) => () => void;
  /** The value in a component, which is drawn again when it changes. */
  use(): T;
}

/** One value that several places of the page look at. */
export function createStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  const subscribe = (then: () => void): (() => void) => {
    listeners.add(then);
    return () => listeners.delete(then);
  };
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe,
    use: () => useSyncExternalStore(subscribe, () => value),
  };
}
