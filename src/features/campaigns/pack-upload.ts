/**
 * A pack as someone sends it: one file as `pack export` writes it, or a zip of a folder. What it extends may be in the
 * same zip or among the packs that come with the program. Nothing is unpacked before it is known to be small.
 */
import { createWriteStream } from "node:fs";
import { access, mkdir, open, readdir, rename } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise, type Entry } from "yauzl";
import { loadPackFile } from "#kernel/pack-file.ts";
import { loadPack, type LoadedPack } from "#kernel/pack.ts";
import { Problem } from "#kernel/problem.ts";

export const shipped = resolve(import.meta.dirname, "../../../packs");
const most = { entries: 2000, bytes: 32 * 2 ** 20 };

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What a pack beside this one extends, or one that comes with the program. */
export const findShipped = async (base: string): Promise<string | undefined> => {
  if (!/^[\w-]+$/.test(base)) return undefined;
  const path = join(shipped, base);
  return (await isThere(join(path, "pack.yaml"))) ? path : undefined;
};

/** Reads and checks what was sent; `folder` is for what is unpacked. Throws a Problem for what is no pack at all. */
export async function readUploadedPack(upload: { path: string; name: string }, folder: string): Promise<LoadedPack> {
  const head = Buffer.alloc(4);
  const file = await open(upload.path);
  try {
    await file.read(head, 0, 4, 0);
  } finally {
    await file.close();
  }
  if (head.toString("latin1", 0, 2) !== "PK") {
    const named = join(folder, "pack.json");
    await rename(upload.path, named);
    return loadPackFile(named);
  }
  // Never under the sender's name: it could lead out of the folder.
  const place = join(folder, "pack");
  await mkdir(place);
  await unpack(upload.path, place).catch((error: unknown) => {
    if (error instanceof Problem) throw error;
    throw new Problem("bad_zip", 422, "这个压缩包打不开，可能没有传完整或已损坏。请重新压缩方案包文件夹后上传。");
  });
  const found = await packsIn(place);
  const [first] = found;
  if (!first)
    throw new Problem("no_pack", 422, "压缩包里没有 pack.yaml，不是方案包。请把含有 pack.yaml 的文件夹压缩成 .zip 后上传。");
  const beside = (base: string): Promise<boolean> => isThere(join(dirname(first), base, "pack.yaml"));
  return loadPack(first, async (base) => ((await beside(base)) ? undefined : findShipped(base)));
}

async function unpack(path: string, place: string): Promise<void> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    let [entries, bytes] = [0, 0];
    for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
      bytes += entry.uncompressedSize;
      if (++entries > most.entries || bytes > most.bytes)
        throw new Problem("too_large", 413, "压缩包里的文件太多或太大，不像是方案包。请只压缩方案包文件夹。");
      if (entry.fileName.endsWith("/") || entry.fileName.startsWith("__MACOSX/")) continue;
      const target = join(place, entry.fileName);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    }
  } finally {
    zip.close();
  }
}

/** Folders with a pack.yaml, those at the top first; of several at one level the one with the most to say: it extends the other. */
async function packsIn(place: string): Promise<string[]> {
  const files = await readdir(place, { recursive: true });
  return files
    .filter((name) => basename(name) === "pack.yaml")
    .map((name) => dirname(join(place, name)))
    .toSorted((left, right) => left.split("/").length - right.split("/").length || (left < right ? -1 : 1));
}
