/** What is on screen follows what others record, without anybody touching it. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a figure follows a record that is made elsewhere", async () => {
    const { page, complaints, close } = await site.visit(size, "office", { at: "/c/trial/figures" });
    const number = size === "wide" ? 7 : 11;
    await page
      .getByRole("button", { name: /^参学人次：/ })
      .first()
      .waitFor();
    const east = await world.as("east");
    const { status } = await east.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${randomUUID()}`, {
      values: {
        活动编号: size,
        活动日期: "2023-04-03",
        组织单位: "东区纪委",
        主题: size,
        形式: "集体学习",
        实到人数: number,
      },
    });
    expect(status).toBe(200);
    await page
      .getByRole("button", { name: new RegExp(`参学人次：${size === "wide" ? 7 : 18}人次`) })
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

test("what the page asks when nobody has touched it for a minute says so, and no longer once somebody does", async () => {
  const { page, close } = await site.visit("wide", "office");
  await page.clock.install();
  await page.goto(`${site.address}/c/trial/figures`);
  const figure = page.getByRole("button", { name: /^参学人次：/ }).first();
  await figure.waitFor();
  await page.clock.fastForward("02:00");
  const alone = page.waitForRequest((request) => request.headers()["x-unattended"] === "1");
  await (
    await world.as("east")
  ).send("PUT", `/api/campaigns/trial/ledgers/study/entries/${randomUUID()}`, {
    values: { 活动编号: "无人", 活动日期: "2023-04-03", 组织单位: "东区纪委", 主题: "无人", 形式: "集体学习", 实到人数: 1 },
  });
  expect(new URL((await alone).url()).pathname).toMatch(/^\/api\//);
  const byHand = page.waitForRequest((request) => /\/api\//.test(request.url()) && !("x-unattended" in request.headers()));
  await figure.click();
  await byHand;
  await close();
});

test("a wall is looked at without being touched, and goes on", async () => {
  const { page, close } = await site.visit("wide", "office");
  await page.clock.install();
  await page.goto(`${site.address}/c/trial/figures?screen=1`);
  await page.getByRole("button", { name: /Esc/ }).waitFor();
  const again = page.waitForRequest((request) => request.url().includes("/figures"));
  await page.clock.fastForward("02:00");
  expect((await again).headers()).not.toHaveProperty("x-unattended");
  await close();
});
