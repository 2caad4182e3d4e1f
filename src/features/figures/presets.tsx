/** Periods that are chosen by a name. Pure. */
import dayjs from "dayjs";
import type { Period } from "#kernel/figure-value.ts";
import { dayAfter, stepBegin } from "./periods.types.ts";

export const presets = ["all", "quarter", "month", "week"] as const;
export type Preset = (typeof presets)[number];

interface Asked {
  from?: string | undefined;
  to?: string | undefined;
}

/** The week, month or quarter that today lies in, up to today; `all` is what is asked when no period is named. */
export function presetPeriod(preset: Preset, today: string): Asked {
  if (preset === "all") return { from: undefined, to: undefined };
  if (preset === "week") return { from: stepBegin(today, "week"), to: today };
  const month = Number(today.slice(5, 7));
  const first = preset === "month" ? month : month - ((month - 1) % 3);
  return { from: `${today.slice(0, 5)}${String(first).padStart(2, "0")}-01`, to: today };
}

/** Which one a period is; while it is not known what day it is, only `all` can be told. */
export const presetOf = (asked: Asked, today: string | undefined): Preset | undefined =>
  presets.find((preset) => {
    if (today === undefined && preset !== "all") return false;
    const { from, to } = presetPeriod(preset, today ?? "");
    return from === asked.from && to === asked.to;
  });

export const earlier = ["before", "month", "year"] as const;

/** The period to compare with: the one before, equally long; the same days a month or a year earlier. */
export function earlierPeriod({ from, to }: Period, how: (typeof earlier)[number]): Period {
  if (how === "before") {
    const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
    return { from: dayAfter(from, -days), to: dayAfter(from, -1) };
  }
  const back = (day: string): string => dayjs(day).subtract(1, how).format("YYYY-MM-DD");
  return { from: back(from), to: back(to) };
}
