/** Files of a record in a browser: chosen, dropped, pasted, interrupted, looked at by keyboard, taken away and brought back. */
import { createHash, randomUUID } from "node:crypto";
import { Document, Packer, Paragraph } from "docx";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { takenPhoto, tellTale } from "#platform/photo.fixture.ts";
import type { Client, World } from "../world.ts";
import { makeXlsx } from "../../src/features/exchange/fixtures/make-xlsx.ts";
import { expectFits, expectUsable, serveWorld, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
let east: Client;
serveWorld(async (served) => {
  ({ world, site } = served);
  east = await world.as("east");
});

const api = "/api/campaigns/trial";

async function record(): Promise<string> {
  const id = randomUUID();
  await east.send("PUT", `${api}/ledgers/study/entries/${id}`, {
    values: { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习", 实到人数: 9 },
  });
  return id;
}
const kept = async (entry: string) => (await east.get(`${api}/entries/${entry}/attachments`)).body.attachments;

async function openRecord(page: Page, entry: string): Promise<void> {
  await page.goto(`${site.address}/c/trial/ledgers?ledger=study&entry=${entry}`);
  await page.getByRole("region", { name: /附件|Attachments/ }).waitFor();
}
const choose = (page: Page, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> =>
  page.getByLabel("添加文件").last().setInputFiles(files);
const photo = { name: "合影.jpg", mimeType: "image/jpeg", buffer: takenPhoto("image/jpeg", 6) };

/** As a program does it, each a second after the one before. */
async function attach(entry: string, { name, buffer }: { name: string; buffer: Buffer }): Promise<void> {
  const at = `${api}/entries/${entry}/attachments/${randomUUID()}`;
  const sha256 = createHash("sha256").update(buffer).digest("hex");
  await east.send("PUT", at, { name, bytes: buffer.length, sha256 });
  await east.put(`${at}/parts/0`, buffer);
  expect((await east.send("POST", `${at}/finish`, {})).status).toBe(200);
  world.time.now = new Date(world.time.now.getTime() + 1000);
}
const pdf = (content: string) => ({
  name: `${content}.pdf`,
  mimeType: "application/pdf",
  buffer: Buffer.from(`%PDF-1.4\n${content}`),
});
const xlsx = async () => ({
  name: "名册.xlsx",
  mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  buffer: await makeXlsx({
    sheets: [
      { name: "干部", rows: '<row r="1"><c r="A1" t="inlineStr"><is><t>安然</t></is></c><c r="B1"><v>41</v></c></row>' },
      { name: "空表", rows: "" },
    ],
  }),
});
const docx = async () => ({
  name: "学习方案.docx",
  mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  buffer: await Packer.toBuffer(new Document({ sections: [{ children: [new Paragraph("每周集中学习一次。")] }] })),
});

describe.each<Size>(["wide", "phone"])("%s", (size) => {
  test("files are added, photos without the place they were taken at", async () => {
    const { page, complaints, close } = await site.visit(size, "east");
    const id = await record();
    await openRecord(page, id);
    await page.getByText("还没有附件").waitFor();
    const long = `${"关于开展教育整顿集中学习的情况说明".repeat(12).slice(0, 196)}.txt`;
    await choose(page, [photo, { name: long, mimeType: "text/plain", buffer: Buffer.from("一段说明") }]);
    for (const name of [photo.name, long]) await page.getByRole("button", { name: `查看 ${name}` }).waitFor();
    await expectUsable(page);
    await expectFits(page);
    const first = (await kept(id)).find((one: { type: string }) => one.type === "image/jpeg");
    expect(first.thumb).toMatch(/^data:image\/jpeg;base64,/);
    const { raw } = await east.get(`${api}/entries/${id}/attachments/${first.id}/content`);
    expect(raw.includes(tellTale)).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  });

  test("files are looked at one after another", async () => {
    const id = await record();
    const note = { name: "说明.txt", mimeType: "text/plain", buffer: Buffer.from("一段说明") };
    for (const file of [photo, note, await xlsx(), await docx()]) await attach(id, file);
    const { page, complaints, close } = await site.visit(size, "east");
    await openRecord(page, id);
    await page.getByRole("button", { name: "查看 合影.jpg" }).click();
    const dialog = page.getByRole("dialog").last();
    const picture = dialog.getByRole("img", { name: "合影.jpg" });
    await picture.waitFor();
    // It is upright: what was wide lies on its side.
    await expect
      .poll(() =>
        page.evaluate(
          "(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.querySelector('.preview-body img'))",
        ),
      )
      .toEqual([2, 4]);
    await dialog.getByRole("button", { name: /放大/ }).click();
    await page.keyboard.press("ArrowRight");
    await dialog.getByText("一段说明").waitFor();
    await page.keyboard.press("ArrowRight");
    await dialog.getByText("安然").waitFor();
    await dialog.getByRole("tab", { name: "空表" }).click();
    await dialog.getByText("这个工作表是空的").waitFor();
    await expectUsable(page);
    await dialog.getByRole("button", { name: "下一个" }).click();
    await dialog.getByText("每周集中学习一次。").waitFor();
    await expectFits(page);
    await page.keyboard.press("ArrowLeft");
    await dialog.getByRole("tab", { name: "干部" }).waitFor();
    await page.keyboard.press("Escape");
    await picture.waitFor({ state: "detached" });

    expect(complaints).toEqual([]);
    await close();
  });

  test("a file is taken away with its reason and brought back", async () => {
    const { page, complaints, close } = await site.visit(size, "east");
    const id = await record();
    await openRecord(page, id);
    await choose(page, [await xlsx()]);
    await page.getByRole("button", { name: "移除 名册.xlsx" }).click();
    await page.getByText("重复上传").click();
    await expectUsable(page);
    await page.getByRole("dialog").last().getByRole("button", { name: /移除/ }).click();
    await page.getByText("已移除《名册.xlsx》").waitFor();
    await page.getByText("理由：重复上传").waitFor();
    await page.getByRole("button", { name: /撤销/ }).click();
    await page.getByRole("button", { name: "查看 名册.xlsx" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test("an upload goes on after the network failed and the page was closed", async () => {
    const { page, close } = await site.visit(size, "east");
    const context = page.context();
    const id = await record();
    await openRecord(page, id);
    let sent = 0;
    const big = { ...pdf("大文件"), buffer: Buffer.concat([Buffer.from("%PDF-1.4\n"), Buffer.alloc(2_400_000, "大")]) };
    await page.route("**/parts/*", (route) => (++sent > 2 ? route.abort() : route.continue()));
    await choose(page, [big]);
    await expect.poll(() => sent, { timeout: 10_000 }).toBeGreaterThan(2);
    const address = page.url();
    await page.close();
    const next = await context.newPage();
    const parts: string[] = [];
    next.on("request", (request) => /parts/.test(request.url()) && parts.push(request.url().split("/").at(-1) ?? ""));
    await next.goto(address);
    await next.getByRole("button", { name: "查看 大文件.pdf" }).waitFor();
    expect(parts).toEqual(["2", "3", "4"]);
    expect(await kept(id)).toMatchObject([{ name: "大文件.pdf", state: "kept", bytes: 2_400_009 }]);
    await close();
  });

  test("what the server refuses says why; what is pasted or dropped is added", async () => {
    const { page, close } = await site.visit(size, "east");
    const id = await record();
    await openRecord(page, id);
    await choose(page, [{ name: "程序.jpg", mimeType: "image/jpeg", buffer: Buffer.from("MZ\u0090") }]);
    await page.getByText(/^《程序\.jpg》的内容不是 \.jpg 文件/).waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.getByRole("button", { name: "取消上传 程序.jpg" }).click();
    await page.getByText("还没有附件").waitFor();
    expect(await kept(id)).toEqual([]);
    const arrive = (how: "paste" | "drop"): Promise<void> =>
      page.evaluate(`{
        const data = new DataTransfer();
        data.items.add(new File(["${how} 的内容"], "${how}.txt", { type: "text/plain" }));
        const target = document.querySelector(".attachments");
        target.dispatchEvent(${
          how === "paste"
            ? 'new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })'
            : 'new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })'
        });
      }`);
    await arrive("paste");
    await page.getByRole("button", { name: "查看 paste.txt" }).waitFor();
    await arrive("drop");
    await page.getByRole("button", { name: "查看 drop.txt" }).waitFor();
    expect((await kept(id)).filter((one: { state: string }) => one.state === "kept")).toHaveLength(2);
    await close();
  });
});

test("an upload goes on by itself when the server is back, with the parts that were missing", async () => {
  const { page, close } = await site.visit("wide", "east");
  const id = await record();
  await openRecord(page, id);
  const parts: string[] = [];
  let gone = false;
  await page.route("**/api/**", (route) => {
    const [, part] = /parts\/(\d+)/.exec(route.request().url()) ?? [];
    gone ||= part === "2";
    if (!gone && part !== undefined) parts.push(part);
    return gone ? route.abort() : route.continue();
  });
  await choose(page, [{ ...pdf("断点"), buffer: Buffer.concat([Buffer.from("%PDF-1.4\n"), Buffer.alloc(2_400_000, "断")]) }]);
  await page
    .locator(".reach")
    .getByText(/连不上/)
    .waitFor();
  await page.unroute("**/api/**");
  page.on("request", (request) => {
    const [, part] = /parts\/(\d+)/.exec(request.url()) ?? [];
    if (part !== undefined) parts.push(part);
  });
  await page.getByRole("button", { name: "查看 断点.pdf" }).waitFor({ timeout: 30_000 });
  expect(parts).toEqual(["0", "1", "2", "3", "4"]);
  expect(await kept(id)).toMatchObject([{ name: "断点.pdf", state: "kept", bytes: 2_400_009 }]);
  await close();
});

test("a PDF is shown within the page by the browser's own viewer, in English too", async () => {
  const { page, complaints, close } = await site.visit("wide", "east", { language: "en" });
  const id = await record();
  await openRecord(page, id);
  await page
    .getByLabel("Add files")
    .last()
    .setInputFiles([{ ...pdf("minutes"), buffer: await page.pdf() }]);
  await page.getByRole("button", { name: "Show minutes.pdf" }).click();
  const answer = await page.waitForResponse((one) => one.url().endsWith("content?inline=true"));
  expect(answer.headers()["x-frame-options"]).toBe("SAMEORIGIN");
  await page.locator("iframe[title='minutes.pdf']").waitFor();
  await page.waitForFunction("document.activeElement.closest('[role=dialog]') !== null");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remove minutes.pdf" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("1 removed").click();
  await page.getByRole("button", { name: "Bring back minutes.pdf" }).click();
  await page.getByRole("button", { name: "Remove minutes.pdf" }).waitFor();
  expect(await kept(id)).toMatchObject([{ deleted: false }]);
  expect(complaints).toEqual([]);
  await close();
});

test("a deleted record shows its files and takes no more", async () => {
  const id = await record();
  const { page, close } = await site.visit("wide", "east");
  await openRecord(page, id);
  await choose(page, [pdf("说明")]);
  await page.getByRole("button", { name: "查看 说明.pdf" }).waitFor();
  await east.send("POST", `${api}/entries/${id}/delete`, { version: 2, reason: "重复" });
  await page.reload();
  await page.getByRole("button", { name: "查看 说明.pdf" }).waitFor();
  expect(await page.getByRole("button", { name: /添加文件|移除/ }).count()).toBe(0);
  await close();
});
