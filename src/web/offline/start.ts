/** At the start: the pages are kept for times without a network, and what waits is sent for whoever this is. */
import { reach } from "../api/reach.ts";
import { sessionEnded } from "../shell/session.ts";
import { outboxOf } from "./outbox.ts";
import { who, whenAnother, whenKnown } from "./who.ts";

const start = (): void => {
  const account = who();
  if (account && reach.get() === "ok" && !sessionEnded.get()) outboxOf(account.id).start();
};
start();
whenKnown(start);
reach.subscribe(start);
sessionEnded.subscribe(start);
whenAnother(() => sessionEnded.set(true));

// Browsers allow it over https and on this very machine only; without it everything works but a start without network.
const keepPages = (): void => void navigator.serviceWorker.register("/service-worker.js").catch(() => undefined);
// On a slow network what the page itself is waiting for goes before what a later one may need.
export const patience = 3000;
if (import.meta.env.PROD && "serviceWorker" in navigator) window.addEventListener("load", () => setTimeout(keepPages, patience));
