/** The first run in one sitting: the code off the console, pack, account, units, roster, first ledger, accounts; at both sizes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { offerCode } from "#features/campaigns/setup.model.ts";
import { asOwner } from "#platform/db.ts";
import { createTestDatabase, type TestDatabase } from "../database.ts";
import { expectFits, expectUsable, openSite, type Site, type Size } from "./browser.ts";

const time = { now: new Date("2023-03-06T02:00:00Z") };

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  let database: TestDatabase;
  let site: Site;
  beforeAll(async () => {
    database = await createTestDatabase();
    site = await openSite({ database, time });
  });
  afterAll(async () => {
    await site?.close();
    await database?.close();
  });

  test("an empty installation leads to its first ledger and to the liaisons' slips", { timeout: 120_000 }, async () => {
    const { page, complaints, close } = await site.visit(size);
    const shot = (name: string) =>
      process.env["SHOTS"]
        ? page.screenshot({ path: `${process.env["SHOTS"]}/setup-${name}-${size}.png`, fullPage: true })
        : undefined;
    const code = await asOwner(database, "offer", (tx) => offerCode(tx, time.now));
    await page.waitForURL("**/set-up");
    await page.getByLabel("设置码").fill("AAAA-BBBB-CCCC");
    await page.getByRole("button", { name: /开始/ }).click();
    await page.getByText("设置码不正确").waitFor();
    await expectUsable(page);
    await shot("code");
    await page.getByLabel("设置码").fill(code.toLowerCase());
    await page.getByRole("button", { name: /开始/ }).click();

    await page.getByRole("heading", { name: "选一个方案包" }).waitFor();
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "坏的.zip", mimeType: "application/zip", buffer: Buffer.from("PK坏") });
    await page.getByText("这个压缩包打不开").waitFor();
    await page.getByRole("radio", { name: /县级纪检监察干部队伍教育整顿/ }).check();
    await page.getByLabel("活动名称").fill("清河县教育整顿");
    await page.getByLabel("主办单位").fill("清河县教育整顿领导小组办公室");
    await expectUsable(page);
    await expectFits(page);
    await shot("pack");
    await page.getByRole("button", { name: /下一步/ }).click();

    // Left and come back to: what was chosen is there.
    await page.getByRole("heading", { name: "设置办公室的账号" }).waitFor();
    await page.getByLabel("账号", { exact: true }).fill("qinghe");
    await page.reload();
    await page.getByRole("heading", { name: "设置办公室的账号" }).waitFor();
    expect(await page.getByLabel("账号", { exact: true }).inputValue()).toBe("qinghe");
    await page.getByLabel("口令", { exact: true }).fill("清河县的口令");
    await page.getByLabel("再输一遍口令").fill("清河县的口今");
    await page.getByRole("button", { name: "启用系统" }).click();
    await page.getByText("两遍口令不一样").waitFor();
    await page.getByLabel("再输一遍口令").fill("清河县的口令");
    await expectUsable(page);
    await expectFits(page);
    await shot("account");
    await page.getByRole("button", { name: "启用系统" }).click();
    // The three administrators' slips, which are shown once.
    await page.getByText("3个账号的激活码").waitFor();
    await expectUsable(page);
    await shot("administrators");
    await page.getByRole("button", { name: "已交付，关闭" }).click();

    for (const [heading, next] of [
      ["把单位导进来", "把人员导进来"],
      ["把人员导进来", "导入第一本台账"],
    ] as const) {
      await page.getByRole("heading", { name: heading }).waitFor();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载样表" }).click()]);
      expect(download.suggestedFilename()).toMatch(/（样表）\.xlsx$/);
      await page.locator("input[type=file]").setInputFiles(await download.path());
      await page.getByRole("button", { name: /^导入$/ }).click();
      await page.getByText("新增3条，修改0条").waitFor();
      await expectUsable(page);
      await expectFits(page);
      await shot(heading);
      await page.getByRole("button", { name: /下一步/ }).click();
      await page.getByRole("heading", { name: next }).waitFor();
    }

    await page.getByRole("combobox", { name: "要样表的台账" }).click();
    await page.getByRole("combobox", { name: "要样表的台账" }).fill("集中学习");
    await page.getByTitle("集中学习台账").last().click();
    const [ledger] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载样表" }).click()]);
    await page.locator("input[type=file]").setInputFiles(await ledger.path());
    await page.getByRole("button", { name: /^导入$/ }).click();
    await page.getByText("新增3条，修改0条").waitFor();
    await shot("ledger");
    await page.getByRole("button", { name: /下一步/ }).click();

    await page.getByRole("heading", { name: "给各单位发账号" }).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("done");
    await page.getByRole("button", { name: "开通1个联络员账号" }).click();
    await page.getByText("1个账号的激活码").waitFor();
    const handed = (await page.locator(".slip-code").last().textContent()) ?? "";
    await expectUsable(page);
    await shot("slips");
    await page.getByRole("button", { name: "已交付，关闭" }).click();
    await page.getByText("下一级单位都有账号了。").waitFor();
    await page.getByRole("button", { name: "进入系统" }).click();
    await page.waitForURL("**/figures");
    expect(complaints).toEqual([]);
    await close();

    // The liaison comes with the slip, and sets a password of their own.
    const slip = new URLSearchParams({ login: "dw001", code: handed });
    const liaison = await site.visit(size, undefined, { at: `/activate#${slip.toString()}` });
    await liaison.page.getByRole("heading", { name: "激活账号" }).waitFor();
    expect(await liaison.page.getByLabel("激活码").inputValue()).toBe(handed);
    expect(liaison.page.url()).not.toContain(handed);
    await liaison.page.getByLabel("新口令", { exact: true }).fill("我自己的口令");
    await liaison.page.getByLabel("再输一遍新口令").fill("我自己的口令");
    await expectUsable(liaison.page);
    await expectFits(liaison.page);
    if (process.env["SHOTS"]) await liaison.page.screenshot({ path: `${process.env["SHOTS"]}/activate-${size}.png` });
    await liaison.page.getByRole("button", { name: "激活并登录" }).click();
    await liaison.page.waitForURL("**/c/**");
    expect(liaison.complaints).toEqual([]);
    await liaison.close();
  });
});
