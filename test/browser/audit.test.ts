/** The auditor in the administration: sentences, what they are filtered by, a row opened, an export with its reason. */
import { describe, expect, test } from "vitest";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";
import type { World } from "../world.ts";

let site: Site;
let world: World;
serveWorld(async (served) => {
  ({ site, world } = served);
  const east = await world.as("east");
  const values = { 活动编号: "DT-003", 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "集中学习" };
  const entry = "0d5a4b3e-6d5c-4f7e-8a3c-5b1f0e9d7c01";
  await east.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${entry}`, { values });
  await (await world.as("eastHead")).get(`/api/campaigns/trial/entries/${entry}`);
  await (await world.as("west")).get(`/api/campaigns/trial/entries/${entry}`);
});

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("the auditor finds who looked, opens the row, and takes an export with a reason", async () => {
    const { page, complaints, close } = await site.visit(size, "auditor", { at: "/c/trial/admin" });
    await page.getByText("查看了《集中学习台账》一条记录 DT-003").first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.getByLabel("记录编号").fill("DT-003");
    await page.getByRole("combobox", { name: "只看" }).click();
    await page.locator(".ant-select-item-option", { hasText: "查看" }).click();
    await expect.poll(() => page.locator(".audit-row").count()).toBe(1);
    await page.locator(".audit-row").click();
    await page.getByText("eastHead的账号（东区纪委单位负责人）查看了《集中学习台账》一条记录 DT-003").waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.getByRole("button", { name: "看这个对象的全部操作" }).click();
    await page.getByText("没有找到或无权查看，已拒绝").waitFor();
    await page.getByRole("button", { name: "导出", exact: true }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /导出|导 出/ })
      .click();
    await page.getByText("请写明理由").waitFor();
    await page.getByLabel("理由").fill("季度核查");
    const saving = page.waitForEvent("download");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /导出|导 出/ })
      .click();
    expect((await saving).suggestedFilename()).toBe("审计记录_2023-06-15.xlsx");
    expect(complaints).toEqual([]);
    await close();
  });

  test("others have no such page", async () => {
    const { page, close } = await site.visit(size, "office", { at: "/c/trial/admin?tab=audit" });
    await page.getByRole("tab", { name: "账号" }).waitFor();
    expect(await page.getByRole("tab", { name: "审计" }).count()).toBe(0);
    await close();
  });
});
