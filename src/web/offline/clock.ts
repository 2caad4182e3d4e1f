/** Which day it is. A device's clock may be far off; the server's is the organisation's. */
import { chinaDay } from "#kernel/fields.ts";

const key = "yibenzhang.clock";
/** How far the server's clock is ahead, in milliseconds; undefined until it is known in this page. */
let ahead: number | undefined;

/** To be called as soon as the server has said what time it has. */
export function noteServerTime(now: string): void {
  ahead = Date.parse(now) - Date.now();
  try {
    localStorage.setItem(key, String(ahead));
  } catch {
    // Without room it is known in this page alone.
  }
}

const skew = (): number => {
  const noted = ahead ?? Number(localStorage.getItem(key) ?? 0);
  // Within an hour it may be the network that was slow.
  return Math.abs(noted) > 3_600_000 ? noted : 0;
};

export const isClockWrong = (): boolean => skew() !== 0;

/** By the server's clock where this one is more than an hour off. */
export const now = (): Date => new Date(Date.now() + skew());

/** Today or so many days from it, in China. */
export const dayFromToday = (days = 0): string => chinaDay(new Date(now().getTime() + days * 86_400_000));
