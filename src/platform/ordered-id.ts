import { randomBytes } from "node:crypto";

let time = 0;
let count = 0;

/**
 * A UUID version 7 (RFC 9562, 6.2 method 1): ids made one after another by this process sort in that order, so that
 * the rows of an imported table keep their order.
 */
export function orderedId(now = Date.now()): string {
  if (now > time) [time, count] = [now, 0];
  else if (++count > 0xfff) [time, count] = [time + 1, 0];
  const bytes = randomBytes(16);
  bytes.writeUIntBE(time, 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes.writeUInt8(0x80 | ((bytes[8] as number) & 0x3f), 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
