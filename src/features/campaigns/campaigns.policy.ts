/** Who may change what a campaign is. */
import { can, type Asker, type Verdict } from "#kernel/access.ts";

/** A pack is everybody's, so it is changed from the top. */
export const mayManagePacks = ({ role, scope }: Pick<Asker, "role" | "scope">): Verdict =>
  (scope.units === "whole" && can({ role }, "packs")) || "方案包由活动主办单位的办公室或系统管理员管理，请向其提出。";
