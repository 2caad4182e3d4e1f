/**
 * Keeps the pages themselves, so that 一本账 opens without a network: the shell and what recording needs. It answers for
 * no request to the server's interface; what is kept of that is decided in `offline/`.
 */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

/** As much of a service worker's own world as is used here; the list is filled in by the build. */
declare const self: {
  readonly keptFiles: PrecacheEntry[];
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: { waitUntil(work: Promise<void>): void }) => void): void;
};

// A network that does not answer is as good as none after so many milliseconds.
const patience = 4000;

/** The page as the server has it now, else as it was last. */
async function newestPage(request: Request): Promise<Response> {
  const late = new Promise<undefined>((resume) => setTimeout(() => resume(undefined), patience));
  const answer = await Promise.race([fetch(request).catch(() => undefined), late]);
  if (answer && answer.status < 500) return answer;
  return (await matchPrecache("/index.html")) ?? answer ?? Response.error();
}

cleanupOutdatedCaches();
precacheAndRoute(self.keptFiles);
registerRoute(new NavigationRoute(({ request }) => newestPage(request), { denylist: [/^\/(api|docs)\b/] }));
self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
