/** What is typed into a form is never lost: a reload, the way back, another tab, a session that ends, a server that is away. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { password, type World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

/** A new record of the east; the address at which it is open. */
async function recorded(): Promise<{ id: string; address: string }> {
  const id = randomUUID();
  const values = { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习", 实到人数: 12 };
  const reply = await (await world.as("east")).send("PUT", `/api/campaigns/trial/ledgers/study/entries/${id}`, { values });
  expect(reply.status).toBe(200);
  return { id, address: `${site.address}/c/trial/ledgers?ledger=study&entry=${id}` };
}
const edit = (page: Page): Promise<void> => page.getByRole("button", { name: /修\s*改/ }).click();
const topic = (page: Page) => page.getByRole("textbox", { name: "主题" });
const offers = (page: Page) => page.getByText(/您在.*填过，还没有保存/);
const take = (page: Page): Promise<void> => page.getByRole("button", { name: "接着填" }).click();

test("a reload, another tab and saving", async () => {
  const { page, complaints, close } = await site.visit("phone", "east");
  const { address } = await recorded();
  await page.goto(address);
  await edit(page);
  await topic(page).fill("只打了一半的");
  await page.reload();
  await edit(page);
  await offers(page).waitFor();
  await expectUsable(page);
  await expectFits(page);
  await take(page);
  expect(await topic(page).inputValue()).toBe("只打了一半的");
  await page.getByText("草稿已保存").waitFor();

  const other = await page.context().newPage();
  await other.goto(address);
  await edit(other);
  await offers(other).waitFor();
  await topic(other).fill("另一个窗口填的");
  await other.getByText("草稿已保存").waitFor();
  await other.close();

  await page.getByRole("button", { name: /保\s*存/ }).click();
  await page.getByText("只打了一半的").first().waitFor();
  await edit(page);
  await offers(page).waitFor();
  await take(page);
  expect(await topic(page).inputValue()).toBe("另一个窗口填的");
  await page.getByRole("button", { name: /保\s*存/ }).click();
  await page.getByText("另一个窗口填的").first().waitFor();
  await edit(page);
  await topic(page).waitFor();
  const left = await (await world.as("east")).get("/api/campaigns/trial/drafts");
  expect(left.body.drafts).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("a session that ends, and a server that is away", async () => {
  const { page, close } = await site.visit("wide", "east");
  const { address } = await recorded();
  await page.goto(address);
  await edit(page);
  await topic(page).fill("登录过期以前填的");
  await page.context().clearCookies();
  // Signing in again over the page: what was typed stands where it was, and is offered after a reload too.
  await page.getByLabel("口令").fill(password);
  await page.keyboard.press("Enter");
  await page.getByLabel("口令").waitFor({ state: "detached" });
  expect(await topic(page).inputValue()).toBe("登录过期以前填的");
  await page.reload();
  await edit(page);
  await take(page);
  expect(await topic(page).inputValue()).toBe("登录过期以前填的");

  await page.getByText("草稿已保存").waitFor();
  await page.context().setOffline(true);
  await topic(page).fill("断网的时候填的");
  await page.getByText("草稿已存在本机").waitFor();
  await page.getByRole("button", { name: /取\s*消/ }).click();
  await page.context().setOffline(false);
  await page.goto(address);
  await edit(page);
  await take(page);
  expect(await topic(page).inputValue()).toBe("断网的时候填的");
  await close();
});
