/**
 * Sends a file to an entry so that an interruption costs nothing: in parts, of which those that have arrived are not
 * sent again. Its id follows from the entry, its name and its content; so whoever sends the same file once more, after a
 * reload, from a queue or in another window, goes on where it stopped and cannot send it twice.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { ask, Problem } from "./client.ts";
import type { Output } from "./contract.ts";
import { shrinkPhoto, thumbOf } from "../ui/shrink-photo.ts";

export type Attached = Output<"attachments.finish">;

export interface UploadOptions {
  /** Told how much of the file has arrived, from 0 to 1. */
  onProgress?: (part: number) => void;
  /** Told the id under which the file goes. */
  onStart?: (attachment: string) => void;
  signal?: AbortSignal;
  /** Day from which the document counts, as 2023-05-14. */
  effectiveDay?: string;
}

/** Resolves when the file belongs to the entry. Throws a `Problem`: `offline` when the server stayed out of reach. */
export async function upload(campaign: string, entry: string, given: File, options: UploadOptions = {}): Promise<Attached> {
  const { onProgress = () => undefined, signal, effectiveDay } = options;
  const file = await shrinkPhoto(given);
  const digest = await digestOf(file);
  const attachment = idOf(entry, file.name, digest);
  const asked = { campaign, entry, attachment };
  options.onStart?.(attachment);
  const announced = {
    name: file.name,
    bytes: file.size,
    sha256: digest,
    madeAt: new Date(given.lastModified).toISOString(),
    ...(effectiveDay === undefined ? {} : { effectiveDay }),
  };
  // A part that was damaged on the way is found at the end, and sent again.
  for (let round = 1; ; round++) {
    const { state, partBytes, parts } = await patiently(
      () => ask("attachments.begin", { ...asked, ...announced }, signal),
      signal,
    );
    const there = new Map(parts.map((one) => [one.part, one.sha256]));
    for (let part = 0; state === "uploading" && part * partBytes < file.size; part++) {
      const bytes = file.slice(part * partBytes, (part + 1) * partBytes);
      onProgress((part * partBytes) / file.size);
      const known = there.get(part);
      if (known !== undefined && known === bytesToHex(sha256(await bytesOf(bytes)))) continue;
      await patiently(() => ask("attachments.put", { ...asked, part }, signal, bytes), signal);
    }
    try {
      const thumb = await thumbOf(file);
      const kept = await patiently(() => ask("attachments.finish", { ...asked, ...(thumb ? { thumb } : {}) }, signal), signal);
      onProgress(1);
      return kept;
    } catch (error) {
      // What is not taken for what it is need not stay there half.
      if (error instanceof Problem && error.code === "file_refused")
        await ask("attachments.discard", asked).catch(() => undefined);
      const lost = error instanceof Problem && (error.code === "wrong_digest" || error.code === "parts_missing");
      if (!lost || round === 3) throw error;
    }
  }
}

/** Bytes of a piece; the file may have been moved or changed since it was chosen. */
const bytesOf = (piece: Blob): Promise<Uint8Array> =>
  piece.arrayBuffer().then(
    (bytes) => new Uint8Array(bytes),
    () => {
      throw new Problem("unreadable", 0, "这个文件读不出来，可能已被移动或修改。请重新选择。");
    },
  );

/** Piece by piece, and without the browser's own digest, which it keeps from pages that come by plain http. */
async function digestOf(file: File): Promise<string> {
  const hash = sha256.create();
  const piece = 4 * 2 ** 20;
  for (let at = 0; at < file.size; at += piece) hash.update(await bytesOf(file.slice(at, at + piece)));
  return bytesToHex(hash.digest());
}

/** A UUID of version 8 (RFC 9562, 5.8). */
function idOf(entry: string, name: string, digest: string): string {
  const bytes = sha256(utf8ToBytes(`${entry}/${digest}/${name}`)).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const waits = [500, 2000, 5000, 10_000];

/** Tries again what failed on the way; what the server refuses stays refused. */
export async function patiently<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let times = 0; ; times++)
    try {
      return await send();
    } catch (error) {
      const passing = error instanceof Problem && (error.status === 0 || error.status >= 500);
      const wait = waits[times];
      if (!passing || wait === undefined || signal?.aborted) throw error;
      await pause(wait, signal);
    }
}

/** Ends early when the network comes back, or when nobody wants it any more. */
const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resume) => {
    const end = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal?.removeEventListener("abort", end);
      resume();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    signal?.addEventListener("abort", end);
  });
