/**
 * The Merkle tree of RFC 6962 (2.1) and RFC 9162 (2.1), as transparency logs have it: a leaf is SHA-256(0x00 ‖ data), a node
 * SHA-256(0x01 ‖ left ‖ right), and a tree of n leaves splits at the largest power of two below n. Whoever keeps a root of it
 * can be shown that a leaf is in the tree (inclusion), and that a later tree only added to it (consistency).
 * Roots are computed from the roots of the perfect subtrees on the left edge, of which there are as many as n has binary
 * ones, so a log is extended without reading it. Pure.
 */
import { hash as digest } from "node:crypto";

const sha256 = (data: Buffer): Buffer => digest("sha256", data, "buffer");
const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

export const leafHash = (data: Buffer): Buffer => sha256(Buffer.concat([leafMark, data]));
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([nodeMark, left, right]));
/** Root of the tree without leaves. */
export const emptyRoot = sha256(Buffer.alloc(0));

/** The left edge of a growing tree. */
export interface Edge {
  readonly size: number;
  /** Adds a leaf by its hash, or the root of a perfect subtree of 2^level leaves; throws a RangeError where none can stand. */
  push(hash: Buffer, level?: number): void;
  root(): Buffer;
}

interface Peak {
  level: number;
  hash: Buffer;
}

/** `onWhole` is told each perfect subtree that comes about, but for single leaves. */
export function edge(onWhole?: (hash: Buffer, level: number) => void): Edge {
  const peaks: Peak[] = [];
  return {
    get size() {
      return peaks.reduce((sum, { level }) => sum + 2 ** level, 0);
    },
    push(hash, level = 0) {
      const last = peaks.at(-1);
      if (last && last.level < level) throw new RangeError(`no subtree of level ${level} can stand here`);
      let added: Peak = { level, hash };
      for (let left = peaks.at(-1); left?.level === added.level; left = peaks.at(-1)) {
        peaks.pop();
        added = { level: added.level + 1, hash: nodeHash(left.hash, added.hash) };
        onWhole?.(added.hash, added.level);
      }
      peaks.push(added);
    },
    root: () =>
      peaks.length === 0 ? emptyRoot : peaks.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right)),
  };
}

/** Root of the leaves from one index up to another, which stands outside: a subtree of RFC 9162's D[from:to]. */
export type RangeRoot = (from: number, to: number) => Promise<Buffer>;

/** The largest power of two below n, for n > 1. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** `RangeRoot` of leaf hashes that are at hand. */
export const rangeRootOf =
  (hashes: readonly Buffer[]): RangeRoot =>
  (from, to) => {
    const tree = edge();
    for (const one of hashes.slice(from, to)) tree.push(one);
    return Promise.resolve(tree.root());
  };

/** Hashes that lead from the leaf at `index` to the root of the first `size` leaves, from below (RFC 9162, 2.1.3.1). */
export async function inclusionProof(rootOf: RangeRoot, index: number, size: number): Promise<Buffer[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const path = async (from: number, to: number): Promise<Buffer[]> => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...(await path(from, middle)), await rootOf(middle, to)]
      : [...(await path(middle, to)), await rootOf(from, middle)];
  };
  return path(0, size);
}

/** Whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2). */
export function provesInclusion(leaf: Buffer, index: number, size: number, proof: readonly Buffer[], root: Buffer): boolean {
  if (!(index >= 0 && index < size)) return false;
  let place = index;
  let last = size - 1;
  let reached = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      reached = nodeHash(sibling, reached);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else reached = nodeHash(reached, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && reached.equals(root);
}

/** What shows that a tree of `size` leaves begins with one of `older` (RFC 9162, 2.1.4.1). */
export async function consistencyProof(rootOf: RangeRoot, older: number, size: number): Promise<Buffer[]> {
  if (!(older > 0 && older <= size)) throw new RangeError(`no tree of ${older} before one of ${size}`);
  const part = async (from: number, to: number, whole: boolean): Promise<Buffer[]> => {
    if (older === to) return whole ? [] : [await rootOf(from, to)];
    const middle = from + split(to - from);
    return older <= middle
      ? [...(await part(from, middle, whole)), await rootOf(middle, to)]
      : [...(await part(middle, to, false)), await rootOf(from, middle)];
  };
  return part(0, size, true);
}

/** Whether the proof shows that the tree with the newer root begins with that of the older one (RFC 9162, 2.1.4.2). */
export function provesConsistency(
  older: { size: number; root: Buffer },
  newer: { size: number; root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (!(older.size > 0 && older.size <= newer.size)) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  let place = older.size - 1;
  let last = newer.size - 1;
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  // A tree that is a perfect subtree of the newer one stands for itself.
  const [first, ...others] = place === 0 ? [older.root, ...proof] : proof;
  if (!first) return false;
  let before = first;
  let after = first;
  for (const sibling of others) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else after = nodeHash(after, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && before.equals(older.root) && after.equals(newer.root);
}

// Sizes may pass 2^31, which shifts of numbers do not.
const half = (n: number): number => Math.floor(n / 2);
