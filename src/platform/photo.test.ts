import { describe, expect, test } from "vitest";
import { DamagedPhoto, orientationOf, withoutMetadata, type PhotoType } from "./photo.ts";
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
