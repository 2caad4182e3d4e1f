/** Who may make which accounts, in every pack that comes with the program. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { mayUse } from "#kernel/access.ts";
import { loadPack } from "#kernel/pack.ts";
import { administrators, mayGrant, type Standing } from "./accounts.policy.ts";

const packs = resolve(import.meta.dirname, "../../../packs");
const scope = { actor: 1, realms: [1], units: "whole" as const };
const below = { ...scope, units: [2] };
const sealed = ["reviewer", "lead_custodian", "lead_handler", "lead_approver", "case_review"];
const read = async (key: string): Promise<Standing & { roles: string[] }> => {
  const { pack, problems } = await loadPack(resolve(packs, key));
  if (!pack) throw new Error(JSON.stringify(problems));
  return { ledgers: pack.ledgers, held: new Set(administrators), roles: pack.roles.map((role) => role.key) };
};

test.each(readdirSync(packs))("%s: an office makes every account but of those who read what is kept from it", async (key) => {
  const standing = await read(key);
  for (const role of ["office", "office_director", "system_admin"]) {
    const granted = standing.roles.filter((one) => mayGrant({ role, scope }, one, standing) === true);
    expect(granted).toEqual(expect.arrayContaining(["cadre", "liaison", "unit_head", "office", "leader"]));
    for (const one of granted)
      for (const ledger of standing.ledgers)
        if (mayUse({ role: one }, ledger, "read") === true) expect(mayUse({ role: "office" }, ledger, "read")).toBe(true);
    expect(granted.filter((one) => administrators.includes(one))).toEqual([]);
  }
  expect(standing.roles.filter((one) => mayGrant({ role: "security_admin", scope }, one, standing) !== true)).toEqual([]);
  expect(standing.roles.filter((one) => mayGrant({ role: "operator", scope }, one, standing) !== true)).toEqual([]);
  expect(standing.roles.filter((one) => mayGrant({ role: "liaison", scope }, one, standing) === true)).toEqual([]);
});

test("the first of each administrator comes from the office at the top, the next from the security administrator", async () => {
  const standing = await read("jiaoyu-zhengdun");
  const office = { role: "office", scope };
  expect(mayGrant(office, "security_admin", { ...standing, held: new Set(["system_admin"]) })).toBe(true);
  expect(mayGrant({ role: "office", scope: below }, "security_admin", { ...standing, held: new Set() })).toContain(
    "活动主办单位",
  );
  expect(mayGrant(office, "auditor", standing)).toContain("安全保密管理员");
  expect(mayGrant({ role: "system_admin", scope }, "auditor", standing)).toContain("安全保密管理员");
  for (const role of sealed) expect(mayGrant(office, role, standing)).toMatch(/能看《.+》.*安全保密管理员/);
});
