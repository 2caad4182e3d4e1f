/** 文稿 in a browser: a report from its template to the Word file, two people in one text, a network that drops, the code verified. */
import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { readDocx } from "#features/documents/read-docx.ts";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

const api = "/api/campaigns/trial";

async function record(present: number): Promise<string> {
  const id = randomUUID();
  const values = {
    活动编号: id.slice(0, 8),
    活动日期: "2023-04-03",
    组织单位: world.units.east,
    主题: "专题学习",
    实到人数: present,
  };
  const reply = await (await world.as("east")).send("PUT", `${api}/ledgers/study/entries/${id}`, { values });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
}
const started = async (): Promise<string> =>
  (await (await world.as("east")).send("POST", `${api}/documents`, { template: "brief" })).body.document;
const text = (page: Page) => page.getByRole("textbox", { name: "正文" });
const saved = (page: Page) => page.getByRole("status").filter({ hasText: "已保存" }).waitFor();

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a report begins from its template; a figure in it opens to its records, its pages stand beside it", async () => {
    await record(12);
    const { page, complaints, close } = await site.visit(size, "east", { at: "/c/trial/documents" });
    await page
      .getByRole("button", { name: /新建文稿/ })
      .first()
      .click();
    await page.getByRole("radio", { name: /情况报告/ }).waitFor();
    await expectUsable(page);
    await page.getByRole("button", { name: /起草/ }).click();
    await text(page)
      .getByText(/\d+人次/)
      .click();
    await page.getByRole("cell", { name: "12", exact: true }).first().waitFor();
    await expectUsable(page);
    if (size === "phone") await page.getByRole("button", { name: /关闭|Close/ }).click();
    await page.getByText("版面", { exact: true }).click();
    await page.getByText("第1页，共1页").waitFor();
    await page
      .locator(".flow")
      .getByText(/参学\d+人次/)
      .waitFor();
    await expectFits(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("what is given out says what the records say, with what was written", async () => {
    await record(12);
    const { page, complaints, close } = await site.visit(size, "east", { at: `/c/trial/documents/${await started()}` });
    await text(page)
      .getByText(/\d+人次/)
      .waitFor();
    await text(page).focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("下一步抓好落实。");
    await saved(page);
    await page.getByRole("button", { name: /^定稿$/ }).click();
    await page.getByText(/文中共有3处数字/).waitFor();
    const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "定稿并下载" }).click()]);
    const read = await readDocx(await readFile(await kept.path()));
    expect(read.paragraphs.join("")).toMatch(/开展集中学习\d+场，参学\d+人次；收到问题线索不显示。下一步抓好落实。/);
    expect(read.figures.map(({ key }) => key)).toEqual(["sessions", "attended", "leads"]);
    await page.getByText("各处数字与记录一致").or(page.locator(".ant-segmented").getByText("核对")).first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.goto(`${site.address}/c/trial/documents`);
    await page.getByText("已定稿").first().waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("the code in a document leads to what its figures were and are, and to the record that changed", async () => {
    const entry = await record(12);
    const east = await world.as("east");
    const document = await started();
    const { code } = (await east.send("POST", `${api}/documents/${document}/finalise`, { seq: 1 })).body;
    world.time.now = new Date(world.time.now.getTime() + 60_000);
    await east.send("PATCH", `${api}/entries/${entry}`, { version: 1, values: { 实到人数: 15 }, reason: "核对签到表" });
    const { page, complaints, close } = await site.visit(size, "east");
    await page.goto(`${site.address}/verify`);
    await page.getByLabel("核验码").fill(code.toLowerCase());
    await page.keyboard.press("Enter");
    await page.getByText("1处数字与现在的记录不一致").waitFor();
    if (size === "wide") await page.getByRole("button", { name: /展开/ }).first().click();
    await page.getByText("核对签到表").first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.goto(`${site.address}/c/trial/documents/${document}`);
    if (size === "phone") await page.getByText("核对 ▲1").click();
    await page.getByText("1处数字与现在的记录不一致").waitFor();
    await expectFits(page);
    await page.goto(`${site.address}/verify/AAAA-BBBB-CCCC`);
    await page.getByText("没有这个核验码").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("what is inserted by its name is a live figure; it can be taken back", async () => {
    const { page, complaints, close } = await site.visit(size, "east", { at: `/c/trial/documents/${await started()}` });
    const chips = text(page).locator(".chip");
    await text(page).getByText(/\d+场/).waitFor();
    await text(page).focus();
    await page.keyboard.press("Control+End");
    if (size === "wide") {
      await page.keyboard.type("参学/参学");
      await page.getByRole("button", { name: /参学人次/ }).waitFor();
      await expectUsable(page);
      await page.keyboard.press("Enter");
    } else {
      await page.getByRole("button", { name: /插入/ }).click();
      await page.getByLabel("按名称查找指标、台账").fill("参学");
      await page.getByRole("button", { name: /参学人次/ }).click();
    }
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect.poll(() => chips.count()).toBe(4);
    await page.getByRole("button", { name: /撤销/ }).click();
    await expect.poll(() => chips.count()).toBe(3);
    if (size === "wide") {
      // What is typed while a figure is chosen stands behind it.
      await chips.first().click();
      await page.keyboard.type("左右");
      await text(page).getByText("左右").waitFor();
      expect(await chips.count()).toBe(3);
    }
    await page.getByRole("button", { name: /插入/ }).click();
    await page.getByRole("button", { name: "集中学习台账" }).last().click();
    await text(page).locator(".source td").first().waitFor();
    await saved(page);
    await page.reload();
    await text(page).locator(".source td").first().waitFor();
    await expectFits(page);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("two people in one paragraph both keep what they typed and see each other's", async () => {
  const document = await started();
  const one = await site.visit("wide", "east");
  const other = await site.visit("wide", "eastHead");
  const pages = [one.page, other.page];
  for (const page of pages) {
    await page.goto(`${site.address}/c/trial/documents/${document}`);
    await text(page)
      .getByText(/\d+人次/)
      .waitFor();
  }
  await one.page.getByRole("list", { name: /eastHead的账号/ }).waitFor();
  await text(one.page).focus();
  await one.page.keyboard.press("Control+End");
  await text(other.page).focus();
  await other.page.keyboard.press("Control+Home");
  await other.page.keyboard.press("ArrowDown");
  await other.page.keyboard.press("Home");
  await Promise.all([
    one.page.keyboard.type("甲写在后面。", { delay: 40 }),
    other.page.keyboard.type("乙写在前面。", { delay: 40 }),
  ]);
  for (const page of pages) {
    await text(page).getByText("甲写在后面。").waitFor();
    await text(page).getByText("乙写在前面。").waitFor();
  }
  const [left, right] = await Promise.all(pages.map((page) => text(page).locator("p").first().textContent()));
  expect(left?.replace(/east\S*的账号/, "")).toBe(right?.replace(/east\S*的账号/, ""));
  // Each takes back only what is their own.
  await one.page.getByRole("button", { name: /撤销/ }).click();
  await text(other.page).getByText("甲写在后面。").waitFor({ state: "detached" });
  await text(one.page).getByText("乙写在前面。").waitFor();
  expect([...one.complaints, ...other.complaints]).toEqual([]);
  await one.close();
  await other.close();
});

test("one person's two windows on a document are two writers: neither overwrites the other", async () => {
  const document = await started();
  const { page, complaints, close } = await site.visit("wide", "east", { at: `/c/trial/documents/${document}` });
  const other = await page.context().newPage();
  other.setDefaultTimeout(10_000);
  await other.goto(page.url());
  for (const window of [page, other])
    await text(window)
      .getByText(/\d+人次/)
      .waitFor();
  for (const window of [page, other]) await text(window).focus();
  await page.keyboard.press("Control+End");
  await other.keyboard.press("Control+Home");
  await other.keyboard.press("ArrowDown");
  await Promise.all([page.keyboard.type("这一窗写的。", { delay: 30 }), other.keyboard.type("那一窗写的。", { delay: 30 })]);
  for (const window of [page, other]) {
    await text(window).getByText("这一窗写的。").waitFor();
    await text(window).getByText("那一窗写的。").waitFor();
    await saved(window);
  }
  // One is closed, the other read again: what both wrote is there.
  await page.close();
  await other.reload();
  await text(other).getByText("这一窗写的。").waitFor();
  await text(other).getByText("那一窗写的。").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("what is typed while the network is gone is kept on the device and arrives when it is back", async () => {
  const document = await started();
  const { page, close } = await site.visit("wide", "east", { at: `/c/trial/documents/${document}` });
  await text(page)
    .getByText(/\d+人次/)
    .waitFor();
  await saved(page);
  await page.context().route("**/api/**", (route) => route.abort());
  await text(page).focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("断网时写的。");
  await page.getByRole("status").filter({ hasText: "离线，已存本机" }).waitFor();
  // The window is closed without the server having heard of it.
  await page.close();
  await page.context().unroute("**/api/**");
  const again = await page.context().newPage();
  again.setDefaultTimeout(10_000);
  await again.goto(`${site.address}/c/trial/documents/${document}`);
  await text(again).getByText("断网时写的。").waitFor();
  await saved(again);
  const second = await site.visit("wide", "eastHead");
  await second.page.goto(`${site.address}/c/trial/documents/${document}`);
  await text(second.page).getByText("断网时写的。").waitFor();
  await second.close();
  await close();
});

test("in English, and read only for the level above", async () => {
  const document = await started();
  const { page, complaints, close } = await site.visit("wide", "office", { language: "en" });
  await page.getByRole("link", { name: "Documents" }).click();
  await page.goto(`${site.address}/c/trial/documents/${document}`);
  await page.getByText("Read only").waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Finalise" }).count()).toBe(0);
  await page.getByText("Page 1 of 1").waitFor();
  await expectUsable(page);
  expect(complaints).toEqual([]);
  await close();
});
