/** A page of internal or personal data says in its ground who looks at it and when: a picture of it can be traced. */
import { useQuery } from "@tanstack/react-query";
import { theme, Watermark } from "antd";
import { useState, type ReactNode } from "react";
import { reading } from "../api/queries.ts";
import { clock } from "./clock.ts";

/** Name, last four characters of the account, time. */
export const markOf = ({ name, login }: { name: string; login: string }, now: Date): string[] => [
  `${name} ${login.slice(-4)}`,
  clock.format(now),
];

export function Watermarked({ now, children }: { now?: Date; children: ReactNode }) {
  const me = useQuery(reading("access.me", {})).data;
  const { colorFill } = theme.useToken().token;
  const [opened] = useState(() => now ?? new Date());
  return (
    <Watermark content={me ? markOf(me, opened) : []} font={{ fontSize: 13, color: colorFill }} gap={[120, 100]}>
      {children}
    </Watermark>
  );
}
