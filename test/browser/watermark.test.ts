/** Who looks is written faintly over the page and over what lies on it; a ledger about people asks why it is taken out. */
import { describe, expect, test } from "vitest";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let site: Site;
serveWorld((served) => ({ site } = served));

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("the mark names whoever is signed in, lies over all and takes no clicks", async () => {
    const { page, complaints, close } = await site.visit(size, "east", { at: "/c/trial/ledgers?ledger=roster" });
    const mark = page.locator(".watermark");
    await mark.waitFor({ state: "attached" });
    const shown = decodeURIComponent((await mark.getAttribute("style")) ?? "");
    expect(shown).toMatch(/east的账号 east \d{4}-\d\d-\d\d \d\d:\d\d/);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.watermark')).maskImage")).toContain(
      "data:image/svg+xml",
    );
    await page.getByRole("button", { name: "导出 Excel" }).click();
    const dialog = page.getByRole("dialog", { name: "导出《人员名册》" });
    await dialog.getByLabel("理由").fill("报送市领导小组办公室汇总");
    await expectFits(page);
    await expectUsable(page);
    const saving = page.waitForEvent("download");
    await dialog.getByRole("button", { name: /^导\s?出$/ }).click();
    expect((await saving).suggestedFilename()).toBe("人员名册_东区纪委_2023-06-15.xlsx");
    await dialog.waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await close();
  });
});
