import { resolve } from "node:path";
import { expect, test } from "vitest";
import { dutyRoles, type Role } from "#kernel/access.ts";
import { loadPack } from "#kernel/pack.ts";
import { choose, type Command } from "./commands.ts";
import { places, placesFor, tabsOf, type Place } from "./places.ts";

const may = (...verbs: string[]) => [{ may: ["read", ...verbs] }];
const { pack } = await loadPack(resolve(import.meta.dirname, "../../../packs/jiaoyu-zhengdun"));
const roles: readonly Role[] = [...(pack?.roles ?? []), ...Object.values(dutyRoles)];
const comer = (key: string, ledgers = may("record")): Place[] => {
  const role = roles.find((one) => one.key === key) as Role;
  return placesFor({ role: key, may: role.may, ledgers });
};

test("everyone has somewhere to go, and a cadre sees four things at most", () => {
  for (const { key } of roles)
    for (const ledgers of [[], may(), may("record")]) {
      const found = comer(key, ledgers);
      expect(found.length, key).toBeGreaterThan(0);
      expect(new Set(found).size).toBe(found.length);
    }
  expect(comer("cadre").length).toBeLessThanOrEqual(4);
  expect(comer("cadre")).not.toContain("import");
  expect(new Set(comer("office"))).toEqual(new Set(places));
});

test("nobody is sent where there is nothing for them", () => {
  expect(comer("cadre", [])).toEqual(["me", "figures"]);
  expect(comer("liaison", may())).toEqual(["me", "figures", "ledgers", "documents", "units"]);
  expect(comer("leader", may())).toEqual(["me", "figures", "ledgers", "documents"]);
  expect(comer("system_admin", [])).toEqual(["units", "admin", "me"]);
  expect(comer("security_admin", [])).toEqual(["admin", "me"]);
  expect(comer("auditor", [])).toEqual(["admin", "me"]);
});

test("at the foot of a phone stand five signs at most", () => {
  const many = [...places, ...places, ...places];
  expect(tabsOf(many).tabs.length).toBe(4);
  expect(tabsOf(many).more.length).toBe(many.length - 4);
  expect(tabsOf(places.slice(0, 3))).toEqual({ tabs: places.slice(0, 3), more: [] });
});

const command = (name: string, group: Command["group"] = "ledger", also = ""): Command => ({
  id: name,
  group,
  name,
  also,
  run: () => undefined,
});

test("what is typed finds the whole name first, then what begins with it, holds it, and has its letters in order", () => {
  const all = [
    command("党支部学习台账"),
    command("学习强国台账"),
    command("学习"),
    command("学员练习"),
    command("组织架构", "unit"),
    command("新收线索件数", "figure", "X12"),
  ];
  const names = (text: string): string[] => choose(all, text).map(({ name }) => name);
  expect(names("学习")).toEqual(["学习", "学习强国台账", "党支部学习台账", "学员练习"]);
  expect(names("x12")).toEqual(["新收线索件数"]);
  expect(names("没有的")).toEqual([]);
  // Without words, only places and commands.
  expect(names(" ")).toEqual([]);
});

test("a thousand units of one name do not fill the list", () => {
  const all = Array.from({ length: 1000 }, (_, index) => command(`第${index}支部`, "unit"));
  expect(choose(all, "支部").length).toBeLessThan(10);
});
