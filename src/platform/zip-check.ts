/**
 * Looks at a zip file that somebody sent before anything is made of it: its directory first, since most bombs need not be
 * unpacked to be known, then, if asked, each entry by unpacking it and keeping nothing of it.
 */
import { openPromise, type Entry, type ZipFile } from "yauzl";

export interface ZipLimits {
  entries: number;
  /** Bytes of all entries together after unpacking. */
  unpackedBytes: number;
  /** How many times its packed size an entry over 16 MiB may have. */
  ratio: number;
}

export class ZipFault extends Error {
  readonly kind: "bomb" | "encrypted" | "damaged";
  constructor(kind: ZipFault["kind"], cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
  }
}

/** What yauzl and zlib say of a file, as a `ZipFault`: sizes other than declared are a bomb's, the rest is damage. */
export function asZipFault(error: unknown): ZipFault {
  if (error instanceof ZipFault) return error;
  const lies = error instanceof Error && /too many bytes/.test(error.message);
  return new ZipFault(lies ? "bomb" : "damaged", error);
}

/** Opens a zip file whose directory is within `limits`; to be closed. Throws `ZipFault`. Streams fail that are longer than declared. */
export async function openZip(path: string, limits: ZipLimits): Promise<{ zip: ZipFile; entries: Entry[] }> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false, lazyEntries: true, validateEntrySizes: true });
    if (zip.entryCount > limits.entries) throw new ZipFault("bomb");
    const entries: Entry[] = [];
    let left = limits.unpackedBytes;
    for await (const entry of zip.eachEntry()) {
      if (entry.isEncrypted()) throw new ZipFault("encrypted");
      const { uncompressedSize, compressedSize } = entry;
      left -= uncompressedSize;
      if (left < 0 || (uncompressedSize > 16 * 2 ** 20 && uncompressedSize > compressedSize * limits.ratio))
        throw new ZipFault("bomb");
      entries.push(entry);
    }
    return { zip, entries };
  } catch (error) {
    zip?.close();
    throw asZipFault(error);
  }
}

/** Names of the entries of a zip file, each of which has been unpacked to see that it can be. Throws `ZipFault`. */
export async function zipNames(path: string, limits: ZipLimits): Promise<string[]> {
  const { zip, entries } = await openZip(path, limits);
  try {
    for (const entry of entries) if (!entry.fileName.endsWith("/")) for await (const _ of await zip.openReadStreamPromise(entry));
    return entries.map((entry) => entry.fileName);
  } catch (error) {
    throw asZipFault(error);
  } finally {
    zip.close();
  }
}
