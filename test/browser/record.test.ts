/** Recording on a phone and at a desk, with and without a network; and one's own day. */
import { randomUUID } from "node:crypto";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { takenPhoto } from "#platform/photo.fixture.ts";
import { password, type Login, type World } from "../world.ts";
import { expectFits, expectUsable, serveWorld, untilKept, type Site, type Size } from "./browser.ts";

let world: World;
let site: Site;
serveWorld((served) => ({ world, site } = served));

const api = "/api/campaigns/trial";
const subject = (): string => `学习${randomUUID().slice(0, 8)}`;

interface Found {
  id: string;
  version: number;
  values: Record<string, unknown>;
  deleted: boolean;
}
const recorded = async (theme: string, login: Login = "east"): Promise<Found[]> => {
  const { body } = await (await world.as(login)).get(`${api}/ledgers/study/entries?limit=500`);
  return body.entries.filter((entry: Found) => entry.values["主题"] === theme);
};
const attended = async (): Promise<number> => {
  const { body } = await (await world.as("office")).get(`${api}/figures?keys=attended`);
  return Number(body.units[0].figures[0].value ?? 0);
};
const signIn = async (page: Page, login: Login): Promise<void> => {
  await page.getByLabel("账号").fill(login);
  await page.getByLabel("口令").fill(password);
  await page.keyboard.press("Enter");
};
/** A record of the east that names both of its people; its id. */
async function aboutBoth(theme: string): Promise<string> {
  const id = randomUUID();
  await (
    await world.as("east")
  ).send("PUT", `${api}/ledgers/study/entries/${id}`, {
    values: { 活动日期: "2023-06-10", 组织单位: world.units.east, 主题: theme, 参加人员: [world.people.ann, world.people.bob] },
  });
  return id;
}
const idOf = async (login: Login): Promise<number> => (await (await world.as(login)).get("/api/me")).body.id;
/** Whose things a device keeps, by kind. */
const keptBy = (page: Page): Promise<Record<string, number[]>> =>
  page.evaluate(`(async () => {
    const done = (asked) => new Promise((then) => (asked.onsuccess = () => then(asked.result)));
    const database = await done(indexedDB.open("yibenzhang"));
    const owners = {};
    for (const kind of database.objectStoreNames) {
      const keys = await done(database.transaction(kind).objectStore(kind).getAllKeys());
      if (keys.length > 0) owners[kind] = [...new Set(keys.map(([owner]) => owner))];
    }
    database.close();
    return owners;
  })()`);
const submit = (page: Page): Locator => page.getByRole("button", { name: /登\s*记/ });

describe.each<Size>(["phone", "wide"])("%s", (size) => {
  test("a study session takes 30 seconds and 8 touches; the network drops, and one record with its photo arrives", async () => {
    const { page, complaints, close } = await site.visit(size, "east", { keeps: true });
    await untilKept(page);
    await page.reload();
    const theme = subject();
    const before = await attended();
    let touches = 0;
    const touch = (what: Locator): Promise<void> => {
      touches++;
      return what.click();
    };
    const begun = performance.now();
    await touch(page.getByRole("link", { name: "记一笔" }).first());
    await touch(page.getByRole("button", { name: "集中学习台账" }).first());
    await touch(page.getByLabel("主题"));
    await page.keyboard.type(theme);
    await touch(page.getByRole("button", { name: "白帆：到会" }));
    await page.getByRole("button", { name: "白帆：未到" }).waitFor();
    const chosen = page.waitForEvent("filechooser");
    await touch(page.getByText(size === "phone" ? "拍照" : "选照片"));
    touches++; // The shutter.
    await (await chosen).setFiles({ name: "会场.jpg", mimeType: "image/jpeg", buffer: takenPhoto("image/jpeg", 6) });
    await page.getByAltText("会场.jpg").waitFor();
    await page.context().setOffline(true);
    await touch(submit(page));
    await page.getByText("已存在本机").waitFor();
    const seconds = (performance.now() - begun) / 1000;
    expect(touches).toBeLessThanOrEqual(8);
    expect(seconds).toBeLessThan(30);
    console.log(`${size}: ${touches} touches, ${seconds.toFixed(1)} s`);
    await expectUsable(page);
    await expectFits(page);

    // Closed and opened again without a network, it is still there.
    await page.reload();
    await page.getByText("待发送").waitFor();
    await page.getByText(/连不上(网络|服务器)/).waitFor();
    expect(await recorded(theme)).toEqual([]);

    await page.context().setOffline(false);
    await page.getByText("已发送").waitFor();
    await page.getByText("照片1/1").waitFor();
    const [entry, ...others] = await recorded(theme);
    expect(others).toEqual([]);
    // This machine is years ahead of the server, by whose clock it is June 2023.
    expect(entry?.values).toMatchObject({
      活动日期: "2023-06-15",
      组织单位: world.units.east,
      实到人数: 1,
      参加人员: [world.people.ann],
    });
    const files = await (await world.as("east")).get(`${api}/entries/${entry?.id}/attachments`);
    expect(files.body.attachments).toHaveLength(1);
    expect(await attended()).toBe(before + 1);

    // Taken back in the moment.
    await page.getByRole("button", { name: /撤\s*销/ }).click();
    await page.getByText("已撤销").waitFor();
    expect(await recorded(theme)).toEqual([]);
    expect(await attended()).toBe(before);
    expect(complaints).toEqual([]);
    await close();
  });

  test("the ledgers to record in", async () => {
    const { page, close } = await site.visit(size, "east", { at: "/c/trial/record" });
    await page.getByRole("button", { name: "集中学习台账" }).first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.getByRole("searchbox", { name: "查找台账" }).fill("没有这样的");
    await page.getByText("没有名称里含“没有这样的”的台账").waitFor();
    await close();
  });

  test("what is missing or refused is told in the form, and nothing typed is lost", async () => {
    const { page, close } = await site.visit(size, "east");
    const theme = subject();
    await page.goto(`${site.address}/c/trial/record`);
    await page.getByRole("searchbox", { name: "查找台账" }).fill("集中");
    await page.getByRole("button", { name: "集中学习台账" }).first().click();
    await page.getByText("已按服务器的日期2023-06-15填写").waitFor();
    await submit(page).click();
    await page.getByText("请填写主题").waitFor();
    await page.getByLabel("主题").fill(theme);
    await page.getByLabel("活动日期").fill("2022-01-01");
    await page.getByText("更多栏目").click();
    await page.getByLabel("学时").fill("两个");
    await expectUsable(page);
    await expectFits(page);
    // The tab is closed in the middle.
    await page.reload();
    await page.getByText("已找回上次没填完的内容").waitFor();
    expect(await page.getByLabel("主题").inputValue()).toBe(theme);
    await submit(page).click();
    await page.getByText("有1处要改").waitFor();
    await page.locator("#field-学时-fault").waitFor();
    await page.getByLabel("学时").fill("2");
    await submit(page).click();
    await page
      .getByText(/活动开始|活动期间/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "昨天" }).click();
    await submit(page).dblclick();
    await page.getByText("已发送").waitFor();
    expect((await recorded(theme)).map(({ values }) => [values["活动日期"], values["学时"]])).toEqual([["2023-06-14", 2]]);
    await close();
  });

  test("my day of a liaison: what was sent back", async () => {
    const theme = subject();
    const id = await aboutBoth(theme);
    await (
      await world.as("office")
    ).send("POST", `${api}/entries/${id}/move`, { version: 1, transition: "退回", reason: "请补人数" });
    const { page, close } = await site.visit(size, "east", { at: "/c/trial/me" });
    await page.getByText("退回：请补人数").first().waitFor();
    await expectUsable(page);
    await expectFits(page);
    await page.getByRole("link", { name: new RegExp(theme) }).click();
    await page.waitForURL(`**entry=${id}`);
    await close();
  });

  test("my day of a cadre: what is written about me, and nobody else", async () => {
    const theme = subject();
    await aboutBoth(theme);
    const { page, close } = await site.visit(size, "ann", { at: "/c/trial/me" });
    await page.getByText(theme).first().click();
    await page.locator("details", { hasText: theme }).getByText("写在“参加人员”").waitFor();
    expect(await page.locator("main").innerText()).not.toContain("白帆");
    await expectUsable(page);
    await expectFits(page);
    await close();
  });
});

test("two tabs with one draft make one record; a session that ended in the middle loses nothing", async () => {
  const { page, close } = await site.visit("phone", "east");
  const theme = subject();
  await page.goto(`${site.address}/c/trial/record?ledger=study`);
  await page.getByLabel("主题").fill(theme);
  const other = await page.context().newPage();
  await other.goto(`${site.address}/c/trial/record?ledger=study`);
  await other.getByText("已找回上次没填完的内容").waitFor();
  await page.context().clearCookies();
  await submit(page).click();
  await page.getByText("登录已过期").first().waitFor();
  await page.getByLabel("口令").fill(password);
  await page.keyboard.press("Enter");
  await page.getByText("已发送").waitFor();
  await submit(other).click();
  await other.getByText("已发送").waitFor();
  expect(await recorded(theme)).toHaveLength(1);
  const left = async (): Promise<unknown> => (await (await world.as("east")).get(`${api}/drafts`)).body.drafts;
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  await close();
});

test("an answer that is lost makes no second record, and what was changed meanwhile arrives", async () => {
  const { page, close } = await site.visit("phone", "east");
  const theme = subject();
  await page.goto(`${site.address}/c/trial/record?ledger=study`);
  await page.getByLabel("主题").fill(theme);
  let [arrived, answers] = [false, false];
  await page.route(`**${api}/ledgers/study/entries/*`, async (route) => {
    if (route.request().method() !== "PUT" || answers) return route.continue();
    if (!arrived) await route.fetch();
    arrived = true;
    return route.abort();
  });
  await submit(page).click();
  await expect.poll(async () => (await recorded(theme)).length, { timeout: 10_000 }).toBe(1);
  await page.getByText("待发送").waitFor();
  await page.getByRole("button", { name: /改\s*正/ }).click();
  await page.getByLabel("实到人数").fill("7");
  answers = true;
  await submit(page).click();
  await page.getByText("已发送").waitFor();
  expect((await recorded(theme)).map(({ values }) => values["实到人数"])).toEqual([7]);
  await close();
});

test("another account on the same device neither sees nor sends what waits", async () => {
  const { page, close } = await site.visit("phone", "east", { keeps: true });
  await untilKept(page);
  const theme = subject();
  await page.goto(`${site.address}/c/trial/record?ledger=study`);
  await page.getByLabel("主题").fill(theme);
  await page.context().setOffline(true);
  await submit(page).click();
  await page.getByText("待发送").waitFor();
  // Gone without signing out: the session ended while the device was put away.
  await page.context().clearCookies();
  await page.context().setOffline(false);
  await page.goto(`${site.address}/sign-in`);
  await signIn(page, "west");
  await page.waitForURL("**/c/**");
  await page.goto(`${site.address}/c/trial/me`);
  await page.getByText("今天没有要办的事").waitFor();
  expect(await page.getByText(theme).count()).toBe(0);
  await page.goto(`${site.address}/c/trial/record?ledger=study`);
  await page.getByLabel("主题").waitFor();
  expect(await recorded(theme, "office")).toEqual([]);
  // What the server said to the first is gone; what waits for the server is not.
  expect(await keptBy(page)).toMatchObject({ outbox: [await idOf("east")], answers: [await idOf("west")] });
  await page.context().clearCookies();
  await page.goto(`${site.address}/sign-in`);
  await signIn(page, "east");
  await page.waitForURL("**/c/**");
  await expect.poll(async () => (await recorded(theme)).length, { timeout: 10_000 }).toBe(1);
  await close();
});

test("in English", async () => {
  const { page, close } = await site.visit("phone", "east", { language: "en", at: "/c/trial/record?ledger=study" });
  await page.getByLabel("主题").fill(subject());
  await page.getByRole("button", { name: "白帆: present" }).click();
  await page.getByRole("button", { name: "Record", exact: true }).click();
  await page.getByText("sent", { exact: true }).waitFor();
  await expectUsable(page);
  await page.getByRole("link", { name: "My day" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await expectUsable(page);
  await close();
});
