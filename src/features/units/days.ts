/** Days of relations and posts as people read them. Pure. */
export type Word = "beginning" | "today";

/** From and to as they are shown; `to` is the first day on which it no longer holds. */
export function stretch(from: string, to: string, say: (word: Word) => string): [string, string] {
  return [from === "-infinity" ? say("beginning") : from, to === "infinity" ? say("today") : dayBefore(to)];
}

const dayBefore = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/** Where a stretch lies as seen from a day. */
export const tenseOf = (from: string, to: string, day: string): "now" | "past" | "future" =>
  to !== "infinity" && to <= day ? "past" : from !== "-infinity" && from > day ? "future" : "now";
