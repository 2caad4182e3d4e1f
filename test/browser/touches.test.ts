/** How many touches the flows of an office take, which must not grow: a workbook in, a report out, a step that waits. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

/** Clicks, and counts them. */
function counting() {
  let touches = 0;
  return {
    touch: (what: Locator): Promise<void> => {
      touches++;
      return what.click();
    },
    count: () => touches,
  };
}

/** A session of the east that its head or the office may confirm. */
async function recorded(mark: string): Promise<void> {
  const values = { 活动编号: mark, 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: `${mark}学习`, 实到人数: 12 };
  const reply = await (
    await world.as("east")
  ).send("PUT", `/api/campaigns/trial/ledgers/study/entries/${randomUUID()}`, { values });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
}

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a workbook with faults goes in within 4 steps", async () => {
    const { page, close } = await site.visit(size, "office");
    const { touch, count } = counting();
    const rows = `活动编号,活动日期,组织单位,主题,实到人数\nT${size},2023-04-03,东区纪委,学习,12\nU${size},2023-02-30,东区纪委,学习,5\n`;
    const file = { name: "集中学习台账.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeff${rows}`) };
    if (size === "phone") await touch(page.getByRole("button", { name: "更多" }));
    await touch(page.getByRole("link", { name: "导入", exact: true }));
    const chosen = page.waitForEvent("filechooser");
    await touch(page.getByText("点击选择"));
    await (await chosen).setFiles(file);
    await page.getByText("日期2023-02-30不存在").waitFor();
    await touch(page.getByRole("button", { name: "先导入合格的行" }));
    await page.getByText("新增1条，修改0条，不变0条，退回1条").waitFor();
    expect(count()).toBeLessThanOrEqual(4);
    await close();
  });

  test("a report is chosen, checked and given out in 5 clicks", async () => {
    await recorded(`R${size}`);
    const { page, close } = await site.visit(size, "east", { at: "/c/trial/documents" });
    const { touch, count } = counting();
    await touch(page.getByRole("button", { name: "新建文稿" }).first());
    await touch(page.getByRole("button", { name: "起草" }));
    const text = page.getByRole("textbox", { name: "正文" });
    await text.getByText(/\d+人次/).waitFor();
    await page.getByRole("status").filter({ hasText: "已保存" }).waitFor();
    await touch(page.getByRole("button", { name: "定稿", exact: true }));
    await page.getByText(/文中共有3处数字/).waitFor();
    const [kept] = await Promise.all([page.waitForEvent("download"), touch(page.getByRole("button", { name: "定稿并下载" }))]);
    expect((await readFile(await kept.path())).subarray(0, 2).toString()).toBe("PK");
    expect(count()).toBeLessThanOrEqual(5);
    await close();
  });

  test("what waits is found at the bell and settled in 4 clicks", async () => {
    await recorded(`B${size}`);
    const { page, close } = await site.visit(size, "eastHead", { at: "/c/trial/figures" });
    const { touch, count } = counting();
    await touch(page.getByRole("link", { name: /^退回的和等我办的/ }));
    await touch(page.getByRole("link", { name: /集中学习台账：确认/ }));
    if (size === "wide") await touch(page.getByRole("button", { name: "打开 1", exact: true }));
    else await touch(page.getByRole("button", { name: new RegExp(`B${size}`) }).first());
    await touch(page.getByRole("button", { name: "确认", exact: true }));
    await page.getByText("现在是“已确认”。").waitFor();
    expect(count()).toBeLessThanOrEqual(4);
    await close();
  });
});
