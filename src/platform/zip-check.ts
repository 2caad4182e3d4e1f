/**
 * Looks through a zip file that somebody sent: its entries by name, each unpacked to see that it is no bigger than a
 * document's part may be, and nothing of it kept.
 */
import { fromBufferPromise, type Entry } from "yauzl";

export interface ZipLimits {
  entries: number;
  /** Bytes of all entries together after unpacking. */
  unpacked: number;
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

/** Names of the entries. Throws `ZipFault` for what unpacks to more than `limits`, is encrypted or cannot be read. */
export async function zipNames(content: Buffer, limits: ZipLimits): Promise<string[]> {
  try {
    const zip = await fromBufferPromise(content, { lazyEntries: true, validateEntrySizes: true });
    if (zip.entryCount > limits.entries) throw new ZipFault("bomb");
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entry.isEncrypted()) throw new ZipFault("encrypted");
      const { uncompressedSize, compressedSize } = entry;
      if (uncompressedSize > 16 * 2 ** 20 && uncompressedSize > compressedSize * limits.ratio) throw new ZipFault("bomb");
      entries.push(entry);
    }
    let left = limits.unpacked;
    // By what they say first: most bombs need not be unpacked to be known.
    if (entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0) > left) throw new ZipFault("bomb");
    for (const entry of entries) {
      if (entry.fileName.endsWith("/")) continue;
      for await (const chunk of await zip.openReadStreamPromise(entry)) {
        left -= (chunk as Buffer).length;
        if (left < 0) throw new ZipFault("bomb");
      }
    }
    return entries.map((entry) => entry.fileName);
  } catch (error) {
    if (error instanceof ZipFault) throw error;
    const lies = error instanceof Error && /too many bytes/.test(error.message);
    throw new ZipFault(lies ? "bomb" : "damaged", error);
  }
}
