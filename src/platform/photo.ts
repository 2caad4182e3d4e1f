/**
 * Takes out of a photo what tells where, when and with what it was taken: EXIF, XMP, IPTC, comments, the smaller
 * pictures and films that phones append. Nothing is encoded again: segments are kept or left out, by a list of what a
 * browser needs to show the picture as it was. The one thing kept of EXIF is which way is up.
 */

export type PhotoType = "image/jpeg" | "image/png" | "image/webp";

/** The file is not what its first bytes say, or ends too early. */
export class DamagedPhoto extends Error {}

/** The same picture without metadata; the same buffer where there is none. Throws `DamagedPhoto`. */
export function withoutMetadata(photo: Buffer, type: PhotoType): Buffer {
  const pieces = { "image/jpeg": jpegPieces, "image/png": pngPieces, "image/webp": webpPieces }[type](photo);
  const kept = Buffer.concat(pieces);
  return kept.equals(photo) ? photo : kept;
}

/** How many pixels a picture says it has, in all its frames' largest; 0 where it says nothing. */
export function pixelsOf(photo: Buffer, type: PhotoType): number {
  if (type === "image/png") return photo.length < 24 ? 0 : photo.readUInt32BE(16) * photo.readUInt32BE(20);
  return Math.max(0, ...(type === "image/jpeg" ? jpegSizes(photo) : webpSizes(photo)));
}

/** Start-of-frame segments: C0 to CF but for tables (C4), an extension (C8) and arithmetic conditioning (CC). */
function* jpegSizes(photo: Buffer): Generator<number> {
  for (const piece of jpegPieces(photo)) {
    const marker = piece[1] ?? 0;
    const frame = piece[0] === 0xff && marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame && piece.length >= 9) yield piece.readUInt16BE(5) * piece.readUInt16BE(7);
  }
}

function* webpSizes(photo: Buffer): Generator<number> {
  for (const [, chunk] of webpPieces(photo).entries()) {
    for (let at = 0; at + 18 <= chunk.length;) {
      const name = chunk.toString("latin1", at, at + 4);
      const data = at + 8;
      if (name === "VP8X") yield (chunk.readUIntLE(data + 4, 3) + 1) * (chunk.readUIntLE(data + 7, 3) + 1);
      else if (name === "VP8 ") yield (chunk.readUInt16LE(data + 6) & 0x3fff) * (chunk.readUInt16LE(data + 8) & 0x3fff);
      else if (name === "VP8L") {
        const bits = chunk.readUInt32LE(data + 1);
        yield ((bits & 0x3fff) + 1) * (((bits >>> 14) & 0x3fff) + 1);
      }
      const length = chunk.readUInt32LE(at + 4);
      at = data + length + (length % 2);
    }
  }
}

const u16 = (bytes: Buffer, at: number): number => {
  if (at + 2 > bytes.length) throw new DamagedPhoto("ends early");
  return bytes.readUInt16BE(at);
};

const exifMark = Buffer.from("Exif\0\0", "latin1");

/** Which way is up (TIFF tag 0x0112, 1 to 8), of the EXIF data without its mark; 1 where it does not say. */
export function orientationOf(tiff: Buffer): number {
  if (tiff.length < 14) return 1;
  const little = tiff.toString("latin1", 0, 2) === "II";
  const short = (at: number): number => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let index = 0; index < short(start); index++)
    if (short(start + 2 + index * 12) === 0x0112) {
      const found = short(start + 2 + index * 12 + 8);
      return found >= 1 && found <= 8 ? found : 1;
    }
  return 1;
}

/** EXIF data that says which way is up and nothing else. */
const onlyOrientation = (orientation: number): Buffer =>
  Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);

/** ITU-T T.81 annex B: markers with a length, and after each start of scan data up to the next marker. */
function jpegPieces(photo: Buffer): Buffer[] {
  const pieces = [photo.subarray(0, 2)];
  const orientation: Buffer[] = [];
  for (let at = 2; ;) {
    if (photo[at] !== 0xff) throw new DamagedPhoto("no marker");
    const marker = photo[at + 1] ?? 0;
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // What comes after the end is another picture, or a film.
    if (marker === 0xd9) return [...pieces.slice(0, 1), ...orientation, ...pieces.slice(1), photo.subarray(at, at + 2)];
    const end = at + 2 + u16(photo, at + 2);
    if (end > photo.length) throw new DamagedPhoto("ends early");
    const content = photo.subarray(at + 4, end);
    if (marker === 0xe1 && content.subarray(0, 6).equals(exifMark)) {
      const up = orientationOf(content.subarray(6));
      if (up !== 1 && orientation.length === 0) orientation.push(exifSegment(up));
    } else if (isPartOfPicture(marker, content)) pieces.push(photo.subarray(at, end));
    at = end;
    if (marker !== 0xda) continue;
    const scan = at;
    while (at < photo.length && (photo[at] !== 0xff || isWithinScan(photo[at + 1] ?? 0xd9))) at += 1;
    pieces.push(photo.subarray(scan, at));
    if (at >= photo.length - 1) throw new DamagedPhoto("ends early");
  }
}

function exifSegment(orientation: number): Buffer {
  const content = Buffer.concat([exifMark, onlyOrientation(orientation)]);
  return Buffer.concat([Buffer.from([0xff, 0xe1, 0, content.length + 2]), content]);
}

/** Of the application's own segments: JFIF, the colour profile, and how Adobe encodes colours. */
function isPartOfPicture(marker: number, content: Buffer): boolean {
  if (marker === 0xfe) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  const name = content.toString("latin1", 0, 12);
  return (
    (marker === 0xe0 && name.startsWith("JFIF\0")) ||
    (marker === 0xe2 && name === "ICC_PROFILE\0") ||
    (marker === 0xee && name.startsWith("Adobe"))
  );
}

/** A stuffed zero or a restart mark belongs to the scan. */
const isWithinScan = (marker: number): boolean => marker === 0 || (marker >= 0xd0 && marker <= 0xd7);

const pngKept = new Set("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split(" "));

/** PNG (third edition), 5.3: length, name, content and check sum of each chunk. */
function pngPieces(photo: Buffer): Buffer[] {
  const pieces = [photo.subarray(0, 8)];
  for (let at = 8; at + 12 <= photo.length;) {
    const end = at + 12 + photo.readUInt32BE(at);
    if (end > photo.length) break;
    const name = photo.toString("latin1", at + 4, at + 8);
    if (pngKept.has(name)) pieces.push(photo.subarray(at, end));
    if (name === "IEND") return pieces;
    at = end;
  }
  throw new DamagedPhoto("ends early");
}

const webpKept = new Set(["VP8 ", "VP8L", "VP8X", "ANIM", "ANMF", "ALPH", "ICCP"]);

/** RFC 9649: chunks of name, length and content, padded to even; VP8X says which there are. */
function webpPieces(photo: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  const size = photo.length >= 12 ? photo.readUInt32LE(4) : 0;
  if (size + 8 > photo.length || size < 12) throw new DamagedPhoto("ends early");
  let up = 1;
  for (let at = 12; at + 8 <= size + 8;) {
    const name = photo.toString("latin1", at, at + 4);
    const length = photo.readUInt32LE(at + 4);
    if (at + 8 + length > photo.length) throw new DamagedPhoto("ends early");
    const content = photo.subarray(at + 8, at + 8 + length);
    if (name === "EXIF") up = orientationOf(content.subarray(content.subarray(0, 6).equals(exifMark) ? 6 : 0));
    else if (webpKept.has(name)) chunks.push(webpChunk(name, content));
    at += 8 + length + (length % 2);
  }
  if (up !== 1) chunks.push(webpChunk("EXIF", onlyOrientation(up)));
  const flags = chunks[0]?.toString("latin1", 0, 4) === "VP8X" ? chunks[0] : undefined;
  // 0x08 announces EXIF, 0x04 XMP.
  if (flags && flags.length > 8) flags[8] = ((flags[8] ?? 0) & ~0x0c) | (up === 1 ? 0 : 0x08);
  const whole = Buffer.concat(chunks);
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  head.writeUInt32LE(whole.length + 4, 4);
  return [head, whole];
}

function webpChunk(name: string, content: Buffer): Buffer {
  const head = Buffer.from(`${name}\0\0\0\0`, "latin1");
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}
