/** 台账 as a liaison uses it all day: sorted, filtered, kept as a view, edited with the keyboard, clashing with another, pasted into. */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

/** Records of the east with topics of this test alone. */
let mark: string;
let ids: string[];
beforeEach(async () => {
  mark = randomUUID().slice(0, 5);
  ids = Array.from({ length: 12 }, () => randomUUID());
  const east = await world.as("east");
  for (const [index, id] of ids.entries()) {
    const values = {
      活动编号: `${mark}-${index}`,
      活动日期: `2023-04-${String(index + 1).padStart(2, "0")}`,
      组织单位: world.units.east,
      主题: `${mark}第${index}次学习`,
      形式: index % 2 === 0 ? "集体学习" : "交流研讨",
      实到人数: (index * 7) % 12,
    };
    const reply = await east.send("PUT", `/api/campaigns/trial/ledgers/study/entries/${id}`, { values });
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  }
});

const soon = { timeout: 10_000 };
const columns = ["活动编号", "活动日期", "主题", "形式", "实到人数", "状态"];
/** Of this test's records only, by date. */
const address = (more: object = {}): string => {
  const search = { ledger: "study", sort: "活动日期", columns, where: { 主题: { contains: mark } }, ...more };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) query.set(name, typeof value === "string" ? value : JSON.stringify(value));
  return `${site.address}/c/trial/ledgers?${query.toString()}`;
};
const cell = (page: Page, text: string) => page.locator("revo-grid .rgCell").filter({ hasText: text });
/** As Ctrl-V does, with what Excel puts on the clipboard. */
const paste = (page: Page, place: string, text: string): Promise<unknown> =>
  page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", ${JSON.stringify(text)});
    document.querySelector("${place}").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }`);
const topic = async (index: number): Promise<string> =>
  (await (await world.as("east")).get(`/api/campaigns/trial/entries/${ids[index] ?? ""}`)).body.entry.values["主题"];
const topics = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('revogr-data[type="rgRow"] .rgRow')].flatMap((row) => { const found = [...row.querySelectorAll(".rgCell")].map((one) => one.textContent).find((text) => text.includes("次学习")); return found ? [found] : []; })`,
  );

describe("at a desk", () => {
  test("cells are edited with the keyboard alone, refused where they are wrong, filled down and taken back", async () => {
    const { page, complaints, close } = await site.visit("wide", "east");
    await page.goto(address());
    await cell(page, `${mark}第0次学习`).click();
    await page.keyboard.press("F2");
    await page.locator("input.cell-input").waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.type(`${mark}改过的`);
    await page.keyboard.press("Enter");
    await expect.poll(() => topic(0), soon).toBe(`${mark}改过的`);

    // To the number of people, two to the right; a word is no number.
    await cell(page, `${mark}改过的`).click();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator("input.cell-input").fill("很多");
    await page.keyboard.press("Enter");
    await page.locator(".rgCell.fault", { hasText: "很多" }).waitFor();
    expect(await page.locator(".rgCell.fault").getAttribute("title")).toMatch(/实到人数|数/);
    await page.getByText("有1格没有保存").waitFor();
    await page.locator(".rgCell.fault").click();
    await page.keyboard.press("Delete");
    await page.locator(".rgCell.fault").waitFor({ state: "detached" });

    // Three topics marked, the first goes down; back with Ctrl+Z.
    await cell(page, `${mark}改过的`).click();
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Control+d");
    await expect.poll(() => topic(2), soon).toBe(`${mark}改过的`);
    await page.keyboard.press("Control+z");
    await expect.poll(() => topic(2), soon).toBe(`${mark}第2次学习`);
    expect(complaints).toEqual([]);
    await close();
  });

  test("sorted by a head, filtered, kept as a view that a unit below finds", async () => {
    const { page, complaints, close } = await site.visit("wide", "east");
    await page.goto(address());
    await cell(page, `${mark}第0次学习`).waitFor();
    const head = page.locator("revogr-header .rgHeaderCell").filter({ hasText: "实到人数" });
    await head.locator(".grid-head-name").click();
    await expect.poll(async () => (await topics(page))[0], soon).toBe(`${mark}第0次学习`);
    await expect.poll(async () => (await topics(page))[1], soon).toBe(`${mark}第7次学习`);
    await head.locator(".grid-head-name").click();
    await expect.poll(async () => (await topics(page))[0], soon).toBe(`${mark}第5次学习`);

    await page.getByTitle("筛选 形式").click();
    await page.getByRole("checkbox", { name: "集体学习" }).check();
    await page.getByRole("button", { name: /确定/ }).click();
    await expect.poll(async () => (await topics(page)).length, soon).toBe(6);
    await page.getByText("共6条").waitFor();
    expect(page.url()).toContain("desc");

    await page.getByRole("button", { name: /视图/ }).click();
    await page.getByLabel("把现在这样存为").fill(`集体${mark}`);
    await page.getByRole("checkbox", { name: "与本单位和下级共用" }).check();
    await page.getByRole("button", { name: "保存视图" }).click();
    await page.getByText("视图已保存").waitFor();
    await close();

    const below = await site.visit("wide", "eastOffice");
    await below.page.goto(`${site.address}/c/trial/ledgers?ledger=study`);
    await below.page.getByRole("button", { name: /视图/ }).click();
    await below.page.getByRole("button", { name: `集体${mark}` }).click();
    await below.page.getByText("形式：集体学习").waitFor();
    await below.close();
    expect(complaints).toEqual([]);
  });

  test("when two change one record, the slower sees both and chooses", async () => {
    const { page, close } = await site.visit("wide", "east");
    await page.goto(address());
    await cell(page, `${mark}第3次学习`).waitFor();
    await cell(page, `${mark}第3次学习`).click();
    await page.keyboard.press("Enter");
    await page.locator("input.cell-input").fill("联络员改的");
    await (
      await world.as("eastHead")
    ).send("PATCH", `/api/campaigns/trial/entries/${ids[3] ?? ""}`, { version: 1, values: { 主题: "负责人改的" } });
    await page.keyboard.press("Enter");
    await page.getByText("别人先改了这条记录").waitFor();
    await page.getByText("负责人改的").waitFor();
    await expectUsable(page);
    await page.getByRole("button", { name: "按所选保存" }).click();
    await expect.poll(() => topic(3), soon).toBe("联络员改的");
    await close();
  });

  test("200 rows from Excel are seen first, written at once without the wrong one, and taken back as a whole", async () => {
    const { page, complaints, close } = await site.visit("wide", "east");
    await page.goto(address());
    await cell(page, `${mark}第0次学习`).waitFor();
    await page.getByRole("button", { name: "从 Excel 粘贴" }).click();
    await page.locator(".ant-modal textarea").waitFor();
    const dates = ["2023.4.3", "4月3日", "45019", "2023/4/3", "2023年4月3日"];
    const lines = Array.from({ length: 200 }, (_, index) =>
      [
        `${mark}p${index}`,
        index === 7 ? "4月31日" : dates[index % dates.length],
        "东区纪委",
        `${mark}粘贴的第${index}条`,
        index,
      ].join("\t"),
    );
    await paste(page, ".ant-modal textarea", ["活动编号\t活动日期\t组织单位\t主题\t实到人数", ...lines].join("\r\n"));
    await page.getByText("新增199条，修改0条，不变0条").waitFor();
    await page.getByText(/第8行 活动日期 .*4月31日|第8行 活动日期 .*不存在/).waitFor();
    await expectUsable(page);
    await page.getByRole("button", { name: "先写入合格的" }).click();
    await page.getByText("已新增199条").waitFor();
    await page.getByText("共211条").waitFor();
    const [row] = (
      await (
        await world.as("east")
      ).get(
        `/api/campaigns/trial/ledgers/study/entries?${new URLSearchParams({ where: JSON.stringify({ 活动编号: { is: [`${mark}p2`] } }) }).toString()}`,
      )
    ).body.entries;
    expect(row.values["活动日期"]).toBe("2023-04-03");
    await page.locator(".ant-message").getByRole("button", { name: /撤销/ }).click();
    await page.getByText("共12条").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("a block goes over the records that are there, and back", async () => {
    const { page, complaints, close } = await site.visit("wide", "east");
    await page.goto(address());
    await cell(page, `${mark}第0次学习`).click();
    await page.locator("revo-grid .focused-cell").first().waitFor();
    await paste(page, "revo-grid", "粘甲\t交流研讨\r\n粘乙\t没有这种形式\r\n粘丙\t专题党课\r\n");
    await page.getByText("新增0条，修改2条，不变0条").waitFor();
    await page.getByText(/第2行 形式/).waitFor();
    await page.getByRole("button", { name: "先写入合格的" }).click();
    await expect.poll(() => topic(2), soon).toBe("粘丙");
    expect([await topic(0), await topic(1)]).toEqual(["粘甲", `${mark}第1次学习`]);
    await cell(page, "粘甲").click();
    await page.keyboard.press("Control+z");
    await expect.poll(() => topic(2), soon).toBe(`${mark}第2次学习`);
    expect(complaints).toEqual([]);
    await close();
  });

  test("a record is returned with a reason, which its history tells with what it was before; on to the next one", async () => {
    const { page, complaints, close } = await site.visit("wide", "office");
    await page.goto(address());
    await cell(page, `${mark}第0次学习`).waitFor();
    await page.getByRole("button", { name: "打开 1", exact: true }).click();
    await page.getByText("现在是“已登记”。").waitFor();
    await page.getByRole("button", { name: /^退回$/ }).click();
    const dialog = page.getByRole("dialog", { name: "退回" });
    await dialog.getByRole("button", { name: /^退回$/ }).click();
    await dialog.locator(".ant-form-item-explain-error").getByText("请写明理由").waitFor();
    await dialog.getByLabel("请写明理由").fill("主题写得太笼统");
    await dialog.locator(".ant-form-item-explain-error").waitFor({ state: "detached" });
    await expectUsable(page);
    await dialog.getByRole("button", { name: /^退回$/ }).click();
    await page.getByText("理由：主题写得太笼统").waitFor();
    await page.getByRole("table", { name: "第2版的变动" }).getByText("已退回").waitFor();
    await page.keyboard.press("Alt+ArrowDown");
    await page.getByText(`${mark}第1次学习`).last().waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("the same list as a plain table, for who does not see the grid", async () => {
    const { page, close } = await site.visit("wide", "east");
    await page.goto(address());
    await page.getByText("表格", { exact: true }).click();
    await page.getByRole("cell", { name: `${mark}第0次学习` }).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await close();
  });
});

test("on a phone: cards, a filter, a record opened", async () => {
  const { page, complaints, close } = await site.visit("phone", "east");
  await page.goto(address());
  await page.getByText(`${mark}第0次学习`).waitFor();
  await expectUsable(page);
  await expectFits(page);
  await page.getByRole("button", { name: /筛选/ }).click();
  await page.getByRole("combobox", { name: "按哪一栏" }).click();
  await page.getByTitle("形式").last().click();
  await page.getByRole("checkbox", { name: "集体学习" }).check();
  await page.getByRole("button", { name: /确定/ }).click();
  await page.getByText("共6条").waitFor();
  await page.getByText(`${mark}第0次学习`).click();
  await page.getByRole("button", { name: /修改/ }).waitFor();
  await expectUsable(page);
  expect(complaints).toEqual([]);
  await close();
});
