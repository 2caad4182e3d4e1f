/** Who may do what with people and groups. */
import type { Asker, Verdict } from "#kernel/access.ts";

const personnelRoles = new Set(["operator", "office", "office_director", "system_admin", "liaison", "unit_head"]);

/** Transfers, secondments and groups, within the units that the asker sees. */
export const mayPlacePeople = ({ role }: Asker): Verdict =>
  personnelRoles.has(role) || "您的岗位不能调整人员和小组。请由本单位联络员或负责人办理。";
