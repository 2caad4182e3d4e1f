/** A component whose code comes when it is first shown; until it is there, `meanwhile` or nothing stands in its place. */
import { createElement, lazy, Suspense, type ComponentType, type ReactNode } from "react";

export function later<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile?: ReactNode): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await dressed(load) })) as ComponentType<P>;
  return (given) => <Suspense fallback={meanwhile}>{createElement(Loaded, given)}</Suspense>;
}

/** The component with what antd needs around it, which is loaded beside it. */
export async function dressed<P extends object>(load: () => Promise<ComponentType<P>>): Promise<ComponentType<P>> {
  const [{ Dressed }, Part] = await Promise.all([import("./Dressed.tsx"), load()]);
  return (given) => <Dressed>{createElement(Part, given)}</Dressed>;
}
