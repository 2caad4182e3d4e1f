/** At the start: the pages are kept for times without a network, and what waits is sent for whoever this is. */
import { outboxOf } from "./outbox.ts";
import { who, whenKnown } from "./who.ts";

const known = who();
if (known) outboxOf(known.id).start();
whenKnown(({ id }) => outboxOf(id).start());

// Browsers allow it over https and on this very machine only; without it everything works but a start without network.
if (import.meta.env.PROD && "serviceWorker" in navigator)
  window.addEventListener("load", () => void navigator.serviceWorker.register("/service-worker.js").catch(() => undefined));
