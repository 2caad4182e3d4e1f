/** A figure's shape over the period, small: bars from zero, the last one marked. What it shows is told in the drawer. */
import type { Value } from "./numbers.types.ts";

const height = 24;

/** Whether there is a shape to show: numbers that are not all the same. */
export const hasShape = (values: readonly Value[] | undefined): values is Value[] =>
  values !== undefined && new Set(values.filter((one) => typeof one === "number")).size > 1;

export function Sparkline({ values }: { values: readonly Value[] }) {
  const numbers = values.map((one) => (typeof one === "number" ? one : 0));
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const scale = height / (high - low || 1);
  const bars = numbers.map((value, index) => {
    const size = Math.max(Math.abs(value) * scale, value === 0 ? 0.5 : 1.5);
    const top = value < 0 ? high * scale : Math.min(high * scale - size, height - size);
    return `M${index * 4 + 0.5} ${top.toFixed(2)}h3v${size.toFixed(2)}h-3z`;
  });
  return (
    <svg className="sparkline" viewBox={`0 0 ${numbers.length * 4} ${height}`} preserveAspectRatio="none" aria-hidden>
      <path d={bars.slice(0, -1).join("")} />
      <path className="last" d={bars.at(-1)} />
    </svg>
  );
}
