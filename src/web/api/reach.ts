/**
 * Whether the server can be reached, as the last request found it. While it cannot, its health is asked every other second,
 * and what failed meanwhile is read again once it answers.
 */
import { createStore } from "../ui/store.ts";

export const reach = createStore<"ok" | "lost">("ok");

let again = (): void => undefined;
/** Called when the server answers again. */
export const whenBack = (then: () => void): void => {
  again = then;
};

let waiting = false;
async function watch(): Promise<void> {
  for (;;) {
    await new Promise((then) => setTimeout(then, 2000));
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined);
    if (answer?.ok) break;
  }
  waiting = false;
  reach.set("ok");
  again();
}

/** To be called when a request got no answer, or only one from a gate whose server is away. */
export function noteLost(): void {
  reach.set("lost");
  if (waiting) return;
  waiting = true;
  void watch();
}
