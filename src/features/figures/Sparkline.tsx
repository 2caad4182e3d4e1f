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
  return (
    <svg className="sparkline" viewBox={`0 0 ${numbers.length * 4} ${height}`} preserveAspectRatio="none" aria-hidden>
      {numbers.map((value, index) => {
        const size = Math.max(Math.abs(value) * scale, value === 0 ? 0.5 : 1.5);
        const top = value < 0 ? high * scale : Math.min(high * scale - size, height - size);
        const last = index === numbers.length - 1;
        return <rect key={index} className={last ? "last" : undefined} x={index * 4 + 0.5} y={top} width={3} height={size} />;
      })}
    </svg>
  );
}
