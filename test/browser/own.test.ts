/** 我的记录: who looked, a response, a request for correction, its answer at the unit, and the review above. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a person responds and asks for a correction, the unit answers, the person goes to the unit above", async () => {
    const entry = randomUUID();
    const number = `O-${size}`;
    const subject = `${size === "wide" ? "学习条例" : "学习准则"}的一次集中学习`;
    const values = {
      活动编号: number,
      活动日期: "2023-06-01",
      组织单位: world.units.east,
      主题: subject,
      形式: "集体学习",
      主持人: world.people.ann,
      实到人数: 12,
    };
    await (await world.as("east")).send("PUT", `/api/campaigns/trial/ledgers/study/entries/${entry}`, { values });
    await (await world.as("eastHead")).get(`/api/campaigns/trial/entries/${entry}`);

    const ann = await site.visit(size, "ann", { at: "/c/trial/me" });
    const record = ann.page.locator("details", { hasText: subject });
    await record.locator("summary").click();
    await record.getByText("eastHead的账号").waitFor();
    await record.getByRole("button", { name: "写本人说明" }).click();
    await record.getByLabel("说明内容").fill("当天下午我请假去医院，有病历。");
    await record.getByRole("button", { name: "保存说明" }).click();
    await record.getByText("当天下午我请假去医院，有病历。").waitFor();
    await record.getByRole("button", { name: "申请更正" }).click();
    await record.getByLabel("哪一栏不对").selectOption("主题");
    await record.getByLabel("应改为").fill("学习监督执纪工作规则");
    await record.getByLabel("为什么", { exact: true }).fill("那天学的是规则，通知上写着。");
    await expectUsable(ann.page);
    const page = ann.page;
    await expectFits(page);
    await record.getByRole("button", { name: "提出申请" }).click();
    await record.getByText("待答复").first().waitFor();
    await expectUsable(page);
    await expectFits(page);

    const east = await site.visit(size, "east", { at: "/c/trial/me" });
    await east.page
      .getByRole("link", { name: /申请更正“主题”/ })
      .first()
      .waitFor();
    await expectUsable(east.page);
    await expectFits(east.page);
    await east.page.getByRole("link", { name: new RegExp(`申请更正“主题”.*${subject}`, "s") }).click();
    await east.page.getByText("当天下午我请假去医院，有病历。").waitFor();
    await expectUsable(east.page);
    await expectFits(east.page);
    await east.page.getByRole("button", { name: /^答\s?复$/ }).click();
    const dialog = east.page.getByRole("dialog", { name: "答复更正申请" });
    await dialog.getByText("不予更正", { exact: true }).click();
    await dialog.getByLabel("说明（申请人会看到）").fill("签到表和照片写的都是条例。");
    await expectUsable(east.page);
    await expectFits(east.page);
    await dialog.getByRole("button", { name: "不予更正" }).click();
    await dialog.waitFor({ state: "detached" });
    await east.page.getByText("签到表和照片写的都是条例。").first().waitFor();

    await page.reload();
    await record.locator("summary").click();
    await record.getByText("签到表和照片写的都是条例。").waitFor();
    await record.getByRole("button", { name: "申请上级复核" }).click();
    await record.getByLabel("对答复有什么不同意见").fill("签到表是事后补的。");
    await record.getByRole("button", { name: "提交复核" }).click();
    await record.getByText("上级复核中").first().waitFor();
    await expectFits(page);

    const office = await site.visit(size, "office", { at: "/c/trial/me" });
    await office.page.getByRole("link", { name: new RegExp(`请求复核“主题”的答复.*${subject}`, "s") }).click();
    await office.page.getByRole("button", { name: /^答\s?复$/ }).click();
    const review = office.page.getByRole("dialog", { name: "答复更正申请" });
    await review.getByRole("button", { name: /^更\s?正$/ }).click();
    await review.waitFor({ state: "detached" });
    await page.reload();
    await page.locator("details", { hasText: "复核后已更正" }).first().waitFor();
    for (const { complaints, close } of [ann, east, office]) {
      expect(complaints).toEqual([]);
      await close();
    }
  });
});
