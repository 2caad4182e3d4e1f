/** Who may do what with units. */
import type { Asker, Verdict } from "#kernel/access.ts";

const structureRoles = new Set(["operator", "office", "office_director", "system_admin"]);

/** Moving, merging, splitting and renaming change what others count, so they are done from the top. */
export const mayRestructure = ({ role, scope }: Asker): Verdict =>
  (scope.units === "whole" && structureRoles.has(role)) || "调整单位由活动主办单位的办公室或系统管理员办理，请向其提出。";
