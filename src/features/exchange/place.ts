/** Whose table it is when no column says so: a sheet for each unit, a line above it, or a line between its rows. */
import type { Lookups } from "#kernel/values/cell.ts";
import type { TableInfo } from "./exchange.types.ts";

const numbering = /^\s*([（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十\d]{1,3}[、.．])\s*/;
const reporter = /(?:填报|报送|上报|编制|填表|^)\s*单位\s*(?:[（(]盖章[)）])?\s*[：:]\s*(\S+)/;

/** The unit that a line of text is the name of: 医学院, 二、医学院：, 填报单位：医学院. */
export const unitNamed = (text: string | null, lookups: Lookups): number | undefined => {
  // A line that names a unit is short; the patterns below take their time with long ones.
  if (text === null || text.length > 300) return undefined;
  const name = (reporter.exec(text)?.[1] ?? text).replace(numbering, "").replace(/\s*[：:]?\s*$/, "");
  return name === "" || name.length > 60 ? undefined : lookups.unit(name)?.id;
};

/**
 * The unit of a table as its surroundings say, the nearest first; undefined when they name none. `sure` when the table
 * stands under the unit's name; 填报单位 and the title say only who sent it.
 */
export const placeOf = (table: TableInfo, lookups: Lookups): { unit: number; sure: boolean } | undefined => {
  for (const [text, sure] of [
    [table.section, true],
    [table.sheet, true],
    [table.note, false],
    [table.title, false],
  ] as const) {
    const unit = unitNamed(text, lookups);
    if (unit !== undefined) return { unit, sure };
  }
  return undefined;
};
