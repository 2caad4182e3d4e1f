import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

export type Content = Iterable<string | Buffer> | AsyncIterable<string | Buffer>;

/** A file within the archive; `content` is asked for when its turn comes, in the order of the list. */
export interface Part {
  name: string;
  modified: Date;
  content: () => Content | Promise<Content>;
}

/** Writes a zip archive in constant memory. An error of a part's content ends the output with that error. */
export async function writeZip(output: Writable, parts: readonly Part[]): Promise<void> {
  const zip = new ZipFile();
  const archive = zip.outputStream as Readable;
  zip.on("error", (error: Error) => archive.destroy(error));
  let reading: Readable | undefined;
  for (const { name, modified, content } of parts) {
    // Level 3: a quarter less time than the usual 6 on sheet XML, for 3 to 20 % more bytes.
    zip.addReadStreamLazy(name, { mtime: modified, forceDosTimestamp: true, compressionLevel: 3 }, (give) => {
      Promise.resolve(content()).then(
        (chunks) => {
          const stream = Readable.from(chunks, { objectMode: false, highWaterMark: 1 << 16 });
          stream.on("error", (error) => archive.destroy(error));
          reading = stream;
          if (archive.destroyed) stream.destroy();
          give(null, stream);
        },
        (error: unknown) => give(error, Readable.from([])),
      );
    });
  }
  zip.end();
  try {
    await pipeline(archive, output);
  } finally {
    // When the receiver goes away, the source (a database cursor) must be let go too.
    reading?.destroy();
  }
}

/** Writes to a stream, or to a file that appears under its name only when it is whole and on disk. */
export async function writeWhole(output: Writable | string, write: (output: Writable) => Promise<void>): Promise<void> {
  if (typeof output !== "string") return write(output);
  const partial = `${output}.partial`;
  try {
    await write(createWriteStream(partial, { flush: true }));
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const folder = await open(dirname(output));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
