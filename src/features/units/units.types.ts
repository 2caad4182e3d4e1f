/** Units and the dated links between them. Days are ISO; a link holds from `from` until the day before `to`. */
export const relationKinds = ["汇总", "隶属", "派驻", "业务指导"] as const;
export type RelationKind = (typeof relationKinds)[number];

/** Characters of a name: no office is called by more, and no column shows more. */
export const longestUnitName = 100;

export interface Unit {
  id: number;
  realm: number;
  code: string | null;
  name: string;
  aliases: string[];
  kind: string | null;
  level: string | null;
  from: string | null;
  to: string | null;
}

export interface Relation {
  id: number;
  unit: number;
  parent: number;
  kind: RelationKind;
  from: string;
  to: string;
}

/** A stretch of days in which a unit has one parent in a campaign. */
export interface Link {
  unit: number;
  parent: number;
  from: string;
  to: string;
}

/** A stretch of days in which a unit counts under an ancestor (itself at depth 0). */
export interface UnitPath {
  unit: number;
  ancestor: number;
  depth: number;
  from: string;
  to: string;
}

/** A unit that has others below it, as one realm sees it: see table `inner_units`. */
export interface InnerUnit {
  unit: number;
  /** The unit under which its totals are kept. */
  totals: number;
  whole: boolean;
  moved: boolean;
}
