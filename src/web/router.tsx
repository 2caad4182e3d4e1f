/** Which page stands where. The address says all that a page shows, so that it can be sent and found again. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { figuresSearch, type FiguresSearch } from "#features/figures/figures.search.tsx";
import { ask, Problem, whenSignedOut } from "./api/client.ts";
import { queries, reading } from "./api/queries.ts";
import { Shell } from "./shell/Shell.tsx";
import { SignIn } from "./shell/SignIn.tsx";
import { Wrong } from "./ui/Wrong.tsx";

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
  component: SignIn,
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

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ location }) => {
    await signedIn(location.href);
    const { campaigns } = await ask("campaigns.list", {});
    const [first] = campaigns;
    if (first) throw redirect({ to: "/c/$campaign/figures", params: { campaign: first.key } });
  },
});

const campaign = createRoute({
  getParentRoute: () => root,
  path: "/c/$campaign",
  beforeLoad: ({ location }) => signedIn(location.href),
  loader: ({ params }) =>
    Promise.all([
      queries.ensureQueryData(reading("campaigns.get", params)),
      queries.ensureQueryData(reading("units.list", params)),
    ]),
  component: Shell,
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
  component: lazyRouteComponent(() => import("#features/figures/FiguresPage.tsx"), "FiguresPage"),
});

const ledgers = createRoute({
  getParentRoute: () => campaign,
  path: "ledgers",
  validateSearch: (
    given: Given,
  ): Place & {
    ledger?: string | undefined;
    state?: string | undefined;
    page?: number | undefined;
    entry?: string | undefined;
  } => ({
    ...placeIn(given),
    ledger: textIn(given, "ledger"),
    state: textIn(given, "state"),
    page: numberIn(given, "page"),
    entry: textIn(given, "entry"),
  }),
  component: lazyRouteComponent(() => import("#features/ledgers/LedgersPage.tsx"), "LedgersPage"),
});

const importing = createRoute({
  getParentRoute: () => campaign,
  path: "import",
  component: lazyRouteComponent(() => import("#features/exchange/ImportPage.tsx"), "ImportPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([signIn, home, campaign.addChildren([figures, ledgers, importing])]),
  defaultPreload: "intent",
});

whenSignedOut(() => {
  queries.clear();
  const { href, pathname } = router.state.location;
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { back: href } });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
