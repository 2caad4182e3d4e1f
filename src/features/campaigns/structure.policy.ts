/** Who may do what with units. */
import { can, type Asker, type Verdict } from "#kernel/access.ts";

/** Moving, merging, splitting and renaming change what others count, so they are done from the top. */
export const mayRestructure = ({ role, scope }: Asker): Verdict =>
  (scope.units === "whole" && can({ role }, "units")) || "调整单位由活动主办单位的办公室或系统管理员办理，请向其提出。";
