/**
 * Messages, notifications and questions as antd has them (`App.useApp`), but their code comes with the first one: a page
 * that has nothing to say loads none of it. Until then calls wait, and what they return stands for what will be there.
 */
import AppContext, { type useAppProps } from "antd/es/app/context";
import type { ReactNode } from "react";
import { later } from "./later.tsx";
import { createStore } from "./store.ts";

const wanted = createStore(false);
let there: useAppProps | undefined;
let tell: (sayings: useAppProps) => void = () => undefined;
const coming = new Promise<useAppProps>((then) => (tell = then));

const Speaker = later(async () => (await import("./Speaker.tsx")).Speaker);
const ready = (sayings: useAppProps): void => {
  there = sayings;
  tell(sayings);
};

type Result = (() => void) & { destroy?: () => void; update?: (props: never) => void } & PromiseLike<unknown>;
type Methods = Record<string, (...given: unknown[]) => Result>;

function say(part: keyof useAppProps, method: string, given: unknown[]): unknown {
  const call = (sayings: useAppProps): Result => (sayings[part] as unknown as Methods)[method]?.(...given) as Result;
  if (there) return call(there);
  wanted.set(true);
  // In a box, for what comes can itself be waited for, and must not be here.
  const made = coming.then((sayings) => ({ it: call(sayings) }));
  return Object.assign(() => void made.then(({ it }) => it()), {
    destroy: () => void made.then(({ it }) => it.destroy?.()),
    update: (props: never) => void made.then(({ it }) => it.update?.(props)),
    then: (...then: Parameters<Promise<unknown>["then"]>) => made.then(({ it }) => it).then(...then),
  });
}

const part = (name: keyof useAppProps): unknown =>
  new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...given: unknown[]) =>
          say(name, String(method), given),
    },
  );
const sayings = { message: part("message"), notification: part("notification"), modal: part("modal") } as useAppProps;

export function Sayings({ children }: { children: ReactNode }) {
  return (
    <AppContext.Provider value={sayings}>
      {children}
      {wanted.use() && <Speaker ready={ready} />}
    </AppContext.Provider>
  );
}
