import { expect, test } from "vitest";
import { choose, type Command } from "./commands.ts";
import { builtPlaces, placesFor, startFor, tabsOf } from "./places.ts";

const roles = ["cadre", "liaison", "unit_head", "office", "leader", "supervisor", "system_admin", "auditor", "a pack's own"];

test("everyone has somewhere to go, begins there, and a cadre sees four things at most", () => {
  for (const role of roles) {
    const places = placesFor(role);
    expect(places.length, role).toBeGreaterThan(0);
    expect(new Set(places).size).toBe(places.length);
    expect(places).toContain(startFor(role));
  }
  expect(placesFor("cadre").length).toBeLessThanOrEqual(4);
  expect(placesFor("cadre")).not.toContain("import");
  expect(startFor("leader")).toBe("figures");
  expect(new Set(placesFor("office"))).toEqual(new Set(builtPlaces));
});

test("at the foot of a phone stand five signs at most", () => {
  const nine = [...builtPlaces, ...builtPlaces, ...builtPlaces];
  expect(tabsOf(nine).tabs.length).toBe(4);
  expect(tabsOf(nine).more.length).toBe(nine.length - 4);
  expect(tabsOf(builtPlaces.slice(0, 3))).toEqual({ tabs: builtPlaces.slice(0, 3), more: [] });
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
