/** What is personal is masked until who handles the matter asks for it, says why, and is written down. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("shown for a reason, hidden again, and left as it is by a change of something else", async () => {
    const id = randomUUID();
    const custodian = await world.as("custodian");
    const values = { 线索编号: `M${size}`, 收到日期: "2023-04-03", 承办单位: world.units.east, 举报电话: "13987651234" };
    const { status } = await custodian.send("PUT", `/api/campaigns/trial/ledgers/leads/entries/${id}`, { values });
    expect(status).toBe(200);

    const { page, complaints, close } = await site.visit(size, "custodian");
    await page.goto(`${site.address}/c/trial/ledgers?ledger=leads&entry=${id}`);
    const drawer = page.locator(".ant-drawer");
    const dialog = page.getByRole("dialog", { name: "显示“举报电话”的完整内容" });
    await drawer.getByText("139****1234").waitFor();
    await drawer.getByRole("button", { name: "显示 举报电话" }).click();
    await dialog.getByRole("button", { name: "显示", exact: true }).click();
    await dialog.getByText("请写明理由").waitFor();
    await expectUsable(page);
    await dialog.getByLabel("理由").fill("与举报人核对");
    await dialog.getByRole("button", { name: "显示", exact: true }).click();
    await drawer.getByText("13987651234").waitFor();
    await expectFits(page);
    expect((await world.audit("ledgers.reveal")).at(-1)?.details).toMatchObject({ field: "举报电话", reason: "与举报人核对" });
    await drawer.getByRole("button", { name: "遮盖 举报电话" }).click();
    await drawer.getByText("139****1234").waitFor();

    await drawer.getByRole("button", { name: "修改", exact: true }).click();
    await drawer.getByText("内容已遮盖。").waitFor();
    await drawer.getByLabel("摘要").fill("已核对");
    await drawer.getByRole("button", { name: "保存", exact: true }).click();
    await drawer.getByText("已核对").first().waitFor();
    const { body } = await custodian.get(`/api/campaigns/trial/entries/${id}`);
    expect(body.history.at(-1).changes).toEqual({ 摘要: "已核对" });

    await page.goto(`${site.address}/c/trial/ledgers?ledger=leads`);
    await page.getByRole("button", { name: /^筛选/ }).click();
    await page.getByLabel("按哪一栏").click();
    await page.keyboard.type("举报电话");
    await page.keyboard.press("Enter");
    await page.getByLabel("完整内容是").fill("13987651234");
    await expectUsable(page);
    await page.getByRole("button", { name: "确定", exact: true }).click();
    await page.getByText("举报电话：13987651234").waitFor();
    await page.getByText(`M${size}`).first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
