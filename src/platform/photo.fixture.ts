/** Photos as phones make them: a picture four pixels wide, with where it was taken and which way is up. */
import { crc32 } from "node:zlib";

const plain = {
  "image/jpeg":
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAACAAQDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCYASg//9k=",
  "image/png":
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAYAAAB/qH1jAAAAE0lEQVR4AWI6ISf3HxkzMaABAAAAAP//6zfLGwAAAAZJREFUAwDMcAgRfGH4egAAAABJRU5ErkJggg==",
  "image/webp": "UklGRkYAAABXRUJQVlA4WAoAAAAAAAAAAwAAAQAAVlA4ICgAAABwAQCdASoEAAIABUB8JaACdAFAAAD+54v6qOxyc//BBfxBfxBWAAAA",
} as const;

/** As a browser draws it, without anything else. */
export const plainPhoto = (type: keyof typeof plain): Buffer => Buffer.from(plain[type], "base64");

/** What must not be left of a photo. */
export const tellTale = "31.2304N 121.4737E";

/** TIFF with an orientation and, in a directory of its own, a place. */
export function exif(orientation: number): Buffer {
  const tag = (id: number, type: number, count: number, value: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(id, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.writeUInt32LE(count, 4);
    bytes.writeUInt32LE(value, 8);
    return bytes;
  };
  const place = Buffer.from(`${tellTale}\0`, "latin1");
  return Buffer.concat([
    Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, 2, 0]),
    tag(0x0112, 3, 1, orientation),
    tag(0x8825, 4, 1, 38),
    Buffer.alloc(4),
    Buffer.from([1, 0]),
    tag(0x001c, 2, place.length, 56),
    Buffer.alloc(4),
    place,
  ]);
}

const segment = (marker: number, content: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
};

const chunk = (name: string, content: Buffer): Buffer => {
  const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(name, "latin1"), content, Buffer.alloc(4)]);
  whole.writeUInt32BE(content.length, 0);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
};

/** The same with EXIF, XMP, a comment and what phones append. */
export function takenPhoto(type: keyof typeof plain, orientation: number): Buffer {
  const picture = plainPhoto(type);
  const xmp = Buffer.from(`http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${tellTale}</x:xmpmeta>`, "latin1");
  if (type === "image/jpeg")
    return Buffer.concat([
      picture.subarray(0, 2),
      segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), exif(orientation)])),
      segment(0xe1, xmp),
      segment(0xed, Buffer.from(`Photoshop 3.0\0${tellTale}`, "latin1")),
      segment(0xfe, Buffer.from(tellTale, "latin1")),
      picture.subarray(2),
      Buffer.from(`film of a second ${tellTale}`, "latin1"),
    ]);
  if (type === "image/png")
    return Buffer.concat([
      picture.subarray(0, 33),
      chunk("eXIf", exif(orientation)),
      chunk("tEXt", Buffer.from(`Comment\0${tellTale}`, "latin1")),
      picture.subarray(33),
      Buffer.from(tellTale, "latin1"),
    ]);
  const data = exif(orientation);
  const sized = (name: string, content: Buffer): Buffer => {
    const head = Buffer.from(`${name}\0\0\0\0`, "latin1");
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const whole = Buffer.concat([picture, sized("EXIF", data), sized("XMP ", xmp)]);
  whole.writeUInt32LE(whole.length - 8, 4);
  whole[20] = (whole[20] ?? 0) | 0x0c;
  return whole;
}
