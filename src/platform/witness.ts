/**
 * The witness: the log's records and signed heads as files in a folder beside the database, which only grow. Whoever has the
 * database but not this folder cannot make both agree.
 *   leaves       the records, one after another; what stands behind the last head is a tail that was never finished
 *   heads.jsonl  a signed head a line; a tail counts once its head is on disk
 *   blocks       roots of every 1,024 leaves, made from them, so that proofs and a start need not read all leaves
 */
import { mkdir, open, rename, type FileHandle } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { headLine, readHead, type SignedHead } from "./log-key.ts";
import { recordBytes } from "./log-record.ts";
import { edge, leafHash, type Edge, type RangeRoot } from "./merkle.ts";

/** The log or its witness is not what it should be; the message is Chinese and says what to do. */
export class LogError extends Error {
  override name = "LogError";
}

const level = 10;
const blockLeaves = 2 ** level;
const hashBytes = 32;

export interface Witness {
  readonly head: SignedHead;
  /** Its tree, to go on from. */
  grow(): Growth;
  /** Records from one leaf up to another, in pieces of whole records. */
  records(from: number, to: number): AsyncGenerator<Buffer>;
  /** All heads, oldest first. */
  heads(): AsyncGenerator<SignedHead>;
  rootOf: RangeRoot;
  /**
   * Adds pieces, each with the head over it, that a growth has come to by the time they end; on disk when it resolves. If the
   * pieces break off with an error nothing is added.
   */
  extend(pieces: AsyncIterable<Piece>, growth: Growth): Promise<void>;
  close(): Promise<void>;
}

export interface Piece {
  records: Buffer;
  head: SignedHead;
}

/** A tree that goes on from the witness's. */
export interface Growth extends Edge {
  add(records: Buffer): void;
  /** Roots of the blocks that it has filled. */
  blocks: Buffer[];
}

const path = (folder: string, name: "leaves" | "heads.jsonl" | "blocks"): string => join(folder, name);

/** Begins a witness with a head over nothing. Throws when there is one. */
export async function beginWitness(folder: string, head: SignedHead): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path(folder, "heads.jsonl"), "wx", 0o600);
  await file.writeFile(`${headLine(head)}\n`);
  await file.sync();
  await file.close();
  await syncFolder(folder);
}

/** Moves a witness aside, whole, into another folder, which must not be there yet. */
export async function putAside(folder: string, aside: string): Promise<void> {
  await mkdir(aside, { mode: 0o700 });
  // The heads last: while they are there, so is the witness, and this is done again.
  for (const file of ["leaves", "blocks", "heads.jsonl"] as const)
    await rename(path(folder, file), join(aside, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

/** The witness in a folder, its unfinished tail cut off; undefined when there is none. A LogError when it is damaged. */
export async function openWitness(folder: string): Promise<Witness | undefined> {
  const heads = await open(path(folder, "heads.jsonl"), "r+").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!heads) return undefined;
  const leaves = await open(path(folder, "leaves"), "a+", 0o600);
  const blocks = await open(path(folder, "blocks"), "a+", 0o600);
  const close = async (): Promise<void> => {
    for (const file of [heads, leaves, blocks]) await file.close();
  };
  try {
    let { head, end } = await lastHead(heads, folder);
    await cut(heads, end);
    if ((await leaves.stat()).size < head.size * recordBytes)
      throw new LogError(`封存见证不完整：${path(folder, "leaves")} 比最后的签名少。请从另存的副本恢复 ${folder}。`);
    await cut(leaves, head.size * recordBytes);
    let made = await keepBlocks(blocks, leaves, head.size);
    const blockAt = (index: number): Buffer => made.subarray(index * hashBytes, (index + 1) * hashBytes);
    const grown = (): Growth => {
      const filled: Buffer[] = [];
      const tree = edge((root, height) => void (height === level && filled.push(root)));
      return Object.assign(tree, { blocks: filled, add: (records: Buffer) => pushAll(tree, records) });
    };
    // Behind the last whole block.
    let rest = Buffer.alloc(0);
    const readRest = async (): Promise<void> => {
      const pieces: Buffer[] = [];
      for await (const piece of readRecords(leaves, (made.length / hashBytes) * blockLeaves, head.size)) pieces.push(piece);
      rest = Buffer.concat(pieces);
    };
    await readRest();
    return {
      get head() {
        return head;
      },
      grow() {
        const tree = grown();
        for (let index = 0; index * hashBytes < made.length; index++) tree.push(blockAt(index), level);
        tree.add(rest);
        return tree;
      },
      records: (from, to) => readRecords(leaves, from, to),
      heads: () => readHeads(folder, head.size),
      async rootOf(from, to) {
        const range = edge();
        let at = from;
        // Ranges of proofs begin at a multiple of their greatest power of two: whole blocks come first.
        if (from % blockLeaves === 0)
          for (; at + blockLeaves <= to; at += blockLeaves) range.push(blockAt(at / blockLeaves), level);
        for await (const piece of readRecords(leaves, at, to)) pushAll(range, piece);
        return range.root();
      },
      async extend(pieces, growth) {
        const lines: string[] = [];
        let next = head;
        try {
          for await (const piece of pieces) {
            await leaves.appendFile(piece.records);
            lines.push(`${headLine(piece.head)}\n`);
            next = piece.head;
          }
        } catch (error) {
          await leaves.truncate(head.size * recordBytes);
          throw error;
        }
        if (lines.length === 0) return;
        await leaves.sync();
        await blocks.appendFile(Buffer.concat(growth.blocks));
        const text = Buffer.from(lines.join(""));
        await heads.write(text, 0, text.length, end);
        await heads.sync();
        end += text.length;
        head = next;
        made = Buffer.concat([made, ...growth.blocks]);
        await readRest();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const pushAll = (tree: Edge, records: Buffer): void => {
  for (let at = 0; at < records.length; at += recordBytes) tree.push(leafHash(records.subarray(at, at + recordBytes)));
};

const cut = async (file: FileHandle, length: number): Promise<void> => {
  if ((await file.stat()).size > length) await file.truncate(length);
};

/** The last head that ends with its line, and where it ends. */
async function lastHead(file: FileHandle, folder: string): Promise<{ head: SignedHead; end: number }> {
  const { size } = await file.stat();
  for (let length = Math.min(size, 65_536); ; length = Math.min(size, length * 16)) {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const last = buffer.lastIndexOf(10);
    const before = last < 1 ? -1 : buffer.lastIndexOf(10, last - 1);
    if (last >= 0 && (before >= 0 || length === size))
      try {
        return { head: readHead(buffer.toString("utf8", before + 1, last)), end: size - length + last + 1 };
      } catch {
        break;
      }
    if (length === size) break;
  }
  throw new LogError(`封存见证损坏：${path(folder, "heads.jsonl")} 的最后一行读不出来。请从另存的副本恢复 ${folder}。`);
}

async function* readHeads(folder: string, upTo: number): AsyncGenerator<SignedHead> {
  for await (const line of createInterface({ input: createReadStream(path(folder, "heads.jsonl")) })) {
    const head = readHead(line);
    yield head;
    if (head.size >= upTo) return;
  }
}

async function* readRecords(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const count = Math.min(to - at, 2048);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count * recordBytes), 0, count * recordBytes, at * recordBytes);
    if (bytesRead < count * recordBytes)
      throw new LogError("封存见证在读取时变短了。请从另存的副本恢复数据文件夹里的 log 文件夹。");
    yield buffer;
    at += count;
  }
}

async function blockRoots(leaves: FileHandle, from: number, to: number): Promise<Buffer> {
  const roots: Buffer[] = [];
  for (let block = from; block < to; block++) {
    const tree = edge();
    for await (const piece of readRecords(leaves, block * blockLeaves, (block + 1) * blockLeaves)) pushAll(tree, piece);
    roots.push(tree.root());
  }
  return Buffer.concat(roots);
}

/** Makes the blocks as many as the leaves fill, and reads them. */
async function keepBlocks(file: FileHandle, leaves: FileHandle, size: number): Promise<Buffer> {
  const wanted = Math.floor(size / blockLeaves);
  const present = Math.min(wanted, Math.floor((await file.stat()).size / hashBytes));
  await cut(file, present * hashBytes);
  await file.appendFile(await blockRoots(leaves, present, wanted));
  return readWhole(file, wanted * hashBytes);
}

async function readWhole(file: FileHandle, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
  return buffer;
}
