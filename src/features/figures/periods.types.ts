/** Cutting a period into days, weeks from Monday, or calendar months. Pure. */
import type { Period } from "#kernel/figure-value.ts";

export type Step = "day" | "week" | "month";

const dayMs = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The day some days later, or earlier. */
export const dayAfter = (day: string, days: number): string => iso(Date.parse(day) + days * dayMs);

/** The first day of the week or month that a day lies in. */
export function stepBegin(day: string, by: Step): string {
  if (by === "month") return `${day.slice(0, 7)}-01`;
  // 1970-01-01 was a Thursday.
  return by === "week" ? dayAfter(day, -((Math.round(Date.parse(day) / dayMs) + 3) % 7)) : day;
}

function nextStep(day: string, by: Step): string {
  if (by !== "month") return dayAfter(day, by === "week" ? 7 : 1);
  const [year = 0, month = 0] = day.split("-").map(Number);
  return iso(Date.UTC(year, month, 1));
}

/** The days, weeks or months of a period; the first and last only as far as they lie in it. At most `limit` and one more. */
export function cutPeriod({ from, to }: Period, by: Step, limit = Infinity): Period[] {
  const cut: Period[] = [];
  for (let begin = stepBegin(from, by); begin <= to && cut.length <= limit; begin = nextStep(begin, by)) {
    const end = dayAfter(nextStep(begin, by), -1);
    cut.push({ from: begin < from ? from : begin, to: end > to ? to : end });
  }
  return cut;
}

/** The step that shows a period in some five to sixty points. */
export function stepFor({ from, to }: Period): Step {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  return days <= 45 ? "day" : days <= 420 ? "week" : "month";
}
