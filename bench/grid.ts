/** A ledger of 100,000 records in a list: the first window, one in the middle, sorted and filtered, beside the bare SQL; and in a browser. */
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import type { Campaign } from "#kernel/campaign.ts";
import { asOwner, withScope } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import type { EntryFilter } from "#features/ledgers/ledgers.model.ts";
import { ledgerOf } from "#features/ledgers/ledgers.model.ts";
import { listEntries, type Window } from "#features/ledgers/list-entries.model.ts";
import { createServer } from "../src/main.ts";
import { ledgerKeys } from "./nation-pack.ts";
import { openNation } from "./nation.ts";
import { median, openStage, time, type Result, type Stage } from "./stage.ts";

export async function grid(scale: number, say: (line: string) => void): Promise<Result[]> {
  const entries = Math.round(400_000 * scale);
  const stage = await openStage(`grid-${entries}`);
  try {
    // A quarter of them is in the first ledger.
    const campaign = await openNation(stage.database, { realms: 1, units: 300, people: 6000, entries }, say);
    return [...(await lists(stage, campaign, entries / 4)), ...(await browsing(stage, campaign))];
  } finally {
    await stage.close();
  }
}

async function lists({ database }: Stage, campaign: Campaign, records: number): Promise<Result[]> {
  const ledger = ledgerOf(campaign, ledgerKeys[0] as string);
  const list = (filter: EntryFilter, window: Partial<Window>): Promise<unknown> =>
    withScope(database, { actor: null, realms: campaign.realms, units: "whole", ledgers: [...campaign.ledgers.keys()] }, (tx) =>
      listEntries(tx, campaign, ledger, filter, { limit: 100, offset: 0, ...window }),
    );
  const bare = (rest: string): Promise<unknown> =>
    database.pool.query(
      `select * from entries e where realm_id = any($1) and campaign_id = $2 and ledger = $3 and not deleted ${rest} limit 100`,
      [campaign.realms, campaign.id, ledger.key],
    );
  const middle = Math.floor(records / 2);
  const name = "活动名称";
  const cases: [what: string, ours: () => Promise<unknown>, theirs: string][] = [
    ["first window, counted", () => list({}, { count: true }), "order by day desc nulls last, entry_id"],
    ["a window in the middle", () => list({}, { offset: middle }), `order by day desc nulls last, entry_id offset ${middle}`],
    [
      "sorted by a number, a window in the middle",
      () => list({}, { offset: middle, sorting: { column: "参加人数", descending: false } }),
      `order by (data->>'参加人数')::numeric, entry_id offset ${middle}`,
    ],
    [
      "sorted by a text as a dictionary has it, first window",
      () => list({}, { sorting: { column: name, descending: false } }),
      `order by data->>'${name}' collate "zh-x-icu", entry_id`,
    ],
    [
      "filtered by a part of a text, counted",
      () => list({ where: { [name]: { contains: "99" } } }, { count: true }),
      `and position('99' in data->>'${name}') > 0 order by day desc nulls last, entry_id`,
    ],
    [
      "filtered by a part of a person's name, counted",
      () => list({ where: { 人员: { contains: "同志59" } } }, { count: true }),
      `and data->>'人员' in (select person_id::text from people where name like '%同志59%') order by day desc nulls last, entry_id`,
    ],
  ];
  const results: Result[] = [];
  for (const [what, ours, theirs] of cases) {
    const plain = median(await time(11, () => bare(theirs)));
    results.push({
      what: `${records} records: ${what}`,
      value: median(await time(11, ours)),
      unit: "ms",
      baseline: { what: "bare SQL", value: plain },
      target: { atMost: 300, ratioAtMost: 3 },
    });
  }
  return results;
}

/** Scrolls from the top to the middle and on, and filters, as Chromium sees it: tasks that hold the page up. */
async function browsing(stage: Stage, campaign: Campaign): Promise<Result[]> {
  const password = "bench-口令-1";
  await asOwner(stage.database, "an account to look with", (tx) =>
    seatAccount(
      tx,
      campaign,
      { login: "bench", name: "bench", password, realm: campaign.realm, unit: campaign.root, role: "office" },
      new Date(),
    ),
  );
  const app = await createServer(stage.database, { logLevel: "silent", web: resolve(import.meta.dirname, "../dist/web") });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
    page.setDefaultTimeout(60_000);
    await page.goto(address);
    await page.getByLabel("账号").fill("bench");
    await page.getByLabel("口令").fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/c/**");
    const open = async (): Promise<void> => {
      await page.goto(`${address}/c/${campaign.key}/ledgers?ledger=${ledgerKeys[0] ?? ""}`);
      await page.locator("revo-grid .rgCell").first().waitFor();
      await page.waitForTimeout(1000);
      await page.evaluate(
        "window.held = []; new PerformanceObserver((list) => window.held.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ['longtask'] })",
      );
    };
    await open();
    const held = (): Promise<number> => page.evaluate<number>("Math.max(0, ...window.held.splice(0))");
    const box = await page.locator("revo-grid").boundingBox();
    await page.mouse.move((box?.x ?? 0) + 400, (box?.y ?? 0) + 300);
    for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, 900);
    await page.locator("revo-grid .waiting").first().waitFor({ state: "detached" });
    const scrolling = await held();
    const [forming, filtering]: [number[], number[]] = [[], []];
    for (let run = 0; run < 5; run++) {
      await open();
      // As one does it: the form at the head of a column, one of its values, and the rows that have it.
      await page.getByTitle("筛选 类别").click();
      await page.getByRole("checkbox", { name: "专题党课" }).check();
      forming.push(await held());
      await page.getByRole("button", { name: /确定/ }).click();
      await page.locator("revo-grid .waiting").first().waitFor({ state: "detached" });
      await page.waitForTimeout(1000);
      filtering.push(await held());
    }
    const begun = performance.now();
    await page.goto(
      `${address}/c/${campaign.key}/ledgers?ledger=${ledgerKeys[0] ?? ""}&where=${encodeURIComponent('{"类别":{"is":["专题党课"]}}')}`,
    );
    await page.locator("revo-grid .rgCell").first().waitFor();
    const opened = performance.now() - begun;
    return [
      { what: "scrolling through 1,500 rows in the browser: longest task", value: scrolling, unit: "ms", target: { atMost: 50 } },
      { what: "the form of a filter in the browser: longest task", value: median(forming), unit: "ms" },
      {
        what: "filtering 100,000 rows in the browser: longest task",
        value: median(filtering),
        unit: "ms",
        target: { atMost: 50 },
      },
      { what: "from an address with a filter to its rows, in the browser", value: opened, unit: "ms" },
    ];
  } finally {
    await browser.close();
    await app.close();
  }
}
