/** A leader begins with what is stuck, and opens it in one touch. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
const long = "逐级压实教育整顿主体责任并对照方案逐项核对本级和下级各单位落实情况形成问题清单限期整改";
serveWorld(async (served) => {
  ({ world, site } = served);
  const east = await world.as("east");
  for (const [number, title, until] of [
    ["R1", "核对花名册", "2023-06-01"],
    ["R2", long, "2023-06-16"],
  ]) {
    const { status } = await east.send("PUT", `/api/campaigns/trial/ledgers/tasks/entries/${randomUUID()}`, {
      values: { 任务编号: number, 责任单位: "东区纪委", 具体任务: title, 完成时限: until },
    });
    if (status !== 200) throw new Error(`${number} was not recorded: ${status}`);
  }
});

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("what is late stands on one screen with where, since when and whose step is next", async () => {
    const { page, complaints, close } = await site.visit(size, "office", { at: "/c/trial/me" });
    const stuck = page.getByRole("region", { name: "卡在哪里" });
    await stuck.getByText("逾期14天").waitFor();
    await stuck.getByText("还剩1天").waitFor();
    await stuck.getByText("下一步：报核（单位联络员、教育整顿办公室）").first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await stuck.getByRole("link", { name: /核对花名册/ }).click();
    await page.waitForURL("**/ledgers?**entry=**");
    await page.getByRole("dialog").getByText("核对花名册").first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
