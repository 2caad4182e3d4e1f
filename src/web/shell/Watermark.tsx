/**
 * Who has this on their screen, and when, faintly over all that is shown, dialogs included, and on paper too. It takes no
 * clicks, is nothing to a screen reader, and is drawn as a mask, so that it has the text's colour in any look.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type CSSProperties } from "react";
import { createPortal } from "react-dom";
import { reading } from "../api/queries.ts";
import { clock } from "../ui/clock.ts";
import "./watermark.css";

const minute = 60_000;
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function Watermark() {
  const me = useQuery(reading("access.me", {})).data;
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), minute);
    return () => clearInterval(timer);
  }, []);
  if (!me) return undefined;
  const words = `${me.name} ${me.login.slice(-4)} ${clock.format(now)}`;
  const tile = `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="240"><text x="210" y="120" text-anchor="middle" transform="rotate(-18 210 120)" font-family="sans-serif" font-size="15">${escaped(words)}</text></svg>`;
  const style = { "--mark": `url("data:image/svg+xml,${encodeURIComponent(tile)}")` } as CSSProperties;
  return createPortal(<div className="watermark" aria-hidden style={style} />, document.body);
}
