import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPack } from "./pack.ts";
import { loadPackFile, packFileText } from "./pack-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pack-file-"));
});
afterAll(() => rm(folder, { recursive: true }));

const packs = join(import.meta.dirname, "../../packs");

test.each(["municipality", "county-plan"])("%s comes back from its file as it went in", async (key) => {
  const { pack } = await loadPack(join(packs, key));
  if (!pack) throw new Error("the pack has faults");
  const path = join(folder, `${key}.json`);
  await writeFile(path, packFileText(pack));
  const again = await loadPackFile(path);
  expect(again.problems).toEqual([]);
  expect(again.pack).toEqual(JSON.parse(JSON.stringify(pack)));
});

test("what is wrong with a file is named with its line", async () => {
  const { pack } = await loadPack(join(packs, "municipality"));
  const path = join(folder, "bad.json");
  const [figure, ...figures] = pack?.figures ?? [];
  await writeFile(path, packFileText({ ...pack, figures: [{ ...figure, ledger: "nowhere" }, ...figures] } as never));
  const { problems } = await loadPackFile(path);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ file: "bad.json", reason: "没有台账“nowhere”" });
  expect(problems[0]?.line).toBeGreaterThan(100);
});

test("a role that is called as the program calls itself is refused, with its line", async () => {
  const { pack } = await loadPack(join(packs, "county-plan"));
  const path = join(folder, "operator.json");
  await writeFile(path, packFileText({ ...pack, roles: [{ key: "operator", name: "维护人员" }] } as never));
  const { pack: none, problems } = await loadPackFile(path);
  expect(none).toBeUndefined();
  expect(problems).toMatchObject([
    { file: "operator.json", path: "roles.0.key", reason: expect.stringContaining("请改用别的编号") },
  ]);
  expect(problems[0]?.line).toBeGreaterThan(1);
});
