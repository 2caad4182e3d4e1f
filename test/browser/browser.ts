/** A real browser on the pages of a world: Chromium of the system, in the sizes that every page is looked at. */
import type { AddressInfo } from "node:net";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { createServer } from "../../src/main.ts";
import { createWorld, password, type Login, type World } from "../world.ts";

export const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof sizes;

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const web = resolve(import.meta.dirname, "../../dist/web");

export interface Visitor {
  page: Page;
  /** What the page complained of in the console, but for answers that a page expects. */
  complaints: string[];
  close: () => Promise<void>;
}

export interface Visit {
  language?: "zh" | "en";
  /** With the service worker, that opens pages without network. */
  keeps?: boolean;
  /** Path that is opened first; default where the program leads. */
  at?: string;
}

export interface Site {
  address: string;
  /** A window of its own, signed in unless there is no login. */
  visit(size: Size, login?: Login, how?: Visit): Promise<Visitor>;
  close(): Promise<void>;
}

/** Serves a world to a browser, with the pages as they were built or as another build made them. */
export async function openSite(world: Pick<World, "database" | "time">, pages = web): Promise<Site> {
  const app = await createServer(world.database, { clock: () => world.time.now, logLevel: "silent", web: pages });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  // As root, as in a container, Chromium has no sandbox of its own.
  const browser: Browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? program ?? "chromium",
    args: ["--no-sandbox"],
  });
  return {
    address,
    async visit(size, login, { language = "zh", keeps = false, at = "/" } = {}) {
      const context = await browser.newContext({
        viewport: sizes[size],
        locale: "zh-CN",
        timezoneId: "Asia/Shanghai",
        serviceWorkers: keeps ? "allow" : "block",
        // What moves is half there for a moment, and can be neither judged nor compared.
        reducedMotion: "reduce",
      });
      await context.addInitScript(`localStorage.setItem("yibenzhang.language", "${language}")`);
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      const complaints: string[] = [];
      page.on("console", (said) => {
        if (said.type() === "error" && !said.text().startsWith("Failed to load resource")) complaints.push(said.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      if (login) {
        const data = { login, password };
        const entered = await context.request.post(`${address}/api/session`, { data, headers: { origin: address } });
        expect(entered.status()).toBe(200);
      }
      await page.goto(`${address}${at}`);
      if (login) await page.waitForURL("**/c/**");
      return { page, complaints, close: () => context.close() };
    },
    async close() {
      await browser.close();
      await app.close();
    },
  };
}

/** Waits until the service worker keeps the pages; an attempt that a busy machine broke off is made again when a page is opened. */
export async function untilKept(page: Page): Promise<void> {
  const state = (): Promise<string | null> =>
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found?.active?.state ?? null)");
  const kept = () => expect.poll(state, { timeout: 20_000, interval: 250 }).toBe("activated");
  await kept().catch(async () => {
    await page.reload();
    await kept();
  });
}

/** A world with its pages: there before the first test of a file, prepared by it, and gone after the last. */
export function serveWorld(prepare: (served: { world: World; site: Site }) => unknown): void {
  let world: World | undefined;
  let site: Site | undefined;
  beforeAll(async () => {
    world = await createWorld();
    site = await openSite(world);
    await prepare({ world, site });
  });
  afterAll(async () => {
    await site?.close();
    await world?.close();
  });
}

/** Follows the navigation to a place; on a phone it may wait behind “more”. */
export async function goTo(page: Page, place: string): Promise<void> {
  const link = page.getByRole("link", { name: place, exact: true });
  const more = page.getByRole("button", { name: /^(更多|More)$/ });
  await link.or(more).first().waitFor();
  if (!(await link.isVisible())) await more.click();
  await link.click();
}

/**
 * No serious fault for people who use a keyboard or a screen reader (WCAG 2.2 A and AA, as far as a program can tell). The
 * grid's own rows and cells stand where axe does not look for them; what it shows is there as a plain table too.
 */
export async function expectUsable(page: Page): Promise<void> {
  // What lies faintly over a page would keep axe from judging the contrast of what is under it.
  await page.evaluate("for (const mark of document.querySelectorAll('.watermark')) mark.hidden = true");
  const { violations } = await new AxeBuilder({ page })
    .exclude("revo-grid")
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
    // In the page itself: a second one for the summing up takes as long as the judging.
    .setLegacyMode()
    .analyze();
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(" | ")}`,
    );
  expect(serious).toEqual([]);
}

/** Nothing stands out of the window to the right. */
export async function expectFits(page: Page): Promise<void> {
  const [inner, outer] = await page.evaluate<[number, number]>("[document.documentElement.scrollWidth, window.innerWidth]");
  expect(inner).toBeLessThanOrEqual(outer);
}
