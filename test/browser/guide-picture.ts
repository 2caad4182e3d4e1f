/** A screenshot made small enough for a repository: with a palette, in which a page of text needs a third of the room. */
import { crc32, deflateSync } from "node:zlib";
import { PNG } from "pngjs";

const most = 256;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

const difference = (one: number, other: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);

/** PNG to PNG: the colours that there are most of stay as they are, every other becomes the nearest of those. */
export function picture(screenshot: Buffer): Buffer {
  const { width, height, data } = PNG.sync.read(screenshot);
  const colourAt = (pixel: number): number => data.readUInt32BE(pixel * 4) >>> 8;
  const counts = new Map<number, number>();
  for (let pixel = 0; pixel < width * height; pixel++) counts.set(colourAt(pixel), (counts.get(colourAt(pixel)) ?? 0) + 1);
  const colours = [...counts].toSorted(([, one], [, other]) => other - one).map(([colour]) => colour);
  const palette = colours.slice(0, most);
  const place = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of colours.slice(most)) {
    let nearest = 0;
    for (let index = 1; index < palette.length; index++)
      if (difference(colour, palette[index] ?? 0) < difference(colour, palette[nearest] ?? 0)) nearest = index;
    place.set(colour, nearest);
  }
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = place.get(colourAt(y * width + x)) ?? 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
