/** Which page stands where. The address says all that a page shows, so that it can be sent and found again. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { figuresSearch, type FiguresSearch } from "#features/figures/figures.search.tsx";
import { ledgerSearch } from "#features/ledgers/search.types.ts";
import { ask, Problem, whenSignedOut } from "./api/client.ts";
import { queries, reading } from "./api/queries.ts";
import { placesFor } from "./shell/places.ts";
import { sessionEnded } from "./shell/session.ts";
import { Shell } from "./shell/Shell.tsx";
import { dressed } from "./ui/later.tsx";
import { Wrong } from "./ui/Wrong.tsx";

/** A page whose parts antd draws; those of a phone's first minute are not. */
const drawn = (load: () => Promise<ComponentType>) => lazyRouteComponent(async () => ({ default: await dressed(load) }));

/** What an address says besides the path; anyone may have written it. */
type Given = Record<string, unknown>;

const root = createRootRoute({
  component: Outlet,
  errorComponent: ({ error, reset }) => <Wrong error={error as Error} retry={reset} />,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (given: Given): { back?: string } =>
    // Only within this site: whoever sends a link must not decide where one goes after signing in.
    typeof given["back"] === "string" && /^\/(?![/\\])/.test(given["back"]) ? { back: given["back"] } : {},
  // Nobody can sign in where nobody has an account.
  beforeLoad: async () => {
    if ((await ask("setup.state", {})).needed) throw redirect({ to: "/set-up" });
  },
  component: lazyRouteComponent(() => import("./shell/SignIn.tsx"), "SignIn"),
});

/** Asks who this is; who has no session signs in first and comes back. */
async function signedIn(href: string): Promise<void> {
  try {
    await queries.ensureQueryData(reading("access.me", {}));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) throw redirect({ to: "/sign-in", search: { back: href } });
    throw error;
  }
}

/** The same, and with nothing that is to be done first. */
async function settled(href: string): Promise<void> {
  await signedIn(href);
  const first = queries.getQueryData(reading("access.me", {}).queryKey)?.first;
  if (first === "code") throw redirect({ to: "/sign-in", search: { back: href } });
  if (first === "password") throw redirect({ to: "/password" });
  if (first === "enrol") throw redirect({ to: "/second-factor" });
}

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ location }) => {
    await settled(location.href);
    const { campaigns } = await queries.ensureQueryData(reading("campaigns.list", {}));
    const [first] = campaigns;
    if (first) throw redirect({ to: "/c/$campaign", params: { campaign: first.key } });
  },
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  beforeLoad: async () => {
    if (!(await ask("setup.state", {})).needed) throw redirect({ to: "/" });
  },
  component: drawn(async () => (await import("#features/campaigns/SetUpPage.tsx")).SetUpPage),
});

const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  beforeLoad: ({ location }) => signedIn(location.href),
  component: drawn(async () => (await import("#features/access/PasswordPage.tsx")).PasswordPage),
});

const activate = createRoute({
  getParentRoute: () => root,
  path: "/activate",
  component: drawn(async () => (await import("#features/access/ActivatePage.tsx")).ActivatePage),
});

const sso = createRoute({
  getParentRoute: () => root,
  path: "/sso/$provider",
  component: drawn(async () => (await import("#features/access/SsoPage.tsx")).SsoPage),
});

const secondFactor = createRoute({
  getParentRoute: () => root,
  path: "/second-factor",
  beforeLoad: ({ location }) => signedIn(location.href),
  component: drawn(async () => (await import("#features/access/SecondFactorPage.tsx")).SecondFactorPage),
});

const campaign = createRoute({
  getParentRoute: () => root,
  path: "/c/$campaign",
  beforeLoad: async ({ location, params, matches }) => {
    // The campaign and the page's own code are on their way while the server says who this is.
    void queries.prefetchQuery(reading("campaigns.get", params));
    for (const { routeId } of matches) void router.routesById[routeId].options.component?.preload?.();
    await settled(location.href);
  },
  // Only the campaign: the parameters of the pages below come along. Units are asked for as they are needed: a nation has many.
  loader: ({ params: { campaign: key } }) => queries.ensureQueryData(reading("campaigns.get", { campaign: key })),
  component: Shell,
});

/** Where a campaign is opened depends on what one comes for. */
const start = createRoute({
  getParentRoute: () => campaign,
  path: "/",
  beforeLoad: async ({ params }) => {
    const [first = "me"] = placesFor(await queries.ensureQueryData(reading("campaigns.get", params)));
    throw redirect({ to: `/c/$campaign/${first}`, params });
  },
});

interface Place {
  unit?: number | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
const textIn = (given: Given, name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
const dayIn = (given: Given, name: string): string | undefined => /^\d{4}-\d\d-\d\d$/.exec(textIn(given, name) ?? "")?.[0];
const numberIn = (given: Given, name: string): number | undefined =>
  Number.isSafeInteger(given[name]) && (given[name] as number) > 0 ? (given[name] as number) : undefined;
const placeIn = (given: Given): Place => ({ unit: numberIn(given, "unit"), from: dayIn(given, "from"), to: dayIn(given, "to") });

const figures = createRoute({
  getParentRoute: () => campaign,
  path: "figures",
  validateSearch: (given: Given): Place & FiguresSearch => ({ ...placeIn(given), ...figuresSearch(given) }),
  component: drawn(async () => (await import("#features/figures/FiguresPage.tsx")).FiguresPage),
});

const ledgers = createRoute({
  getParentRoute: () => campaign,
  path: "ledgers",
  validateSearch: ledgerSearch,
  component: drawn(async () => (await import("#features/ledgers/LedgersPage.tsx")).LedgersPage),
});

const record = createRoute({
  getParentRoute: () => campaign,
  path: "record",
  validateSearch: (given: Given): { ledger?: string | undefined; done?: string | undefined } => ({
    ledger: textIn(given, "ledger"),
    done: textIn(given, "done"),
  }),
  loader: ({ params }) => void queries.prefetchQuery(reading("ledgers.recent", params)),
  component: lazyRouteComponent(() => import("#features/ledgers/RecordPage.tsx"), "RecordPage"),
});

const myDay = createRoute({
  getParentRoute: () => campaign,
  path: "me",
  loader: ({ params }) => void queries.prefetchQuery(reading("ledgers.waiting", params)),
  component: lazyRouteComponent(() => import("#features/ledgers/MyDayPage.tsx"), "MyDayPage"),
});

const importing = createRoute({
  getParentRoute: () => campaign,
  path: "import",
  component: drawn(async () => (await import("#features/exchange/ImportPage.tsx")).ImportPage),
});

/** Every component in every state, to look at and to compare; not built for those who work with the product. */
const gallery = createRoute({
  getParentRoute: () => root,
  path: "/ui",
  component: drawn(async () => (await import("./gallery/Gallery.tsx")).Gallery),
});

const documents = createRoute({
  getParentRoute: () => campaign,
  path: "documents",
  component: drawn(async () => (await import("#features/documents/DocumentsPage.tsx")).DocumentsPage),
});

const oneDocument = createRoute({
  getParentRoute: () => campaign,
  path: "documents/$document",
  component: drawn(async () => (await import("#features/documents/DocumentPage.tsx")).DocumentPage),
});

const verify = createRoute({
  getParentRoute: () => root,
  path: "/verify/{-$code}",
  beforeLoad: ({ location }) => signedIn(location.href),
  component: drawn(async () => (await import("#features/documents/VerifyPage.tsx")).VerifyPage),
});

const unitTabs = ["people", "below", "relations", "groups", "changes"] as const;
const units = createRoute({
  getParentRoute: () => campaign,
  path: "units",
  validateSearch: (
    given: Given,
  ): { unit?: number | undefined; day?: string | undefined; tab?: (typeof unitTabs)[number] | undefined } => ({
    unit: numberIn(given, "unit"),
    day: dayIn(given, "day"),
    tab: unitTabs.find((tab) => tab === given["tab"]),
  }),
  component: drawn(async () => (await import("./shell/UnitsPage.tsx")).UnitsPage),
});

const firstSteps = createRoute({
  getParentRoute: () => campaign,
  path: "set-up",
  validateSearch: (given: Given): { step?: "units" | "people" | "ledger" | "done" | undefined } => ({
    step: (["units", "people", "ledger", "done"] as const).find((step) => step === given["step"]),
  }),
  component: drawn(async () => (await import("#features/exchange/FirstStepsPage.tsx")).FirstStepsPage),
});

const security = createRoute({
  getParentRoute: () => campaign,
  path: "security",
  component: drawn(async () => (await import("#features/access/SecurityPage.tsx")).SecurityPage),
});

const admin = createRoute({
  getParentRoute: () => campaign,
  path: "admin",
  validateSearch: (given: Given): { tab?: "accounts" | "campaign" | "packs" | "audit" | "sign-in" | undefined } => ({
    tab: (["accounts", "campaign", "packs", "audit", "sign-in"] as const).find((tab) => tab === given["tab"]),
  }),
  component: drawn(async () => (await import("./shell/AdminPage.tsx")).AdminPage),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setUp,
    password,
    activate,
    sso,
    secondFactor,
    home,
    verify,
    campaign.addChildren([
      start,
      myDay,
      record,
      figures,
      ledgers,
      importing,
      documents,
      oneDocument,
      units,
      admin,
      security,
      firstSteps,
    ]),
    ...(import.meta.env.MODE === "production" ? [] : [gallery]),
  ]),
  defaultPreload: "intent",
});

// Who was at work stays on the page and signs in over it; who only comes is led to sign in by the route.
whenSignedOut(() => {
  if (queries.getQueryData(reading("access.me", {}).queryKey)) sessionEnded.set(true);
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
