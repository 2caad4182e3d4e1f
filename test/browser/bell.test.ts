/** What waits for someone is told wherever they are, as it comes, and leads to the list of it; a liaison finds their people. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, goTo, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a record that is sent back is counted at the bell without reloading, and stands in 我的", async () => {
    const { page, complaints, close } = await site.visit(size, size === "wide" ? "west" : "eastOffice");
    await goTo(page, "数字");
    await page.getByRole("link", { name: "没有退回的，也没有等我办的" }).waitFor();
    const id = randomUUID();
    const unit = world.units[size === "wide" ? "west" : "eastOffice"];
    const office = await world.as("office");
    const values = { 活动编号: `B${size}`, 活动日期: "2023-04-03", 组织单位: unit, 主题: "笼统", 形式: "集体学习" };
    const made = await office.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${id}`, { unit, values });
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    const back = { version: made.body.entry.version, transition: "退回", reason: "主题太笼统" };
    const moved = await office.send("POST", `/api/campaigns/trial/entries/${id}/move`, back);
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    const bell = page.getByRole("link", { name: "退回的和等我办的：1条" });
    await bell.waitFor();
    expect(await bell.textContent()).toBe("1");
    await expectUsable(page);
    await expectFits(page);
    await bell.click();
    await page.getByText("退回：主题太笼统").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a liaison goes to the people of their own unit", async () => {
    const { page, complaints, close } = await site.visit(size, "east");
    await goTo(page, "单位和人员");
    if (size === "phone") await page.getByRole("tree").getByText("东区纪委", { exact: false }).first().click();
    await page.getByRole("button", { name: "安然" }).waitFor();
    expect(await page.getByRole("button", { name: "调整单位" }).count()).toBe(0);
    await expectUsable(page);
    await expectFits(page);
    expect(complaints).toEqual([]);
    await close();
  });
});
