/** A component whose code comes when it is first shown; until it is there, `meanwhile` or nothing stands in its place. */
import { createElement, lazy, Suspense, type ComponentType, type ReactNode } from "react";

export function later<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile?: ReactNode): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await load() })) as ComponentType<P>;
  return (given) => <Suspense fallback={meanwhile}>{createElement(Loaded, given)}</Suspense>;
}
