/** What stands around the pages: places by role, going anywhere by keyboard, help, looks, and a session or a server that goes away. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { password, type World } from "../world.ts";
import { expectFits, expectUsable, goTo, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
let entry: string;
serveWorld(async (served) => {
  ({ world, site } = served);
  entry = randomUUID();
  const values = { 活动编号: "S-1", 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习", 实到人数: 12 };
  const made = await (await world.as("office")).send("PUT", `/api/campaigns/trial/ledgers/study/entries/${entry}`, { values });
  if (made.status >= 300) throw new Error(JSON.stringify(made.body));
});

const placesOf = (page: Page): Promise<string[]> =>
  page.getByRole("navigation", { name: "主要功能" }).getByRole("link").allTextContents();
/** The palette, by its keys at a desk and by its sign on a phone. */
async function openPalette(page: Page, size: Size): Promise<void> {
  if (size === "wide") await page.keyboard.press("Control+k");
  else await page.getByRole("button", { name: "查找或跳转" }).click();
  await page.getByRole("combobox", { name: "查找或跳转" }).waitFor();
}

test("the pages of a phone's first minute come without antd, which would weigh as much again", async () => {
  const { page, close } = await site.visit("phone", "east");
  const scripts = (): Promise<string[]> =>
    page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => new URL(name).pathname)
        .filter((name) => /\/(look|antd|button)-.*\.js$/.test(name)),
    );
  for (const place of ["me", "record"]) {
    await page.goto(new URL(`/c/trial/${place}`, page.url()).href);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expect.poll(() => page.locator(".list-skeleton").count()).toBe(0);
    expect(await scripts()).toEqual([]);
  }
  // The check sees it where it is used.
  await goTo(page, "数字");
  await expect.poll(scripts).not.toEqual([]);
  await close();
});

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a cadre sees few places, an office all of them", async () => {
    const cadre = await site.visit(size, "ann");
    await cadre.page.getByRole("link", { name: "数字" }).waitFor();
    const few = await placesOf(cadre.page);
    expect(few.length).toBeLessThanOrEqual(4);
    expect(few).not.toContain("导入");
    expect(few).not.toContain("管理");
    await expectUsable(cadre.page);
    await cadre.close();
    const office = await site.visit(size, "office");
    for (const place of ["台账", "导入", "数字"]) {
      await goTo(office.page, place);
      await office.page.getByRole("heading", { level: 1 }).waitFor();
      await expectFits(office.page);
    }
    expect(office.complaints).toEqual([]);
    await office.close();
  });

  test("the palette goes to a place, a ledger, a figure and a unit, and does what it is told", async () => {
    const { page, complaints, close } = await site.visit(size, "office");
    await goTo(page, "数字");
    await openPalette(page, size);
    await expectUsable(page);
    await page.keyboard.type("导入");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/import");
    await openPalette(page, size);
    await page.keyboard.type("西区");
    await page.getByRole("option", { name: "西区纪委" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/figures?unit=${world.units.west}`);
    await openPalette(page, size);
    await page.keyboard.type("集中学习台账");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/ledgers?ledger=study");
    await openPalette(page, size);
    await page.keyboard.type("参学人次");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/figures?figure=**");
    await page.keyboard.press("Escape");
    await openPalette(page, size);
    await page.keyboard.type("没有这样的名字");
    await page.getByText("没有找到“没有这样的名字”").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: "查找或跳转" }).waitFor({ state: "hidden" });
    await openPalette(page, size);
    await page.keyboard.type("深色");
    await page.keyboard.press("Enter");
    await page.locator("html[style*=dark]").waitFor({ state: "attached" });
    await openPalette(page, size);
    await page.keyboard.type("english");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Figures", exact: true }).waitFor();
    await page.keyboard.press("F1");
    await page.getByText("Each figure is computed from entries").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("help says how the place works and what its figures count, in the definitions' own words", async () => {
    const { page, close } = await site.visit(size, "office");
    await goTo(page, "数字");
    await page.keyboard.press("F1");
    const help = page.getByRole("dialog", { name: "数字" });
    await help.getByText("每个数字都由记录算出来").waitFor();
    await help.getByText("名词和口径").waitFor();
    await help.getByText("参学人次", { exact: true }).waitFor();
    await expectUsable(page);
    await page.keyboard.press("Escape");
    await goTo(page, "导入");
    await page.getByRole("button", { name: "本页说明" }).last().click();
    await page.getByText("认错的列可以改").waitFor();
    await close();
  });

  test("looks and large text are kept on the device; every place can be read and used in them", async () => {
    const { page, complaints, close } = await site.visit(size, "office");
    await goTo(page, "导入");
    await page.getByRole("button", { name: "账号和显示" }).click();
    await page.getByRole("radio", { name: "大字" }).check();
    for (const look of ["深色", "大屏", "浅色"]) {
      await page.getByRole("radio", { name: look }).check();
      await expectUsable(page);
    }
    await page.getByRole("radio", { name: "深色" }).check();
    await page.keyboard.press("Escape");
    await page.reload();
    for (const place of ["台账", "导入"]) {
      await goTo(page, place);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator(".ant-skeleton, .ant-spin-spinning").first().waitFor({ state: "hidden" });
      await expectUsable(page);
      await expectFits(page);
    }
    expect(await page.evaluate("getComputedStyle(document.body).fontSize")).toBe(size === "wide" ? "18px" : "20px");
    expect(complaints).toEqual([]);
    await close();
  });

  test("a session that ends while one types loses nothing; someone else begins anew", async () => {
    const { page, close } = await site.visit(size, "office", { at: `/c/trial/ledgers?ledger=study&entry=${entry}` });
    await page.getByRole("button", { name: /修改/ }).click();
    const subject = `没有丢的主题${size}`;
    await page.getByRole("textbox", { name: "主题" }).fill(subject);
    const before = world.time.now;
    world.time.now = new Date(before.getTime() + 24 * 3_600_000);
    // Whatever reads first finds it out; a save by keyboard does at the latest.
    await page.getByRole("textbox", { name: "主题" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "登录已过期" });
    await dialog.waitFor();
    await expectUsable(page);
    // The same account: only its password is asked for.
    await dialog.getByLabel("口令").fill("不对的口令");
    await page.keyboard.press("Enter");
    await dialog.getByText("账号或口令不正确").waitFor();
    await dialog.getByLabel("口令").fill(password);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    expect(await page.getByRole("textbox", { name: "主题" }).inputValue()).toBe(subject);
    await page.getByRole("button", { name: /保存/ }).click();
    await page
      .getByRole("table", { name: /版的变动/ })
      .getByText(subject)
      .first()
      .waitFor();

    await page.getByRole("button", { name: /修改/ }).click();
    world.time.now = new Date(world.time.now.getTime() + 24 * 3_600_000);
    await page.getByRole("textbox", { name: "主题" }).fill("别人不该看到");
    await page.getByRole("textbox", { name: "主题" }).press("Enter");
    await dialog.getByRole("button", { name: "换一个账号" }).click();
    await dialog.getByLabel("账号").fill("east");
    await dialog.getByLabel("口令").fill(password);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByText("别人不该看到").count()).toBe(0);
    expect(new URL(page.url()).searchParams.get("entry")).toBeNull();
    world.time.now = before;
    await close();
  });

  test("a server that goes away is told quietly, and the page goes on by itself when it is back", async () => {
    const { page, close } = await site.visit(size, "office");
    await goTo(page, "数字");
    await page
      .getByRole("button", { name: /参学人次/ })
      .first()
      .waitFor();
    await page.route(/\/(api|healthz)/, (route) => route.abort());
    await openPalette(page, size);
    await page.keyboard.type("集中学习台账");
    await page.keyboard.press("Enter");
    const bar = page.getByText("连不上服务器，正在重试");
    await bar.waitFor();
    await expectUsable(page);
    await page.unroute(/\/(api|healthz)/);
    await bar.waitFor({ state: "hidden" });
    await page.getByText("S-1").first().waitFor();
    await page.context().setOffline(true);
    await page.getByText("连不上网络").waitFor();
    await page.context().setOffline(false);
    await page.getByText("连不上网络").waitFor({ state: "hidden" });
    await close();
  });
});

test("the keys are shown by ?, and g with a digit goes to a place", async () => {
  const { page, close } = await site.visit("wide", "office");
  await goTo(page, "数字");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "键盘操作" }).waitFor();
  await expectUsable(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "键盘操作" }).waitFor({ state: "hidden" });
  const second = (await placesOf(page))[1] ?? "";
  await page.keyboard.press("g");
  await page.keyboard.press("2");
  await page.locator("a[aria-current=page]", { hasText: second }).waitFor();
  await close();
});

test("on paper stands the page alone, dark on light", async () => {
  const { page, close } = await site.visit("wide", "office");
  await page.getByRole("button", { name: "账号和显示" }).click();
  await page.getByRole("radio", { name: "深色" }).check();
  await page.keyboard.press("Escape");
  await page.emulateMedia({ media: "print" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await page.getByRole("navigation").isVisible()).toBe(false);
  const colours = await page.evaluate(
    "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]",
  );
  expect(colours).toEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
  await close();
});
