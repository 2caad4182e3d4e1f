/**
 * What the log keeps of a row: 96 bytes, the same for every row, which are the data of its leaf. They say which row it is,
 * when, whose and what deed, and the SHA-256 of the row as a line of text: so that a row is known by its record alone when
 * it is gone, and a log of any size is read by counting. Big-endian; a text is cut at a character and filled with zeros.
 *   0 format · 1 kind · 2 realm (4) · 6 id (16: a UUID, or a number in the last 8) · 22 version (4) · 26 at (8, microseconds
 *   since 1970) · 34 actor (8, -1 for none) · 42 action (22) · 64 SHA-256 (32)
 */
export const recordBytes = 96;
const actionBytes = 22;

export interface LogRecord {
  /** Which columns the line has. */
  format: number;
  /** One letter. */
  kind: string;
  realm: number;
  /** A UUID, or a whole number as text. */
  id: string;
  version: number;
  /** Microseconds since 1970. */
  at: bigint;
  actor: number | null;
  action: string;
  digest: Buffer;
}

export function writeRecord(record: LogRecord): Buffer {
  const bytes = Buffer.alloc(recordBytes);
  bytes.writeUInt8(record.format, 0);
  bytes.write(record.kind, 1, "latin1");
  bytes.writeInt32BE(record.realm, 2);
  if (record.id.includes("-")) bytes.write(record.id.replaceAll("-", ""), 6, "hex");
  else bytes.writeBigInt64BE(BigInt(record.id), 14);
  bytes.writeUInt32BE(record.version, 22);
  bytes.writeBigInt64BE(record.at, 26);
  bytes.writeBigInt64BE(BigInt(record.actor ?? -1), 34);
  // Buffer.write leaves out a character that does not fit whole.
  bytes.write(record.action, 42, actionBytes);
  record.digest.copy(bytes, 64);
  return bytes;
}

/** The record that begins at an offset; `uuids`: kinds whose ids are UUIDs. */
export function readRecord(bytes: Buffer, uuids: string, offset = 0): LogRecord {
  const kind = bytes.toString("latin1", offset + 1, offset + 2);
  const actor = Number(bytes.readBigInt64BE(offset + 34));
  return {
    format: bytes.readUInt8(offset),
    kind,
    realm: bytes.readInt32BE(offset + 2),
    id: uuids.includes(kind)
      ? bytes.toString("hex", offset + 6, offset + 22).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
      : String(bytes.readBigInt64BE(offset + 14)),
    version: bytes.readUInt32BE(offset + 22),
    at: bytes.readBigInt64BE(offset + 26),
    actor: actor === -1 ? null : actor,
    action: bytes.toString("utf8", offset + 42, offset + 64).replace(/\0+$/, ""),
    digest: bytes.subarray(offset + 64, offset + 96),
  };
}
