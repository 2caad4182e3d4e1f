/** What a device does to what is typed on it: it keeps nothing, its clock is wrong, it has two people or is one of two, its answers are lost. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { password, type Login, type World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

const api = "/api/campaigns/trial";
const subject = (): string => `学习${randomUUID().slice(0, 8)}`;
const recorded = async (theme: string): Promise<{ id: string; version: number; values: Record<string, unknown> }[]> => {
  const { body } = await (await world.as("east")).get(`${api}/ledgers/study/entries?limit=500`);
  return body.entries.filter((entry: { values: Record<string, unknown> }) => entry.values["主题"] === theme);
};
const drafts = async (login: Login): Promise<unknown[]> => (await (await world.as(login)).get(`${api}/drafts`)).body.drafts;
const begin = async (page: Page): Promise<void> => {
  await page.goto(`${site.address}/c/trial/record?ledger=study`);
  await page.getByLabel("主题").waitFor();
};
const submit = (page: Page): Promise<void> => page.getByRole("button", { name: /^登\s*记$/ }).click();
const server = /\/(api|healthz)/;
const away = async (page: Page): Promise<void> => void (await page.context().route(server, (route) => route.abort()));
const back = (page: Page): Promise<void> => page.context().unroute(server);

const refusals = {
  "may keep nothing": `IDBFactory.prototype.open = () => { throw new DOMException("", "SecurityError"); }`,
  "has no room left": `IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
    Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError"); }`,
};
describe.each<[string, Size]>([
  ["may keep nothing", "phone"],
  ["has no room left", "wide"],
])("a device that %s", (what, size) => {
  test("says so, and sends what was recorded on it all the same", async () => {
    const { page, complaints, close } = await site.visit(size);
    await page.addInitScript(refusals[what as keyof typeof refusals]);
    await page.goto(`${site.address}/sign-in`);
    await page.getByLabel("账号").fill("east");
    await page.getByLabel("口令").fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/c/**");
    await begin(page);
    const theme = subject();
    await away(page);
    await page.getByLabel("主题").fill(theme);
    await page.getByText("这台设备存不下，先不要关闭本页").waitFor();
    await expectFits(page);
    await submit(page);
    await page.getByText("还没有发出去").waitFor();
    await page.getByText(/发送成功以前不要关闭本页/).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await back(page);
    await page.getByText("已发送").waitFor();
    expect(await recorded(theme)).toHaveLength(1);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("a clock that is wrong by a day dates nothing wrongly", async () => {
  const { page, close } = await site.visit("phone", "east");
  await page.clock.setFixedTime(new Date(world.time.now.getTime() + 23 * 3_600_000));
  await begin(page);
  await page.getByText("已按服务器的日期2023-06-15填写").waitFor();
  expect(await page.getByLabel("活动日期").inputValue()).toBe("2023-06-15");
  await close();
});

test("a record begun on a phone goes on at a desk, and is gone from the phone when it is made", async () => {
  const [phone, desk] = [await site.visit("phone", "east"), await site.visit("wide", "east")];
  const theme = subject();
  await begin(phone.page);
  await phone.page.getByLabel("主题").fill(theme);
  await phone.page.getByText("草稿已保存").waitFor();
  // The way back in the middle, and forth again.
  await phone.page.goto(`${site.address}/c/trial/me`);
  await phone.page.getByText("没填完的").waitFor();
  await phone.page.goBack();
  await phone.page.getByText("已找回上次没填完的内容").waitFor();
  expect(await phone.page.getByLabel("主题").inputValue()).toBe(theme);
  await phone.page.getByText("草稿已保存").waitFor();
  await phone.page.goto(`${site.address}/c/trial/me`);
  await begin(desk.page);
  await desk.page.getByText("已找回上次没填完的内容").waitFor();
  expect(await desk.page.getByLabel("主题").inputValue()).toBe(theme);
  await submit(desk.page);
  await desk.page.getByText("已发送").waitFor();
  await desk.page.goBack();
  expect(await desk.page.getByLabel("主题").inputValue()).toBe("");
  await expect.poll(() => drafts("east")).toEqual([]);
  await begin(phone.page);
  expect(await phone.page.getByLabel("主题").inputValue()).toBe("");
  expect(await recorded(theme)).toHaveLength(1);
  for (const { close } of [phone, desk]) await close();
});

test("when another signs in in the next tab, what one types is not kept for the other", async () => {
  const { page, close } = await site.visit("phone", "east");
  const theme = subject();
  await begin(page);
  // What is typed cannot be sent until the other is there.
  await away(page);
  await page.getByLabel("主题").fill(theme);
  await page.getByText("草稿已存在本机").waitFor();
  await back(page);
  const other = await page.context().newPage();
  await page.context().clearCookies();
  await other.goto(`${site.address}/sign-in`);
  await other.getByLabel("账号").fill("west");
  await other.getByLabel("口令").fill(password);
  await other.keyboard.press("Enter");
  await other.waitForURL("**/c/**");
  await page.getByText("登录已过期").first().waitFor();
  await page.evaluate("window.dispatchEvent(new Event('online'))");
  await begin(other);
  expect(await other.getByLabel("主题").inputValue()).toBe("");
  expect(await drafts("west")).toEqual([]);
  await page.getByLabel("口令").fill(password);
  await page.keyboard.press("Enter");
  await page.getByLabel("口令").waitFor({ state: "detached" });
  await submit(page);
  await page.getByText("已发送").waitFor();
  expect(await recorded(theme)).toHaveLength(1);
  await close();
});

test("a change whose answer is lost is no clash with oneself when it is saved again", async () => {
  const { page, close } = await site.visit("phone", "east");
  const id = randomUUID();
  const values = { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习" };
  await (await world.as("east")).send("PUT", `${api}/ledgers/study/entries/${id}`, { values });
  await page.goto(`${site.address}/c/trial/ledgers?ledger=study&entry=${id}`);
  await page.getByRole("button", { name: /修\s*改/ }).click();
  const theme = subject();
  await page.getByRole("textbox", { name: "主题" }).fill(theme);
  let answers = false;
  await page.route(`**${api}/entries/${id}`, async (route) => {
    if (route.request().method() !== "PATCH" || answers) return route.continue();
    await route.fetch();
    return route.abort();
  });
  const save = page.getByRole("button", { name: /保\s*存/ });
  await save.click();
  await page.getByText("连不上服务器。").first().waitFor();
  answers = true;
  await save.click();
  await save.waitFor({ state: "detached" });
  expect((await recorded(theme)).map(({ version }) => version)).toEqual([2]);
  await expect.poll(() => drafts("east")).toEqual([]);
  await close();
});
