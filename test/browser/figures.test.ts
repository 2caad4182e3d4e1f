/** 数字 in a browser: a figure down to its records in two clicks, as of then, two periods, the table and its workbook, the wall. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { readXlsx } from "hucre/xlsx";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
const api = "/api/campaigns/trial";
let first = "";
let then = "";

async function record(login: "east" | "west", unit: number, number: string, day: string, present: number): Promise<string> {
  const id = randomUUID();
  const values = { 活动编号: number, 活动日期: day, 组织单位: unit, 主题: "集中学习", 实到人数: present };
  const reply = await (await world.as(login)).send("PUT", `${api}/ledgers/study/entries/${id}`, { values });
  expect(reply.status).toBe(200);
  return id;
}

serveWorld(async (served) => {
  ({ world, site } = served);
  first = await record("east", world.units.east, "E-1", "2023-04-03", 10);
  await record("east", world.units.eastOffice, "E-2", "2023-05-10", 20);
  await record("east", world.units.east, "E-3", "2023-06-27", 30);
  then = world.time.now.toISOString();
  world.time.now = new Date(world.time.now.getTime() + 3_600_000);
  const east = await world.as("east");
  await east.send("PATCH", `${api}/entries/${first}`, { version: 1, values: { 实到人数: 12 } });
});

async function open(size: Size, language: "zh" | "en" = "zh") {
  const visitor = await site.visit(size, "office", { language });
  await visitor.page.goto(`${site.address}/c/trial/figures`);
  return visitor;
}

/** Clicks, counted. */
function clicker() {
  let clicks = 0;
  return {
    click: async (target: ReturnType<Page["locator"]>) => {
      clicks++;
      await target.click();
    },
    count: () => clicks,
  };
}
const tile = (page: Page) => page.getByRole("button", { name: /^参学人次：/ }).last();

test("hovering or focus says what a figure counts, and who has none yet; Escape closes it", async () => {
  const { page, complaints, close } = await open("wide");
  const hint = page.getByRole("tooltip");
  await tile(page).hover();
  await hint.getByText(/^参学人次（/).waitFor();
  await expectUsable(page);
  await page.keyboard.press("Tab");
  await page.mouse.move(5, 5);
  await hint.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "1/2个单位有数" }).first().focus();
  await hint.getByText("西区纪委").waitFor();
  await page.keyboard.press("Escape");
  await hint.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "1/2个单位有数" }).first().click();
  await hint.getByText("西区纪委").waitFor();
  // From the tile into the box, where its words can be selected.
  await hint.getByText("西区纪委").hover();
  await page.waitForTimeout(500);
  expect(await hint.count()).toBe(1);
  await tile(page).click();
  await page.getByRole("dialog").waitFor();
  await hint.waitFor({ state: "hidden" });
  expect(complaints).toEqual([]);
  await close();
});

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a figure opens by unit, and in two clicks the records whose sum it is; a record opens in its ledger and back", async () => {
    const { page, complaints, close } = await open(size);
    await page.getByRole("button", { name: "参学人次：62人次" }).first().waitFor();
    await page.getByText("还没有记录的单位").waitFor();
    await page.getByRole("button", { name: "西区纪委" }).waitFor();
    await page.getByText("+30人次").waitFor();
    await page.getByRole("button", { name: "1/2个单位有数" }).first().waitFor();
    await expectUsable(page);
    await expectFits(page);

    const { click, count } = clicker();
    await click(tile(page));
    const drawer = page.getByRole("dialog");
    await click(drawer.getByRole("button", { name: "查看东区纪委的参学人次，62人次" }));
    await drawer.getByText("共3条，合计62，就是这个数字。").waitFor();
    expect(count()).toBe(2);
    await expectUsable(page);

    await drawer.getByRole("link", { name: "E-3" }).click();
    await page.waitForURL("**/ledgers?**");
    await page.goBack();
    await drawer.getByText("共3条，合计62，就是这个数字。").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a figure opens further down, and its course is a chart and a table", async () => {
    const { page, complaints, close } = await open(size);
    await page.goto(`${site.address}/c/trial/figures?figure=attended&at=${world.units.east}`);
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: "东区纪委办公室", exact: true }).click();
    await drawer.getByText("这个单位没有下级").waitFor();
    await drawer.getByRole("button", { name: "东区纪委", exact: true }).click();

    await drawer.getByRole("tab", { name: "走势" }).click();
    await drawer.getByText("按月").click();
    await drawer.getByRole("img", { name: "参学人次的走势，共4段，最多的一段是30人次，最后一段是30人次" }).waitFor();
    await drawer.getByText("列成表").click();
    await drawer.getByRole("row", { name: "2023-05-01—2023-05-31 20人次" }).waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("what a figure counts is told on focus; a pinned one stands first", async () => {
    const { page, close } = await open(size);
    await tile(page).focus();
    await page.getByText("对「实到人数」求和").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "关注“参学人次”" }).last().click();
    await page.reload();
    const pinned = page.getByRole("region", { name: "我关注的" });
    await pinned.getByRole("button", { name: /^参学人次：/ }).waitFor();
    expect(await pinned.locator(".tile").count()).toBe(1);
    await close();
  });

  test("as of a moment the numbers are those of then, and a banner says so", async () => {
    const { page, close } = await open(size);
    await page.goto(`${site.address}/c/trial/figures?asOf=${encodeURIComponent(JSON.stringify(then))}`);
    await page.getByRole("alert").getByText("时的数字，不是现在的").waitFor();
    await page.getByRole("button", { name: "参学人次：60人次" }).first().waitFor();
    await expectUsable(page);
    await page.getByRole("button", { name: "回到现在" }).click();
    await page.getByRole("button", { name: "参学人次：62人次" }).first().waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });

  test("two periods stand side by side, with the difference in words", async () => {
    const { page, close } = await open(size);
    await page.goto(`${site.address}/c/trial/figures?view=compare&from=2023-05-01&to=2023-05-31`);
    const row = page.getByRole("row", { name: /参学人次/ });
    await row.getByText("▲ 增加8人次").waitFor();
    await row.getByText("66.7%").waitFor();
    await expectUsable(page);
    await expectFits(page);
    await close();
  });

  test("units and figures in a table, with the total of the server; its workbook says the same", async () => {
    const { page, complaints, close } = await open(size);
    await page.getByText("单位对照").click();
    await page.getByRole("row", { name: /（合计）.*3场.*62人次/ }).waitFor();
    await page.getByRole("row", { name: /^西区纪委.*0场.*0人次/ }).waitFor();
    await expectUsable(page);
    await expectFits(page);
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: /导出 Excel/ }).click();
    const { sheets } = await readXlsx(readFileSync(await (await saving).path()));
    expect(sheets.map(({ name }) => name)).toEqual(["数字", "口径"]);
    expect(sheets[0]?.rows.slice(3).map((cells) => cells.slice(0, 3))).toEqual([
      [expect.stringContaining("（合计）"), 3, 62],
      ["东区纪委", 3, 62],
      ["西区纪委", 0, 0],
    ]);
    await page.getByRole("button", { name: "查看东区纪委的参学人次，62人次" }).click();
    await page.getByText("共3条，合计62，就是这个数字。").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

test("a wall shows the figures large, reads them again, and Escape leaves", async () => {
  const { page, complaints, close } = await open("wide");
  await page.clock.install();
  await page.goto(`${site.address}/c/trial/figures?screen=1`);
  const wall = page.getByRole("region", { name: "大屏" });
  await wall.getByRole("region", { name: "参学人次：62人次" }).waitFor();
  await expectUsable(page);
  await expectFits(page);
  const number = await page.evaluate<number>(
    "parseFloat(getComputedStyle(document.querySelector('.wall .figure-text b')).fontSize)",
  );
  expect(number).toBeGreaterThanOrEqual(60);
  await record("west", world.units.west, "W-1", "2023-04-05", 8);
  await page.clock.runFor(31_000);
  await wall.getByRole("region", { name: "参学人次：70人次" }).waitFor();
  expect(await wall.locator(".figure-text.changed").count()).toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  await wall.waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await close();
});

test("in English", async () => {
  const { page, close } = await open("wide", "en");
  await page.getByRole("heading", { name: "Key figures" }).waitFor();
  await page.getByText("Units", { exact: true }).click();
  await page.getByText("Two periods").click();
  await expectUsable(page);
  await close();
});

test("who may not read every ledger is told that units without figures are so by the figures that one sees", async () => {
  const { page, complaints, close } = await site.visit("wide", "ann");
  await page.goto(`${site.address}/c/trial/figures`);
  await page.getByText("还没有记录的单位").waitFor();
  await page.getByText("在您看得到的指标中，期间内按日期统计的都还没有数字").waitFor();
  await page.getByRole("button", { name: "东区纪委办公室" }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});
