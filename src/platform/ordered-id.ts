import { randomBytes } from "node:crypto";

let time = 0;
let count = 0;
/** Random hexadecimal digits that no id has used yet. */
let random = "";

/**
 * A UUID version 7 (RFC 9562, 6.2 method 1): ids made one after another by this process sort in that order, so that
 * the rows of an imported table keep their order.
 */
export function orderedId(now = Date.now()): string {
  if (now > time) [time, count] = [now, 0];
  else if (++count > 0xfff) [time, count] = [time + 1, 0];
  if (random.length < 16) random = randomBytes(4096).toString("hex");
  const own = random.slice(0, 16);
  random = random.slice(16);
  const moment = time.toString(16).padStart(12, "0");
  // 8, 9, a or b: two bits say that the layout is that of the RFC.
  const variant = "89ab"[Number.parseInt(own[0] as string, 16) & 3] as string;
  return `${moment.slice(0, 8)}-${moment.slice(8)}-7${count.toString(16).padStart(3, "0")}-${variant}${own.slice(1, 4)}-${own.slice(4)}`;
}
