import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  consistencyProof,
  edge,
  emptyRoot,
  inclusionProof,
  leafHash,
  nodeHash,
  provesConsistency,
  provesInclusion,
  rangeRootOf,
} from "./merkle.ts";

/** The leaves, roots and proofs that implementations of Certificate Transparency test one another with. */
const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const leaves = inputs.map((hex) => leafHash(Buffer.from(hex, "hex")));
const hex = (hashes: Buffer[]): string[] => hashes.map((one) => one.toString("hex"));
const rootOf = (hashes: readonly Buffer[]): Buffer => {
  const tree = edge();
  for (const one of hashes) tree.push(one);
  return tree.root();
};
/** The definition of RFC 6962, word for word. */
function defined(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return emptyRoot;
  if (hashes.length === 1) return hashes[0] as Buffer;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return nodeHash(defined(hashes.slice(0, k)), defined(hashes.slice(k)));
}
const many = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));

describe("known answers", () => {
  it("of roots", () => {
    expect(emptyRoot.toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(roots.map((_, index) => rootOf(leaves.slice(0, index + 1)).toString("hex"))).toEqual(roots);
  });

  it("of proofs", async () => {
    const at = rangeRootOf(leaves);
    expect(hex(await inclusionProof(at, 0, 8))).toEqual([
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]);
    expect(hex(await inclusionProof(at, 5, 8))).toEqual([
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    expect(hex(await consistencyProof(at, 6, 8))).toEqual([
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
  });
});

describe("for any number of leaves", () => {
  const size = fc.integer({ min: 1, max: 300 });

  it("the edge comes to what the definition says, whole subtrees at once or leaf by leaf", () => {
    fc.assert(
      fc.property(size, fc.nat(4), (count, level) => {
        const all = many(count);
        const whole = defined(all);
        expect(rootOf(all)).toEqual(whole);
        const step = 2 ** level;
        const tree = edge();
        let index = 0;
        for (; index + step <= count; index += step) tree.push(defined(all.slice(index, index + step)), level);
        for (; index < count; index++) tree.push(all[index] as Buffer);
        expect([tree.size, tree.root()]).toEqual([count, whole]);
      }),
      { seed: 6962, numRuns: 100 },
    );
  });

  it("every proof holds, and none for anything else", async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), async (count, one, two) => {
        const all = many(count);
        const at = rangeRootOf(all);
        const root = rootOf(all);
        const index = one % count;
        const leaf = all[index] as Buffer;
        const proof = await inclusionProof(at, index, count);
        expect(provesInclusion(leaf, index, count, proof, root)).toBe(true);
        expect(provesInclusion(nodeHash(leaf, leaf), index, count, proof, root)).toBe(false);
        expect(provesInclusion(leaf, index, count, [...proof, leaf], root)).toBe(false);
        expect(provesInclusion(leaf, count, count, proof, root)).toBe(false);
        if (count > 1) expect(provesInclusion(leaf, (index + 1) % count, count, proof, root)).toBe(false);
        const older = { size: 1 + (two % count), root: rootOf(all.slice(0, 1 + (two % count))) };
        const shown = await consistencyProof(at, older.size, count);
        expect(provesConsistency(older, { size: count, root }, shown)).toBe(true);
        expect(provesConsistency({ ...older, root: leaf }, { size: count, root }, shown)).toBe(older.root.equals(leaf));
        expect(provesConsistency(older, { size: count, root: nodeHash(root, root) }, shown)).toBe(false);
        expect(provesConsistency(older, { size: count, root }, [...shown, root])).toBe(false);
      }),
      { seed: 9162, numRuns: 200 },
    );
  });

  it("nothing is proved of what is not there", async () => {
    const at = rangeRootOf(leaves);
    await expect(inclusionProof(at, 8, 8)).rejects.toThrow(RangeError);
    await expect(consistencyProof(at, 0, 8)).rejects.toThrow(RangeError);
    expect(provesConsistency({ size: 0, root: emptyRoot }, { size: 8, root: rootOf(leaves) }, [])).toBe(false);
    const one = edge();
    one.push(emptyRoot);
    expect(() => one.push(emptyRoot, 3)).toThrow(RangeError);
  });
});
