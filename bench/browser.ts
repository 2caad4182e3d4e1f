/**
 * What the pages weigh and how soon they can be used: the sample city in Chromium, each place as it is first opened with
 * nothing in the browser's cache, and again when everything is there. Needs a build (`npx vite build`) and Chromium.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from "playwright-core";
import { places, type Place } from "../src/web/shell/places.ts";
import { dataFolder, median, type Result } from "./stage.ts";
import { freePort } from "./start.ts";

const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
type Size = keyof typeof sizes;
const campaign = "municipality";
/** Places made for the phone; the others are only used there. */
const forPhones: readonly string[] = ["sign-in", "me", "record"];

/** A slow phone in a valley: a quarter of this machine's speed, 400 kbit/s, 100 ms there and back. */
const slow = { offline: false, latency: 100, downloadThroughput: 50_000, uploadThroughput: 50_000 };

interface Login {
  login: string;
  password: string;
}

export async function inBrowser(_scale: number, say: (line: string) => void): Promise<Result[]> {
  const folder = dataFolder("browser");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const env = { ...process.env, YIBENZHANG_DATA: folder, PORT: String(port), LOG_LEVEL: "error" };
  const server = spawn(process.execPath, [join(import.meta.dirname, "../src/cli.ts"), "demo"], { env, stdio: "ignore" });
  const ended = once(server, "exit");
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    while (!(await fetch(`${address}/healthz`).catch(() => undefined))?.ok) {
      if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
      await new Promise((then) => setTimeout(then, 200));
    }
    if (!existsSync(join(folder, "demo-logins.json"))) throw new Error("the sample has no logins");
    const logins = JSON.parse(readFileSync(join(folder, "demo-logins.json"), "utf8")) as Login[];
    const open = visits(browser, address, (login) => logins.find((one) => one.login === login) as Login);
    const results: Result[] = [];
    for (const [size, login, visited] of [
      ["phone", "liaison", ["me", "record", "ledgers", "figures"] satisfies Place[]],
      ["desk", "office", places],
    ] as const) {
      for (const place of ["sign-in", ...visited]) {
        say(`${size}: ${place}`);
        results.push(await weight(open, size, login, place));
        if (size === "phone" && forPhones.includes(place)) results.push(await firstUse(open, login, place));
      }
      results.push(...(await warm(open, size, login, visited)));
    }
    return results;
  } finally {
    await browser.close();
    server.kill("SIGTERM");
    await ended;
  }
}

interface Visit {
  context: BrowserContext;
  page: Page;
  chrome: CDPSession;
  go: (place: string) => Promise<void>;
}
type Open = (size: Size, login: string, place: string) => Promise<Visit>;

/** A browser with an empty cache; who signs in has their session, but no page yet. */
const visits =
  (browser: Browser, address: string, find: (login: string) => Login): Open =>
  async (size, login, place) => {
    const context = await browser.newContext({ viewport: sizes[size], locale: "zh-CN", timezoneId: "Asia/Shanghai" });
    if (place !== "sign-in") {
      const { password } = find(login);
      const entered = await context.request.post(`${address}/api/session`, {
        data: { login, password },
        headers: { origin: address },
      });
      if (!entered.ok()) throw new Error(await entered.text());
    }
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const chrome = await context.newCDPSession(page);
    await chrome.send("Network.enable");
    const go = async (to: string): Promise<void> => {
      await page.goto(to === "sign-in" ? address : `${address}/c/${campaign}/${to}`, { waitUntil: "commit" });
      await usable(page, to);
    };
    return { context, page, chrome, go };
  };

/** The page's title is there, and nothing that stands for what is still to come. */
async function usable(page: Page, place: string): Promise<void> {
  if (place === "sign-in") return page.locator("input[type=password]").waitFor();
  await page.locator(`a[aria-current=page][href*="/${place}"]`).first().waitFor();
  await page.locator("main h1").first().waitFor();
  await page.locator("main :is(.ant-skeleton, .ant-spin-spinning, .list-skeleton)").first().waitFor({ state: "hidden" });
}

/** Bytes of script on the wire, compressed with gzip as over plain http. */
async function weight(open: Open, size: Size, login: string, place: string): Promise<Result> {
  const { context, page, chrome, go } = await open(size, login, place);
  await chrome.send("Network.setExtraHTTPHeaders", { headers: { "accept-encoding": "gzip" } });
  const scripts = new Set<string>();
  let bytes = 0;
  chrome.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
  chrome.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await go(place);
  await page.waitForTimeout(1000);
  await context.close();
  const atMost = size === "phone" && forPhones.includes(place) ? 250 : 450;
  return { what: `${size}: script of ${place}, first load, gzip`, value: bytes / 1000, unit: "KB", target: { atMost } };
}

async function firstUse(open: Open, login: string, place: string): Promise<Result> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const { context, chrome, go } = await open("phone", login, place);
    await chrome.send("Network.emulateNetworkConditions", slow);
    await chrome.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    const begun = performance.now();
    await go(place);
    times.push(performance.now() - begun);
    await context.close();
  }
  return {
    what: `phone: ${place} first usable, 4× slower, 400 kbit/s`,
    value: median(times),
    unit: "ms",
    target: { atMost: 5000 },
  };
}

/** From one place to each other, once all have been open. */
async function warm(open: Open, size: Size, login: string, visited: readonly Place[]): Promise<Result[]> {
  const { context, page, go } = await open(size, login, "any");
  for (const place of visited) await go(place);
  const times = new Map<Place, number[]>(visited.map((place) => [place, []]));
  for (let run = -1; run < 5; run++)
    for (const place of visited) {
      const link = page.locator(`nav a[href*="/${place}"]`).first();
      if (!(await link.isVisible())) await page.locator("nav .more > button").click();
      const begun = performance.now();
      await link.click();
      await usable(page, place);
      if (run >= 0) times.get(place)?.push(performance.now() - begun);
    }
  await context.close();
  return visited.map((place) => ({
    what: `${size}: ${place} opened again`,
    value: median(times.get(place) ?? []),
    unit: "ms",
    target: { atMost: 300 },
  }));
}
