/** A day or a moment as it is in China, wherever the browser is; how long ago it was stands in the title. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { clock } from "./clock.ts";

const zone = "Asia/Shanghai";
const day = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

const spans = new Map<string, Intl.RelativeTimeFormat>();

/** `now` is the present, and may be set where time must stand still. */
export function ago(at: Date, now: Date, language: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  // Making one takes longer than all else that a moment's drawing does, and a list has hundreds.
  const span = spans.get(language) ?? new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  spans.set(language, span);
  return span.format(Math.trunc(seconds / size), unit);
}

export function When({ at, only, now }: { at: string; only?: "day"; now?: Date }) {
  const { i18n } = useTranslation();
  const [seen] = useState(() => now ?? new Date());
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span className="number">{at}</span>;
  const text = (only === "day" ? day : clock).format(moment);
  return (
    <time className="number" dateTime={at} title={ago(moment, seen, i18n.language)}>
      {text}
    </time>
  );
}
