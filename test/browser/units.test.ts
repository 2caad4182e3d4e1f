/** Units and people, and administration, at a desk and on a phone: found, moved and put back; accounts made and ended; a pack loaded. */
import { describe, expect, test } from "vitest";
import { packFileText } from "#kernel/pack-file.ts";
import { asOwner } from "#platform/db.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import type { World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
const long = "东区纪委监委驻重点项目建设指挥部联合监督检查工作组".repeat(8).slice(0, 200);
const forty = "东区教育整顿领导小组办公室综合协调组暨督导检查组宣传报道组信访举报组案件查办组合署";
serveWorld(async (served) => {
  ({ world, site } = served);
  await asOwner(world.database, "more units", async (tx) => {
    const { realm, root, id, pack } = world.campaign;
    const row = (code: string, name: string, parent: string) => ({
      code,
      name,
      kind: "组",
      level: null,
      parent,
      from: null,
      to: null,
    });
    const many = Array.from({ length: 60 }, (_, index) =>
      row(`U2${String(index).padStart(2, "0")}`, `西区${index + 1}街道纪工委`, "U2"),
    );
    await registerUnits(tx, realm, [row("U12", long, "U1"), row("U13", forty, "U1"), ...many], root);
    await rebuildPaths(tx, realm, id, pack.rollUp);
  });
});

const shots = process.env["SHOTS"];

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("a unit is found by name, moved with a look at what that changes, and put back", { timeout: 60_000 }, async () => {
    const { page, complaints, close } = await site.visit(size, "office");
    const shot = (name: string) => (shots ? page.screenshot({ path: `${shots}/units-${name}-${size}.png` }) : undefined);
    await page.goto(`${site.address}/c/trial/units`);
    await page.getByRole("tree", { name: "单位树" }).getByText("西区纪委").waitFor();
    // Of sixty units below the west nothing is loaded before it opens.
    expect(await page.getByText("西区1街道纪工委").count()).toBe(0);
    await shot("tree");
    await page
      .getByRole("textbox", { name: /查找单位/ })
      .or(page.getByRole("searchbox", { name: /查找单位/ }))
      .fill("指挥部");
    await page.locator(".found-units button").first().click();
    await page.getByRole("heading", { name: long }).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("long");
    await page.goto(`${site.address}/c/trial/units?unit=${world.units.eastOffice}`);
    await page.getByRole("heading", { name: "东区纪委办公室" }).waitFor();
    await page.getByRole("button", { name: "调整单位" }).click();
    await page.getByRole("menuitem", { name: "调整隶属" }).click();
    const dialog = page.getByRole("dialog");
    await dialog
      .getByRole("combobox", { name: /上级单位|单位/ })
      .first()
      .click();
    await page.keyboard.type("西区纪委");
    await page.locator(".ant-select-tree-title").getByText("西区纪委（试点市领导小组办公室）").click();
    await dialog.getByText("改为汇总到：西区纪委").waitFor();
    await dialog.getByText("不再汇总到：东区纪委").waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("move");
    await dialog.getByRole("button", { name: "调整隶属" }).click();
    await page.getByText(/已办理，重新汇总了\d个单位/).waitFor();
    await page.getByRole("tab", { name: "变动记录" }).click();
    await page.getByRole("cell", { name: "隶属改为“西区纪委”" }).first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("changes");
    await page
      .getByRole("button", { name: /^撤销$/ })
      .first()
      .click();
    await page
      .locator(".ant-popconfirm, .ant-message")
      .getByRole("button", { name: /^撤销$/ })
      .last()
      .click();
    await page.getByText("已撤销。").first().waitFor();
    await page.getByRole("tab", { name: "隶属沿革" }).click();
    await page.getByText("建立以来 — 至今").waitFor();
    await expectUsable(page);
    await shot("relations");

    await page.goto(`${site.address}/c/trial/units?unit=${world.units.east}`);
    await page.getByRole("button", { name: "白帆" }).click();
    await page.getByRole("heading", { name: "任职和借调" }).waitFor();
    await expectUsable(page);
    await shot("person");
    await page.getByRole("dialog").getByRole("button", { name: /借调/ }).click();
    await page.getByText("借调期间本人的职务仍在原单位。").waitFor();
    await expectUsable(page);
    await page.keyboard.press("Escape");
    await page.goto(`${site.address}/c/trial/units?unit=${world.units.east}&tab=groups`);
    await page.getByRole("button", { name: "成立小组" }).click();
    await page.getByLabel("类别").fill("专班");
    await page.getByLabel("名称", { exact: true }).fill(`工作专班${size}`);
    await page.getByRole("dialog").getByRole("button", { name: "成立小组" }).click();
    await page.getByText(`工作专班${size}`).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.goto(`${site.address}/c/trial/units?unit=${world.units.west}&tab=below`);
    await page.getByText("西区1街道纪工委").first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("below");
    expect(complaints).toEqual([]);
    await close();
  });

  test("an account is made with its slip, its sessions ended, disabled and given back", { timeout: 60_000 }, async () => {
    const { page, complaints, close } = await site.visit(size, "office");
    const shot = (name: string) => (shots ? page.screenshot({ path: `${shots}/admin-${name}-${size}.png` }) : undefined);
    await page.goto(`${site.address}/c/trial/admin`);
    await page.getByRole("cell", { name: "eastHead", exact: true }).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("accounts");
    await page.getByRole("button", { name: "新开账号" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("账号").fill(`lly-${size}`);
    await dialog.getByLabel("名称").fill("东区联络员");
    await expectUsable(page);
    await shot("new");
    await dialog.getByRole("button", { name: "新开账号" }).click();
    await page.getByText("1个账号的激活码").waitFor();
    await page.getByRole("button", { name: "已交付，关闭" }).click();
    await page.getByRole("textbox", { name: /查找账号/ }).fill(`lly-${size}`);
    await page.getByText("待激活").first().waitFor();
    await page.getByRole("button", { name: `lly-${size} 操作` }).click();
    await page.getByRole("menuitem", { name: "停用" }).click();
    await page.locator(".ant-modal-confirm").getByRole("button", { name: /停用/ }).click();
    await page.getByText("已停用“东区联络员”").waitFor();
    await page.getByText("◼ 已停用").waitFor();
    await page.locator(".ant-message").getByRole("button", { name: /撤销/ }).click();
    await page.getByText("待激活").first().waitFor();

    await page.getByRole("tab", { name: "方案包" }).click();
    await page.getByRole("heading", { name: "版本" }).waitFor();
    const version = size === "wide" ? "1.1.0" : "1.2.0";
    const pack = {
      ...world.campaign.pack,
      version,
      rules: [
        {
          key: "weekly",
          name: "每周学习",
          figure: "sessions",
          kinds: [],
          per: "week" as const,
          threshold: { atLeast: 1 },
          roles: [],
        },
      ],
    };
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "新版.json", mimeType: "application/json", buffer: Buffer.from("key: [") });
    await page
      .getByText(/方案包有\d+处问题/)
      .first()
      .waitFor();
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "新版.json", mimeType: "application/json", buffer: Buffer.from(packFileText(pack)) });
    await page.getByText(`“试点教育整顿” ${version} 检查无误`).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("pack");
    await page.getByRole("button", { name: /^装入$/ }).click();
    await page.getByText(`${version}　✓ 现用`).waitFor();
    await page.getByRole("button", { name: "改回这个版本" }).last().click();
    await page.locator(".ant-popconfirm").getByRole("button", { name: "改回这个版本" }).click();
    await page.getByText("1.0.0　✓ 现用").waitFor();
    await page.getByRole("tab", { name: "活动" }).click();
    await page.getByLabel("活动名称").waitFor();
    await expectUsable(page);
    await expectFits(page);
    await shot("campaign");
    expect(complaints).toEqual([]);
    await close();
  });
});

test("in English", async () => {
  const { page, close } = await site.visit("wide", "office", {
    language: "en",
    at: `/c/trial/units?unit=${world.units.east}&tab=changes`,
  });
  await page.getByRole("heading", { name: "Units and people" }).waitFor();
  await page.getByRole("button", { name: "Change", exact: true }).waitFor();
  await page.goto(`${site.address}/c/trial/admin`);
  await page.getByRole("heading", { name: "Administration" }).waitFor();
  await page.getByRole("button", { name: "New account" }).waitFor();
  await expectUsable(page);
  await close();
});
