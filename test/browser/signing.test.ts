/** Signing in with more than a password, the rules of it, and one's own sessions, as people meet them; at both sizes. */
import { generateSync } from "otplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asOwner } from "#platform/db.ts";
import { readRules, writeRules } from "#features/access/sign-in-rules.model.ts";
import { createWorld, password, type World } from "../world.ts";
import { expectFits, expectUsable, openSite, type Site, type Size } from "./browser.ts";

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  let world: World;
  let site: Site;
  beforeAll(async () => {
    world = await createWorld();
    site = await openSite(world);
  });
  afterAll(async () => {
    await site?.close();
    await world?.close();
  });
  type Shown = Awaited<ReturnType<Site["visit"]>>["page"];
  const shot = async (page: Shown, name: string): Promise<void> => {
    await expectUsable(page);
    await expectFits(page);
    if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/${name}-${size}.png`, fullPage: true });
  };
  const minute = (): void => {
    world.time.now = new Date(world.time.now.getTime() + 60_000);
  };
  const codeOf = (secret: string): string => generateSync({ secret, epoch: Math.floor(world.time.now.getTime() / 1000) });
  const enter = async (page: Shown, login: string): Promise<void> => {
    await page.getByLabel("账号").fill(login);
    await page.getByLabel("口令").fill(password);
    await page.getByRole("button", { name: "登录" }).click();
  };

  test(
    "an administrator is led to an authenticator, keeps the codes, and gives a code from then on",
    { timeout: 60_000 },
    async () => {
      await asOwner(world.database, "ask for a second factor", async (tx) =>
        writeRules(tx, { ...(await readRules(tx)), secondFactor: ["security_admin"] }, null, world.time.now),
      );
      const { page, complaints, close } = await site.visit(size);
      await enter(page, "security");
      await page.getByRole("heading", { name: "绑定身份验证器" }).waitFor();
      await shot(page, "enrol-password");
      await page.getByLabel("现在的口令").fill(password);
      await page.getByRole("button", { name: /绑\s?定/ }).click();
      await page.getByText("密钥", { exact: true }).waitFor();
      await shot(page, "enrol-scan");
      const secret = ((await page.locator(".enrol-code code").textContent()) ?? "").replaceAll(" ", "");
      await page.getByLabel("动态验证码").fill("000000");
      await page.getByRole("button", { name: /绑\s?定/ }).click();
      await page.getByText("动态验证码不正确").waitFor();
      await page.getByLabel("动态验证码").fill(codeOf(secret));
      await page.getByRole("button", { name: /绑\s?定/ }).click();
      await page.getByRole("heading", { name: "请保存备用码" }).waitFor();
      expect(await page.locator(".recovery code").count()).toBe(10);
      await shot(page, "recovery");
      await page.getByRole("button", { name: "已保存，继续" }).click();
      await page.getByRole("heading", { name: "管理" }).waitFor();

      await page.goto(`${site.address}/c/trial/admin?tab=sign-in`);
      await page.getByLabel("连续输错几次锁定").fill("7");
      await page.getByLabel("口令里不许出现的词").fill("清风市");
      await page.keyboard.press("Enter");
      await shot(page, "rules");
      await page.getByRole("button", { name: /保\s?存/ }).click();
      await page.getByText("登录规则已保存").waitFor();
      await page.getByRole("button", { name: "让所有人退出登录" }).click();
      await page.getByLabel("原因").fill("交接");
      await page.getByRole("dialog").getByRole("button", { name: "让所有人退出登录" }).click();
      await page.getByText(/已结束\d+处登录/).waitFor();

      await page.goto(`${site.address}/c/trial/security`);
      await page.getByText("备用码还剩10个").waitFor();
      await page.getByText("这一处").waitFor();
      await shot(page, "security");
      minute();
      await page.getByRole("button", { name: "换一组备用码" }).click();
      await page.getByLabel("动态验证码").fill(codeOf(secret));
      await page.getByRole("button", { name: /确\s?认/ }).click();
      await page.getByRole("heading", { name: "请保存备用码" }).waitFor();
      await page.getByRole("button", { name: "已保存，继续" }).click();
      expect(complaints.filter((said) => !/422|403/.test(said))).toEqual([]);
      await close();

      minute();
      const again = await site.visit(size);
      await enter(again.page, "security");
      await again.page.getByLabel("动态验证码").waitFor();
      await shot(again.page, "code");
      await again.page.getByLabel("动态验证码").fill(codeOf(secret));
      await again.page.getByRole("button", { name: "验证" }).click();
      await again.page.getByRole("heading", { name: "管理" }).waitFor();
      await again.close();
    },
  );

  test("the whole roster gets accounts and a sheet of slips, which can only be replaced", { timeout: 60_000 }, async () => {
    const { page, close } = await site.visit(size, "office", { at: "/c/trial/admin" });
    const choose = async (what: string): Promise<void> => {
      await page.getByRole("button", { name: "批量开账号" }).click();
      await page.getByRole("menuitem", { name: what }).click();
    };
    await choose("从花名册开账号");
    await page.getByRole("button", { name: "开2个账号" }).waitFor();
    await expectFits(page);
    if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/roster-${size}.png` });
    await page.getByRole("button", { name: "开2个账号" }).click();
    await page.getByText("2个账号的激活码").waitFor();
    const codes = await page.locator(".slip-code").allTextContents();
    await shot(page, "slips");
    await page.emulateMedia({ media: "print" });
    if (process.env["SHOTS"]) await page.pdf({ path: `${process.env["SHOTS"]}/slips-${size}.pdf`, preferCSSPageSize: true });
    expect(await page.locator(".slip").count()).toBe(2);
    await page.emulateMedia({ media: "screen" });
    await page.getByRole("button", { name: "已交付，关闭" }).click();
    await choose("换发未用的激活码");
    await page.getByRole("button", { name: "换发2个激活码" }).click();
    await page.getByText("2个账号的激活码").waitFor();
    expect(await page.locator(".slip-code").allTextContents()).not.toEqual(codes);
    await close();
  });
});
