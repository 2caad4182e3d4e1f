/** A record that should not be there is deleted with its reason, taken back at once, or found again and restored. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

/** A record of the east, opened at its address. */
async function recorded(mark: string): Promise<{ id: string; address: string; deleted: () => Promise<boolean> }> {
  const id = randomUUID();
  const east = await world.as("east");
  const values = { 活动编号: mark, 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: `${mark}重复的`, 形式: "集体学习" };
  const reply = await east.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${id}`, { values });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return {
    id,
    address: `${site.address}/c/trial/ledgers?ledger=study&entry=${id}`,
    deleted: async () => (await east.get(`/api/campaigns/trial/entries/${id}`)).body.entry.deleted,
  };
}

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("deleted with a reason and taken back at once", async () => {
    const record = await recorded(`R${size}`);
    const { page, complaints, close } = await site.visit(size, "east");
    await page.goto(record.address);
    const remove = page.locator(".ant-drawer").getByRole("button", { name: "删除", exact: true });
    const dialog = page.getByRole("dialog", { name: /这条记录？/ });
    const said = page.locator(".ant-message");

    await remove.click();
    await dialog.getByRole("button", { name: "删除", exact: true }).click();
    await dialog.getByText("请写明理由").waitFor();
    await expectUsable(page);
    await dialog.getByLabel("理由").fill("登记重了");
    await dialog.getByRole("button", { name: "删除", exact: true }).click();
    await said.getByText("记录已删除。").waitFor();
    expect(await record.deleted()).toBe(true);
    await page.getByText("理由：登记重了").waitFor();
    await expectFits(page);
    await said.getByRole("button", { name: "撤销" }).click();
    await said.getByText("记录已恢复。").waitFor();
    expect(await record.deleted()).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  });

  test("what is deleted is found under the views and restored", async () => {
    const record = await recorded(`Q${size}`);
    const reason = { version: 1, reason: "登记重了" };
    await (await world.as("east")).send("POST", `/api/campaigns/trial/entries/${record.id}/delete`, reason);
    const { page, complaints, close } = await site.visit(size, "east");
    const dialog = page.getByRole("dialog", { name: /这条记录？/ });
    await page.goto(`${site.address}/c/trial/ledgers?ledger=study`);
    await page.getByRole("button", { name: "视图" }).click();
    await page.getByRole("button", { name: "已删除的记录" }).click();
    await page.getByText(`Q${size}重复的`).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page
      .getByRole("button", { name: size === "wide" ? `Q${size}` : /重复的/ })
      .first()
      .click();
    await page.locator(".ant-drawer").getByRole("button", { name: "恢复", exact: true }).click();
    await dialog.getByLabel("理由").fill("核对过，没有重");
    await dialog.getByRole("button", { name: "恢复", exact: true }).click();
    await page.getByText("理由：核对过，没有重").waitFor();
    expect(await record.deleted()).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("who may change a record but not delete it has no such button", async () => {
  const id = randomUUID();
  const values = { 线索编号: "XS-1", 收到日期: "2023-04-03", 承办单位: world.units.east };
  const custodian = await world.as("custodian");
  const reply = await custodian.send("PUT", `/api/campaigns/trial/ledgers/leads/entries/${id}`, { values });
  expect(reply.status).toBe(200);
  const { page, complaints, close } = await site.visit("wide", "custodian", { at: `/c/trial/ledgers?ledger=leads&entry=${id}` });
  const drawer = page.locator(".ant-drawer");
  await drawer.getByRole("button", { name: "修改", exact: true }).waitFor();
  expect(await drawer.getByRole("button", { name: "删除", exact: true }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});
