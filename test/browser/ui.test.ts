/**
 * The components of the house, each in every state, as they looked when someone last looked at them: `/ui` of a build for
 * development, section by section, in light, dark and large text. The pictures are of Chromium and fonts-noto-cjk of
 * Debian; after a change that is meant, `RENEW_SHOTS=1 npx vitest run test/browser/ui.test.ts` makes them anew.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pixelmatch from "pixelmatch";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../world.ts";
import { expectFits, expectUsable, openSite, type Site, type Size, type Visitor } from "./browser.ts";

const root = resolve(import.meta.dirname, "../..");
const shots = join(import.meta.dirname, "shots");
const renewing = process.env["RENEW_SHOTS"] === "1";
const folder = mkdtempSync(join(tmpdir(), "gallery-"));

/** So many pixels may differ by more than a shade: less than one stroke of a character does. */
const allowed = 12;

function differing(one: PNG, other: PNG): number {
  const { width, height } = one;
  if (width !== other.width || height !== other.height) return Number.POSITIVE_INFINITY;
  // Edges that a font smooths otherwise do not count.
  return pixelmatch(one.data, other.data, undefined, width, height, { threshold: 0.2 });
}

let world: World;
let site: Site;
beforeAll(async () => {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const options = ["build", "--configLoader", "native", "--logLevel", "warn", "--mode", "gallery", "--outDir", folder];
  const { status, stderr } = spawnSync(process.execPath, [vite, ...options], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  world = await createWorld();
  site = await openSite(world, folder);
});
afterAll(async () => {
  await site?.close();
  await world?.close();
  rmSync(folder, { recursive: true });
});

const looks = {
  light: { size: "wide", kept: {} },
  dark: { size: "wide", kept: { look: "dark" } },
  large: { size: "phone", kept: { large: "yes" } },
} as const satisfies Record<string, { size: Size; kept: Record<string, string> }>;

async function openGallery(look: keyof typeof looks): Promise<Visitor> {
  const { size, kept } = looks[look];
  const visitor = await site.visit(size);
  for (const [name, value] of Object.entries(kept))
    await visitor.page.addInitScript(`localStorage.setItem("yibenzhang.${name}", "${value}")`);
  await visitor.page.goto(`${site.address}/ui`);
  await visitor.page.getByRole("region", { name: "fieldsEmpty" }).waitFor();
  // Calendars come by themselves, the last of them last.
  if (size === "wide") await visitor.page.locator("#fieldsEmpty .ant-picker-range").waitFor();
  await visitor.page.waitForLoadState("networkidle");
  return visitor;
}

type Box = [name: string, left: number, top: number, width: number, height: number];
const boxes = `[...document.querySelectorAll(".gallery > section")].map((section) => {
  const { left, top, right, bottom } = section.getBoundingClientRect();
  const [x, y] = [Math.round(left + scrollX), Math.round(top + scrollY)];
  return [section.id, x, y, Math.round(right + scrollX) - x, Math.round(bottom + scrollY) - y];
})`;

/** Every section by its name, cut out of one picture of the page. */
async function take(page: Page): Promise<Map<string, PNG>> {
  // The picture and the places are of one moment only if nothing moved meanwhile.
  for (;;) {
    const sections = await page.evaluate<Box[]>(boxes);
    const whole = PNG.sync.read(await page.screenshot({ fullPage: true, animations: "disabled" }));
    if (JSON.stringify(await page.evaluate<Box[]>(boxes)) !== JSON.stringify(sections)) continue;
    return new Map(
      sections.map(([name, left, top, width, height]) => {
        const section = new PNG({ width, height });
        PNG.bitblt(whole, section, left, top, width, height, 0, 0);
        return [name, section];
      }),
    );
  }
}

describe.each(Object.keys(looks) as (keyof typeof looks)[])("%s", (look) => {
  test("fits and can be used", async () => {
    const { page, complaints, close } = await openGallery(look);
    await expectFits(page);
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test("looks as it did", async () => {
    const { page, close } = await openGallery(look);
    const sections = await take(page);
    expect(sections.size).toBeGreaterThan(15);
    mkdirSync(shots, { recursive: true });
    const changed: string[] = [];
    for (const [section, now] of sections) {
      const file = join(shots, `${look}-${section}.png`);
      if (renewing) writeFileSync(file, PNG.sync.write(now, { deflateLevel: 9 }));
      const count = differing(PNG.sync.read(readFileSync(file)), now);
      if (count > allowed) changed.push(`${look}-${section}: ${count}`);
    }
    expect(changed).toEqual([]);
    await close();
  });

  test("a word, a colour or a line that changes is found", async () => {
    const { page, close } = await openGallery(look);
    const planted: Record<string, string> = {
      times: `document.querySelector("#times .number").firstChild.data = "1"`,
      status: `document.querySelector("#status .late").style.color = "var(--ant-color-success)"`,
      table: `document.querySelector("#table tbody tr:last-child td").style.paddingLeft = "11px"`,
      difference: `document.querySelector("#difference ins").style.textDecoration = "none"`,
    };
    const before = await take(page);
    const same = await take(page);
    for (const change of Object.values(planted)) await page.evaluate(change);
    const after = await take(page);
    for (const [section, shot] of before) {
      expect(differing(shot, same.get(section) as PNG), section).toBeLessThanOrEqual(allowed);
      const count = differing(shot, after.get(section) as PNG);
      if (section in planted) expect(count, section).toBeGreaterThan(allowed);
      else expect(count, section).toBeLessThanOrEqual(allowed);
    }
    await close();
  });
});

test("what people work with has no such page", async () => {
  const own = await openSite(world);
  const { page, close } = await own.visit("wide");
  await page.goto(`${own.address}/ui`);
  await page.getByText("Not Found").or(page.getByText("没有这一页")).waitFor();
  await close();
  await own.close();
});
