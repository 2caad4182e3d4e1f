/**
 * The user guide says what is there: its pictures are of the pages as they are, and the words that it gives in bold stand on
 * them. After a change that is meant, `GUIDE_SHOTS=1 npx vitest run test/browser/guide.test.ts` takes the pictures anew.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { password } from "../world.ts";
import { openSite, sizes, type Site } from "./browser.ts";
import { key, openDistrict, type District } from "./guide-district.ts";
import { picture } from "./guide-picture.ts";
import { shots, type Shot } from "./guide-shots.ts";
import { wordsOf } from "./guide-words.ts";

const root = resolve(import.meta.dirname, "../..");
const guide = join(root, "docs/guide");
const taking = process.env["GUIDE_SHOTS"] === "1";
const largest = 150 * 1024;

let district: District;
let site: Site;
beforeAll(async () => {
  district = await openDistrict();
  site = await openSite(district);
});
afterAll(async () => {
  await site?.close();
  await district?.close();
});

/** Which of these texts cannot be seen in the window. */
async function missing(page: Page, texts: readonly string[]): Promise<string[]> {
  const { height } = page.viewportSize() ?? { height: 0 };
  const found = await Promise.all(
    texts.map(async (text) => {
      const places = await page.getByText(text).filter({ visible: true }).all();
      const boxes = await Promise.all(places.map((one) => one.boundingBox({ timeout: 1000 }).catch(() => null)));
      return boxes.some((box) => box !== null && box.y >= 0 && box.y + box.height <= height);
    }),
  );
  return texts.filter((_, index) => !found[index]);
}

async function open({ size, login, at, go, keeps }: Shot) {
  const visitor = await site.visit(size, undefined, { keeps: keeps === true });
  const { page } = visitor;
  await page.getByLabel("账号").fill(login);
  await page.getByLabel("口令").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/c/**");
  await page.goto(`${site.address}/c/${key}/${at(district)}`);
  await go?.(page);
  return visitor;
}

const seen = new Set<string>();

describe("pictures", () => {
  test.each(shots)("$file", { timeout: 60_000 }, async (shot) => {
    const { page, complaints, close } = await open(shot);
    await expect.poll(() => missing(page, shot.shows), { timeout: 20_000 }).toEqual([]);
    await page.locator(".ant-skeleton, .ant-spin-spinning").first().waitFor({ state: "hidden" });
    for (const line of (await page.locator("body").innerText()).split("\n")) seen.add(line.trim());
    const file = join(root, "docs", shot.file);
    if (taking) {
      // The minute at which a picture is taken would be in it.
      await page.evaluate("document.querySelector('.watermark')?.remove()");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, picture(await page.screenshot({ animations: "disabled", caret: "hide" })));
    }
    const { width, height } = PNG.sync.read(readFileSync(file));
    expect({ width, height }).toEqual(sizes[shot.size]);
    expect(statSync(file).size).toBeLessThanOrEqual(largest);
    await expect.poll(() => missing(page, ["没有这样的话", ...shot.shows]), { timeout: 20_000 }).toEqual(["没有这样的话"]);
    expect(complaints).toEqual([]);
    await close();
  });
});

const pages = (): string[] => readdirSync(guide).filter((name) => name.endsWith(".md"));
const textOf = (name: string): string => readFileSync(join(guide, name), "utf8");
const pictures = (text: string): string[] => [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, at = ""]) => at);
const links = (text: string): string[] => [...text.matchAll(/(?<!!)\[[^\]]+\]\(([^)#]+)\)/g)].map(([, at = ""]) => at);

test("every picture and page that is named is there, and none that nobody names", () => {
  const named = pages().flatMap((name) => pictures(textOf(name)).map((at) => join("guide", at)));
  expect(named.toSorted()).toEqual(
    shots
      .map(({ file }) => file)
      .filter((file) => file.startsWith("guide"))
      .toSorted(),
  );
  expect(readdirSync(join(guide, "images")).toSorted()).toEqual(named.map((file) => basename(file)).toSorted());
  for (const name of pages()) for (const at of links(textOf(name))) statSync(join(guide, at));
  for (const readme of ["README.md", "README.zh-CN.md"]) {
    const text = readFileSync(join(root, readme), "utf8");
    expect(pictures(text)[0]).toBe("docs/images/interface.png");
    expect(links(text)).toContain("docs/guide/index.md");
    for (const at of [...pictures(text), ...links(text)].filter((one) => !one.startsWith("http"))) statSync(join(root, at));
  }
});

test("what the guide gives in bold is what the interface says", async () => {
  const says = await wordsOf(join(root, "src"));
  const unknown = (text: string): string[] =>
    [...text.matchAll(/\*\*(.+?)\*\*/g)].map(([, said = ""]) => said).filter((said) => !says(said) && !seen.has(said));
  const wrong = pages().flatMap((name) => unknown(textOf(name)).map((said) => `${name}: ${said}`));
  expect(wrong).toEqual([]);
  expect(unknown("点**登记**，再点**没有的按钮**，或**登 记**。")).toEqual(["没有的按钮", "登 记"]);
  for (const name of pages()) expect(textOf(name).split("\n").length, name).toBeLessThanOrEqual(90);
});
