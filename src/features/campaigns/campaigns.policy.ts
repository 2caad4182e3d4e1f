/** Who may change what a campaign is. */
import type { Asker, Verdict } from "#kernel/access.ts";

const packRoles = new Set(["operator", "office", "office_director", "system_admin"]);

/** A pack is everybody's, so it is changed from the top. */
export const mayManagePacks = ({ role, scope }: Pick<Asker, "role" | "scope">): Verdict =>
  (scope.units === "whole" && packRoles.has(role)) || "方案包由活动主办单位的办公室或系统管理员管理，请向其提出。";
