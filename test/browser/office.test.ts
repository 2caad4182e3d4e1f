/** An office at its desk and on a phone: signing in, bringing in a workbook, a figure down to its records, a record changed. */
import { describe, expect, test } from "vitest";
import { expectFits, expectUsable, goTo, serveWorld, type Site, type Size } from "./browser.ts";

let site: Site;
serveWorld((served) => ({ site } = served));

const workbook = (mark: string) => ({
  name: `集中学习台账${mark}.csv`,
  mimeType: "text/csv",
  buffer: Buffer.from(
    `\ufeff活动编号,活动日期,组织单位,主题,形式,实到人数\n${mark}1,2023-04-03,东区纪委,学习,集体学习,12\n${mark}2,2023-04-04,西区纪委,研讨,交流研讨,8\n${mark}3,2023-02-30,东区纪委,学习,集体学习,5\n`,
  ),
});

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a wrong password is told, a right one leads to the page that was asked for", async () => {
    const { page, complaints, close } = await site.visit(size, undefined, { at: "/c/trial/import" });
    await page.waitForURL("**/sign-in**");
    await expectUsable(page);
    await page.getByRole("button", { name: /登录/ }).click();
    await page.getByText("请填写口令").waitFor();
    await page.getByLabel("账号").fill("office");
    await page.getByLabel("口令").fill("不对的口令");
    await page.keyboard.press("Enter");
    await page.getByText("账号或口令不正确").waitFor();
    await page.getByLabel("口令").fill("正确的口令-1");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/c/trial/import");
    await page.getByText("还没有导入过文件").or(page.getByText("导入过的文件")).first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a workbook goes in, its figure opens to the records, a record is changed, the import is taken back", async () => {
    const { page, complaints, close } = await site.visit(size, "office");
    const mark = size === "wide" ? "W" : "P";
    await goTo(page, "导入");
    await page.locator("input[type=file]").setInputFiles(workbook(mark));
    await page.getByText("有1处问题").waitFor();
    await page.getByText("日期2023-02-30不存在").waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.getByRole("button", { name: "先导入合格的行" }).click();
    await page.getByText("新增2条，修改0条，不变0条，退回1条").waitFor();

    await goTo(page, "数字");
    await page
      .getByRole("button", { name: /参学人次：20人次/ })
      .first()
      .click();
    await page.getByRole("tab", { name: "记录" }).click();
    await page.getByRole("cell", { name: `${mark}2`, exact: true }).waitFor();
    await expectUsable(page);
    await page.getByRole("button", { name: /关闭|Close/ }).click();

    await goTo(page, "台账");
    await page.getByRole("combobox", { name: "台账" }).click();
    await page.getByTitle("集中学习台账").last().click();
    if (size === "wide") await page.getByText("表格", { exact: true }).click();
    await page.getByText(`${mark}2`).first().click();
    await page.getByRole("button", { name: /修改/ }).click();
    await page.getByLabel("实到人数").fill("9");
    await page.getByRole("button", { name: /保存/ }).click();
    await page.getByRole("table", { name: "第2版的变动" }).getByText("9", { exact: true }).waitFor();
    await expectUsable(page);

    await page.goto(`${site.address}/c/trial/import`);
    await page.getByRole("button", { name: /撤销/ }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: /撤销/ }).click();
    await page.getByText("已撤销：删除1条，恢复0条，另有1条此后改过，没有动。").waitFor();
    // Not in the way of the next.
    const left = await page.request.get(`${site.address}/api/campaigns/trial/ledgers/study/entries`);
    for (const entry of (await left.json()).entries)
      await page.request.post(`${site.address}/api/campaigns/trial/entries/${entry.id}/delete`, {
        data: { version: entry.version, reason: "试完" },
        headers: { origin: site.address },
      });
    expect(complaints).toEqual([]);
    await close();
  });
});

test("in English", async () => {
  const { page, close } = await site.visit("wide", "office", { language: "en" });
  await goTo(page, "Figures");
  await page.getByRole("heading", { name: "Figures", exact: true }).waitFor();
  await goTo(page, "Ledgers");
  await goTo(page, "Import");
  await page.getByText("Imported files").waitFor();
  await expectUsable(page);
  await close();
});
