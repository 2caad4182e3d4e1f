/** Who may give which roles and manage whose accounts, in every pack that comes with the program. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { dutyRoles, mayUse, operatorRole, type Role } from "#kernel/access.ts";
import { loadPack } from "#kernel/pack.ts";
import { mayAppoint, mayChange, mayGive } from "./grants.policy.ts";

const packs = resolve(import.meta.dirname, "../../../packs");
const scope = { actor: 1, realms: [1], units: "whole" as const, ledgers: [] };
const below = { ...scope, units: [2] };
const sealed = ["reviewer", "lead_custodian", "lead_handler", "lead_approver", "case_review", "talker"];
const read = async (key: string) => {
  const { pack, problems } = await loadPack(resolve(packs, key));
  if (!pack) throw new Error(JSON.stringify(problems));
  const role = (name: string): Role => pack.roles.find((one) => one.key === name) as Role;
  return { ledgers: pack.ledgers, roles: pack.roles as Role[], role };
};
const by = (role: Role) => ({ role, scope, account: null });

test.each(readdirSync(packs))("%s: an office gives every role but those that see what is kept from it", async (key) => {
  const { ledgers, roles, role } = await read(key);
  for (const own of [role("office")]) {
    const given = roles.filter((one) => mayGive(by(own), one, ledgers) === true);
    expect(given.map((one) => one.key)).toEqual(
      expect.arrayContaining(["cadre", "liaison", "unit_head", "office", "leader", "supervisor"]),
    );
    for (const one of given)
      for (const ledger of ledgers)
        if (mayUse({ role: one }, ledger, "read") === true) expect(mayUse({ role: own }, ledger, "read")).toBe(true);
    for (const name of sealed) expect(mayGive(by(own), role(name), ledgers)).toContain("安全保密管理员");
  }
  const all = (own: Role) => roles.filter((one) => mayGive(by(own), one, ledgers) !== true).map((one) => one.key);
  expect(all(dutyRoles.security_admin)).toEqual([]);
  expect(all(operatorRole)).toEqual([]);
  expect(all(role("liaison"))).toHaveLength(roles.length);
  expect(all(dutyRoles.system_admin)).toHaveLength(roles.length);
});

test("accounts are managed by who could not see more by them; administrators' by the security administrator at the top", async () => {
  const { ledgers, role } = await read("jiaoyu-zhengdun");
  const may = (own: Role, ...held: string[]) => mayChange(by(own), { id: 9, duty: null }, held.map(role), ledgers);
  expect(may(dutyRoles.system_admin, "office", "liaison")).toBe(true);
  expect(may(role("office"), "liaison", "cadre")).toBe(true);
  expect(may(role("office"), "liaison", "lead_handler")).toContain("安全保密管理员");
  expect(may(dutyRoles.system_admin, "lead_handler")).toContain("安全保密管理员");
  expect(may(dutyRoles.security_admin, "lead_handler")).toBe(true);
  expect(may(dutyRoles.auditor, "cadre")).toContain("系统管理员");
  expect(may(role("liaison"), "cadre")).toContain("系统管理员");
  const administrator = { id: 9, duty: "auditor" as const };
  expect(mayChange(by(dutyRoles.security_admin), administrator, [], ledgers)).toBe(true);
  expect(mayChange(by(dutyRoles.system_admin), administrator, [], ledgers)).toContain("安全保密管理员");
  expect(mayAppoint({ role: dutyRoles.security_admin, scope: below })).toContain("活动主办单位");
  expect(mayChange({ ...by(dutyRoles.security_admin), account: { id: 9 } as never }, administrator, [], ledgers)).toContain(
    "自己",
  );
});
