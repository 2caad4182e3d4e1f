/** Bars over time by ECharts, in the colours of the page; a description stands for it to who cannot see it. */
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import type { Value } from "./numbers.types.ts";

use([BarChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

interface Row {
  from: string;
  to: string;
  value: Value;
}

export function TrendChart({ rows, unit, label }: { rows: readonly Row[]; unit: string; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(`--ant-color-${name}`).trim();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = init(element);
    chart.setOption({
      aria: { enabled: true, label: { enabled: true, description: label } },
      animation: !still,
      textStyle: { fontFamily: style.fontFamily, fontSize: 13 },
      grid: { left: 8, right: 16, top: 32, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        backgroundColor: colour("bg-elevated"),
        borderColor: colour("border"),
        textStyle: { color: colour("text") },
        formatter: ([one]: { dataIndex: number }[]) => {
          const row = rows[one?.dataIndex ?? 0];
          return row ? `${row.from === row.to ? row.from : `${row.from}—${row.to}`}\n${row.value ?? "—"}${unit}` : "";
        },
      },
      xAxis: {
        type: "category",
        data: rows.map(({ from }) => from.slice(5)),
        axisLine: { lineStyle: { color: colour("border") } },
        axisTick: { show: false },
        axisLabel: { color: colour("text-secondary"), hideOverlap: true },
      },
      yAxis: {
        type: "value",
        name: unit,
        nameTextStyle: { color: colour("text-secondary"), align: "left" },
        axisLabel: { color: colour("text-secondary") },
        splitLine: { lineStyle: { color: colour("border-secondary") } },
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 28,
          itemStyle: { color: colour("info"), borderRadius: [2, 2, 0, 0] },
          data: rows.map(({ value }) => (typeof value === "number" ? value : null)),
        },
      ],
    });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [rows, unit, label]);
  return <figure ref={place} className="trend-chart" aria-label={label} />;
}
