/** Which day it is. A phone's clock may be far off; the server's is the organisation's. */
import { chinaDay } from "#kernel/fields.ts";

const key = "yibenzhang.clock";

/** To be called as soon as the server has said what time it has. */
export const noteServerTime = (now: string): void => localStorage.setItem(key, String(Date.parse(now) - Date.now()));

const skew = (): number => {
  const noted = Number(localStorage.getItem(key) ?? 0);
  // Within a day it may be the network that was slow, or midnight.
  return Math.abs(noted) > 86_400_000 ? noted : 0;
};

export const isClockWrong = (): boolean => skew() !== 0;

/** Today or so many days from it, in China, by the server's clock where this one is more than a day off. */
export const dayFromToday = (days = 0): string => chinaDay(new Date(Date.now() + skew() + days * 86_400_000));
