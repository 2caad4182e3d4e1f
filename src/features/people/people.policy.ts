/** Who may do what with people and groups. */
import { can, type Asker, type Verdict } from "#kernel/access.ts";

/** Transfers, secondments and groups, within the units that the asker sees. */
export const mayPlacePeople = (asker: Asker): Verdict =>
  can(asker, "people") || "您的岗位不能调整人员和小组。请由本单位联络员或负责人办理。";
