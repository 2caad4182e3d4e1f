/**
 * Identifiers that sort in the order in which they were made: UUID version 7 (RFC 9562 §5.7), with the twelve bits
 * behind the time as a counter (§6.2, method 1). The rows of a file keep their order, and an index over them grows at
 * one end.
 */
import { randomBytes } from "node:crypto";

let last = 0;
let count = 0;

/** A new UUIDv7, greater as text than every one made before it in this process, even if the clock is set back. */
export function recordId(now: number = Date.now()): string {
  if (now > last) [last, count] = [now, 0];
  else if (++count > 0xfff) [last, count] = [last + 1, 0];
  const random = randomBytes(8);
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x80;
  const time = last.toString(16).padStart(12, "0");
  const tail = random.toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, "0")}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
