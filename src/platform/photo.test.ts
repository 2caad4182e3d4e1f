import { describe, expect, test } from "vitest";
import { DamagedPhoto, orientationOf, pixelsOf, withoutMetadata, type PhotoType } from "./photo.ts";
import { exif, plainPhoto, takenPhoto, tellTale } from "./photo.fixture.ts";

const types: PhotoType[] = ["image/jpeg", "image/png", "image/webp"];

describe.each(types)("%s", (type) => {
  test("without anything but the picture stays as it is, to the byte", () => {
    const photo = plainPhoto(type);
    expect(withoutMetadata(photo, type)).toBe(photo);
  });

  test("loses the place wherever it is written, and what was appended", () => {
    const taken = takenPhoto(type, 1);
    expect(taken.includes(tellTale)).toBe(true);
    expect(withoutMetadata(taken, type).equals(plainPhoto(type))).toBe(true);
  });

  test("cut short at any byte is refused or still a picture, never more", () => {
    const taken = takenPhoto(type, 6);
    for (let length = 8; length < taken.length; length++)
      try {
        expect(withoutMetadata(taken.subarray(0, length), type).includes(tellTale)).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedPhoto);
      }
  });

  test("with noise anywhere is refused or kept without the place", () => {
    const taken = takenPhoto(type, 6);
    for (let at = 2; at < taken.length; at++) {
      const noisy = Buffer.from(taken);
      noisy[at] = (noisy[at] ?? 0) ^ 0xff;
      try {
        withoutMetadata(noisy, type);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedPhoto);
      }
    }
  });
});

test.each(["image/jpeg", "image/webp"] as const)("%s keeps which way is up, and nothing else of EXIF", (type) => {
  const kept = withoutMetadata(takenPhoto(type, 6), type);
  expect(kept.includes(tellTale)).toBe(false);
  const at = kept.indexOf("MM\0*", 0, "latin1");
  expect(orientationOf(kept.subarray(at))).toBe(6);
  expect(kept.length - plainPhoto(type).length).toBeLessThan(40);
  // Once more there is nothing to take.
  expect(withoutMetadata(kept, type)).toBe(kept);
});

test("an orientation that is none counts as upright", () => {
  expect(orientationOf(exif(8))).toBe(8);
  for (const wrong of [0, 9, 700]) expect(orientationOf(exif(wrong))).toBe(1);
  expect(orientationOf(Buffer.alloc(5))).toBe(1);
  expect(orientationOf(Buffer.from("II*\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "latin1"))).toBe(1);
});

test("a picture says how large it will be drawn, whatever its size as a file", () => {
  for (const type of types) expect(pixelsOf(plainPhoto(type), type)).toBe(8);
  const png = plainPhoto("image/png");
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  expect(pixelsOf(png, "image/png")).toBe(3.6e9);
  const jpeg = plainPhoto("image/jpeg");
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(65_535, frame + 5);
  jpeg.writeUInt16BE(65_535, frame + 7);
  expect(pixelsOf(jpeg, "image/jpeg")).toBe(65_535 ** 2);
  const webp = plainPhoto("image/webp");
  webp.writeUIntLE(16_383, 24, 3);
  webp.writeUIntLE(16_383, 27, 3);
  expect(pixelsOf(webp, "image/webp")).toBe(16_384 ** 2);
});
